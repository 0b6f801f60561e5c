"""Which stretch of git history is judged: from where the topic began to the work that is not committed yet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git


class CommitRange(Struct, frozen=True, kw_only=True):
    """`commits` maps each commit after base, up to and with head, to its parents, parents first.

    `base` is a commit, or the empty tree where the topic began with the repository. `tree` is what is judged: the tree of head, or
    that of the work after it, which `snapshot` then names.
    """

    base: str
    head: str
    commits: dict[str, tuple[str, ...]]
    tree: str
    snapshot: Literal["index", "worktree"] | None = None
    shallow: bool = False


def commit_range(git: Git, breakdown: str, base: str | None = None, index: Path | None = None) -> CommitRange:
    """The stretch of the topic whose breakdown stands at `breakdown`, relative to the top of the repository.

    `base` is a revision that the work branched off from; without it the topic begins with the commit that brought its breakdown.
    `index` names the index file to judge instead of the work tree.
    """
    head = git.commit("HEAD")
    if head is None:
        remedy = "commit something first, test-first needs history"
        raise ExecuteError(Problem("no-commit", f"the repository has no commit yet: {remedy}", str(git.work_tree)))
    start = _branch_point(git, base, head) if base is not None else _beginning(git, breakdown, head)
    tree = git.staged(index) if index is not None else git.snapshot(head)
    after = None if tree == git.ask("rev-parse", f"{head}^{{tree}}") else "index" if index is not None else "worktree"
    return CommitRange(
        base=start or git.empty_tree(),
        head=head,
        commits=git.history(start, head),
        tree=tree,
        snapshot=after,  # type: ignore[arg-type]
        shallow=git.is_shallow(),
    )


def _branch_point(git: Git, base: str, head: str) -> str:
    commit = git.commit(base)
    if commit is None:
        raise ExecuteError(Problem("unknown-base", f"no commit is called {base!r}: fetch it, or name another base"))
    point = git.try_ask("merge-base", commit, head)
    if not point:
        raise ExecuteError(Problem("unknown-base", f"{base!r} and HEAD have no commit in common: name another base"))
    return point


def _beginning(git: Git, breakdown: str, head: str) -> str | None:
    """The commit before the one that brought the breakdown; None where there is no commit before it."""
    brought = git.ask(
        "log", "--diff-filter=A", "--format=%H", "--full-history", "-m", "--first-parent", head, "--", breakdown
    )
    first = brought.splitlines()[-1] if brought else None
    return git.commit(f"{first}^1") if first else head
