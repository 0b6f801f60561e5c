"""Tests of base, and the lines of base's functions that they count for."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.evidence import Evidence
from pytest_execute.core.kept_functions import kept_lines
from pytest_execute.replay.history import TopicHistory
from pytest_execute.replay.tests_of_base import tests_of_base
from pytest_execute.tools.git_diff import changed_files, renamed_files
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.out_of_scope import passing_tests
from pytest_execute.workflow.request import Rerun, RunResult


def add_tests_of_base(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add the lines that tests of base count for, and these tests where there are such lines."""
    kept = {} if context.commit_range.shallow else _kept_lines(context)
    if not kept:
        return evidence
    proofs = evidence.proofs or {}
    history = TopicHistory(context.git, context.commit_range, context.layout)
    passing = passing_tests(context.plan, run, proofs).keys()
    found = tests_of_base(history, passing - proofs.keys(), context.cache)
    found |= {test for test, proof in proofs.items() if proof.at_base == "same"}
    return replace(evidence, kept_lines=kept, tests_of_base=found & passing)


def _kept_lines(context: Context) -> dict[str, frozenset[int]]:
    """Return `{path: lines}` of the functions that a tree before the topic has and the topic changed, see `core`."""
    git, today = context.git, context.commit_range.tree
    kept: dict[str, frozenset[int]] = {}
    for before in context.commit_range.before:
        paths = [path for path in changed_files(git, before, today) if context.layout.is_source(path)]
        former = renamed_files(git, before, today)
        old, new = git.contents(before, [former.get(path, path) for path in paths]), git.contents(today, paths)
        for path, source in new.items():
            if lines := kept_lines(old.get(former.get(path, path), b""), source):
                kept[context.relative(path)] = kept.get(context.relative(path), frozenset()) | lines
    return kept
