"""First tree that each test passes on, and the trees that it is run on to find it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.first_pass import FirstPassSearch

TREES = ("base", "one", "two", "three", "head")
TEST = "tests/test_a.py::test_x"


class Trees:
    """Tests that pass from a tree on; if `cached`, no test begins to run."""

    def __init__(self, passes: dict[str, str], *, cached: bool = False, hold: Callable[[str], object] = str) -> None:
        self.passes, self.cached, self.hold = passes, cached, hold
        self.ran: list[tuple[str, str]] = []

    def run(self, tree: str, tests: Sequence[str], on_start: Callable[[], None]) -> dict[str, TreeOutcome]:
        self.ran += [(tree, test) for test in tests]
        if not self.cached:
            on_start()
        self.hold(tree)
        later = {test: TREES.index(tree) >= TREES.index(self.passes[test]) for test in tests}
        return {test: TreeOutcome(test=test, state="passed" if later[test] else "failed") for test in tests}


def differ(*_: object) -> bool:
    return True


def searched(trees: Trees, workers: int, differs: Callable[..., bool] = differ) -> FirstPassSearch:
    search = FirstPassSearch(TREES, trees.run, differs, workers, lambda _: 1.0)
    search.start(list(trees.passes))
    threads = [threading.Thread(target=search.work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return search


def test_each_test_is_run_until_it_passes() -> None:
    trees = Trees({"a.py::x": "base", "a.py::y": "two", "b.py::z": "head"})
    search = searched(trees, 1)
    assert search.first_pass == {"a.py::x": 0, "a.py::y": 2, "b.py::z": 4}
    assert [tree for tree, test in trees.ran if test == "a.py::x"] == ["base"]
    assert [tree for tree, test in trees.ran if test == "a.py::y"] == ["base", "one", "two"]
    assert [tree for tree, test in trees.ran if test == "b.py::z"] == list(TREES)


def test_trees_that_are_the_same_to_a_test_are_skipped_but_for_the_last() -> None:
    trees = Trees({TEST: "head"})
    searched(trees, 1, lambda one, other, _: {one, other} != {"base", "one"})
    assert [tree for tree, _ in trees.ran] == ["base", "two", "three", "head"]
    trees = Trees({TEST: "head"})
    searched(trees, 1, lambda *_: False)
    assert [tree for tree, _ in trees.ran] == ["base", "head"]


def test_an_idle_worker_runs_ahead_and_its_outcomes_count_later() -> None:
    two = threading.Event()

    def hold(tree: str) -> None:
        if tree == "one":
            assert two.wait(30), "no worker ran ahead"
        if tree == "two":
            two.set()

    trees = Trees({TEST: "three"}, hold=hold)
    search = searched(trees, 2)
    assert search.first_pass == {TEST: 3}
    assert [tree for tree, _ in search.outcomes] == ["base", "one", "two", "three"]
    assert len(trees.ran) == len(set(trees.ran)), "nothing is run twice"


def test_an_outcome_from_ahead_of_the_first_pass_does_not_count() -> None:
    two = threading.Event()
    trees = Trees({TEST: "one"}, hold=lambda tree: two.wait(30) if tree == "one" else two.set() if tree == "two" else 0)
    search = searched(trees, 2)
    assert (TREES[2], TEST) in trees.ran
    assert search.first_pass == {TEST: 1}
    assert [tree for tree, _ in search.outcomes] == ["base", "one"]


@pytest.mark.parametrize("turn", ["base", "head"])
def test_no_worker_runs_ahead_where_all_is_cached_or_the_test_may_pass(turn: str) -> None:
    trees = Trees({TEST: turn}, cached=turn == "head")
    searched(trees, 4)
    assert [tree for tree, _ in trees.ran] == list(TREES[: TREES.index(turn) + 1])
