"""Outcome of one test in one tree: the value that the engine returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pytest_execute.engine.child.accesses import ANY

State = Literal["passed", "failed", "skipped", "timeout", "crash", "foreign", "absent", "lost", "unprepared"]


class TreeOutcome(Struct, frozen=True, kw_only=True):
    """Outcome of one test in one tree; `engine/child/main.py` describes the facts about an exception.

    `seconds` is the processor time that the test used; for a "timeout" it is the limit. `accesses` holds everything in
    the tree that the test looked at, as `engine/dependencies.py` writes it; None where that may be the whole tree.
    """

    test: str
    state: State
    phase: str = ""
    types: tuple[str, ...] = ()
    message: str = ""
    frames: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    missing: tuple[str | None, str | None] | None = None
    raiser: str | None = None
    called: tuple[tuple[str, str], ...] = ()
    fixture: str | None = None
    accesses: frozenset[str] | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.state == "passed"


STATES_WITH_ACCESSES = ("failed", "skipped", "timeout")
"""States that only another content of the accessed files could change."""


def read_outcomes(records: Iterable[Mapping[str, Any]]) -> dict[str, TreeOutcome]:
    """Return the outcomes that the child's replies to one job report; see `engine/child/main.py`."""
    outcomes: dict[str, TreeOutcome] = {}
    accesses: set[str] = set()
    shared: frozenset[str] | None = None  # before the first file, for all files
    for record in records:
        if "test" in record:
            is_complete = record["state"] in STATES_WITH_ACCESSES and ANY not in accesses
            fields = {**record, "accesses": frozenset(accesses) if is_complete else None}
            outcomes[record["test"]] = msgspec.convert(fields, TreeOutcome)
        elif "touched" in record:
            accesses.update(record["touched"])
        elif "file" in record:
            shared = frozenset(accesses) if shared is None else shared
            accesses = set(shared)
    return outcomes
