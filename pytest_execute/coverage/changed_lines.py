"""Lines of the implementation that the topic added, and the tasks they belong to, as git knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import LineOwners, Ownership
from pytest_execute.tools import git_diff
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_commit


def changed_lines(git: Git, commits: CommitRange, layout: Layout, sources: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return `{path: lines}` that the topic added to `sources`; paths are relative to the home."""
    changed = git_diff.changed_lines(git, commits.base, commits.tree)
    return {path: frozenset(changed[layout.home + path]) for path in sources if layout.home + path in changed}


def line_owners(
    git: Git, commits: CommitRange, layout: Layout, ownership: Ownership, changed: Mapping[str, frozenset[int]]
) -> LineOwners:
    """Return the tasks of each changed line, by the commit that `git blame` names; lines of no task are left out."""
    # git blames commits only: work that is not committed gets a commit in our own object store.
    head = commits.head if commits.snapshot is None else write_commit(git, commits.tree, commits.head)
    owners: LineOwners = {}
    for path, lines in changed.items():
        whole_path = layout.home + path
        blame = git_diff.blame(git, head, whole_path) if lines and ownership.commits else {}
        if commits.snapshot is not None:
            blame = {line: commits.snapshot if commit == head else commit for line, commit in blame.items()}
        tasks = {line: ownership.tasks(whole_path, range(line, line + 1), (blame.get(line, ""),)) for line in lines}
        owners[path] = {line: frozenset(found) for line, found in tasks.items() if found}
    return {path: lines for path, lines in owners.items() if lines}
