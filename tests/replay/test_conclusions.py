"""Conclusions from outcomes that are given: nothing is run."""

from __future__ import annotations

from collections.abc import Callable

from pytest_execute.core.evidence import Turn
from pytest_execute.engine.outcome import State, TreeOutcome
from pytest_execute.replay.conclusions import Conclusions
from pytest_execute.replay.observations import Observations
from pytest_execute.replay.red_causes import ProjectModules
from pytest_execute.replay.steps import Step, TestForm
from tests.replay.test_orders import FakeTrees

TEST = "tests/test_a.py::test_x"
TODAY, EARLIER = TestForm(TEST, "today"), TestForm(TEST, "earlier")


def outcome(state: State, seconds: float = 0.0, exception: str = "AssertionError") -> TreeOutcome:
    types = (f"builtins.{exception}",) if state == "failed" else ()
    return TreeOutcome(test=TEST, state=state, phase="call", types=types, message=exception, seconds=seconds)


def always(form: TestForm | None) -> Callable[[str], TestForm | None]:
    return lambda _: form


def line(*forms: TestForm | None) -> list[Step]:
    """Commits one after the other, named by their numbers, each with its form of the test."""
    steps: list[Step] = []
    for number, form in enumerate(forms):
        steps.append(Step(str(number), f"tree {number}", f"own {number}", tuple(steps[-1:]), always(form)))
    return steps


def concluded(
    steps: list[Step], passes: int, *outcomes: TreeOutcome, tests: dict[str, str] | None = None
) -> Conclusions:
    """The test has these outcomes on the trees of the steps, twice, and first passes on that of the step `passes`.

    `tests` has the text that each tree has as its tests; by default all are the same.
    """
    observations = Observations(lambda *_, **__: {}, {})
    observations.first = {(step.tree, TEST): seen for step, seen in zip(steps, outcomes, strict=True)}
    observations.second = dict(observations.first)
    observations.passing_tree = {TEST: steps[passes].tree}
    project = ProjectModules(frozenset({"app"}), lambda path: path.startswith("tests/"))
    return Conclusions(steps, observations, project, FakeTrees(tests or {}))


def turn_of(conclusions: Conclusions) -> Step:
    turn = conclusions.turn(TEST)
    assert turn is not None
    return turn


FAILED, PASSED = outcome("failed"), outcome("passed")


def test_the_turn_is_the_first_step_with_the_tree_that_passes() -> None:
    conclusions = concluded(line(None, TODAY, TODAY), 2, FAILED, FAILED, PASSED)
    assert turn_of(conclusions).commit == "2"
    assert [step.commit for step in conclusions.decisive_steps(TEST)] == ["0", "1", "2"]
    assert conclusions.turn("another") is None
    assert [step.commit for step in conclusions.decisive_steps("another")] == ["2"]


def test_two_runs_that_end_otherwise_are_unstable() -> None:
    conclusions = concluded(line(TODAY, TODAY), 1, FAILED, PASSED)
    assert not conclusions.differs_alone(TEST)
    conclusions.observations.second[("tree 0", TEST)] = outcome("failed", exception="KeyError")
    assert not conclusions.differs_alone(TEST), "it fails both times"
    assert conclusions.is_unstable(("tree 0", TEST)), "but for another cause"
    conclusions.observations.second[("tree 0", TEST)] = PASSED
    assert conclusions.differs_alone(TEST)


def test_all_turns_skip_parents_that_were_not_run() -> None:
    conclusions = concluded(line(*[TODAY] * 4), 1, FAILED, PASSED, FAILED, PASSED)
    assert [*conclusions.all_turns(TEST)] == [Turn("1", True), Turn("2", False), Turn("3", True)]
    outside = Step("outside", "a tree before base", "own", (), always(None))
    steps = [outside, Step("merge", "tree", "own", (outside,), always(None))]
    conclusions = concluded(steps, 1, PASSED, FAILED)
    conclusions.steps = steps[1:]
    del conclusions.observations.first[("a tree before base", TEST)]
    assert [*conclusions.all_turns(TEST)] == []
