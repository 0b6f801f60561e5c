"""Tries the stubs of the topic's functions in forks of today's tree, and reports which ones tests notice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Mutant
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings
from pytest_execute.mutation.cache import InstrumentedTree, MutationCache
from pytest_execute.mutation.outcomes import StubOutcome
from pytest_execute.mutation.runner import MutationRunner
from pytest_execute.mutation.stub_trials import StubTrials
from pytest_execute.mutation.targets import NumberedTargets, Target
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git


class MutationRequest(Struct, frozen=True, kw_only=True):
    """Functions to stub in `tree`, and the way to run pytest.

    - `tests`: the tests that passed, and those of `may_fail` -> their seconds, in the order of the files
    - `task_tests`: task ids -> their tests
    - `guards`: tests that do not count for functions of tasks
    - `of_base`: tests that base had as they are today
    - `may_fail`: tests that were not run, so that nobody knows whether they pass
    - `tried_tasks`: functions of other tasks are listed, and not tried; None: all are
    """

    tree: str
    targets: tuple[Target, ...]
    tests: dict[str, float]
    task_tests: dict[str, tuple[str, ...]]
    settings: Settings
    guards: frozenset[str] = frozenset()
    of_base: frozenset[str] = frozenset()
    may_fail: frozenset[str] = frozenset()
    tried_tasks: frozenset[str] | None = None

    def is_tried(self, target: Target) -> bool:
        """Return whether the stubs of a function are tried."""
        return self.tried_tasks is None or not self.tried_tasks.isdisjoint(target.tasks)


def mutate(
    git: Git,
    request: MutationRequest,
    directory: Path,
    results: ResultCache,
    on_progress: Callable[[int, int], None],
) -> list[Mutant]:
    """Return a mutant for each stub of each target. All files are written below `directory`.

    `on_progress` is called with the number of functions whose stubs have all been decided, and that of all functions.
    """
    stubs = [
        (number, stub)
        for number, target in enumerate(request.targets)
        if request.is_tried(target)
        for stub in target.function.stubs
    ]
    if not stubs:
        return list(map(untried_mutant, request.targets))
    tree, targets = git.tree(request.tree), NumberedTargets(request.targets)
    with contextlib.closing(Runner(git, replace(request.settings, seconds=request.tests), directory)) as runner:
        instrumented = InstrumentedTree(request.tree, tree, targets.switches())
        cache = MutationCache(results, runner.settings.fingerprint(), instrumented)
        trials = StubTrials(runner, tree, targets, cache, request.settings.pytest.workers)
        tests = (request.tests, request.task_tests, request.guards, request.may_fail, request.of_base)
        outcomes = MutationRunner(trials, *tests).run(stubs, on_progress)
    mutants = [(number, _mutant(targets[number], stub, outcomes[(number, stub)])) for number, stub in stubs]
    untried = [(n, untried_mutant(each)) for n, each in enumerate(request.targets) if not request.is_tried(each)]
    return [mutant for _, mutant in sorted([*mutants, *untried], key=lambda pair: pair[0])]


def untried_mutant(target: Target) -> Mutant:
    """Return a mutant for a function that is not tried, as it counts for no task that is judged."""
    return Mutant(
        function=target.name,
        path=target.path,
        line=target.function.line,
        tasks=target.tasks,
        state="unproven",
        detail="its tasks are not judged in this run",
    )


def _mutant(target: Target, stub: str, outcome: StubOutcome) -> Mutant:
    state = _state(outcome)
    not_run = "the tests that reach it did not reach it again, so its stub was never run"
    return Mutant(
        function=target.name,
        path=target.path,
        line=target.function.line,
        tasks=target.tasks,
        stub=stub,
        state=state,
        killed_by=outcome.noticed_by,
        tests=outcome.tests,
        detail=(outcome.error or outcome.unreliable or not_run) if state == "unproven" else "",
    )


def _state(outcome: StubOutcome) -> Literal["killed", "survived", "not-reached", "unproven"]:
    if outcome.noticed_by:
        return "killed"
    if outcome.error:
        return "unproven"
    if outcome.tests:
        return "survived"
    return "unproven" if outcome.attempts or outcome.unreliable else "not-reached"
