"""Where each test first passes, and on which trees it is run to find that out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.first_pass import FirstPassSearch

TREES = ("base", "one", "two", "three", "head")
TEST = "tests/test_a.py::test_x"


class Trees:
    """Tests that pass from a tree on; `known` says whether a run is only remembered."""

    def __init__(self, passes: dict[str, str], *, known: bool = False, hold: Callable[[str], object] = str) -> None:
        self.passes, self.known, self.hold = passes, known, hold
        self.ran: list[tuple[str, str]] = []

    def run(self, tree: str, tests: Sequence[str], begun: Callable[[], None]) -> dict[str, TreeOutcome]:
        self.ran += [(tree, test) for test in tests]
        if not self.known:
            begun()
        self.hold(tree)
        later = {test: TREES.index(tree) >= TREES.index(self.passes[test]) for test in tests}
        return {test: TreeOutcome(test=test, state="passed" if later[test] else "failed") for test in tests}


def differ(*_: object) -> bool:
    return True


def walked(trees: Trees, workers: int, differs: Callable[..., bool] = differ) -> FirstPassSearch:
    walk = FirstPassSearch(TREES, trees.run, differs, workers, lambda _: 1.0)
    walk.start(list(trees.passes))
    threads = [threading.Thread(target=walk.work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return walk


def test_each_test_is_run_until_it_passes() -> None:
    trees = Trees({"a.py::x": "base", "a.py::y": "two", "b.py::z": "head"})
    walk = walked(trees, 1)
    assert walk.first_pass == {"a.py::x": 0, "a.py::y": 2, "b.py::z": 4}
    assert [tree for tree, test in trees.ran if test == "a.py::x"] == ["base"]
    assert [tree for tree, test in trees.ran if test == "a.py::y"] == ["base", "one", "two"]
    assert [tree for tree, test in trees.ran if test == "b.py::z"] == list(TREES)


def test_trees_that_are_the_same_to_it_are_left_out_but_for_the_last() -> None:
    trees = Trees({TEST: "head"})
    walked(trees, 1, lambda one, other, _: {one, other} != {"base", "one"})
    assert [tree for tree, _ in trees.ran] == ["base", "two", "three", "head"]
    trees = Trees({TEST: "head"})
    walked(trees, 1, lambda *_: False)
    assert [tree for tree, _ in trees.ran] == ["base", "head"]


def test_who_would_be_idle_runs_ahead_and_what_it_finds_counts_in_its_turn() -> None:
    two = threading.Event()

    def hold(tree: str) -> None:
        if tree == "one":
            assert two.wait(30), "nobody ran ahead"
        if tree == "two":
            two.set()

    trees = Trees({TEST: "three"}, hold=hold)
    walk = walked(trees, 2)
    assert walk.first_pass == {TEST: 3}
    assert [tree for tree, _ in walk.outcomes] == ["base", "one", "two", "three"]
    assert len(trees.ran) == len(set(trees.ran)), "nothing is run twice"


def test_what_was_found_ahead_of_a_turn_does_not_count() -> None:
    two = threading.Event()
    trees = Trees({TEST: "one"}, hold=lambda tree: two.wait(30) if tree == "one" else two.set() if tree == "two" else 0)
    walk = walked(trees, 2)
    assert (TREES[2], TEST) in trees.ran
    assert walk.first_pass == {TEST: 1}
    assert [tree for tree, _ in walk.outcomes] == ["base", "one"]


@pytest.mark.parametrize("turn", ["base", "head"])
def test_nobody_runs_ahead_where_all_is_known_or_the_test_may_pass_as_it_stands(turn: str) -> None:
    trees = Trees({TEST: turn}, known=turn == "head")
    walked(trees, 4)
    assert [tree for tree, _ in trees.ran] == list(TREES[: TREES.index(turn) + 1])
