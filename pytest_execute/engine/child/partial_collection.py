"""Collects tests of a module one by one: one that cannot be made costs no other."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import _pytest.main
import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child.missing_values import MissingValue, original_error, parameters_missing
    from pytest_execute.engine.child.partial_imports import PartialImports
else:
    from _execute_missing_values import MissingValue, original_error, parameters_missing


def take_arguments_as_files() -> None:
    """Make pytest take each argument for a file, whatever its name is: a `[` in it begins no parameters.

    pytest 8.4 to 9.2 asks this function about each argument, and refuses a path that has one.
    """
    main: Any = _pytest.main
    resolve = main.resolve_collection_argument

    def resolve_file(directory: Path, argument: str, *rest: Any, **options: Any) -> Any:
        return dataclasses.replace(resolve(directory, str(directory), *rest, **options), path=Path(argument))

    main.resolve_collection_argument = resolve_file


class Report(Protocol):
    """Reports all tests of a function or a class, but those in `kept`, as not collected because of an error."""

    def __call__(self, test: str, error: BaseException, kept: Collection[str] = ()) -> None: ...


class PartialCollection:
    """pytest plugin that reports what cannot be collected, where modules are imported in part."""

    def __init__(self, imports: PartialImports, report: Report) -> None:
        self.imports, self.report = imports, report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str) -> Any:
        test = f"{collector.nodeid}::{name}"
        try:
            made = yield
        except (Exception, pytest.fail.Exception) as error:
            if not self.imports.paths:
                raise
            self.report(test, self.imports.cause(error))
            return []
        items = made if isinstance(made, list) else [made]
        for value in [value for item in items for value in self.missing_values(item)][:1]:
            self.report(test, original_error(value), {item.nodeid for item in items})  # others have other parameters
        return made

    def missing_values(self, item: Any) -> Iterator[MissingValue]:
        """Yield the missing values among the parameters and the fixtures of an item."""
        yield from parameters_missing(item)
        fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        unknown = {name for name in getattr(item, "fixturenames", ()) if name not in fixtures}
        yield from (value for value in self.imports.values if value.__name__ in unknown)


class MissingTests:
    """pytest plugin that reports what is a missing value itself, so that no other plugin looks at it."""

    def __init__(self, report: Report) -> None:
        self.report = report

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[Any] | None:
        if type(obj) is not MissingValue:
            return None
        self.report(f"{collector.nodeid}::{name}", original_error(obj))
        return []
