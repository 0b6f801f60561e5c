"""Tries every stub with one test file after the other until a test notices it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from pytest_execute.core.nodeids import file_of
from pytest_execute.mutation.outcomes import Probe, Stub, StubOutcome, Tests
from pytest_execute.mutation.probed_file import ProbedFile
from pytest_execute.mutation.stub_trials import StubTrials

OWN, OF_BASE, OTHERS = range(3)
"""Numbers of the rounds."""


class MutationRunner:
    """Tries stubs in three rounds: with the function's own tests, with other tests of base, with all others.

    At the end of a round each stub that nobody noticed is put in effect before a file is imported, if the function
    runs then.

    `task_tests` maps tasks to their tests; a function's own tests are those of its tasks. `guards` are tried over
    functions of no task only. `of_base` are the tests of base. It is no fault of a function if one of `may_fail` does
    not pass.
    """

    def __init__(
        self,
        trials: StubTrials,
        tests: Iterable[str],
        task_tests: Mapping[str, Tests],
        guards: Collection[str] = (),
        may_fail: Collection[str] = (),
        of_base: Collection[str] = (),
    ) -> None:
        self._trials, self._guards, self._of_base, self._may_fail = trials, guards, of_base, may_fail
        self._files: dict[str, ProbedFile] = {}
        for test in tests:
            self._files.setdefault(file_of(test), ProbedFile(file_of(test))).tests.append(test)
        self._own_tests = [
            frozenset(test for task in target.tasks for test in task_tests.get(task, ()))
            for target in trials.targets.targets
        ]

    def run(self, stubs: Sequence[Stub], on_progress: Callable[[int, int], None]) -> dict[Stub, StubOutcome]:
        """Return the outcome of each stub. `on_progress` is called with the functions that are decided, and all."""
        functions = len({number for number, _ in stubs})
        outcomes = dict.fromkeys(stubs, StubOutcome())
        for number in (OWN, OF_BASE, OTHERS):
            for file in self._files.values():
                tests_by_stub = {stub: self._select(file, stub, number) for stub in _unnoticed(outcomes)}
                _merge(outcomes, self._trials.try_stubs(file, {stub: t for stub, t in tests_by_stub.items() if t}))
                on_progress(functions - len({number for number, _ in _unnoticed(outcomes)}), functions)
            _merge(outcomes, self._try_on_import(_unnoticed(outcomes), number))
        on_progress(functions, functions)
        failing = self._failing_probes()
        return {
            stub: replace(outcome, unreliable=_find_unreliable(failing, self._own_tests[stub[0]]))
            for stub, outcome in outcomes.items()
        }

    def _select(self, file: ProbedFile, stub: Stub, number: int) -> Tests:
        """Return the tests of a file for a stub in the round of this number."""
        own, has_task = self._own_tests[stub[0]], bool(self._trials.targets[stub[0]].tasks)
        tests = (test for test in file.tests if not (has_task and test in self._guards))
        return tuple(test for test in tests if self._round(test, own) == number)

    def _round(self, test: str, own: Collection[str]) -> int:
        return OWN if test in own else OF_BASE if test in self._of_base else OTHERS

    def _failing_probes(self) -> dict[str, Probe]:
        """Return the tests that do not pass without a stub, and should."""
        probes = (each for file in self._files.values() for each in file.probes.items())
        return {test: probe for test, probe in probes if probe.state != "passed" and test not in self._may_fail}

    def _try_on_import(self, stubs: Sequence[Stub], number: int) -> dict[Stub, StubOutcome]:
        """Try stubs on functions that run while a file is imported, several at once."""
        return self._trials.in_threads(lambda stub: self._try_one_on_import(stub, number), stubs)

    def _try_one_on_import(self, stub: Stub, number: int) -> StubOutcome:
        outcome, key = StubOutcome(), self._trials.targets[stub[0]].key
        for file in self._files.values():
            tests = self._select(file, stub, number)
            if tests and outcome.noticed_by is None and key in (file.imported or ()):
                outcome = outcome.merge(self._trials.try_on_import(file, stub, tests))
        return outcome


def _unnoticed(outcomes: Mapping[Stub, StubOutcome]) -> list[Stub]:
    return [stub for stub, outcome in outcomes.items() if outcome.noticed_by is None]


def _merge(outcomes: dict[Stub, StubOutcome], later: Mapping[Stub, StubOutcome]) -> None:
    for stub, outcome in later.items():
        outcomes[stub] = outcomes[stub].merge(outcome)


def _find_unreliable(failing: Mapping[str, Probe], own: frozenset[str]) -> str:
    """Describe the first failing test that is one of a function's own, or "" without one.

    Where the function has no tests of its own, any failing test is described.
    """
    for test, probe in failing.items():
        if test in own or not own:
            why = f": {probe.message}" if probe.message else ""
            return f"{test} does not pass in a process of its own on the same tree{why}"
    return ""
