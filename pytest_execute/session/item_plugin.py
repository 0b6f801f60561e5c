"""Plugin of every process that runs tests: selects the tests in scope, and measures coverage for their gates."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from pytest_execute.discovery import mapping
from pytest_execute.discovery.collected import collected_tests
from pytest_execute.session.run_settings import RunSettings

if TYPE_CHECKING:
    from pytest_execute.coverage.recorder import CoverageRecorder


class ItemPlugin:
    """Deselects tests that are out of scope, and switches coverage to the gates that each test counts for."""

    def __init__(self, config: pytest.Config, settings: RunSettings, recorder: CoverageRecorder) -> None:
        self.config, self.settings, self.recorder = config, settings, recorder
        self.gates: dict[str, tuple[str, ...]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        plan, scope = self.settings.plan, self.settings.scope
        manifest = mapping.map_tests(plan, collected_tests(items, plan.topic))
        self.gates = manifest.gates
        if scope.is_partial:
            selected = mapping.select_tests(plan, manifest, scope.streams, scope.tasks)
            self.config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in selected])
            items[:] = [item for item in items if item.nodeid in selected]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.nodeid in self.gates:
            self.recorder.switch(self.gates[item.nodeid])
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.recorder.stop()
