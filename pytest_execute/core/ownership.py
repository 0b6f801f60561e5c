"""Rule for the tasks that a line or a function belongs to: coverage and mutation both use it.

Two sources know something: the Files of the plan, and the commits with which replayed tests turned from failing to
passing. The first row that applies decides:

1. No test turned with the commits that brought the code: all tasks whose Files name it.
2. A task's Files name the code and one of its tests turned with such a commit: those tasks.
3. A ticked task's Files name the code, and no test of it turned with any commit: those tasks. Their tests prove
   nothing, or failed, so history cannot tell which commits are theirs. They must not leave their code to the tasks
   that share a commit with them.
4. Otherwise: all tasks of which a test turned with such a commit, whatever their Files say; but not for a file of
   which no line ran, as no test turned by what it does not load.

Code that no row gives to a task counts for the whole system only.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Manifest, Proof
from pytest_execute.core.plan import FileRef, Plan

LineOwners = dict[str, dict[int, frozenset[str]]]
"""`{path: {line: task ids}}`."""


def turning_commits(plan: Plan, manifest: Manifest, proofs: Mapping[str, Proof]) -> dict[str, frozenset[str]]:
    """Return `{task id: commits with which its tests turned}` for each task that has a replayed test.

    A commit is an id, "index" or "worktree". The set is empty where no test of the task has a proof.
    """
    replayed = {
        task.id: [proofs[test] for test in manifest.tests_for(gate_ids.task(task.id)) if test in proofs]
        for task in plan.tasks
    }
    return {
        task: frozenset(proof.after for proof in found if proof.found == "turned" and proof.after is not None)
        for task, found in replayed.items()
        if found
    }


class Ownership:
    """Tasks that code belongs to.

    `turning` has the form that `turning_commits` returns. `home` leads from the top of the repository to the
    directory that the plan's paths are relative to. `never_run` are the files of which no line ran, from the
    top of the repository.
    """

    def __init__(
        self,
        plan: Plan,
        turning: Mapping[str, frozenset[str]],
        home: str = "",
        never_run: Collection[str] = (),
    ) -> None:
        self._never_run = never_run
        self._order = [task.id for task in plan.tasks]
        self._files = [(task.id, home + ref.path.rstrip("/"), ref) for task in plan.tasks for ref in task.files]
        self._unproven = {task.id for task in plan.tasks if task.done and not turning.get(task.id)}
        self._turned: dict[str, set[str]] = {}
        for task, commits in turning.items():
            for commit in commits:
                self._turned.setdefault(commit, set()).add(task)
        self._references = functools.cache(self._find_references)

    @property
    def commits(self) -> Collection[str]:
        """All commits with which some task's test turned."""
        return self._turned.keys()

    def tasks(self, path: str, lines: range, commits: Collection[str]) -> tuple[str, ...]:
        """Return the tasks, in the plan's order, of the code in these lines of `path`, which `commits` brought.

        `path` starts at the top of the repository. Commits with which no test turned may be left out.
        """
        named = {task for task, reference in self._references(path) if _overlap(reference, lines)}
        turned = set[str]().union(*(self._turned.get(commit, ()) for commit in commits))
        others = turned if path not in self._never_run else set[str]()
        owners = (named & turned or named & self._unproven or others) if turned else named
        return tuple(task for task in self._order if task in owners)

    def _find_references(self, path: str) -> Sequence[tuple[str, FileRef]]:
        """Return (task, reference) of all Files that name `path` or a directory above it."""
        return [(task, ref) for task, named, ref in self._files if path == named or path.startswith(f"{named}/")]


def _overlap(reference: FileRef, lines: range) -> bool:
    if reference.first is None:
        return True
    return reference.first < lines.stop and lines.start <= (reference.last or reference.first)
