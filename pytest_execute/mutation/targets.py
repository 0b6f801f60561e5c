"""Which functions are mutated, and which tasks each belongs to: by their Files, and by the commits that made their tests pass."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

from pytest_execute.core.evidence import Mutant, Proof
from pytest_execute.core.layout import Layout
from pytest_execute.core.plan import FileRef, Plan
from pytest_execute.core.policy import Exemption
from pytest_execute.mutation.changed_functions import changed
from pytest_execute.mutation.functions import Function
from pytest_execute.mutation.runner import Target
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_files
from pytest_execute.tools.revisions import CommitRange

Names = frozenset[tuple[str, str]]
"""Functions as (path, name)."""


def targets(
    git: Git, stretch: CommitRange, layout: Layout, plan: Plan, turned: Mapping[str, set[str]]
) -> tuple[Target, ...]:
    """The functions that changed since base; `turned` maps tasks to the commits that made their tests pass."""
    between = functools.partial(_changed, git, layout)
    roots = sorted(layout.import_roots(git.tree(stretch.tree)), key=len, reverse=True)
    commit = functools.cache(lambda name: _names(between(*_ends(stretch, name))))
    return tuple(
        Target(
            f"{module(path, roots)}:{function.name}",
            path,
            function,
            _tasks(plan, layout, path, function, turned, commit),
        )
        for path, functions in between(stretch.base, stretch.tree).items()
        for function in functions
    )


def _ends(stretch: CommitRange, commit: str) -> tuple[str, str]:
    return (stretch.head, stretch.tree) if commit in ("worktree", "index") else (f"{commit}^", commit)


def _names(functions: Mapping[str, Sequence[Function]]) -> Names:
    return frozenset((path, function.name) for path, found in functions.items() for function in found)


def _changed(git: Git, layout: Layout, old: str, new: str) -> dict[str, tuple[Function, ...]]:
    """The functions of the implementation that changed from `old` to `new`."""
    if old.endswith("^") and git.find_commit(old) is None:
        old = git.empty_tree()
    paths = {path for path in changed_files(git, old, new) if layout.is_source(path)}
    return changed(_sources(git, old, paths), _sources(git, new, paths))


def _sources(git: Git, treeish: str, paths: set[str]) -> dict[str, str]:
    entries = {path: entry for path, entry in git.tree(treeish).items() if path in paths}
    blobs = git.blobs(entry.oid for entry in entries.values())
    return {path: blobs[entry.oid].decode(errors="replace") for path, entry in entries.items()}


def _tasks(
    plan: Plan,
    layout: Layout,
    path: str,
    function: Function,
    turned: Mapping[str, set[str]],
    commit: Callable[[str], Names],
) -> tuple[str, ...]:
    """Those whose Files name it, of these those whose tests pass since a commit that changed it where some do. Where no Files name it,
    those without Files whose tests pass since such a commit.
    """
    named = [t.id for t in plan.tasks if any(_covers(layout.prefix, ref, path, function) for ref in t.files)]
    asked = named or [task.id for task in plan.tasks if not task.files]
    since = [task for task in asked if any((path, function.name) in commit(c) for c in turned.get(task, ()))]
    return tuple(since or named)


def _covers(prefix: str, ref: FileRef, path: str, function: Function) -> bool:
    whole = prefix + ref.path.rstrip("/")
    if path != whole:
        return path.startswith(f"{whole}/")
    return ref.first is None or (ref.first <= function.end and function.line <= (ref.last or ref.first))


def module(path: str, roots: Iterable[str]) -> str:
    """The dotted name of the module in a file.

    >>> module("src/app/x.py", ["src", ""])
    'app.x'
    """
    root = next((root for root in roots if not root or path.startswith(f"{root}/")), "")
    parts = path[len(root) :].lstrip("/").removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def sorted_out(found: Iterable[Target], exempt: Mapping[str, str]) -> tuple[tuple[Target, ...], list[Mutant]]:
    """The targets to run, and a mutant for each other one, which is exempt or cannot be stubbed."""
    run: list[Target] = []
    others: list[Mutant] = []
    for target in found:
        reason = exempt.get(target.name, "")
        if target.function.stubs and not reason:
            run.append(target)
            continue
        others.append(
            Mutant(
                function=target.name,
                path=target.path,
                line=target.function.line,
                tasks=target.tasks,
                state="exempt" if reason else "not-applicable",
                detail=reason or target.function.excuse,
            )
        )
    return tuple(run), others


def reasons(exempt: Iterable[Exemption]) -> dict[str, str]:
    """Why each function is exempt, by its name."""
    return {each.function: each.reason for each in exempt}


def turned_by(
    proofs: Mapping[str, Proof], own: Mapping[str, Iterable[str]], commits: Iterable[str]
) -> dict[str, set[str]]:
    """The commits that made the tests of each task pass."""
    known = {*commits, "worktree", "index"}
    return {
        task: {after for test in tests if test in proofs and (after := proofs[test].after) in known and after}
        for task, tests in own.items()
    }
