"""Contexts of single tests, as it is known only after the run which of them count for a task."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.nodeids import file_of

Gates = Sequence[str]


def context_parts(test: str, gates: Gates, changed_files: Container[str]) -> Gates:
    """Return the parts of a test's context: its mark where it counts for a task, else its gates and its mark."""
    own = mark(marked(test, gates, changed_files))
    return (own,) if any(map(gate_ids.is_task, gates)) else (*gates, own)


def marked(test: str, gates: Gates, changed_files: Container[str]) -> str:
    """Return the test or the file that a test has the mark of: a context for each test would be slow.

    The tests of a file share one mark where they count for no task and the topic did not change the file: then base
    had all of them as they are, unless something differs that they use.
    """
    is_single = file_of(test) in changed_files or any(map(gate_ids.is_task, gates))
    return test if is_single else file_of(test)


def marks_of(tests: Collection[str], passed: Iterable[str], names: Mapping[str, str]) -> frozenset[str]:
    """Return the marks of `tests`, without those that other tests have which passed; `names` are what is marked."""
    others = {names[test] for test in passed if test not in tests}
    return frozenset(mark(names[test]) for test in tests if names[test] not in others)


def mark(test: str) -> str:
    """Return a short name for a test, or a file of tests, that may be a part of a context."""
    return "test:" + hashlib.blake2b(test.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def marks_by_gate(gates: Mapping[str, Gates], left_out: Container[str]) -> dict[str, set[str]]:
    """Return `{gate: marks of its tests}`, without the tests that are `left_out`."""
    marks: dict[str, set[str]] = {}
    for test, counted in gates.items():
        for gate in counted if test not in left_out else ():
            marks.setdefault(gate, set()).add(mark(test))
    return marks
