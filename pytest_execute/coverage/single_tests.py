"""Contexts of single tests, as far as it is known only after the run which of them count for their task."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping, Sequence

from pytest_execute.core import gate_ids

Gates = Sequence[str]


def context_parts(test: str, gates: Gates) -> Gates:
    """Return the parts of a test's context: its mark where it counts for a task, else its gates."""
    return (mark(test),) if any(map(gate_ids.is_task, gates)) else gates


def mark(test: str) -> str:
    """Return a short name for a test that may be a part of a context."""
    return "test:" + hashlib.blake2b(test.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def marks_by_gate(gates: Mapping[str, Gates], left_out: Container[str]) -> dict[str, set[str]]:
    """Return `{gate: marks of its tests}`, without the tests that are `left_out`."""
    marks: dict[str, set[str]] = {}
    for test, counted in gates.items():
        for gate in counted if test not in left_out else ():
            marks.setdefault(gate, set()).add(mark(test))
    return marks
