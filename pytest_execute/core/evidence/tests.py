"""Tests that must run, and how each ended."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Outcome = Literal[
    "passed",
    "failed",
    "error",
    "skipped",
    "xfailed",
    "xpassed",
    "rerun",
    "passed-alone",
    "blocked",
    "not-run",
    "not-collected",
]


class CollectedTest(Struct, frozen=True):
    """Test as pytest collected it. `line` counts from 1; `markers` are (marker, id) pairs such as ("task", "1")."""

    id: str
    path: str
    line: int
    markers: tuple[tuple[str, str], ...] = ()


class Unmatched(Struct, frozen=True):
    """Name without a match: a marker's id that no gate has, or a test of the breakdown that was not collected."""

    name: str
    path: str
    line: int
    test: str = ""
    gate: str = ""


class Manifest(Struct, frozen=True, kw_only=True):
    """Tests that must run, and the ids of the gates that each counts for.

    A file or directory that pytest could not collect, or that an option left out, is in their place one entry: its id
    is its path.
    """

    tests: dict[str, CollectedTest] = {}
    gates: dict[str, tuple[str, ...]] = {}
    unknown_markers: tuple[Unmatched, ...] = ()
    missing_tests: tuple[Unmatched, ...] = ()

    def tests_for(self, gate: str) -> tuple[str, ...]:
        """Return the ids of the tests that count for `gate`, in the order of the files."""
        return tuple(test for test, gates in self.gates.items() if gate in gates)


class TestResult(Struct, frozen=True):
    """Outcome of one test of the run. `seconds` is the time of its call, `message` the first line of its failure.

    With `crashed` the process died that ran it.
    """

    __test__ = False

    id: str
    outcome: Outcome
    seconds: float = 0.0
    message: str = ""
    crashed: bool = False
