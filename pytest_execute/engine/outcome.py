"""What became of a test that was run in a tree: the value that the engine brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pytest_execute.engine.child.accesses import ANY

State = Literal["passed", "failed", "skipped", "timeout", "crash", "foreign", "absent", "lost", "unprepared"]


class TreeOutcome(Struct, frozen=True, kw_only=True):
    """What became of one test in one tree; see `engine/child/main.py` for the facts of what was raised.

    `seconds` is what it computed; for a "timeout" what it was given. `touched` holds what of the
    tree had a part in it, in the words of `engine/dependencies.py`; None where that may be all.
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
    touched: frozenset[str] | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.state == "passed"


TELLING = ("failed", "skipped", "timeout")
"""States that the files which a test has opened tell something of: would another tree give another?"""


def read_outcomes(said: Iterable[Mapping[str, Any]]) -> dict[str, TreeOutcome]:
    """What the lines that answer an order say of its tests; see `engine/child/main.py`."""
    seen: dict[str, TreeOutcome] = {}
    touched: set[str] = set()
    shared: frozenset[str] | None = None
    for record in said:
        if "test" in record:
            known = frozenset(touched) if record["state"] in TELLING and ANY not in touched else None
            seen[record["test"]] = msgspec.convert({**record, "touched": known}, TreeOutcome)
        elif "touched" in record:
            touched.update(record["touched"])
        elif "file" in record:
            shared = frozenset(touched) if shared is None else shared
            touched = set(shared)
    return seen
