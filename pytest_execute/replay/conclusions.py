"""Conclusions from the observations of the replay: the turn of each test, its order and its reds.

Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pytest_execute.core.evidence import Order, Turn
from pytest_execute.core.nodeids import function_of
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.observations import Observations
from pytest_execute.replay.orders import Orders, Trees, Unobserved
from pytest_execute.replay.red_causes import ProjectModules, Red, classify
from pytest_execute.replay.steps import Step
from pytest_execute.replay.work_queue import TestInTree

HANG_FACTOR = 3.0
"""A test hangs where it goes on for more than so many times the seconds that it takes when it passes."""


class Conclusions:
    """Meaning of `observations` on trees of `steps`, which go from base to head, parents first.

    The turn of a test is the first step with which it passes: on every tree before it did not pass, in a run there or
    on a tree that is the same to it. So no later break of working code can be taken for a red. `trees` composes further
    trees.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        observations: Observations,
        project: ProjectModules,
        trees: Trees,
    ) -> None:
        self.steps, self.observations, self.project, self.compose = steps, observations, project, trees.compose
        self.orders = Orders(steps[-1], observations, lambda outcome: self._red(outcome).cause is not None, trees)
        self.trees = list(dict.fromkeys(step.tree for step in steps))
        self.first_step = {step.tree: step for step in reversed(steps)}  # the first step that has each tree

    # -- turns

    def turn(self, test: str) -> Step | None:
        """Return the step with which `test` first passes."""
        tree = self.observations.passing_tree.get(test)
        return self.first_step[tree] if tree is not None else None

    def decisive_steps(self, test: str) -> list[Step]:
        """Return the steps that the proof rests on: base, the parents of the turn, and the turn; else the last."""
        turn = self.turn(test)
        if turn is None:
            return [self.steps[-1]]
        return [self.steps[0], *turn.parents, turn] if turn.parents else []

    def all_turns(self, test: str) -> Iterator[Turn]:
        """Yield each turn of a test that was run on all trees.

        A step that branched off before base and was not run is skipped.
        """
        first = self.observations.first
        for step in self.steps:
            passes = first[(step.tree, test)].passed
            parents = [outcome for p in step.parents if (outcome := first.get((p.tree, test))) is not None]
            if passes and not any(parent.passed for parent in parents):
                yield Turn(step.commit, True)
            elif not passes and parents and all(parent.passed for parent in parents):
                yield Turn(step.commit, False)

    def differs_alone(self, test: str) -> bool:
        """Return whether a test ends in another way alone: its neighbours change it, or its first run was too short."""
        pairs = [(step.tree, test) for step in self.decisive_steps(test)]
        first, second = self.observations.first, self.observations.second
        return any(_end(first[pair]) != _end(second[pair]) for pair in pairs)

    def is_unstable(self, pair: TestInTree) -> bool:
        """Return whether two runs on that tree ended differently, as far as they must agree."""
        one, other = self.observations.first[pair], self.observations.second[pair]
        return (one.passed, self._red(one).cause) != (other.passed, self._red(other).cause)

    def is_hang_or_ended(self, pair: TestInTree) -> bool:
        """Return whether a test ended by itself, or went on for much longer than it takes with its turn."""
        first, second = self.observations.first, self.observations.second
        if second[pair].state != "timeout":
            return True
        turn = (self.observations.passing_tree[pair[1]], pair[1])
        return second[pair].seconds > HANG_FACTOR * max(first[turn].seconds, second[turn].seconds)

    def agreed_hangs(self) -> Iterator[str]:
        """Yield the tests that hung in two runs on a tree."""
        for pair, outcome in self.observations.second.items():
            if outcome.state == "timeout" and not self.is_unstable(pair):
                yield pair[1]

    # -- orders

    def order(self, test: str, turn: Step) -> Order:
        """Return when the test came in, against the step that made it pass. Raises Unobserved."""
        return self.orders.order(test, turn)

    def runs_for_orders(self, tests: Iterable[str]) -> Iterator[TestInTree]:
        """Yield a run that the order of each test rests on and that was not made yet; there may be more after it."""
        for test in tests:
            if (turn := self.turn(test)) is not None and turn.parents:
                try:
                    self.order(test, turn)
                except Unobserved as error:
                    yield error.pair

    def form_at_base(self, test: str) -> Literal["same", "other"] | None:
        """Return whether base had the test as it is today, maybe in another file, or in another form.

        If its definition is the same, and it was moved or uses something that has changed, the form of base has to pass
        on today's code: nothing was made weaker for it. Raises Unobserved.
        """
        base, today = self.steps[0], self.steps[-1]
        then, now = base.form(test), today.form(test)
        if then is None or now is None:
            return None
        if then.fingerprint != now.fingerprint:
            return "other"
        if then.test == now.test and not self._uses_other(test):
            return "same"
        form = then.test + test.removeprefix(function_of(test))
        return "same" if self.orders.outcome(self.compose(today.own_tree, base.own_tree), form).passed else "other"

    def _uses_other(self, test: str) -> bool:
        """Return whether something differs since base that a test uses on the tests' side."""
        tree = self.observations.passing_tree.get(test, self.trees[-1])
        return self.orders.differ(self.steps[0], self.steps[-1], test, tree)

    # -- reds

    def red(self, pair: TestInTree) -> Red:
        return self._red(self.observations.first[pair])

    def _red(self, outcome: TreeOutcome) -> Red:
        return Red(None, "the test passed") if outcome.passed else classify(outcome, self.project)


def _end(outcome: TreeOutcome) -> str:
    """Return "passed", "timeout" or "failed"."""
    return outcome.state if outcome.state in ("passed", "timeout") else "failed"
