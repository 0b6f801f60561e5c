"""Tries stubs with tests, a file of tests after the other, as far as earlier runs have not shown what becomes of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.nodeids import file_of
from pytest_execute.engine.child.messages import MutationJob
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import DEFAULT_LIMITS
from pytest_execute.mutation.cache import InstrumentedTree, MutationCache, Touched
from pytest_execute.mutation.functions import Function
from pytest_execute.mutation.replies import FLEETING, MutationReplies, Probe
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Tree


class Target(Struct, frozen=True):
    """A function that the topic added or changed, as `app.x:f`, in the file `path` of the tree, with the tasks it belongs to."""

    name: str
    path: str
    function: Function
    tasks: tuple[str, ...]

    @property
    def spot(self) -> str:
        """The name of the function in the tree, which no other has."""
        return f"{self.path}:{self.function.name}"


class StubOutcome(Struct, frozen=True, kw_only=True):
    """What became of one stub so far: the test that noticed, those that ran over it, how many were tried.

    `trouble` says why it could not be tried, `shaky` that one of the function's own tests does not pass as it is.
    """

    by: str | None = None
    ran: tuple[str, ...] = ()
    tried: int = 0
    trouble: str = ""
    shaky: str = ""

    def and_then(self, other: StubOutcome) -> StubOutcome:
        return StubOutcome(
            by=self.by or other.by,
            ran=self.ran + other.ran,
            tried=self.tried + other.tried,
            trouble=self.trouble or other.trouble,
        )


class Imported(Struct, frozen=True):
    """The functions that run when a file of tests is imported."""

    functions: tuple[str, ...]


Stub = tuple[int, str]
"""The number of a target, and what its body is replaced by."""
Tests = tuple[str, ...]


class TestFile:
    """A file of tests, with what is known of these: nothing at first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tests: list[str] = []
        self.asked_before = False
        self.imported: frozenset[str] | None = None
        self.probes: dict[str, Probe] = {}

    @functools.cached_property
    def word(self) -> str:
        """The file, and which of its tests are asked for."""
        return f"{self.name} {digest(*self.tests)}"

    def missing(self) -> list[str]:
        return [test for test in self.tests if test not in self.probes]

    def entering(self, tests: Iterable[str], spot: str) -> Tests:
        return tuple(
            test for test in tests if self.probes[test].state == "passed" and spot in self.probes[test].reached
        )


