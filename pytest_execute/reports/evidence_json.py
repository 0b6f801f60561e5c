"""Evidence file, `pytest-execute/evidence/1`: all that a verdict is made of. Its schema is `evidence.schema.json`.

Coverage is written as sets of lines, so that the evidence of two machines can be united; the counts come of them when
it is read.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import (
    CommandResult,
    Evidence,
    History,
    LineSets,
    Manifest,
    Missing,
    Mutant,
    NamedFile,
    Proof,
    TestResult,
)
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.stricter_policy import WeakerKey
from pytest_execute.reports import json_text

SCHEMA: Final = "pytest-execute/evidence/1"
Part = Literal["proofs", "coverage", "lost_lines", "mutants"]


class EvidenceFile(Struct, frozen=True, kw_only=True):
    """Evidence with the plan, the policy and the scope that it is judged by.

    Percentages are texts, so that none is rounded.

    `proofs`, `coverage`, `lost_lines` or `mutants` are null where there are none; `missing` says why.
    """

    schema: Literal["pytest-execute/evidence/1"]
    topic: str
    plan: Plan
    policy: Policy
    scope: Scope
    history: History
    manifest: Manifest
    results: dict[str, TestResult]
    proofs: dict[str, Proof] | None
    coverage: dict[str, LineSets] | None
    lost_lines: dict[str, tuple[int, ...]] | None
    mutants: tuple[Mutant, ...] | None
    missing: dict[Part, str]
    documents: dict[str, bool]
    files: dict[str, bool]
    named_files: dict[str, NamedFile]
    commands: tuple[CommandResult, ...]
    weaker_keys: tuple[WeakerKey, ...]
    unknown_code: tuple[str, ...]
    tests_of_base: frozenset[str]
    kept_lines: dict[str, frozenset[int]]
    uncounted: dict[str, tuple[str, ...]]
    out_of_scope: tuple[str, ...]
    undecided: dict[str, str]

    def evidence(self) -> Evidence:
        """Return the evidence without what it is judged by."""
        coverage = self.coverage if self.coverage is not None else {}
        measures = {gate: sets.measure() for gate, sets in coverage.items()}
        return Evidence(
            history=self.history,
            manifest=self.manifest,
            results=self.results,
            proofs=self.proofs if self.proofs is not None else self._missing("proofs"),
            coverage=measures if self.coverage is not None else self._missing("coverage"),
            line_sets=coverage,
            lost_lines=self.lost_lines if self.lost_lines is not None else self._missing("lost_lines"),
            mutants=self.mutants if self.mutants is not None else self._missing("mutants"),
            documents=self.documents,
            files=self.files,
            named_files=self.named_files,
            commands=self.commands,
            weaker_keys=self.weaker_keys,
            unknown_code=self.unknown_code,
            tests_of_base=self.tests_of_base,
            kept_lines=self.kept_lines,
            uncounted=self.uncounted,
            out_of_scope=self.out_of_scope,
            undecided=self.undecided,
        )

    def _missing(self, part: Part) -> Missing:
        return Missing(self.missing.get(part) or "the evidence does not say why")


def render(plan: Plan, policy: Policy, scope: Scope, evidence: Evidence) -> str:
    """Return the file as indented JSON."""
    parts: dict[Part, object] = {
        "proofs": evidence.proofs,
        "coverage": evidence.coverage,
        "lost_lines": evidence.lost_lines,
        "mutants": evidence.mutants,
    }
    file = EvidenceFile(
        schema=SCHEMA,
        topic=plan.topic,
        plan=plan,
        policy=policy,
        scope=scope,
        history=evidence.history,
        manifest=evidence.manifest,
        results=evidence.results,
        proofs=None if isinstance(evidence.proofs, Missing) else evidence.proofs,
        coverage=None if isinstance(evidence.coverage, Missing) else evidence.line_sets,
        lost_lines=None if isinstance(evidence.lost_lines, Missing) else evidence.lost_lines,
        mutants=None if isinstance(evidence.mutants, Missing) else evidence.mutants,
        missing={name: part.reason for name, part in parts.items() if isinstance(part, Missing)},
        documents=evidence.documents,
        files=evidence.files,
        named_files=evidence.named_files,
        commands=evidence.commands,
        weaker_keys=evidence.weaker_keys,
        unknown_code=evidence.unknown_code,
        tests_of_base=evidence.tests_of_base,
        kept_lines=evidence.kept_lines,
        uncounted=evidence.uncounted,
        out_of_scope=evidence.out_of_scope,
        undecided=evidence.undecided,
    )
    return json_text.encode(file)


def read(text: bytes, path: str) -> EvidenceFile:
    """Return the content of a file; ExecuteError where it is not one of this version. `path` is for the message."""
    try:
        schema = msgspec.json.decode(text, type=_Head).schema
        if schema == SCHEMA:
            return msgspec.json.decode(text, type=EvidenceFile)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ExecuteError(Problem("bad-evidence", f"cannot be read as evidence: {error}", path)) from None
    hint = f"has the form {schema}, but this version reads {SCHEMA}: run the tests again"
    raise ExecuteError(Problem("bad-evidence", hint, path))


class _Head(Struct):
    """First field of a file of any version."""

    schema: str


def schema() -> str:
    """Return the JSON schema of the file."""
    return json_text.schema(EvidenceFile)
