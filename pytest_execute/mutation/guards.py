"""Finds the guards among tests that never failed: those that notice when a function of base loses its body.

1. Each test runs without a stub, which shows the functions that it enters.
2. Over the stubs of each of these it runs again, alone. The last stub, a value, is tried first: many tests that assert
   nothing notice a `raise`.
3. The test is a guard as soon as it has noticed every stub of one function.
4. For tests that are none, the functions that run while their file is imported are stubbed before that.
5. Over a value the test itself has to fail. An import that fails, or code of the project that does not bear the value,
   says nothing about it.

Functions are tried a few at a time, more each time: most guards notice the first ones.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from pytest_execute.core.evidence import Guard, describe_stub
from pytest_execute.core.nodeids import file_of
from pytest_execute.engine.runner import Runner
from pytest_execute.mutation.cache import InstrumentedTree, MutationCache
from pytest_execute.mutation.mutate import MutationRequest
from pytest_execute.mutation.outcomes import Stub, StubOutcome, Trial
from pytest_execute.mutation.probed_file import ProbedFile
from pytest_execute.mutation.stub_trials import NOT_PROBED, StubTrials
from pytest_execute.mutation.targets import NumberedTargets
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git

FIRST_BATCH, GROWTH = 8, 4
"""Functions of each test that are tried at first, and how many times more in each further round."""
Candidate = tuple[str, int]
"""Test, and the number of a function that it runs."""
Try = Callable[[Sequence[Trial]], Mapping[Trial, StubOutcome]]


def find_guards(git: Git, request: MutationRequest, directory: Path, results: ResultCache) -> dict[str, Guard]:
    """Return for each test of `request` whether it is a guard. `request.targets` are functions that base has."""
    tree, targets = git.tree(request.tree), NumberedTargets(request.targets)
    with contextlib.closing(Runner(git, replace(request.settings, seconds=request.tests), directory)) as runner:
        instrumented = InstrumentedTree(request.tree, tree, targets.switches())
        cache = MutationCache(results, runner.settings.fingerprint(), instrumented)
        search = GuardSearch(StubTrials(runner, tree, targets, cache, request.settings.pytest.workers))
        files: dict[str, ProbedFile] = {}
        for test in request.tests:
            files.setdefault(file_of(test), ProbedFile(file_of(test))).tests.append(test)
        return {test: guard for file in files.values() for test, guard in search.find(file).items()}


class GuardSearch:
    """Searches for the guards in one file after the other."""

    def __init__(self, trials: StubTrials) -> None:
        self._trials, self._targets = trials, trials.targets

    def find(self, file: ProbedFile) -> dict[str, Guard]:
        """Return for each test of a file whether it is a guard."""
        self._trials.probe(file)
        guards = {test: Guard(error=error) for test in file.tests if (error := _why_not_probed(file, test))}
        entered = {test: self._numbers(file.probes[test].reached) for test in file.tests if test not in guards}
        found = self._search(entered, lambda trials: self._trials.try_all(file, trials))
        imported = self._numbers(file.imported or ())
        left = {
            test: [number for number in imported if number not in entered[test]]
            for test, guard in found.items()
            if guard.function is None
        }
        late = self._search(left, lambda trials: self._try_on_import(file, trials))
        return guards | {test: _unite(guard, late.get(test, Guard())) for test, guard in found.items()}

    def _numbers(self, keys: Iterable[str]) -> list[int]:
        return sorted(self._targets.numbers[key] for key in keys)

    def _search(self, functions: Mapping[str, Sequence[int]], attempt: Try) -> dict[str, Guard]:
        """Return for each test whether it notices every stub of one of its functions."""
        guards = {test: Guard(tried=len(numbers)) for test, numbers in functions.items()}
        begin, size = 0, FIRST_BATCH
        while waiting := [test for test, guard in guards.items() if not guard.function and guard.tried > begin]:
            batch = [(test, number) for test in waiting for number in functions[test][begin : begin + size]]
            missed = self._missed(batch, attempt)
            for test, number in batch:
                if not guards[test].function:
                    found = missed.get((test, number), Guard(function=self._targets[number].name))
                    guards[test] = _unite(guards[test], found)
            begin, size = begin + size, size * GROWTH
        return guards

    def _missed(self, candidates: Sequence[Candidate], attempt: Try) -> dict[Candidate, Guard]:
        """Return a stub that was not noticed or not tried, for each candidate of which the test did not notice all."""
        missed: dict[Candidate, Guard] = {}
        stubs = {each: self._targets[each[1]].function.stubs[::-1] for each in candidates}
        for index in range(max(map(len, stubs.values()), default=0)):
            trials = {
                ((number, stubs[(test, number)][index]), (test,)): (test, number)
                for test, number in candidates
                if (test, number) not in missed and index < len(stubs[(test, number)])
            }
            outcomes = attempt([*trials])
            for trial, candidate in trials.items():
                outcome = outcomes.get(trial, StubOutcome())
                if not self._is_noticed(trial[0], outcome):
                    stub = f"{describe_stub(trial[0][1])} in {self._targets[candidate[1]].name}"
                    missed[candidate] = Guard(missed=stub, error=outcome.error)
        return missed

    def _is_noticed(self, stub: Stub, outcome: StubOutcome) -> bool:
        """Return whether the test itself failed over a stub, not an import or the project's own code; a raise aside."""
        is_its_own = not outcome.on_import and outcome.failed_in not in self._targets.positions
        return outcome.noticed_by is not None and (stub[1] == "raise" or is_its_own)

    def _try_on_import(self, file: ProbedFile, trials: Sequence[Trial]) -> dict[Trial, StubOutcome]:
        return self._trials.in_threads(lambda trial: self._trials.try_on_import(file, *trial), trials)


def _why_not_probed(file: ProbedFile, test: str) -> str:
    """Return why a test cannot be tried over stubs, "" where it can."""
    probe = file.probes.get(test)
    if probe is None:
        return NOT_PROBED
    if probe.state == "passed":
        return ""
    why = f": {probe.message}" if probe.message else ""
    return f"it does not pass in a process of its own on the same tree{why}"


def _unite(one: Guard, other: Guard) -> Guard:
    """Return the result for the functions of both."""
    if other.function is not None:
        return other
    return replace(
        one, tried=one.tried + other.tried, missed=one.missed or other.missed, error=one.error or other.error
    )
