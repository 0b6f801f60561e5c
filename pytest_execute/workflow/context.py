"""Before the run: read the plan, the policy and the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pytest_execute import breakdown
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout, detect_source
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Policy, Scope, read_policy
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from pytest_execute.tools.revisions import commit_range
from pytest_execute.workflow.request import Context, Request

T = TypeVar("T")


def prepare(request: Request, scratch: Path, ledger: ResultCache) -> Context:
    """Read the plan, the policy and the history; ExecuteError with the problems of all three."""
    problems: list[Problem] = []
    git = _attempt(problems, lambda: _repository(request, scratch))
    rules = _attempt(problems, lambda: policy(request.root))
    notes = request.notes or (rules.notes if rules is not None else "notes")
    plan = _attempt(problems, lambda: breakdown.load(request.root, notes, request.topic))
    if git is None or rules is None or plan is None:
        raise ExecuteError(*problems)
    _check_scope(plan, request.scope)
    prefix = _prefix(git, request.root)
    what = commit_range(git, prefix + plan.path, request.base, request.index)
    tree = git.tree(what.tree)
    source = source_of(rules, tree, prefix)
    layout = Layout(
        prefix=prefix,
        source=source,
        tests=tuple(prefix + path for path in request.testpaths if not _holds_source(prefix + path, source)),
        patterns=request.patterns,
        notes=prefix + notes,
    )
    return Context(
        request=request, plan=plan, policy=rules, git=git, stretch=what, layout=layout, tree=tree, ledger=ledger
    )


def _attempt(problems: list[Problem], step: Callable[[], T]) -> T | None:
    """The value of a step, or None and its problems kept, so that one pass tells them all."""
    try:
        return step()
    except ExecuteError as error:
        problems.extend(error.problems)
        return None


def _repository(request: Request, scratch: Path) -> Git:
    if request.repository is None or request.work_tree is None:
        return Git.find(request.root).within(scratch)
    theirs = Git.find(request.repository)
    return Git(theirs.git_dir, request.work_tree, scratch)


def policy(root: Path) -> Policy:
    """The policy of the project at `root`, the default one where it has none."""
    file = root / "pyproject.toml"
    try:
        return read_policy(file.read_text(encoding="utf-8"), file.name) if file.exists() else Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise ExecuteError(Problem("broken-toml", f"cannot be read: {error}", file.name)) from None


def source_of(rules: Policy, paths: Iterable[str], prefix: str) -> tuple[str, ...]:
    """What counts as implementation: what the policy names, else what looks like it among `paths`."""
    return tuple(prefix + entry.rstrip("/") for entry in rules.source) or detect_source(paths, prefix)


def _check_scope(plan: Plan, scope: Scope) -> None:
    streams = {stream.id for stream in plan.streams}
    problems = [
        Problem("unknown-stream", f"--execute-stream={name}: streams here are {', '.join(sorted(streams))}", plan.path)
        for name in scope.streams
        if name not in streams
    ]
    problems += [
        Problem("unknown-task", f"--execute-task={name}: no task has this id", plan.path)
        for name in scope.tasks
        if plan.find(name) is None
    ]
    if problems:
        raise ExecuteError(*problems)


def _prefix(git: Git, root: Path) -> str:
    """The way from the top of the repository to the root directory."""
    try:
        way = root.resolve().relative_to(git.work_tree.resolve()).as_posix()
    except ValueError:
        hint = f"pytest's root directory is not in the repository at {git.work_tree}: start in it, or pass --rootdir"
        raise ExecuteError(Problem("no-git", hint, str(root))) from None
    return "" if way == "." else f"{way}/"


def _holds_source(path: str, source: Iterable[str]) -> bool:
    return path in ("", ".") or any(entry == path or entry.startswith(f"{path}/") for entry in source)


def policy_at_base(prepared: Context) -> Policy:
    """The policy before the topic began: what it allows now, the topic may have written itself."""
    path = f"{prepared.layout.prefix}pyproject.toml"
    entry = prepared.git.tree(prepared.stretch.base).get(path)
    if entry is None:
        return Policy()
    try:
        return read_policy(prepared.git.blobs([entry.oid])[entry.oid].decode(errors="replace"), path)
    except ExecuteError:
        return Policy()
