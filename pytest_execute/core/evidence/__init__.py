"""Evidence: the plain values that every stage hands to the judge. Nothing is decided here."""

from __future__ import annotations

from pytest_execute.core.evidence.measures import LineSets, Measure, unite
from pytest_execute.core.evidence.mutants import TRIED, Mutant, MutantState, describe_stub, mutants_by_function
from pytest_execute.core.evidence.one_run import Evidence, Missing
from pytest_execute.core.evidence.project import CommandResult, History, NamedFile
from pytest_execute.core.evidence.proofs import (
    Cause,
    Former,
    Guard,
    Order,
    Proof,
    ProofState,
    Turn,
    short_commit,
    tests_without_red,
)
from pytest_execute.core.evidence.tests import CollectedTest, Manifest, Outcome, TestResult, Unmatched

__all__ = [
    "TRIED",
    "Cause",
    "CollectedTest",
    "CommandResult",
    "Evidence",
    "Former",
    "Guard",
    "History",
    "LineSets",
    "Manifest",
    "Measure",
    "Missing",
    "Mutant",
    "MutantState",
    "NamedFile",
    "Order",
    "Outcome",
    "Proof",
    "ProofState",
    "TestResult",
    "Turn",
    "Unmatched",
    "describe_stub",
    "mutants_by_function",
    "short_commit",
    "tests_without_red",
    "unite",
]
