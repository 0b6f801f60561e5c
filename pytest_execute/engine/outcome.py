"""Outcome of one test in one tree: the value that the engine returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from pytest_execute.engine.child.accesses import WHOLE_TREE
from pytest_execute.engine.child.messages import JobReply

State = Literal["passed", "failed", "skipped", "timeout", "crash", "foreign", "absent", "lost", "unprepared"]


class TreeOutcome(Struct, frozen=True, kw_only=True):
    """Outcome of one test in one tree; `engine/child/messages.py` describes the facts about an exception.

    `left_out` names what today's settings name and the tree lacks. `seconds` is the processor time that the test used;
    for a "timeout" it is the limit. `accesses` holds everything in the tree that the test looked at, as
    `engine/tree_contents.py` writes it; None where that may be the whole tree.
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
    import_path: tuple[str, ...] = ()
    fixture: str | None = None
    left_out: tuple[str, ...] = ()
    accesses: frozenset[str] | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.state == "passed"


STATES_WITH_ACCESSES = ("passed", "failed", "skipped", "timeout")
"""States that only another content of the accessed files could change."""


def read_outcomes(replies: Iterable[JobReply]) -> dict[str, TreeOutcome]:
    """Return the outcomes of the tests that the child's replies to one job report."""
    outcomes: dict[str, TreeOutcome] = {}
    accesses: set[str] = set()
    shared: frozenset[str] | None = None  # before the first file, for all files
    for reply in replies:
        if "test" in reply:
            is_complete = reply["state"] in STATES_WITH_ACCESSES and WHOLE_TREE not in accesses
            fields = {**reply, "accesses": frozenset(accesses) if is_complete else None}
            outcomes[reply["test"]] = msgspec.convert(fields, TreeOutcome)
        elif "accesses" in reply:
            accesses.update(reply["accesses"])
        elif "file" in reply:
            shared = frozenset(accesses) if shared is None else shared
            accesses = set(shared)
    return outcomes
