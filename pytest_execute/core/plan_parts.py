"""Parts of a plan that a user names: streams and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Scope


def resolve_scope(plan: Plan, scope: Scope) -> Scope:
    """Return the scope with the ids of its tasks, each once. Raises ExecuteError as `check_parts` does."""
    check_parts(plan, scope.streams, scope.tasks, "--execute-")
    found = (plan.find(name) for name in scope.tasks)
    return replace(scope, tasks=tuple(dict.fromkeys(task for task in found if task is not None)))


def check_parts(plan: Plan, streams: Iterable[str], tasks: Iterable[str], options: str) -> None:
    """Raise ExecuteError with each name that the plan does not have. `options` is the beginning of both options."""
    known_streams, known_tasks = [stream.id for stream in plan.streams], [task.id for task in plan.tasks]
    problems = [
        *_unknown(plan, f"{options}stream", [name for name in streams if name not in known_streams], known_streams),
        *_unknown(plan, f"{options}task", [name for name in tasks if plan.find(name) is None], known_tasks),
    ]
    if problems:
        raise ExecuteError(*problems)


def _unknown(plan: Plan, option: str, names: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    noun = option.rpartition("-")[2]
    listed = ", ".join(known[:30]) + (f" and {len(known) - 30} more" if len(known) > 30 else "")
    there = f"{noun}s here are {listed}" if known else f"the plan has no {noun}s"
    for name in names:
        message = f"{option}={name}: no such {noun}: {there}{did_you_mean(name, known)}"
        yield Problem(f"unknown-{noun}", message, plan.path)
