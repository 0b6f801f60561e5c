"""Spares each order a look for fixtures in what has none: pytest's own plugins, and those that it has loaded before it looks at a tree.

Loaded by its path in the processes that run tests.
"""

from __future__ import annotations

import functools
import warnings
from typing import Any

import _pytest.fixtures

Manager: Any = _pytest.fixtures.FixtureManager


class Looking(Manager):  # type: ignore[misc]
    """Looks through a plugin as pytest would; `found` where it comes to anything."""

    def __init__(self) -> None:
        self.session, self.found = None, False
        self._holderobjseen: set[object] = set()  # of pytest before 9

    def _register_fixture(self, **_: Any) -> None:
        self.found = True


def has_nothing(plugin: Any) -> bool:
    """Has this plugin no fixture, nor anything else that pytest would tell of?"""
    looking = Looking()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            looking.pytest_plugin_registered(plugin, "")
        except Exception:  # noqa: BLE001 - another pytest, or a strange plugin: it is looked through each time
            return False
    return not looking.found and not said


def spare(config: Any) -> None:
    """From here on, no plugin that is there now and has no fixture is looked through."""
    bare = {id(plugin): plugin for plugin in config.pluginmanager.get_plugins() if has_nothing(plugin)}
    theirs = Manager.pytest_plugin_registered

    @functools.wraps(theirs)
    def registered(manager: Any, plugin: Any, plugin_name: str) -> None:
        if id(plugin) not in bare:
            theirs(manager, plugin, plugin_name)

    Manager.pytest_plugin_registered = registered
