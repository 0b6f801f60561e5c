"""Running: in every process that runs tests."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pytest_execute.discovery import mapping
from pytest_execute.discovery.collected import collected_tests
from pytest_execute.session.messages import RunSettings, recorder_key


class TestProcess:
    """Leaves out tests that are not asked for, and tells the coverage which gates each test counts for."""

    def __init__(self, config: pytest.Config, shared: RunSettings) -> None:
        self.config, self.shared = config, shared
        self.gates: dict[str, tuple[str, ...]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        plan, scope = self.shared.plan, self.shared.scope
        manifest = mapping.map_tests(plan, collected_tests(items, plan.topic))
        self.gates = manifest.gates
        if scope.is_partial:
            chosen = mapping.select_tests(plan, manifest, scope.streams, scope.tasks)
            self.config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
            items[:] = [item for item in items if item.nodeid in chosen]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        recorder = self.config.stash[recorder_key]
        if item.nodeid in self.gates:
            recorder.switch(self.gates[item.nodeid])
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.config.stash[recorder_key].stop()
