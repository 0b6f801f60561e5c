"""Place of a project: its policy, now and at base, and its topics."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute import breakdown
from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import Policy, policy_table, read_policy
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.documents import SETTINGS, exists, is_directory, read
from pytest_execute.tools.git import Git


class Project(Struct, frozen=True, kw_only=True):
    """Policy and topics of a project.

    The paths of the policy are relative to `policy_home`. The topics are in the directory `notes` of `home`, which the
    paths of their plans are relative to.
    """

    home: Path
    notes: str
    policy: Policy = Policy()
    policy_home: Path

    def policy_from(self, top: Path) -> Policy:
        """Return the policy with paths that begin at the top of the repository."""
        return _place_source(self.policy, prefix_of(self.policy_home, top))


def find_project(start: Path, notes: str | None = None, top: Path | None = None) -> Project:
    """Return the policy and the topics of the project that `start` is in.

    Both are searched in `start` and above it, up to `top`, by default the top of its repository. The nearest table
    `[tool.pytest-execute]` is the policy. `notes` is the user's name for the directory of the topics, which counts
    before the policy's. Raises ExecuteError for a policy that cannot be read.
    """
    start = start.resolve()
    directories = _upwards(start, top)
    policies = ((_policy_in(directory, start), directory) for directory in directories)
    policy, policy_home = next(((policy, found) for policy, found in policies if policy), (Policy(), start))
    name = Path(notes or policy.notes).as_posix()
    with_topics = (directory for directory in directories if breakdown.find_topics(directory / name))
    existing = (directory for directory in directories if is_directory(directory / name))
    home = next(with_topics, None) or next(existing, policy_home)
    return Project(policy=policy, policy_home=policy_home, home=home, notes=name)


def _upwards(start: Path, top: Path | None) -> list[Path]:
    """Return `start` and the directories above it up to `top`; by default up to that with `.git`, if there is one."""
    directories = [start, *start.parents]
    last = checkout_top(start) if top is None else top.resolve()
    return directories[: directories.index(last) + 1] if last in directories else [start]


def project_policy(root: Path) -> Policy:
    """Return the policy in the directory `root`, or the default one where it has none."""
    return _policy_in(root, root) or Policy()


def _policy_in(directory: Path, start: Path) -> Policy | None:
    """Return the policy of a directory's pyproject.toml, which messages name as seen from `start`."""
    file = directory / "pyproject.toml"
    name = Path(os.path.relpath(file, start)).as_posix()
    return _read_table(read(file, name, SETTINGS), name) if exists(file) else None


def _read_table(text: str, path: str) -> Policy | None:
    return read_policy(text, path) if policy_table(text, path) is not None else None


def committed_policy(git: Git, treeish: str, prefix: str) -> Policy | None:
    """Return the nearest policy at `prefix` or above it in a commit, if there is one.

    Its paths begin at the top of the repository. One that cannot be read counts as the default one.
    """
    try:
        return next(filter(None, _committed_policies(git, treeish, prefix)), None)
    except ExecuteError:
        return Policy()


def policy_at_base(git: Git, commits: CommitRange, prefix: str) -> Policy | None:
    """Return the policy before the topic began; that of the first commit where the topic began with the repository."""
    began_with_repository = commits.base == git.empty_tree() and commits.commits
    start = next(iter(commits.commits)) if began_with_repository else commits.base
    return committed_policy(git, start, prefix)


def _committed_policies(git: Git, treeish: str, prefix: str) -> Iterator[Policy | None]:
    tree = git.tree(treeish)
    for directory in (PurePosixPath(prefix), *PurePosixPath(prefix).parents):
        file = str(directory / "pyproject.toml")
        if file in tree:
            oid = tree[file].oid
            policy = _read_table(git.blobs([oid])[oid].decode(errors="replace"), file)
            yield policy and _place_source(policy, file.removesuffix("pyproject.toml"))


def _place_source(policy: Policy, home: str) -> Policy:
    return replace(policy, source=tuple(posixpath.normpath(home + entry) for entry in policy.source))


def prefix_of(directory: Path, top: Path) -> str:
    """Return the path from `top` to a directory in it, "" or with a slash at its end; ValueError for one outside."""
    path = directory.resolve().relative_to(top.resolve()).as_posix()
    return "" if path == "." else f"{path}/"
