"""Plugin of every process that collects tests: keeps those that options, plugins or conftests take out of the run."""

from __future__ import annotations

from collections.abc import Generator

import pytest


class DeselectionPlugin:
    """Plugin that keeps the tests that were collected and shall not run."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        collected = list(items)
        yield
        selected = {item.nodeid for item in items}
        self.items = [item for item in collected if item.nodeid not in selected]
