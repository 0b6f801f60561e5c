"""Everything that was observed in one run."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pytest_execute.core.evidence.measures import LineSets, Measure
from pytest_execute.core.evidence.mutants import Mutant
from pytest_execute.core.evidence.project import CommandResult, History, NamedFile
from pytest_execute.core.evidence.proofs import Proof
from pytest_execute.core.evidence.tests import Manifest, TestResult
from pytest_execute.core.stricter_policy import WeakerKey


class Missing(Struct, frozen=True):
    """Reason why a part of the evidence is missing. It is false: `evidence.proofs or {}` are the proofs that exist."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


class Evidence(Struct, frozen=True, kw_only=True):
    """Everything that was observed in one run.

    `proofs` are by test. `coverage` is by gate, with the key "changed" beside the gates, and is counted from
    `line_sets`. `lost_lines` are by file: base's own tests reached them, and none of today's does. `weaker_keys` are
    those of the policy that head made weaker than base. `unknown_code` are the Python files that changed and are
    neither tests nor implementation; all such files where no implementation is known.

    `tests_of_base` passed, and base had them as they are today. They count for `kept_lines`, by file: those of
    functions that base has too, see `core/kept_functions.py`. `uncounted` are, by gate, tests and files of tests that
    ran lines which the gate lacks.

    `out_of_scope` are tests of the manifest that a partial run leaves out, and `undecided` says by gate why such a run
    cannot tell what the whole one would find.
    """

    history: History
    manifest: Manifest
    results: dict[str, TestResult] = {}
    proofs: dict[str, Proof] | Missing = Missing("not replayed")
    coverage: dict[str, Measure] | Missing = Missing("not measured")
    line_sets: dict[str, LineSets] = {}
    lost_lines: dict[str, tuple[int, ...]] | Missing = {}
    mutants: tuple[Mutant, ...] | Missing = Missing("not tried")
    documents: dict[str, bool] = {}
    files: dict[str, bool] = {}
    named_files: dict[str, NamedFile] = {}
    commands: tuple[CommandResult, ...] = ()
    weaker_keys: tuple[WeakerKey, ...] = ()
    unknown_code: tuple[str, ...] = ()
    tests_of_base: frozenset[str] = frozenset()
    kept_lines: dict[str, frozenset[int]] = {}
    uncounted: dict[str, tuple[str, ...]] = {}
    out_of_scope: tuple[str, ...] = ()
    undecided: dict[str, str] = {}
