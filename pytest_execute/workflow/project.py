"""Policy of a project, now and at base, and the paths of its implementation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import detect_source
from pytest_execute.core.policy import Policy, read_policy
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git


def project_policy(root: Path) -> Policy:
    """Return the policy of the project at `root`, or the default one where it has none."""
    file = root / "pyproject.toml"
    try:
        return read_policy(file.read_text(encoding="utf-8"), file.name) if file.exists() else Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise ExecuteError(Problem("broken-toml", f"cannot be read: {error}", file.name)) from None


def committed_policy(git: Git, treeish: str, prefix: str) -> Policy:
    """Return the policy of the project at `prefix` in a commit, or the default one where it cannot be read."""
    path = f"{prefix}pyproject.toml"
    entry = git.tree(treeish).get(path)
    if entry is None:
        return Policy()
    try:
        return read_policy(git.blobs([entry.oid])[entry.oid].decode(errors="replace"), path)
    except ExecuteError:
        return Policy()


def policy_at_base(git: Git, commits: CommitRange, prefix: str) -> Policy:
    """Return the policy before the topic began; that of the first commit where the topic began with the repository."""
    began_with_repository = commits.base == git.empty_tree() and commits.commits
    return committed_policy(git, next(iter(commits.commits)) if began_with_repository else commits.base, prefix)


def source_paths(policy: Policy, paths: Iterable[str], prefix: str) -> tuple[str, ...]:
    """Return the paths of the implementation: those that the policy names, else those detected among `paths`."""
    return tuple(prefix + entry.rstrip("/") for entry in policy.source) or detect_source(paths, prefix)
