"""Runs the tests that reach a function over its stubs, in forks of today's tree, and tells which are noticed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Mutant
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings
from pytest_execute.mutation.runner import MutationRunner, StubOutcome, Target
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git


class MutationRequest(Struct, frozen=True, kw_only=True):
    """What to mutate, and how pytest is run for it.

    `tests` maps the tests that passed to their seconds, in the order of the files; `own` maps tasks to their tests.
    """

    tree: str
    targets: tuple[Target, ...]
    tests: dict[str, float]
    own: dict[str, tuple[str, ...]]
    settings: Settings


def mutate(git: Git, order: MutationRequest, place: Path, ledger: ResultCache) -> list[Mutant]:
    """What became of each stub of each target. All that is written goes below `place`."""
    stubs = [(number, stub) for number, target in enumerate(order.targets) for stub in target.function.stubs]
    if not stubs:
        return []
    tree = git.tree(order.tree)
    with contextlib.closing(Runner(git, replace(order.settings, seconds=order.tests), place)) as runner:
        trial = MutationRunner(runner, ledger, order.tree, tree, order.targets, order.settings.pytest.workers)
        tried = trial.all(stubs, order.tests, order.own)
    return [_mutant(order.targets[number], stub, tried[(number, stub)]) for number, stub in stubs]


def _mutant(target: Target, stub: str, tried: StubOutcome) -> Mutant:
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
