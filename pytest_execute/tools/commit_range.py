"""Find the commits to judge: from the beginning of a topic to the work that is not committed yet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_index, write_work_tree

Snapshot = Literal["index", "worktree"]


class CommitRange(Struct, frozen=True, kw_only=True):
    """Commits after `base`, up to and with `head`: `commits` maps each to its parents, parents first.

    `base` is a commit, or the empty tree where the topic began with the repository. `tree` is the tree that is judged:
    that of `head`, or that of uncommitted work, which `snapshot` then names.
    """

    base: str
    head: str
    commits: dict[str, tuple[str, ...]]
    tree: str
    snapshot: Snapshot | None = None
    shallow: bool = False


def commit_range(git: Git, breakdown: str, base: str | None = None, index: Path | None = None) -> CommitRange:
    """Return the commits of the topic whose breakdown has the path `breakdown`, from the top of the repository.

    `base` is a revision that the work branched off from; without it the topic begins with the commit that added its
    breakdown. `index` is an index file to judge instead of the work tree. Raises ExecuteError where there is none.
    """
    head = git.find_commit("HEAD")
    if head is None:
        remedy = "commit something first, test-first needs history"
        raise ExecuteError(Problem("no-commit", f"the repository has no commit yet: {remedy}", str(git.work_tree)))
    start = _branch_point(git, base, head) if base is not None else _commit_before(git, breakdown, head)
    tree = write_index(git, index) if index is not None else write_work_tree(git, head)
    snapshot: Snapshot = "index" if index is not None else "worktree"
    return CommitRange(
        base=start or git.empty_tree(),
        head=head,
        commits=git.parents(start, head),
        tree=tree,
        snapshot=snapshot if tree != git.run_text("rev-parse", f"{head}^{{tree}}") else None,
        shallow=git.is_shallow(),
    )


def _branch_point(git: Git, base: str, head: str) -> str:
    commit = git.find_commit(base)
    if commit is None:
        raise ExecuteError(Problem("unknown-base", f"no commit is called {base!r}: fetch it, or name another base"))
    point = git.try_run_text("merge-base", commit, head)
    if not point:
        raise ExecuteError(Problem("unknown-base", f"{base!r} and HEAD have no commit in common: name another base"))
    return point


def _commit_before(git: Git, breakdown: str, head: str) -> str | None:
    """Return the commit before the one that added the breakdown; None where that is the first of the repository.

    With `--first-parent -m`, a topic that was merged begins with its merge: `-m` lists what a merge commit adds.
    """
    output = git.run_text(
        "log", "--diff-filter=A", "--format=%H", "--full-history", "-m", "--first-parent", head, "--", breakdown
    )
    commits = output.splitlines()
    return git.find_commit(f"{commits[-1]}^1") if commits else head
