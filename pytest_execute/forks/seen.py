"""What became of a test that was run in a tree: the value that the engine brings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["passed", "failed", "skipped", "timeout", "crash", "foreign", "absent", "lost"]


class Seen(Struct, frozen=True, kw_only=True):
    """What became of one test in one tree; see `forks/child.py` for the facts of what was raised.

    `touched` holds the files of the tree that had a part in it, see `forks/touched.py`; None where that may be any file.
    """

    test: str
    state: State
    phase: str = ""
    types: tuple[str, ...] = ()
    message: str = ""
    frames: tuple[str, ...] = ()
    missing: tuple[str | None, str | None] | None = None
    fixture: str | None = None
    touched: frozenset[str] | None = None

    @property
    def passed(self) -> bool:
        return self.state == "passed"
