"""Commits that made a test pass and brought nothing but data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from msgspec.structs import replace

from pytest_execute.core.code_files import is_program
from pytest_execute.core.evidence import Proof
from pytest_execute.core.layout import Layout
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_files


def note_data(git: Git, commits: CommitRange, layout: Layout, proofs: Mapping[str, Proof]) -> dict[str, Proof]:
    """Return the proofs with the files of each commit that made a test pass without any code."""
    turning = {proof.after for proof in proofs.values() if proof.found == "turned" and proof.after is not None}
    data = {commit: _only_data(git, commits, layout, commit) for commit in turning}
    return {
        test: replace(proof, only_data=data[proof.after]) if proof.found == "turned" and proof.after in data else proof
        for test, proof in proofs.items()
    }


def _only_data(git: Git, commits: CommitRange, layout: Layout, commit: str) -> tuple[str, ...]:
    """Return the files that a commit changed, tests apart; none where one of them is code, or it is a merge."""
    is_snapshot = commit == commits.snapshot
    parents = commits.snapshot_parents if is_snapshot else commits.commits.get(commit, ())
    if len(parents) != 1:
        return ()
    changed = changed_files(git, parents[0], commits.tree if is_snapshot else commit)
    brought = [path for path in changed if not layout.is_overlaid(path)]
    has_code = any(layout.is_source(path) or is_program(path) or not PurePosixPath(path).suffix for path in brought)
    return () if has_code else tuple(path.removeprefix(layout.home) for path in brought)
