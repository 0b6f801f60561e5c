"""Plugin of every process that collects tests: keeps those that options, plugins or conftests take out of the run."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pytest_execute.session.item_plugin import ItemPlugin


class DeselectionPlugin:
    """Plugin that keeps the tests that were collected and shall not run, without those that `scope` left out."""

    def __init__(self, scope: object) -> None:
        self.items: list[pytest.Item] = []
        self._scope = scope if isinstance(scope, ItemPlugin) else None

    @property
    def out_of_scope(self) -> list[pytest.Item]:
        """Return the tests that count for nothing that is judged."""
        return self._scope.out_of_scope if self._scope is not None else []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        collected = list(items)
        yield
        known = {item.nodeid for item in (*items, *self.out_of_scope)}
        self.items = [item for item in collected if item.nodeid not in known]
