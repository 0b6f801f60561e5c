"""Limits of time."""

from __future__ import annotations

from pytest_execute.engine.settings import TimeLimits
from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_a_test_that_computes_too_long_is_killed_and_one_that_waits_is_not(repo: Repository) -> None:
    files = {"tests/test_a.py": "def test_a():\n    while True: pass\n", "tests/test_b.py": (
        "import time\ndef test_b():\n    time.sleep(1)\n"
    )}  # fmt: skip
    commit, tests = repo.commit("a", files), [ONE, "tests/test_b.py::test_b"]
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), tests, limits=lambda _: TimeLimits(600.0, cpu_seconds=0.5))
    assert [outcomes[test].state for test in tests] == ["timeout", "passed"]
    assert outcomes[ONE].seconds >= 0.5
