"""Lines of the implementation that the topic changed, and the tasks they belong to."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import LineOwners, Ownership
from pytest_execute.coverage.changed_statements import Comparison, compare
from pytest_execute.tools import git_diff
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_commit

Place = tuple[str, int]
"""Path and line."""


def changed_lines(git: Git, commits: CommitRange, layout: Layout, sources: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return `{path: lines}` that the topic changed in `sources`; paths are relative to the home.

    A line is the topic's where it differs from all that was there before: at base, and in what merges brought.
    """
    wanted = {layout.home + path for path in sources}
    differences = [_changed_since(git, before, commits.tree, wanted) for before in commits.before]
    paths = set.intersection(*(set(found) for found in differences))
    changed = {path: frozenset.intersection(*(found[path] for found in differences)) for path in sorted(paths)}
    return {path.removeprefix(layout.home): lines for path, lines in changed.items() if lines}


def _changed_since(git: Git, old: str, new: str, wanted: AbstractSet[str]) -> dict[str, frozenset[int]]:
    if wanted.isdisjoint(git_diff.changed_files(git, old, new)):
        return {}
    found = _compare_trees(git, old, new)
    return {path: comparison.changed for path, comparison in found.items() if path in wanted}


@functools.lru_cache(maxsize=4)
def _compare_trees(git: Git, old: str, new: str) -> dict[str, Comparison]:
    paths = {path for path in git_diff.changed_files(git, old, new) if path.endswith(".py")}
    return compare(git.contents(old, paths), git.contents(new, paths), git_diff.renamed_files(git, old, new))


def former_places(git: Git, old: str, new: str, lines: Mapping[str, AbstractSet[int]]) -> dict[Place, Place]:
    """Return where first lines of statements stood in `old`: those of `lines`, by path, that `old` has.

    Paths begin at the top of the repository.
    """
    changed = git_diff.changed_files(git, old, new)
    found = _compare_trees(git, old, new) if not lines.keys().isdisjoint(changed) else {}
    places: dict[Place, Place] = {}
    for path, some in lines.items():
        before = found[path].before if path in changed else {line: (path, line) for line in some}
        places |= {(path, line): before[line] for line in some if line in before}
    return places


def line_owners(
    git: Git, commits: CommitRange, layout: Layout, ownership: Ownership, changed: Mapping[str, frozenset[int]]
) -> LineOwners:
    """Return the tasks of each changed line, by the commit that `git blame` names; lines of no task are left out."""
    # git blames commits only: work that is not committed gets a commit in our own object store.
    is_committed = commits.snapshot is None
    head = commits.head if is_committed else write_commit(git, commits.tree, commits.snapshot_parents)
    contents = git.contents(head, {layout.home + path for path in changed}) if ownership.commits else {}
    owners: LineOwners = {}
    for path, lines in changed.items():
        whole_path = layout.home + path
        content = contents.get(whole_path, b"") if lines else b""
        blame = git_diff.blame(git, head, whole_path, content) if content else {}
        if commits.snapshot is not None:
            blame = {line: commits.snapshot if commit == head else commit for line, commit in blame.items()}
        tasks = {line: ownership.tasks(whole_path, range(line, line + 1), (blame.get(line, ""),)) for line in lines}
        owners[path] = {line: frozenset(found) for line, found in tasks.items() if found}
    return {path: lines for path, lines in owners.items() if lines}
