"""Find the commits to judge: from the beginning of a topic to the work that is not committed yet."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import removed_files
from pytest_execute.tools.git_write import write_index, write_work_tree

Snapshot = Literal["index", "worktree"]
BOX = re.compile(rb"\[[ xX-]\]")
KEPT_SHARE = 2 / 3
"""Share of the lines of a breakdown that are still there where a topic was renamed. More may have come, boxes apart."""


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
    breakdown, also under an earlier name. `index` is an index file to judge instead of the work tree. Raises
    ExecuteError where there is no commit.
    """
    head = git.find_commit("HEAD")
    if head is None:
        remedy = "commit something first, test-first needs history"
        raise ExecuteError(Problem("no-commit", f"the repository has no commit yet: {remedy}", str(git.work_tree)))
    tree = write_index(git, index) if index is not None else write_work_tree(git, head)
    start = _branch_point(git, base, head) if base is not None else _commit_before(git, breakdown, head, tree)
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


def _commit_before(git: Git, breakdown: str, head: str, tree: str) -> str | None:
    """Return the commit before the one that added the breakdown; None where that is the first of the repository.

    Where that commit only gave it another name, the topic began with the one that added it under the name before.
    """
    added = _commit_that_added(git, breakdown, head)
    before = git.find_commit(f"{added}^1") if added else head
    former = _former_path(git, before, added or tree, breakdown) if before else None
    return _commit_before(git, former, before, before) if before and former else before


def _commit_that_added(git: Git, path: str, head: str) -> str | None:
    """Return the oldest commit up to `head` that added a file; None where none did.

    With `--first-parent -m`, a topic that was merged begins with its merge: `-m` lists what a merge commit adds.
    """
    output = git.run_text(
        "log", "--diff-filter=A", "--format=%H", "--full-history", "-m", "--first-parent", head, "--", path
    )
    return output.splitlines()[-1] if output else None


def _former_path(git: Git, old: str, new: str, path: str) -> str | None:
    """Return the path in `old` of a breakdown that `new` has under another one; None where it is no renamed one."""
    gone = [each for each in removed_files(git, old, new) if each.rpartition("/")[2] == path.rpartition("/")[2]]
    if not gone or not git.try_run_text("rev-parse", "--verify", "--quiet", f"{new}:{path}"):
        return None
    contents = git.blobs([f"{new}:{path}", *(f"{old}:{each}" for each in gone)])
    shares = {each: _kept_share(contents[f"{old}:{each}"], contents[f"{new}:{path}"]) for each in gone}
    closest = max(shares, key=shares.__getitem__)
    return closest if shares[closest] >= KEPT_SHARE else None


def _kept_share(old: bytes, new: bytes) -> float:
    r"""Return the share of the lines of `old` that are in `new`, whatever their boxes say.

    >>> _kept_share(b"# A\n\n- [ ] one\n", b"# B\n\n- [x] one\n- [ ] two\n")
    0.5
    """
    before, after = (Counter(filter(None, map(bytes.strip, BOX.sub(b"", text).splitlines()))) for text in (old, new))
    return (before & after).total() / before.total() if before else 0.0
