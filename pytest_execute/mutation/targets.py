"""Which functions are mutated, and which tasks each belongs to: by their Files, and by the commits that made their tests pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_execute.core.evidence import Mutant
from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import Ownership
from pytest_execute.core.policy import Exemption
from pytest_execute.mutation.changed_functions import changed
from pytest_execute.mutation.functions import Function
from pytest_execute.mutation.runner import Target
from pytest_execute.tools.git import Git
from pytest_execute.tools.revisions import CommitRange

Names = frozenset[tuple[str, str]]
"""Functions as (path, name)."""


def targets(git: Git, commits: CommitRange, layout: Layout, ownership: Ownership) -> tuple[Target, ...]:
    """Return the functions that changed since base, with the tasks they belong to."""
    roots = sorted(layout.roots(git.tree(commits.tree)), key=len, reverse=True)
    functions = _changed(git, layout, commits.base, commits.tree)
    bringing = ownership.commits if functions else ()
    changed_by = {commit: _names(_changed(git, layout, *_ends(commits, commit))) for commit in bringing}
    return tuple(
        Target(
            name=f"{module(path, roots)}:{function.name}",
            path=path,
            function=function,
            tasks=_tasks(ownership, path, function, changed_by),
        )
        for path, found in functions.items()
        for function in found
    )


def _ends(commits: CommitRange, commit: str) -> tuple[str, str]:
    return (commits.head, commits.tree) if commit in ("worktree", "index") else (f"{commit}^", commit)


def _names(functions: Mapping[str, Sequence[Function]]) -> Names:
    return frozenset((path, function.name) for path, found in functions.items() for function in found)


def _changed(git: Git, layout: Layout, old: str, new: str) -> dict[str, tuple[Function, ...]]:
    """The functions of the implementation that changed from `old` to `new`."""
    if old.endswith("^") and git.commit(old) is None:
        old = git.empty_tree()
    paths = {path for path in git.changed_files(old, new) if layout.is_source(path)}
    return changed(_sources(git, old, paths), _sources(git, new, paths))


def _sources(git: Git, treeish: str, paths: set[str]) -> dict[str, str]:
    entries = {path: entry for path, entry in git.tree(treeish).items() if path in paths}
    blobs = git.blobs(entry.oid for entry in entries.values())
    return {path: blobs[entry.oid].decode(errors="replace") for path, entry in entries.items()}


def _tasks(ownership: Ownership, path: str, function: Function, changed_by: Mapping[str, Names]) -> tuple[str, ...]:
    """Return the tasks of a function: the commits that changed its own code are those that brought it."""
    commits = [commit for commit, names in changed_by.items() if (path, function.name) in names]
    return ownership.tasks(path, range(function.line, function.end + 1), commits)


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
