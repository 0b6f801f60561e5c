"""Find the commits to judge: from the beginning of a topic to the work that is not committed yet."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import commits_that_added, removed_files
from pytest_execute.tools.git_write import write_index, write_work_tree
from pytest_execute.tools.others_work import TopicPaths, commits_before

Snapshot = Literal["index", "worktree"]
BOX = re.compile(rb"\[[ xX-]\]")
KEPT_SHARE = 2 / 3
"""Share of the lines of a breakdown that are still there where a topic was renamed. More may have come, boxes apart."""


class CommitRange(Struct, frozen=True, kw_only=True):
    """Commits after `base`, up to and with `head`: `commits` maps each to its parents, parents first.

    | field | |
    | --- | --- |
    | `base` | a commit, or the empty tree where the topic began with the repository |
    | `tree` | the tree that is judged: that of `head`, or of uncommitted work, which `snapshot` then names |
    | `snapshot_parents` | parents of a commit of that work: `head`, and what a merge in progress brings |
    | `before` | commits, or the empty tree, with all that is not the topic's: see `tools/others_work.py` |
    """

    base: str
    head: str
    commits: dict[str, tuple[str, ...]]
    tree: str
    before: tuple[str, ...]
    snapshot: Snapshot | None = None
    snapshot_parents: tuple[str, ...] = ()
    shallow: bool = False


def commit_range(
    git: Git, breakdown: str, base: str | None = None, judged: str | Path | None = None, named: Iterable[str] = ()
) -> CommitRange:
    """Return the commits of the topic whose breakdown has the path `breakdown`, from the top of the repository.

    `base` is a revision that the work branched off from; without it the topic begins with the commit that added its
    breakdown, also under an earlier name. `judged` is a commit, or an index file, to judge instead of the work tree.
    `named` are paths that the topic's tasks name. Raises ExecuteError where there is no commit.
    """
    head = git.find_commit(judged if isinstance(judged, str) else "HEAD")
    if head is None:
        remedy = "commit something first, test-first needs history"
        raise ExecuteError(Problem("no-commit", f"the repository has no commit yet: {remedy}", str(git.work_tree)))
    tree = _tree(git, head, judged)
    heads = (head,) if isinstance(judged, str) else (head, *_merged_heads(git, head))
    if base is not None:
        before = _branch_points(git, base, heads)
        start: str | None = before[0]
        commits = git.parents(start, heads)
    else:
        start, names = _beginning(git, breakdown, head, tree)
        commits = git.parents(start, heads)
        before = commits_before(git, start, commits, heads, TopicPaths(names, tuple(named)))
    snapshot: Snapshot = "index" if isinstance(judged, Path) else "worktree"
    is_changed = len(heads) > 1 or tree != git.tree_id(head)
    return CommitRange(
        base=start or git.empty_tree(),
        head=head,
        commits=commits,
        tree=tree,
        before=before or (git.empty_tree(),),
        snapshot=snapshot if is_changed else None,
        snapshot_parents=heads,
        shallow=git.is_shallow(),
    )


def _tree(git: Git, head: str, judged: str | Path | None) -> str:
    """Return the tree to judge: that of a commit, of an index file, or of the work tree."""
    if isinstance(judged, str):
        return git.tree_id(head)
    return write_index(git, judged) if judged is not None else write_work_tree(git, head)


def _merged_heads(git: Git, head: str) -> list[str]:
    """Return the heads that a merge in progress brings.

    They are in MERGE_HEAD, except while the hook `pre-merge-commit` runs: then git has variables with their names (git
    2.24 to 2.51, `merge_name` in builtin/merge.c).
    """
    file = git.git_dir / "MERGE_HEAD"
    if file.exists():
        return file.read_text().split()
    named = (name.removeprefix("GITHEAD_") for name in os.environ if name.startswith("GITHEAD_"))
    commits = [commit for name in sorted(named) if (commit := git.find_commit(name)) is not None]
    return [commit for commit in commits if commit not in git.merge_bases(commit, head)]


def _branch_points(git: Git, base: str, heads: Iterable[str]) -> tuple[str, ...]:
    """Return the last commits that `base` has in common with `heads`; several where it was merged into them."""
    commit = git.find_commit(base)
    if commit is None:
        raise ExecuteError(Problem("unknown-base", f"no commit is called {base!r}: fetch it, or name another base"))
    points = git.independent(point for head in heads for point in git.merge_bases(commit, head))
    if not points:
        raise ExecuteError(Problem("unknown-base", f"{base!r} and HEAD have no commit in common: name another base"))
    return points


def _beginning(git: Git, breakdown: str, head: str, tree: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the commit before the one that added the breakdown, and all paths that the breakdown has had.

    The commit is None where that is the first of the repository. Where that commit only gave it another name, the topic
    began with the one that added it under the name before.
    """
    added = _commit_that_added(git, breakdown, head)
    before = git.find_commit(f"{added}^1") if added else head
    former = _former_path(git, before, added or tree, breakdown) if before else None
    if before is None or former is None:
        return before, (breakdown,)
    start, names = _beginning(git, former, before, before)
    return start, (breakdown, *names)


def _commit_that_added(git: Git, path: str, head: str) -> str | None:
    """Return the oldest commit up to `head` that added a file; None where none did.

    Only first parents are followed: a topic that was merged begins with its merge.
    """
    return next(iter(commits_that_added(git, git.parents(None, [head], "--first-parent"), [path])), None)


def _former_path(git: Git, old: str, new: str, path: str) -> str | None:
    """Return the path in `old` of a breakdown that `new` has under another one; None where it is no renamed one."""
    gone = [each for each in removed_files(git, old, new) if each.rpartition("/")[2] == path.rpartition("/")[2]]
    renamed = git.contents(new, [path]).get(path) if gone else None
    if renamed is None:
        return None
    shares = {former: _kept_share(content, renamed) for former, content in git.contents(old, gone).items()}
    closest = max(shares, key=shares.__getitem__, default=None)
    return closest if closest is not None and shares[closest] >= KEPT_SHARE else None


def _kept_share(old: bytes, new: bytes) -> float:
    r"""Return the share of the lines of `old` that are in `new`, whatever their boxes say.

    >>> _kept_share(b"# A\n\n- [ ] one\n", b"# B\n\n- [x] one\n- [ ] two\n")
    0.5
    """
    before, after = (Counter(filter(None, map(bytes.strip, BOX.sub(b"", text).splitlines()))) for text in (old, new))
    return (before & after).total() / before.total() if before else 0.0
