"""Leaves out of pytest's start what a tree does not have, such as a plugin that today's settings name.

Tests that do not need it run as if nobody had named it. One that misses a fixture, an option or a marker fails with the
error that its plugin or conftest could not be loaded for.

| named in | what is missing | instead |
| --- | --- | --- |
| `-p`, `pytest_plugins`, an entry point | the plugin, or what it imports | it is not registered |
| a directory with tests | what the conftest imports | it is not registered |
| `addopts` | the option | the argument is dropped |
| `filterwarnings`, `-W` | the class of the warning | a class that no warning has |
| `usefixtures` | the fixture | it is not set up for tests that do not request it themselves |
| another setting | the plugin's declaration of it | it is not reported |

The insides of pytest are those of 8.4 to 9.2.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib.metadata
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import _pytest.config
import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import traceback_entries, unwrap
else:
    from _execute_exceptions import traceback_entries, unwrap

LOAD_ERRORS = (Exception, SystemExit, pytest.skip.Exception, pytest.exit.Exception)
"""Errors of plugins and conftests; it is the code of the tree that makes them, as they can be loaded today."""
LOOKUPS = ("_pytest.config", "_pytest.mark.structures")
"""Modules of pytest that raise where an option, a setting or a marker is not known."""


class UnknownWarning(Warning):
    """Category of warnings whose own one the tree does not have: no warning is one."""


class LeftOut:
    """Plugins and conftests that could not be loaded: `errors` holds for each the directory of its tests, and why.

    Directories are relative to `root`, "" being the root itself. `names` are those of all that was left out: plugins,
    conftests, options and classes of warnings. `modules` are the project's top-level modules.
    """

    def __init__(self, root: str, modules: list[str]) -> None:
        self.root, self.modules = root, modules
        self.errors: list[tuple[str, BaseException]] = []
        self.names: list[str] = []

    def watch(self, manager: Any) -> None:
        """Leave out what `manager` cannot load from now on."""
        manager.import_plugin = self._tolerant(manager.import_plugin, lambda name, *_: str(name))
        manager._importconftest = self._tolerant(manager._importconftest, self._path_of)
        manager.load_setuptools_entrypoints = self._with_tolerant_entry_points(manager.load_setuptools_entrypoints)
        resolve = _pytest.config._resolve_warning_category
        _pytest.config._resolve_warning_category = functools.partial(self._resolve_category, resolve)

    def forgive_settings(self, config: Any, args: list[str]) -> None:
        """Drop options that no plugin has declared, and report no such settings."""
        _, unknown = config._parser.parse_known_and_unknown_args(args, namespace=copy.copy(config.option))
        args[:] = [argument for argument in args if argument not in unknown]
        self._note(*unknown)
        config._validate_config_options = lambda: None

    def drop_missing_fixtures(self, config: Any, items: list[Any]) -> None:
        """Do not set up fixtures that only the settings name, and that an item cannot have."""
        for item in items:
            for name in config.getini("usefixtures"):
                if name in getattr(item, "fixturenames", ()) and not self._is_requested(item, name):
                    item.fixturenames.remove(name)

    def cause(self, error: BaseException, path: str) -> BaseException:
        """Return why a plugin or conftest was left out that a test in `path` misses, as `error` says; else `error`."""
        if not self.errors or not is_about_unknown_name(unwrap(error)):
            return error
        above = (reason for directory, reason in self.errors if path.startswith(directory))
        return next(above, error)

    def _is_requested(self, item: Any, name: str) -> bool:
        marked = {argument for mark in item.iter_markers("usefixtures") for argument in mark.args}
        return (
            name in marked or name in item._fixtureinfo.argnames or bool(item._fixtureinfo.name2fixturedefs.get(name))
        )

    def _path_of(self, conftest: Path, *_: Any) -> str:
        return os.path.relpath(conftest.resolve(), self.root).replace(os.sep, "/")

    def _note(self, *names: str) -> None:
        self.names += [name for name in names if name not in self.names]

    def _tolerant(self, load: Callable[..., Any], name_of: Callable[..., str]) -> Callable[..., Any]:
        """Return a function that loads like `load`, or returns an empty module where that is not possible."""

        def load_or_leave_out(*args: Any, **named: Any) -> Any:
            try:
                return load(*args, **named)
            except LOAD_ERRORS as error:
                self._note(name := name_of(*args))
                directory, slash, file = name.rpartition("/")
                self.errors.append((directory + slash if file == "conftest.py" else "", unwrap(error)))
                return ModuleType("left_out")

        return load_or_leave_out

    def _with_tolerant_entry_points(self, load: Callable[..., int]) -> Callable[..., int]:
        def load_entry_points(group: str, name: str | None = None) -> int:
            with self._entry_points_left_out():
                return load(group, name=name)

        return load_entry_points

    @contextlib.contextmanager
    def _entry_points_left_out(self) -> Iterator[None]:
        """Make all entry points tolerant: pluggy loads them one by one, and stops at the first error."""
        entry_point: Any = importlib.metadata.EntryPoint
        load = entry_point.load
        entry_point.load = self._tolerant(load, lambda entry: str(entry.value))
        try:
            yield
        finally:
            entry_point.load = load

    def _resolve_category(self, resolve: Callable[[str], type[Warning]], category: str) -> type[Warning]:
        try:
            return resolve(category)
        except (ImportError, AttributeError):
            if category.partition(".")[0] not in self.modules:
                raise
            self._note(category)
            return UnknownWarning


def is_about_unknown_name(error: BaseException) -> bool:
    """Return whether pytest raised an error because it does not know a fixture, an option, a setting or a marker."""
    modules = [str(entry.tb_frame.f_globals.get("__name__")) for entry in traceback_entries(error)]
    raising = next((name for name in reversed(modules) if name != "_pytest.outcomes"), "")
    return type(error).__name__ == "FixtureLookupError" or raising in LOOKUPS
