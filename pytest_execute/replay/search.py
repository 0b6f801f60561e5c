"""Search for the turn of each test: which tests to run next, on which trees."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

from pytest_execute.core.evidence import Proof, Turn
from pytest_execute.replay.conclusions import Conclusions
from pytest_execute.replay.first_pass import FirstPassSearch, MayDiffer
from pytest_execute.replay.orders import Unobserved
from pytest_execute.replay.proofs import dropped_proof, needed_runs, proofs
from pytest_execute.replay.steps import Step
from pytest_execute.replay.work_queue import RunTree, TestInTree, TestsInTrees, run_in_threads, run_jobs


class Search:
    """Runs tests until the observations suffice for a proof of each, with so many workers.

    `may_differ` returns whether a test may come out otherwise on another tree, from the files that it looked at.
    """

    def __init__(self, conclusions: Conclusions, may_differ: MayDiffer, workers: int) -> None:
        self.conclusions, self.may_differ, self.workers = conclusions, may_differ, workers
        self.observations, self.steps = conclusions.observations, conclusions.steps

    def prove(self, tests: Iterable[str]) -> dict[str, Proof]:
        """Return a proof, or the reason why there is none, for each of `tests`."""
        observations, conclusions = self.observations, self.conclusions
        requested = list(tests)
        self._find_turns(requested)
        isolated = {test for test in requested if test not in observations.isolated and conclusions.differs_alone(test)}
        observations.isolate(isolated)
        self._find_turns([test for test in requested if test in isolated])
        while runs := set(needed_runs(conclusions, requested)):
            self._run(runs, observations.run)
        return proofs(conclusions, requested)

    def answer(self, question: Callable[[], bool]) -> bool:
        """Return the answer to a question about tests, after the runs that it rests on."""
        while True:
            try:
                return question()
            except Unobserved as error:
                self._run([error.pair], self.observations.run)

    def turns(self, tests: Iterable[str]) -> dict[str, tuple[Turn, ...]]:
        """Return all turns of each of `tests`, after a run on every tree that it was not run on."""
        requested, conclusions = list(tests), self.conclusions
        self._run(
            self._not_run((tree, test) for tree in conclusions.trees for test in requested), self.observations.run
        )
        return {test: tuple(conclusions.all_turns(test)) for test in requested}

    def dropped(self, removed: Mapping[str, Step]) -> dict[str, Proof]:
        """Return proofs of removed tests that fail on today's code, twice, for a reason that counts.

        `removed` maps each test to the last step that had it.
        """
        conclusions, compose = self.conclusions, self.conclusions.compose
        today = {test: (compose(self.steps[-1].own_tree, step.own_tree), test) for test, step in removed.items()}
        self._run(today.values(), self.observations.run)
        reds = {test: red for test, pair in today.items() if (red := conclusions.red(pair)).cause is not None}
        self._run([today[test] for test in reds], self.observations.run_again)
        stable = {test: red for test, red in reds.items() if not conclusions.is_unstable(today[test])}
        last = {test: (compose(removed[test].own_tree, removed[test].own_tree), test) for test in stable}
        self._run(last.values(), self.observations.run)
        first = self.observations.first
        return {test: dropped_proof(test, removed[test], red, first[last[test]].passed) for test, red in stable.items()}

    def _find_turns(self, tests: Sequence[str]) -> None:
        """Find the turn of each test, and run it again, alone, on the trees that its proof rests on."""
        self._confirm(tests, self._first_pass(tests))

    def _first_pass(self, tests: Sequence[str]) -> FirstPassSearch:
        """Find the first tree that each test passes on."""
        trees, run = self.conclusions.trees, functools.partial(self.observations.first_outcomes, attempt="quick")
        search = FirstPassSearch(trees, run, self.may_differ, self.workers, self.observations.cost)
        search.start(tests)
        run_in_threads([search.work] * self.workers)
        self.observations.passing_tree |= {test: trees[index] for test, index in search.first_pass.items()}
        self.observations.keep_first(search.outcomes)
        return search

    def _confirm(self, tests: Sequence[str], search: FirstPassSearch) -> None:
        """Run each test a second time, alone, on the trees that its proof rests on, and what its order needs."""
        observations, conclusions = self.observations, self.conclusions
        decisive = {(step.tree, test) for test in tests for step in conclusions.decisive_steps(test)}
        for tree, test in decisive - observations.first.keys():
            if (outcome := search.outcome_on_equal_tree(test, tree)) is not None:
                observations.first[(tree, test)] = outcome
        self._run(decisive - observations.first.keys(), observations.run)
        turned = {(tree, test) for tree, test in decisive if test in observations.passing_tree}
        for_orders = (lambda: set(conclusions.runs_for_orders(tests)), observations.run)
        run_jobs([(turned, observations.run_again), for_orders], self.workers, observations.cost)
        too_short = {pair for pair in turned if not conclusions.is_hang_or_ended(pair)}
        run_fully = functools.partial(observations.run_again, attempt="full")
        run_jobs([(decisive - turned | too_short, run_fully), for_orders], self.workers, observations.cost)

    def _not_run(self, pairs: Iterable[TestInTree]) -> set[TestInTree]:
        return {pair for pair in pairs if pair not in self.observations.first}

    def _run(self, pairs: TestsInTrees, run: RunTree) -> None:
        run_jobs([(pairs, run)], self.workers, self.observations.cost)
