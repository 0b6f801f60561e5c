"""The scan for fixtures is shorter, and finds the same."""

from __future__ import annotations

import types

import pytest

from pytest_execute.engine.child.fixture_scan import fixture_names
from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_only_fixtures_of_a_plugin_are_looked_at() -> None:
    plugin = types.ModuleType("plugin")
    vars(plugin).update(x=1, f=len, value=pytest.fixture(lambda: 1), y=2)
    assert fixture_names(plugin) == ["value"]
    assert fixture_names(types.ModuleType("empty")) == []


def test_each_job_has_the_fixtures_of_plugins(repo: Repository) -> None:
    text = "def test_a(tmp_path, record_property, cache):\n    assert tmp_path.exists()\n"
    commit = repo.commit("a", {"tests/test_a.py": text})
    with tree_runner(repo) as runner:
        states = [runner.run(runner.git.tree(commit), [ONE])[ONE].state for _ in range(2)]
    assert states == ["passed"] * 2
