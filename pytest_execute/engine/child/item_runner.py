"""Runs pytest items in this process and describes their outcomes."""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import describe
    from pytest_execute.engine.child.left_out import LeftOut
    from pytest_execute.engine.child.messages import FailureFacts, ItemOutcome, TimedOutcome
    from pytest_execute.engine.child.missing_values import (
        MissingValue,
        original_error,
        parameters_missing,
        values_named,
    )
    from pytest_execute.engine.child.module_origin import OriginCheck
    from pytest_execute.engine.child.partial_imports import PartialImports
else:
    from _execute_exceptions import describe
    from _execute_missing_values import original_error, parameters_missing, values_named


class ItemRunner:
    """pytest plugin that notes the reports of the item that runs."""

    def __init__(self, tree: str, origins: OriginCheck, left_out: LeftOut, imports: PartialImports) -> None:
        self.tree, self.origins, self.left_out, self.imports = tree, origins, left_out, imports
        self.outcomes: list[str] = []
        self.failure: FailureFacts | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        report = yield
        self.outcomes.append(report.outcome)
        if report.failed and self.failure is None and call.excinfo is not None:
            error = self.imports.cause(self.left_out.cause(call.excinfo.value, item.nodeid))
            phase = "collect" if self.imports.is_of_missing_value(error) else call.when
            self.failure = describe(error, phase, self.tree)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> bool:
        """Run the item within the wrappers of other plugins, without reporting its outcome to them."""
        from _pytest.assertion import util
        from _pytest.runner import runtestprotocol

        # pytest 8.4 to 9: its assertion plugin sets this to explain how two values differ. That can take longer than
        # the test, and nobody reads the explanation.
        util._reprcompare = None
        runtestprotocol(item, log=False, nextitem=nextitem)
        return True

    def run(self, item: Any, next_item: Any) -> TimedOutcome:
        """Run an item; `next_item` tells pytest which fixtures to keep."""
        self.failure, self.outcomes, start = None, [], time.process_time()
        self.imports.uses.first = None
        outcome = self._run(item, next_item)
        return {**outcome, "seconds": time.process_time() - start, "left_out": self.left_out.names}

    def _run(self, item: Any, next_item: Any) -> ItemOutcome:
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=next_item)
            foreign = self.origins.find_foreign()
            if foreign:
                return {"state": "foreign", "message": f"{foreign[0]} was loaded from {foreign[1]}, not from the tree"}
            for value in self._missing_values(item):
                return {"state": "failed", **describe(original_error(value), "collect", self.tree)}
            if not self.outcomes:
                return {"state": "failed", "message": "a plugin took over the test and ran no phase of it"}
            if "failed" in self.outcomes:
                failure = self.failure or {"phase": "call", "message": "failed without an exception"}
                return {"state": "failed", **failure}
            return {"state": "skipped" if "skipped" in self.outcomes else "passed"}
        except BaseException as error:  # noqa: BLE001 - a test may raise anything, SystemExit too
            return {"state": "failed", **describe(error, "protocol", self.tree)}

    def _missing_values(self, item: Any) -> Iterator[MissingValue]:
        """Yield missing values that an item has used, names or gets."""
        if self.imports.uses.first is not None:
            yield self.imports.uses.first
        if self.imports.values:
            fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
            made_by = (definition.func for name in fixtures for definition in fixtures[name][-1:])
            functions = (inspect.unwrap(each) for each in (getattr(item, "obj", None), *made_by) if callable(each))
            for function in (getattr(each, "__func__", each) for each in functions):
                if isinstance(function, FunctionType):
                    yield from values_named(function)
            yield from parameters_missing(item)
