"""Whose line is it: the tasks that each changed line of the implementation belongs to, from plan, proofs and blame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Manifest, Proof
from pytest_execute.core.plan import FileRef, Plan

Owners = dict[str, dict[int, frozenset[str]]]
"""`{path: {line: ids of tasks}}`."""


def turned(plan: Plan, manifest: Manifest, proofs: Mapping[str, Proof]) -> dict[str, set[str]]:
    """`{commit: the tasks of which it made a test pass}`."""
    found: dict[str, set[str]] = {}
    for task in plan.tasks:
        for test in manifest.tests_for(gate_ids.task(task.id)):
            proof = proofs.get(test)
            if proof is not None and proof.found == "turned" and proof.after is not None:
                found.setdefault(proof.after, set()).add(task.id)
    return found


def named(plan: Plan, sources: Sequence[str]) -> dict[str, list[tuple[str, FileRef]]]:
    """`{path: (task, the part of the file that it names)}`; a directory stands for the files below it."""
    found: dict[str, list[tuple[str, FileRef]]] = {}
    for task in plan.tasks:
        for ref in task.files:
            for path in sources:
                if path == ref.path or path.startswith(f"{ref.path.rstrip('/')}/"):
                    found.setdefault(path, []).append((task.id, ref))
    return found


def owners(
    lines: Iterable[int], blame: Mapping[int, str], commits: Mapping[str, set[str]], refs: Sequence[tuple[str, FileRef]]
) -> dict[int, frozenset[str]]:
    """The tasks of each line of one file: those whose tests turned with its commit, of these those that name the file where
    some do; and where its commit turned nothing, those that name the file.
    """
    found: dict[int, frozenset[str]] = {}
    for line in lines:
        by_commit = commits.get(blame.get(line, ""), set())
        by_name = {task for task, ref in refs if _within(line, ref)}
        tasks = frozenset(by_commit & by_name or by_commit or by_name)
        if tasks:
            found[line] = tasks
    return found


def _within(line: int, ref: FileRef) -> bool:
    return ref.first is None or ref.first <= line <= (ref.last or ref.first)
