"""Spares each order the search for fixtures in what pytest has loaded before it looks at a tree: its own plugins, and others.

Loaded by its path in the processes that run tests.
"""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator
from typing import Any

import _pytest.fixtures

MODULE: Any = _pytest.fixtures
OWN = "_pytest."
"""What pytest's own objects have no fixtures in: its modules may."""
DIR = "dir"
"""What pytest asks for the names that may be fixtures."""


class Looking(MODULE.FixtureManager):  # type: ignore[misc]
    """Looks for fixtures as pytest would, and keeps none; `found` once there was one."""

    def __init__(self) -> None:
        self.session, self.found = None, False
        self._holderobjseen: set[object] = set()  # of pytest before 9

    def _register_fixture(self, **_: Any) -> None:
        self.found = True


def telling(plugin: Any) -> list[str] | None:
    """The names in a plugin that are fixtures, or anything else that pytest tells of; None where we cannot ask."""
    looking, names = Looking(), list[str]()

    def one_by_one(_: Any) -> Iterator[str]:
        for name in builtins.dir(plugin):
            looking.found, before = False, len(said)
            yield name
            if looking.found or len(said) > before:
                names.append(name)

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        vars(MODULE)[DIR] = one_by_one
        try:
            looking.pytest_plugin_registered(plugin, "")
        except Exception:  # noqa: BLE001 - another pytest, or a strange plugin
            return None
        finally:
            del vars(MODULE)[DIR]
    return names


def spare(config: Any) -> None:
    """From here on, only such names are looked at of the plugins that are there now."""
    plugins = [*config.pluginmanager.get_plugins()]
    names = {id(plugin): telling(plugin) for plugin in plugins}

    def some(holder: Any, _: Any = plugins) -> list[str]:
        """As `dir`. The plugins are kept, so that nothing else gets the id of one."""
        known = [] if type(holder).__module__.startswith(OWN) else names.get(id(holder))
        return builtins.dir(holder) if known is None else known

    vars(MODULE)[DIR] = some
