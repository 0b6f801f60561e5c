"""Find the commits whose content is not the topic's: base, and what came from elsewhere since.

1. A commit that neither brought the topic's breakdown nor descends from one that did is not the topic's.
2. Nor is what the default branch got since, unless a part of the topic is there too: a commit that changed its notes,
   or a path that its tasks name. Nothing tells the commits there apart, so all of them count as the topic's.

Rule 2 needs a default branch that has not got head yet: the one that `origin/HEAD` names, or one called `main` or
`master`, here or at origin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import commits_that_added

DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    *(f"refs/{place}/{name}" for place in ("remotes/origin", "heads") for name in ("main", "master")),
)


class TopicPaths(Struct, frozen=True):
    """Paths of a topic's breakdown, now and before it was renamed, and those that its tasks name."""

    breakdowns: tuple[str, ...]
    named: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(path.rpartition("/")[0] or "." for path in self.breakdowns)


def commits_before(
    git: Git, base: str | None, commits: Mapping[str, tuple[str, ...]], heads: Sequence[str], paths: TopicPaths
) -> tuple[str, ...]:
    """Return the commits that hold what is not the topic's, none an ancestor of another.

    `commits` maps those between base and `heads` to their parents, parents first; HEAD is the first of `heads`.
    """
    no_merges = {commit: parents for commit, parents in commits.items() if len(parents) < 2}
    starts = commits_that_added(git, no_merges, paths.breakdowns)
    own = _descendants(commits, starts) if starts else commits.keys()
    others = commits.keys() - own
    tips = others - {parent for commit in others for parent in commits[commit]}
    shared = [
        commit
        for commit in _default_branch(git, heads)
        if commit in own and not _has_topic(git, base, commit, starts, paths)
    ]
    return git.independent([*([base] if base is not None else []), *sorted(tips), *shared])


def _descendants(commits: Mapping[str, tuple[str, ...]], starts: Collection[str]) -> set[str]:
    """Return the commits of `starts` and those that descend from one."""
    own: set[str] = set()
    for commit, parents in commits.items():
        if commit in starts or not own.isdisjoint(parents):
            own.add(commit)
    return own


def _default_branch(git: Git, heads: Sequence[str]) -> Iterator[str]:
    """Yield the last commits of the default branch that are in `heads`; none where it has all of HEAD already."""
    for name in DEFAULT_BRANCHES:
        branch = git.find_commit(name)
        points = [git.merge_bases(branch, head) for head in heads] if branch is not None else []
        if points and heads[0] not in points[0]:
            yield from (commit for some in points for commit in some)


def _has_topic(git: Git, base: str | None, commit: str, starts: Collection[str], paths: TopicPaths) -> bool:
    """Return whether a commit after base, up to `commit`, is a part of the topic; its plan alone is none."""
    noted = {*git.commits_on_paths(base, [commit], paths.notes)} - {*starts}
    return bool(noted or (paths.named and git.commits_on_paths(base, [commit], paths.named)))
