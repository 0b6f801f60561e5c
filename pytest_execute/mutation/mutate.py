"""Runs the tests that reach a function over its stubs, in forks of today's tree, and tells which are noticed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pytest_execute.core.evidence import Mutant
from pytest_execute.core.layout import Layout
from pytest_execute.forks.runner import Runner
from pytest_execute.forks.setting import PATIENT, Setting, setting_of
from pytest_execute.mutation.functions import Function
from pytest_execute.tools.git import Git
from pytest_execute.tools.ledger import Ledger


class Target(Struct, frozen=True):
    """A function that the topic added or changed, as `app.x:f`, in the file `path` of the tree, with the tasks it belongs to."""

    name: str
    path: str
    function: Function
    tasks: tuple[str, ...]


class Order(Struct, frozen=True, kw_only=True):
    """What to mutate, and how pytest is run for it.

    `tests` maps the tests that passed to their seconds, in the order of the files; `own` maps tasks to their tests. `config`,
    `arguments`, `workers` and `prepare` are as for the replay.
    """

    tree: str
    targets: tuple[Target, ...]
    tests: dict[str, float]
    own: dict[str, tuple[str, ...]]
    config: tuple[str, bytes]
    arguments: tuple[str, ...]
    workers: int
    prepare: tuple[str, ...] = ()


class Tried(Struct, frozen=True, kw_only=True):
    """What became of one stub so far: the test that noticed, those that ran over it, how many were tried.

    `trouble` says why it could not be tried, `shaky` that one of the function's own tests does not pass as it is.
    """

    by: str | None = None
    ran: tuple[str, ...] = ()
    tried: int = 0
    trouble: str = ""
    shaky: str = ""

    def and_then(self, other: Tried) -> Tried:
        return Tried(
            by=self.by or other.by,
            ran=self.ran + other.ran,
            tried=self.tried + other.tried,
            trouble=self.trouble or other.trouble,
            shaky=self.shaky or other.shaky,
        )


Stub = tuple[int, str]
"""The number of a target, and what its body is replaced by."""


def mutate(git: Git, layout: Layout, order: Order, place: Path, ledger: Ledger) -> list[Mutant]:
    """What became of each stub of each target. All that is written goes below `place`."""
    stubs = [(number, stub) for number, target in enumerate(order.targets) for stub in target.function.stubs]
    if not stubs:
        return []
    with contextlib.closing(Runner(git, _setting(git, layout, order), place)) as runner:
        tried = _Trial(git, runner, order, ledger).all(stubs)
    return [_mutant(order.targets[number], stub, tried[(number, stub)]) for number, stub in stubs]


def _setting(git: Git, layout: Layout, order: Order) -> Setting:
    tree, prepare = git.tree(order.tree), order.prepare
    return setting_of(git, layout, tree, order.config, order.arguments, order.tests, prepare, order.workers)


def _mutant(target: Target, stub: str, tried: Tried) -> Mutant:
    state: Literal["killed", "survived", "not-reached", "unproven"]
    if tried.by:
        state = "killed"
    elif tried.trouble:
        state = "unproven"
    elif tried.ran:
        state = "survived"
    else:
        state = "unproven" if tried.tried or tried.shaky else "not-reached"
    why = tried.trouble or tried.shaky or "the tests that reach it did not reach it again, so its stub was never run"
    return Mutant(
        function=target.name,
        path=target.path,
        line=target.function.line,
        tasks=target.tasks,
        stub=stub,
        state=state,
        killed_by=tried.by,
        tests=tried.ran,
        detail=why if state == "unproven" else "",
    )


class _Trial:
    """Round after round: each function's own tests, then all others where these did not notice, then what runs on import."""

    def __init__(self, git: Git, runner: Runner, order: Order, ledger: Ledger) -> None:
        self.git, self.runner, self.order, self.ledger = git, runner, order, ledger
        self.imported: set[int] = set()
        self.environment = runner.setting.fingerprint()
        self.functions: dict[str, list[tuple[int, int, int]]] = {}
        for number, target in enumerate(order.targets):
            if target.function.stubs:
                spot = (target.function.line, target.function.column, number)
                self.functions.setdefault(target.path, []).append(spot)

    def all(self, stubs: Sequence[Stub]) -> dict[Stub, Tried]:
        own = {number: self.own(number) for number, _ in stubs}
        rest = {number: tuple(t for t in self.order.tests if t not in set(own[number])) for number in own}
        tried = dict.fromkeys(stubs, Tried())
        for lists in (own, rest):
            self.round({stub: lists[stub[0]] for stub in stubs if tried[stub].by is None}, tried)
        for stub in stubs:
            if tried[stub].by is None and stub[0] in self.imported:
                self.round({stub: own[stub[0]] + rest[stub[0]]}, tried, active=stub)
        return tried

    def own(self, number: int) -> tuple[str, ...]:
        """The tests of a function's tasks that passed."""
        mine = {test for task in self.order.targets[number].tasks for test in self.order.own.get(task, ())}
        return tuple(test for test in self.order.tests if test in mine)

    def round(
        self, lists: Mapping[Stub, tuple[str, ...]], tried: dict[Stub, Tried], active: Stub | None = None
    ) -> None:
        """Try each stub with its list of tests, as far as that is not known yet."""
        lists = {stub: tests for stub, tests in lists.items() if tests}
        keys = {stub: self.key(stub, tests, active) for stub, tests in lists.items()}
        known = self.ledger.known("mutants", keys.values())
        found = {stub: msgspec.json.decode(known[key], type=_Fact) for stub, key in keys.items() if key in known}
        missing = {stub: tests for stub, tests in lists.items() if stub not in found}
        if missing:
            new, imported = self.run(missing, active)
            found |= {stub: _Fact(fact, stub[0] in imported) for stub, fact in new.items()}
            learnt = {keys[stub]: msgspec.json.encode(found[stub]) for stub, fact in new.items() if not fact.trouble}
            self.ledger.learn("mutants", learnt)
        for stub, fact in found.items():
            tried[stub] = tried[stub].and_then(fact.tried)
            self.imported |= {stub[0]} if fact.imported else set()

    def key(self, stub: Stub, tests: Iterable[str], active: Stub | None) -> str:
        target = self.order.targets[stub[0]]
        what = (target.path, target.function.name, target.function.own, stub[1], *tests)
        digest = hashlib.sha256("\0".join(what).encode()).hexdigest()
        return f"{self.order.tree} {self.environment} {digest}{' import' if active else ''}"

    def run(self, lists: Mapping[Stub, tuple[str, ...]], active: Stub | None) -> tuple[dict[Stub, Tried], set[int]]:
        """Try each stub, and tell which functions run on import."""
        stubs, different = list(lists), list(dict.fromkeys(lists.values()))
        tests = list(dict.fromkeys(test for each in different for test in each))
        asked: dict[str, Any] = {
            "functions": self.functions,
            "count": len(self.order.targets),
            "jobs": [[*stub, different.index(lists[stub])] for stub in stubs],
            "lists": different,
            "active": active,
            "lanes": self.order.workers,
        }
        said, stuck = self.runner.stub(self.git.tree(self.order.tree), tests, lambda _: PATIENT, asked)
        answers = {stubs[record["job"]]: record for record in said if "job" in record}
        failed = next((r["test"] for r in said if r.get("state") in ("failed", "crash")), None) if active else None
        shaky = {test for record in said for test in record.get("shaky", ())}
        shaky |= {record["test"] for record in said if "test" in record}
        imported = {number for record in said for number in record.get("imported", ())}
        canary = next((record["canary"] for record in said if "canary" in record), "failed")
        found: dict[Stub, Tried] = {}
        for stub in stubs:
            answer = answers.get(stub)
            if canary != "failed":
                found[stub] = Tried(trouble="a test that was made to fail passed: something hides failures")
            elif active and (failed or stuck in ("timeout", "crash")):
                found[stub] = Tried(by=failed or tests[0], ran=(failed or tests[0],), tried=1)
            elif answer is None:
                found[stub] = Tried(trouble=f"the run of its tests did not come to its end ({stuck or 'absent'})")
            else:
                ran = tuple(answer["ran"])
                idle = next((test for test in self.own(stub[0]) if test in shaky), None)
                why = f"{idle} does not pass in a process of its own on the same tree" if idle else ""
                found[stub] = Tried(by=answer["by"], ran=ran, tried=answer["tried"], shaky=why)
        return found, imported


class _Fact(Struct, frozen=True):
    """What the ledger keeps of one stub."""

    tried: Tried
    imported: bool
