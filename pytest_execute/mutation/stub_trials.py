"""Tries stubs with the tests of one file, as far as the cache does not know the outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pytest_execute.engine.child.messages import MutationJob
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import DEFAULT_LIMITS
from pytest_execute.mutation.cache import MutationCache
from pytest_execute.mutation.outcomes import Stub, StubOutcome, Tests, Trial
from pytest_execute.mutation.probed_file import ProbedFile
from pytest_execute.mutation.replies import MutationReplies
from pytest_execute.mutation.targets import NumberedTargets
from pytest_execute.tools.cache import digest
from pytest_execute.tools.git import Tree

T = TypeVar("T")
NOT_PROBED = "the run of its tests did not come to its end"
"""Error of all stubs of a file whose tests could not be run without one."""


class StubTrials:
    """Tries stubs on `targets` in `tree`; `workers` tests run side by side in one child process of `runner`."""

    def __init__(
        self, runner: Runner, tree: Tree, targets: NumberedTargets, cache: MutationCache, workers: int
    ) -> None:
        self.targets, self.workers = targets, workers
        self._runner, self._tree, self._cache = runner, tree, cache

    def try_stubs(self, file: ProbedFile, tests_by_stub: Mapping[Stub, Tests]) -> dict[Stub, StubOutcome]:
        """Return the outcome of each stub with its tests, which are tests of this file."""
        if not tests_by_stub:
            return {}
        file.recall(self._cache)
        if file.imported is None:  # then the cache knows nothing of the file: one request for probes and stubs
            outcomes = self._run(file, [*tests_by_stub.items()], probe=file.tests)
        elif self.probe(file):
            outcomes = self.try_all(file, [*tests_by_stub.items()])
        else:
            return dict.fromkeys(tests_by_stub, StubOutcome(error=NOT_PROBED))
        return {stub: outcome for (stub, _), outcome in outcomes.items()}

    def probe(self, file: ProbedFile) -> bool:
        """Run the tests of a file without a stub, as far as the cache does not know them; return whether it worked."""
        file.recall(self._cache)
        if unprobed := file.unprobed():
            self._run(file, (), probe=unprobed)
        return not file.unprobed()

    def try_all(self, file: ProbedFile, trials: Sequence[Trial]) -> dict[Trial, StubOutcome]:
        """Return the outcome of each trial of which a test reaches the function; the file has been probed."""
        reaching = {trial: file.reaching(trial[1], self.targets[trial[0][0]].key) for trial in trials}
        questions = {trial: self._question("stub", file, trial[0], tests) for trial, tests in reaching.items() if tests}
        answers = self._cache.get(questions.values(), StubOutcome)
        known = {trial: answers[question] for trial, question in questions.items() if question in answers}
        unknown = {(trial[0], reaching[trial]): trial for trial in questions if trial not in known}
        run = self._run(file, [*unknown]) if unknown else {}
        return known | {unknown[trial]: outcome for trial, outcome in run.items()}

    def try_on_import(self, file: ProbedFile, stub: Stub, tests: Tests) -> StubOutcome:
        """Return the outcome of a stub that is in effect before the file is imported."""
        question = self._question("import", file, stub, tests)
        answers = self._cache.get([question], StubOutcome)
        if question in answers:
            return answers[question]
        replies = self._request(file, [(stub, tests)], active=stub)
        if replies.error:
            return StubOutcome(error=replies.error)
        outcome, accesses = replies.import_outcome(tests)
        if accesses is not None and not replies.is_tree_modified:
            self._cache.put({question: (outcome, accesses)})
        return outcome

    def in_threads(self, attempt: Callable[[T], StubOutcome], questions: Sequence[T]) -> dict[T, StubOutcome]:
        """Return the outcome of each question, several at once."""
        pool = ThreadPoolExecutor(self.workers)
        try:
            return dict(zip(questions, pool.map(attempt, questions), strict=True))
        finally:
            # After an error or an interrupt, closing the engine's runner ends the threads that are still at work.
            pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, file: ProbedFile, trials: Sequence[Trial], probe: Sequence[str] = ()) -> dict[Trial, StubOutcome]:
        """Run the tests in `probe` without a stub, then each trial, and keep what was learnt."""
        replies = self._request(file, trials, probe)
        if replies.error:
            return dict.fromkeys(trials, StubOutcome(error=replies.error))
        facts = file.learn(replies, probe) if probe else {}
        outcomes: dict[Trial, StubOutcome] = {}
        for job, (stub, tests) in enumerate(trials):
            outcomes[(stub, tests)], accesses = replies.outcome(job)
            if accesses is not None:
                reaching = file.reaching(tests, self.targets[stub[0]].key) if probe else tests
                facts[self._question("stub", file, stub, reaching)] = (outcomes[(stub, tests)], accesses)
        if not replies.is_tree_modified:
            self._cache.put(facts)
        return outcomes

    def _request(
        self,
        file: ProbedFile,
        trials: Sequence[Trial],
        probe: Sequence[str] = (),
        active: Stub | None = None,
    ) -> MutationReplies:
        """Have a child process run the tests; `active` is a stub that is in effect from the start."""
        lists = {tests: number for number, tests in enumerate(dict.fromkeys(tests for _, tests in trials))}
        numbers = self.targets.numbers
        request: MutationJob = {
            "functions": self.targets.positions,
            "function_count": len(self.targets),
            "tests_to_probe": list(probe),
            "known_probes": {
                test: (one.time_limit if one.state == "passed" else 0.0, [numbers[key] for key in one.reached])
                for test, one in file.probes.items()
            },
            "trials": [(*stub, lists[tests]) for stub, tests in trials],
            "test_lists": [list(tests) for tests in lists],
            "stubbed_on_import": active,
            "workers": self.workers,
        }
        messages, aborted = self._runner.run_stubs(self._tree, file.tests, lambda _: DEFAULT_LIMITS, request)
        return MutationReplies(messages, aborted, list(numbers), is_built=bool(self._runner.settings.prepare))

    def _question(self, kind: str, file: ProbedFile, stub: Stub, tests: Tests) -> str:
        number, replacement = stub
        target = self.targets[number]
        return f"{kind} {file.key} {target.key} {target.function.fingerprint} {replacement} {digest(*tests)}"
