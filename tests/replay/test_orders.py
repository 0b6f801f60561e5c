"""Orders of a test from outcomes that are given: nothing is run here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import Struct

from pytest_execute.engine.outcome import State, TreeOutcome
from pytest_execute.replay.observations import Observations
from pytest_execute.replay.orders import Orders, Unobserved
from pytest_execute.replay.steps import Step, TestForm
from pytest_execute.replay.support_files import Accesses

TEST = "tests/test_a.py::test_x[1]"
FUNCTION = "tests/test_a.py::test_x"


class FakeTrees(Struct):
    """Trees with names that say of what they are composed. `tests` has the text that each commit has as its tests."""

    tests: dict[str, str] = {}
    functions: frozenset[str] = frozenset()
    accesses: Accesses = None

    def compose(self, code: str, tests: str) -> str:
        return f"{code} with tests of {tests}"

    def hollow(self, code: str, before: str, names: frozenset[str] | None = None) -> str:
        taken = self.functions if names is None else names
        return f"{code} without {' '.join(sorted(taken))}" if taken else code

    def new_definitions(self, code: str, before: str) -> frozenset[str]:
        return self.functions

    def differ(self, one: str, other: str, test: str, accesses: Accesses) -> bool:
        assert accesses == self.accesses, "what the test looks at where it passes"
        return self.tests.get(one) != self.tests.get(other)

    def new_words(self, one: str, other: str, test: str) -> frozenset[str]:
        return frozenset(self.tests[one].split()) - set(self.tests[other].split())


def has(name: str | None) -> Callable[[str], TestForm | None]:
    return lambda _: TestForm(name, "") if name else None


def find_order(
    texts: list[str], outcomes: dict[tuple[str, str], State], *functions: str, name: str | None = FUNCTION
) -> str | tuple[str, str]:
    """Return the order of the test with these texts at the parent, at the turn and today, or the run that it needs.

    The parent has it by `name`. `functions` came with the turn.
    """
    parent = Step("parent", "tree", "parent", (), has(name))
    turn = Step("turn", "turn's tree", "turn", (parent,), has(FUNCTION))
    today = Step("today", "today's tree", "today", (turn,), has(FUNCTION))
    observations = Observations(lambda *_, **__: {}, {})
    observations.first = {(tree, test): TreeOutcome(test=test, state=state) for (tree, test), state in outcomes.items()}
    accesses = frozenset({"looked at"})
    observations.first[("turn's tree", TEST)] = TreeOutcome(test=TEST, state="passed", accesses=accesses)
    trees = FakeTrees(dict(zip(("parent", "turn", "today"), texts, strict=True)), frozenset(functions), accesses)
    try:
        return Orders(today, observations, lambda outcome: outcome.state == "failed", trees).order(TEST, turn)
    except Unobserved as error:
        return error.pair


RED = ("parent", TEST)
WITH_CODE = ("turn with tests of parent", TEST)


def test_nothing_is_run_where_nothing_differs() -> None:
    assert find_order(["a", "a", "a"], {}) == "before"
    assert find_order(["a", "b", "a"], {}) == "before", "what came with the turn is gone"
    assert find_order(["a", "a", "a"], {}, name=None) == "same-commit"


@pytest.mark.parametrize(
    ("texts", "order"), [(["a", "b", "b"], "same-commit"), (["a", "b", "c"], "same-commit"), (["a", "a", "b"], "after")]
)
@pytest.mark.parametrize(
    "outcomes",
    [{RED: "passed"}, {RED: "skipped"}, {RED: "failed", WITH_CODE: "failed"}],
    ids=["never red", "no red", "never passes"],
)
def test_a_form_that_the_code_does_not_turn_does_not_count(
    texts: list[str], order: str, outcomes: dict[tuple[str, str], State]
) -> None:
    assert find_order(texts, outcomes) == order


@pytest.mark.parametrize(("texts", "order"), [(["a", "b", "b"], "same-commit"), (["a", "a", "b"], "after")])
def test_a_form_asks_something_of_the_code(texts: list[str], order: str) -> None:
    """Each run is needed only after the ones before it."""
    outcomes: dict[tuple[str, str], State] = {}

    def found() -> str | tuple[str, str]:
        return find_order(texts, outcomes, "add")

    assert found() == RED
    outcomes[RED] = "failed"
    assert found() == WITH_CODE
    outcomes[WITH_CODE] = "passed"
    hollow_then, hollow_today = (
        ("turn without add with tests of parent", TEST),
        ("turn without add with tests of today", TEST),
    )
    assert found() == hollow_then
    outcomes[hollow_then] = "failed"
    assert found() == "before"
    outcomes[hollow_then] = "passed"
    assert found() == hollow_today
    outcomes[hollow_today] = "passed"
    assert found() == "before", "nor does the test of today"
    outcomes[hollow_today] = "failed"
    assert found() == order


def test_what_came_with_the_turn_asks_for_nothing_else() -> None:
    """Of the functions that came with it, only those count that the form does not mention."""
    outcomes: dict[tuple[str, str], State] = {
        RED: "failed",
        WITH_CODE: "passed",
        ("turn without add mul with tests of parent", TEST): "failed",
        ("turn without mul with tests of parent", TEST): "passed",
        ("turn without mul with tests of turn", TEST): "failed",
    }
    assert find_order(["add", "add mul", "add mul"], outcomes, "add", "mul") == "same-commit"
    assert find_order(["add", "add", "add mul"], outcomes, "add", "mul") == "before", "it may later"


@pytest.mark.parametrize("then", [{RED: "absent"}, {RED: "failed", WITH_CODE: "absent"}], ids=["absent", "no file"])
def test_a_test_that_was_parametrized_later_had_the_form_of_its_function(then: dict[tuple[str, str], State]) -> None:
    outcomes: dict[tuple[str, str], State] = {
        **then,
        ("parent", FUNCTION): "failed",
        ("turn with tests of parent", FUNCTION): "passed",
    }
    assert find_order(["a", "a", "b"], outcomes) == "before"
    assert find_order(["a", "b", "b"], outcomes) == "same-commit", "these parameters came with the turn"


def test_a_shell_that_was_filled_after_it_was_renamed() -> None:
    base = Step("base", "tree", "base", (), has(FUNCTION))
    step = Step("step", "step's tree", "step", (base,), has(FUNCTION))
    today = Step("today", "today's tree", "today", (step,), has(FUNCTION))
    observations = Observations(lambda *_, **__: {}, {})
    passed, failed = TreeOutcome(test=TEST, state="passed"), TreeOutcome(test=TEST, state="failed")
    observations.first = {("step's tree", TEST): passed, ("step without add with tests of step", TEST): passed}
    trees = FakeTrees({"base": "a", "step": "a", "today": "b"}, frozenset({"add"}))
    orders = Orders(today, observations, lambda outcome: not outcome.passed, trees)
    observations.first[("step without add with tests of today", TEST)] = failed
    assert orders.is_filled_later(TEST, step, base)
    observations.first[("step without add with tests of step", TEST)] = failed
    assert not orders.is_filled_later(TEST, step, base), "it asked something then"
    trees.tests["today"] = "a"
    assert not orders.is_filled_later(TEST, step, base), "it is the same today"
