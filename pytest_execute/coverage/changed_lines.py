"""Asks git what the topic changed, and whose each changed line is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.core.evidence import Manifest, Proof
from pytest_execute.core.layout import Layout
from pytest_execute.core.plan import Plan
from pytest_execute.coverage.owners import Owners, named, owners, turned
from pytest_execute.tools import git_diff
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import blame
from pytest_execute.tools.git_write import write_commit
from pytest_execute.tools.revisions import CommitRange


def changed_lines(git: Git, stretch: CommitRange, layout: Layout, sources: Sequence[str]) -> dict[str, frozenset[int]]:
    """`{path: lines}` that the topic added to files of the implementation."""
    changed = git_diff.changed_lines(git, stretch.base, stretch.tree)
    return {path: frozenset(changed[layout.prefix + path]) for path in sources if layout.prefix + path in changed}


def owners_of(
    git: Git,
    stretch: CommitRange,
    layout: Layout,
    plan: Plan,
    manifest: Manifest,
    proofs: Mapping[str, Proof],
    changed: Mapping[str, frozenset[int]],
) -> Owners:
    """The tasks of each changed line."""
    commits = turned(plan, manifest, proofs)
    refs = named(plan, tuple(changed))
    head = stretch.head if stretch.snapshot is None else write_commit(git, stretch.tree, stretch.head)
    if stretch.snapshot in commits:
        commits[head] = commits[stretch.snapshot]
    return {
        path: owners(lines, blame(git, head, layout.prefix + path) if commits else {}, commits, refs.get(path, []))
        for path, lines in changed.items()
        if lines
    }
