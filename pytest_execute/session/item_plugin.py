"""Plugin of every process that runs tests: selects the tests in scope, and measures coverage for their gates."""

from __future__ import annotations

import pytest

from pytest_execute.coverage import single_tests
from pytest_execute.coverage.item_contexts import ItemContexts
from pytest_execute.discovery import mapping
from pytest_execute.discovery.collected import collected_tests
from pytest_execute.distributed.worker_side import FAILURE_KEY
from pytest_execute.session.run_settings import RunSettings


class ItemPlugin:
    """Deselects tests that are out of scope, and keeps them; tells coverage the gates that each test counts for."""

    def __init__(self, config: pytest.Config, settings: RunSettings, contexts: ItemContexts) -> None:
        self.config, self.settings, self.contexts = config, settings, contexts
        self.out_of_scope: list[pytest.Item] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        plan, scope = self.settings.plan, self.settings.scope
        manifest = mapping.map_tests(plan, collected_tests(items, plan.topic))
        changed = self.settings.changed_tests
        parts = {test: single_tests.context_parts(test, gates, changed) for test, gates in manifest.gates.items()}
        self.contexts.begin(tuple(items), parts)
        if scope.is_partial:
            selected = mapping.select_tests(plan, manifest, scope.streams, scope.tasks)
            self.out_of_scope = [item for item in items if item.nodeid not in selected]
            self.config.hook.pytest_deselected(items=self.out_of_scope)
            items[:] = [item for item in items if item.nodeid in selected]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.contexts.end()
        if self.contexts.failure and hasattr(self.config, "workeroutput"):  # xdist adds it in a worker
            self.config.workeroutput[FAILURE_KEY] = self.contexts.failure
