"""Shortens pytest's scan for fixtures in plugins that were loaded before a job.

pytest looks at each attribute of each plugin when a session starts. In a process that serves many jobs, the plugins
were loaded before the first one, so the names are found once and each job's scan gets no others.

pytest 8.4 to 9: `FixtureManager.parsefactories` calls the builtin `dir` on a plugin and registers what is a fixture
with `_register_fixture`. So a global named `dir` in `_pytest.fixtures` takes the builtin's place.
"""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator
from typing import Any

import _pytest.fixtures

FIXTURES: Any = _pytest.fixtures
PYTEST_PREFIX = "_pytest."
"""Modules whose classes define no fixtures as methods; the modules themselves do define fixtures."""


class FixtureScan(FIXTURES.FixtureManager):  # type: ignore[misc]  # the base is Any
    """Scan as pytest does it, which only notes in `has_found` that there was a fixture."""

    def __init__(self) -> None:
        self.session, self.has_found = None, False
        self._holderobjseen: set[object] = set()  # pytest before 9 reads it

    def _register_fixture(self, **_: Any) -> None:
        self.has_found = True


def fixture_names(plugin: Any) -> list[str] | None:
    """Return the names in a plugin that are fixtures, or that pytest warns of; None if they cannot be found out."""
    scan, names = FixtureScan(), list[str]()

    def names_one_by_one(_: Any) -> Iterator[str]:
        for name in builtins.dir(plugin):
            scan.has_found, warnings_before = False, len(caught)
            yield name
            if scan.has_found or len(caught) > warnings_before:
                names.append(name)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vars(FIXTURES)["dir"] = names_one_by_one
        try:
            scan.pytest_plugin_registered(plugin, "")
        except Exception:  # noqa: BLE001 - another pytest, or a plugin whose attributes raise
            return None
        finally:
            del vars(FIXTURES)["dir"]
    return names


def shorten_scans(config: Any) -> None:
    """Have each later scan look only at such names of the plugins that are registered now."""
    plugins = [*config.pluginmanager.get_plugins()]
    names = {id(plugin): fixture_names(plugin) for plugin in plugins}

    def short_dir(holder: Any, _keep_alive: Any = plugins) -> list[str]:
        """Stand in for `dir`. The plugins are kept alive, so that no other object gets the id of one."""
        known = [] if type(holder).__module__.startswith(PYTEST_PREFIX) else names.get(id(holder))
        return builtins.dir(holder) if known is None else known

    vars(FIXTURES)["dir"] = short_dir