class MutationRunner:
    """Each function's own tests, then all others where these did not notice, then what runs on import."""

    def __init__(
        self, runner: Runner, ledger: ResultCache, name: str, tree: Tree, targets: Sequence[Target], workers: int
    ) -> None:
        self.runner, self.tree, self.targets, self.workers = runner, tree, targets, workers
        self.numbers = {target.spot: number for number, target in enumerate(targets)}
        self.functions: dict[str, list[tuple[int, int, int]]] = {}
        for number, target in enumerate(targets):
            spot = (target.function.line, target.function.column, number)
            self.functions.setdefault(target.path, []).append(spot)
        planted = {path: " ".join(f"{line}:{column}" for line, column, _ in f) for path, f in self.functions.items()}
        self.known = MutationCache(ledger, runner.settings.fingerprint(), InstrumentedTree(name, tree, planted))
        self.files: dict[str, TestFile] = {}

    def all(self, stubs: Sequence[Stub], tests: Iterable[str], own: Mapping[str, Tests]) -> dict[Stub, StubOutcome]:
        """What becomes of each stub with these tests; `own` are those of a task, which come first over its functions."""
        for test in tests:
            self.files.setdefault(file_of(test), TestFile(file_of(test))).tests.append(test)
        mine = {number: self._own(number, own) for number, _ in stubs}
        tried = dict.fromkeys(stubs, StubOutcome())
        for first in (True, False):
            for file in self.files.values():
                chosen = {
                    stub: tuple(test for test in file.tests if (test in mine[stub[0]]) == first)
                    for stub in stubs
                    if tried[stub].by is None
                }
                self._note(tried, self._over(file, {stub: tests for stub, tests in chosen.items() if tests}))
        self._note(tried, self._on_imports({stub: mine[stub[0]] for stub in stubs if tried[stub].by is None}))
        bad = self._not_passing()
        return {stub: replace(one, shaky=_shaky(bad, mine[stub[0]])) for stub, one in tried.items()}

    def _own(self, number: int, own: Mapping[str, Tests]) -> frozenset[str]:
        return frozenset(test for task in self.targets[number].tasks for test in own.get(task, ()))

    @staticmethod
    def _note(tried: dict[Stub, StubOutcome], found: Mapping[Stub, StubOutcome]) -> None:
        for stub, one in found.items():
            tried[stub] = tried[stub].and_then(one)

    def _not_passing(self) -> dict[str, Probe]:
        """The tests that do not pass as they are."""
        probes = (probe for file in self.files.values() for probe in file.probes.items())
        return {test: probe for test, probe in probes if probe.state != "passed"}

    # -- one file of tests

    def _over(self, file: TestFile, lists: Mapping[Stub, Tests]) -> dict[Stub, StubOutcome]:
        """What comes of each stub over its list of the file's tests."""
        if not lists:
            return {}
        self._recall(file)
        if file.imported is None:  # then nothing else is known either: all in one order
            return self._run(file, lists, file.tests)
        if missing := file.missing():
            self._run(file, {}, missing)
        if file.missing():
            return dict.fromkeys(lists, StubOutcome(trouble="the run of its tests did not come to its end"))
        entering = {stub: file.entering(tests, self.targets[stub[0]].spot) for stub, tests in lists.items()}
        asked = {stub: self._question(file, stub, tests) for stub, tests in entering.items() if tests}
        known = self.known.recall(asked.values(), StubOutcome)
        found = {stub: known[question] for stub, question in asked.items() if question in known}
        left = {stub: entering[stub] for stub in asked if stub not in found}
        return found | (self._run(file, left, ()) if left else {})

    def _recall(self, file: TestFile) -> None:
        """What earlier runs have shown of the file's tests as they are."""
        if file.asked_before:
            return
        file.asked_before = True
        imported = f"imported {file.word}"
        found = self.known.recall([imported], Imported)
        if imported in found:
            file.imported = frozenset(found[imported].functions)
            asked = {test: f"probe {file.word} {test}" for test in file.tests}
            probes = self.known.recall(asked.values(), Probe)
            file.probes = {test: probes[question] for test, question in asked.items() if question in probes}

    def _question(self, file: TestFile, stub: Stub, tests: Tests, how: str = "stub") -> str:
        target = self.targets[stub[0]]
        return f"{how} {file.word} {target.spot} {target.function.own} {stub[1]} {digest(*tests)}"

    def _on_imports(self, own: Mapping[Stub, frozenset[str]]) -> dict[Stub, StubOutcome]:
        """What comes of these stubs, with tests of their own, where the function runs as a file is imported; side by side."""
        pool = ThreadPoolExecutor(self.workers)
        try:
            return dict(zip(own, pool.map(self._on_import, own, own.values()), strict=True))
        finally:
            pool.shutdown(
                wait=False, cancel_futures=True
            )  # where one failed, or the user interrupts: the runner ends the others

    def _on_import(self, stub: Stub, own: frozenset[str]) -> StubOutcome:
        """What comes of a stub that is there before each file is imported, until a file has a test that notices."""
        tried = StubOutcome()
        for file in self.files.values():
            if tried.by is None and self.targets[stub[0]].spot in (file.imported or ()):
                tests = tuple(sorted(file.tests, key=lambda test: test not in own))
                question = self._question(file, stub, tests, "import")
                known = self.known.recall([question], StubOutcome)
                if question in known:
                    tried = tried.and_then(known[question])
                else:
                    tried = tried.and_then(self._run(file, {stub: tests}, (), active=stub)[stub])
        return tried

    # -- one order

    def _run(
        self, file: TestFile, lists: Mapping[Stub, Tests], probe: Sequence[str], active: Stub | None = None
    ) -> dict[Stub, StubOutcome]:
        """Run these tests as they are, and each stub over its list; keep what is learnt."""
        different = {tests: number for number, tests in enumerate(dict.fromkeys(lists.values()))}
        asked: MutationJob = {
            "functions": self.functions,
            "function_count": len(self.targets),
            "tests_to_probe": list(probe),
            "known_probes": {
                test: (one.seconds if one.state == "passed" else 0.0, [self.numbers[spot] for spot in one.reached])
                for test, one in file.probes.items()
            },
            "trials": [(*stub, different[tests]) for stub, tests in lists.items()],
            "test_lists": [list(tests) for tests in different],
            "stubbed_on_import": active,
            "workers": self.workers,
        }
        said, stuck = self.runner.run_stubs(self.tree, file.tests, lambda _: DEFAULT_LIMITS, asked)
        heard = MutationReplies(said, stuck, list(self.numbers), built=bool(self.runner.settings.prepare))
        if heard.trouble:
            return {stub: StubOutcome(trouble=heard.trouble) for stub in lists}
        facts = self._learn_probes(file, heard, probe) if probe else {}
        found: dict[Stub, StubOutcome] = {}
        for number, (stub, tests) in enumerate(lists.items()):
            if active and (by := heard.notices_import(tests)):
                found[stub], touched = StubOutcome(by=by, ran=(by,), tried=1), heard.shared
            elif (answer := heard.jobs.get(number)) is not None:
                ran = tuple(answer["ran"])
                found[stub] = StubOutcome(by=answer["noticed_by"], ran=ran, tried=answer["tried"])
                touched = heard.shared | frozenset(answer["test_accesses"])
            else:
                found[stub] = StubOutcome(
                    trouble=f"the run of its tests did not come to its end ({stuck})" if stuck else ""
                )
                continue
            over = tests if active or not probe else file.entering(tests, self.targets[stub[0]].spot)
            facts[self._question(file, stub, over, "import" if active else "stub")] = (found[stub], touched)
        if not heard.spoilt:
            self.known.learn(facts)
        return found

    @staticmethod
    def _learn_probes(
        file: TestFile, heard: MutationReplies, probe: Sequence[str]
    ) -> dict[str, tuple[object, Touched]]:
        """Take over what was heard of tests as they are; these are the facts of it."""
        facts: dict[str, tuple[object, Touched]] = {}
        probes = heard.probes(probe)
        file.probes |= {test: one for test, (one, _) in probes.items()}
        if heard.imported is not None:
            file.imported = frozenset(heard.imported)
            facts[f"imported {file.word}"] = (Imported(heard.imported), heard.shared)
        lasting = {test: fact for test, fact in probes.items() if fact[0].state not in FLEETING}
        return facts | {f"probe {file.word} {test}": fact for test, fact in lasting.items()}


def _shaky(bad: Mapping[str, Probe], own: frozenset[str]) -> str:
    """A word on the first of `bad` that is one of a function's own tests, or of all where it has none; "" where there is none."""
    for test, probe in bad.items():
        if test in own or not own:
            why = f": {probe.message}" if probe.message else ""
            return f"{test} does not pass in a process of its own on the same tree{why}"
    return ""
