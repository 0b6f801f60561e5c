"""Order of a test: when what it rests on came, against the step that made it pass. Nothing is run here.

A commit before the turn had the test if one of these is so:

1. Nothing differs from today that the test uses on the tests' side.
2. The form that the test had there counts: it was red there, it passes with the code of the turn, and it asks something
   of that code. It asks nothing if it passes without the bodies that the turn brought, and the test of today does not.

A form that changed with the turn itself may ask for nothing new: the same is tried with the bodies of those functions
alone that the form does not mention. It must have had the same parameters; a test may be parametrized later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pytest_execute.core.evidence import Order
from pytest_execute.core.nodeids import function_of
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.observations import Observations
from pytest_execute.replay.steps import Step
from pytest_execute.replay.work_queue import TestInTree


class Unobserved(LookupError):
    """Raised where an order rests on the outcome of a test in a tree that it was not run in yet."""

    def __init__(self, pair: TestInTree) -> None:
        super().__init__(pair)
        self.pair = pair


class Trees(Protocol):
    """Trees made of the commits' own trees, which are named by their ids; see `StepBuilder`."""

    def compose(self, code: str, tests: str) -> str:
        """Return the id of a tree with the code of one and the tests of another."""

    def hollow(self, code: str, before: str, names: frozenset[str] | None = None) -> str:
        """Return the id of `code` without the bodies of functions that `before` has not."""

    def new_definitions(self, code: str, before: str) -> frozenset[str]:
        """Return the names of these functions."""

    def differ(self, one: str, other: str, test: str, accesses: frozenset[str] | None) -> bool:
        """Return whether something differs that a test uses."""

    def new_words(self, one: str, other: str, test: str) -> frozenset[str]:
        """Return the words by which the files that a test may use ask in `one`, and not in `other`."""


class Orders:
    """Orders of tests, from their first outcomes in trees. `today` is the last step."""

    def __init__(
        self, today: Step, observations: Observations, is_red: Callable[[TreeOutcome], bool], trees: Trees
    ) -> None:
        self.today, self.observations, self.is_red, self.trees = today, observations, is_red, trees

    def order(self, test: str, turn: Step) -> Order:
        """Return when the test came in, against its turn. Raises Unobserved."""
        if any(self._was_before(test, turn, parent) for parent in turn.parents):
            return "before"
        is_new = _name(turn, test) is not None and all(self.differ(p, turn, test, turn.tree) for p in turn.parents)
        return "same-commit" if is_new else "after"

    def _was_before(self, test: str, turn: Step, parent: Step) -> bool:
        name = _name(parent, test)
        if name is None:
            return False
        if not self.differ(parent, self.today, test, turn.tree):
            return True
        came_with_turn = self.differ(parent, turn, test, turn.tree)
        own, with_code = parent.own_tree, self.trees.compose(turn.own_tree, parent.own_tree)
        form = name + _parameters(test)
        if not came_with_turn and form != name and self._is_absent(form, own, with_code):
            form = name
        return (
            self.is_red(self.outcome(own, form))
            and self.outcome(with_code, form).passed
            and not self._asks_nothing(test, form, turn, parent)
            and not (came_with_turn and self._asks_less(test, form, turn, parent))
        )

    def _is_absent(self, form: str, own: str, with_code: str) -> bool:
        """Return whether a form is not there: where its file cannot be collected without the code, all are red."""
        outcome = self.outcome(own, form)
        return outcome.state == "absent" or (self.is_red(outcome) and self.outcome(with_code, form).state == "absent")

    def _asks_nothing(self, test: str, form: str, turn: Step, parent: Step) -> bool:
        """Return whether the form asks nothing of the functions that the turn brought, and the test of today does."""
        code = self.trees.hollow(turn.own_tree, parent.own_tree)
        return self._is_filled(test, form, turn, parent, code, self.today)

    def _asks_less(self, test: str, form: str, turn: Step, parent: Step) -> bool:
        """Return whether the test asks something, since the turn, of functions that came with it."""
        names = self.trees.new_definitions(turn.own_tree, parent.own_tree)
        names &= self.trees.new_words(turn.own_tree, parent.own_tree, _name(turn, test) or test)
        code = self.trees.hollow(turn.own_tree, parent.own_tree, names)
        return self._is_filled(test, form, turn, parent, code, turn)

    def is_filled_later(self, test: str, step: Step, base: Step) -> bool:
        """Return whether the test of a step asks nothing of the code since base, and that of today does.

        Raises Unobserved. The test passes at the step.
        """
        if not self.differ(step, self.today, test, step.tree):
            return False
        code = self.trees.hollow(step.own_tree, base.own_tree)
        return self._is_filled(test, (_name(step, test) or "") + _parameters(test), step, step, code, self.today)

    def _is_filled(self, test: str, form: str, turn: Step, parent: Step, code: str, filled: Step) -> bool:
        """Return whether the form passes with this code, and the test as it is in `filled` does not."""
        name = _name(filled, test)
        if name is None or code == turn.own_tree:
            return False
        if not self.outcome(self.trees.compose(code, parent.own_tree), form).passed:
            return False
        return not self.outcome(self.trees.compose(code, filled.own_tree), name + _parameters(test)).passed

    def differ(self, one: Step, other: Step, test: str, tree: str) -> bool:
        """Return whether two commits have another test, or something else that it uses in `tree`. Raises Unobserved."""
        name = _name(one, test)
        if name is None or name != _name(other, test):
            return True
        accesses = self.outcome(tree, test).accesses
        return self.trees.differ(one.own_tree, other.own_tree, name, accesses)

    def outcome(self, tree: str, test: str) -> TreeOutcome:
        """Return the first outcome of a test in a tree. Raises Unobserved."""
        outcome = self.observations.first.get((tree, test))
        if outcome is None:
            raise Unobserved((tree, test))
        return outcome


def _parameters(test: str) -> str:
    return test.removeprefix(function_of(test))


def _name(step: Step, test: str) -> str | None:
    """Return the nodeid, without parameters, that a test had in the commit's own tests."""
    form = step.form(test)
    return form.test if form is not None else None
