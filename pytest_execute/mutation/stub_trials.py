"""Tries stubs with the tests of one file, as far as the cache does not know the outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.engine.child.messages import MutationJob
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import DEFAULT_LIMITS
from pytest_execute.mutation.cache import MutationCache
from pytest_execute.mutation.outcomes import Stub, StubOutcome, Tests
from pytest_execute.mutation.probed_file import ProbedFile
from pytest_execute.mutation.replies import MutationReplies
from pytest_execute.mutation.targets import NumberedTargets
from pytest_execute.tools.cache import digest
from pytest_execute.tools.git import Tree


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
            return self._run(file, tests_by_stub, probe=file.tests)
        if unprobed := file.unprobed():
            self._run(file, {}, probe=unprobed)
        if file.unprobed():
            error = "the run of its tests did not come to its end"
            return dict.fromkeys(tests_by_stub, StubOutcome(error=error))
        reaching = {stub: file.reaching(tests, self.targets[stub[0]].key) for stub, tests in tests_by_stub.items()}
        questions = {stub: self._question("stub", file, stub, tests) for stub, tests in reaching.items() if tests}
        answers = self._cache.get(questions.values(), StubOutcome)
        known = {stub: answers[question] for stub, question in questions.items() if question in answers}
        unknown = {stub: reaching[stub] for stub in questions if stub not in known}
        return known | (self._run(file, unknown) if unknown else {})

    def try_on_import(self, file: ProbedFile, stub: Stub, tests: Tests) -> StubOutcome:
        """Return the outcome of a stub that is in effect before the file is imported."""
        question = self._question("import", file, stub, tests)
        answers = self._cache.get([question], StubOutcome)
        if question in answers:
            return answers[question]
        replies = self._request(file, {stub: tests}, active=stub)
        if replies.error:
            return StubOutcome(error=replies.error)
        outcome, accesses = replies.import_outcome(tests)
        if accesses is not None and not replies.is_tree_modified:
            self._cache.put({question: (outcome, accesses)})
        return outcome

    def _run(
        self, file: ProbedFile, tests_by_stub: Mapping[Stub, Tests], probe: Sequence[str] = ()
    ) -> dict[Stub, StubOutcome]:
        """Run the tests in `probe` without a stub, then each stub with its tests, and keep what was learnt."""
        replies = self._request(file, tests_by_stub, probe)
        if replies.error:
            return dict.fromkeys(tests_by_stub, StubOutcome(error=replies.error))
        facts = file.learn(replies, probe) if probe else {}
        outcomes: dict[Stub, StubOutcome] = {}
        for job, (stub, tests) in enumerate(tests_by_stub.items()):
            outcomes[stub], accesses = replies.outcome(job)
            if accesses is not None:
                reaching = file.reaching(tests, self.targets[stub[0]].key) if probe else tests
                facts[self._question("stub", file, stub, reaching)] = (outcomes[stub], accesses)
        if not replies.is_tree_modified:
            self._cache.put(facts)
        return outcomes

    def _request(
        self,
        file: ProbedFile,
        tests_by_stub: Mapping[Stub, Tests],
        probe: Sequence[str] = (),
        active: Stub | None = None,
    ) -> MutationReplies:
        """Have a child process run the tests; `active` is a stub that is in effect from the start."""
        lists = {tests: number for number, tests in enumerate(dict.fromkeys(tests_by_stub.values()))}
        numbers = self.targets.numbers
        request: MutationJob = {
            "functions": self.targets.positions,
            "function_count": len(self.targets),
            "tests_to_probe": list(probe),
            "known_probes": {
                test: (one.time_limit if one.state == "passed" else 0.0, [numbers[key] for key in one.reached])
                for test, one in file.probes.items()
            },
            "trials": [(*stub, lists[tests]) for stub, tests in tests_by_stub.items()],
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
