"""What is said of an order that tries stubs, as values; see `engine/child/messages.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from pytest_execute.engine.child.accesses import WHOLE_TREE
from pytest_execute.engine.child.messages import JobReply
from pytest_execute.mutation.cache import Touched

FLEETING = ("timeout", "crash", "foreign", "unprepared")
"""Ends of a test over no stub that may come from the machine as it was just then: they are seen anew each time."""


class Probe(Struct, frozen=True):
    """How a test ends over no stub, the seconds that it may compute over one, and the functions that it enters.

    `message` says why, of one whose file could not be imported.
    """

    state: str
    message: str = ""
    seconds: float = 0.0
    reached: frozenset[str] = frozenset()


class MutationReplies:
    """What was said of an order; `spots` are the functions by their numbers. What was `built` in the tree comes from all of it."""

    def __init__(self, said: Sequence[JobReply], stuck: str | None, spots: Sequence[str], built: bool) -> None:
        self.said, self.stuck, self.spots = said, stuck, spots
        self.jobs = {record["trial"]: record for record in said if "trial" in record}
        self.shared = frozenset([WHOLE_TREE] * built).union(
            *(record["accesses"] for record in said if "accesses" in record)
        )
        self.spoilt = any("modified" in record for record in said)
        self.imported = next(
            (self._named(record["run_on_import"]) for record in said if "run_on_import" in record), None
        )
        canary = next((record["canary"] for record in said if "canary" in record), "failed")
        hidden = "a test that was made to fail passed: something hides failures"
        self.trouble = "" if canary == "failed" else hidden

    def _named(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.spots[number] for number in numbers)

    def probes(self, asked: Iterable[str]) -> dict[str, tuple[Probe, Touched]]:
        """What the tests came to as they are; one of a file that could be imported, and has it no longer, is absent."""
        failed = {
            record["test"]: (Probe(record["state"], record.get("message", "")), self.shared)
            for record in self.said
            if "test" in record
        }
        found = {
            record["probe"]: (
                Probe(record["state"], "", record["cpu_limit"], frozenset(self._named(record["entered"]))),
                self.shared | frozenset(record["test_accesses"]),
            )
            for record in self.said
            if "probe" in record
        }
        absent = dict.fromkeys(asked if self.stuck is None else (), (Probe("absent"), self.shared))
        return absent | failed | found

    def notices_import(self, tests: Sequence[str]) -> str | None:
        """The test that stands for a stub with which the file could not be imported."""
        failed = next((r["test"] for r in self.said if "test" in r and r["state"] in ("failed", "crash")), None)
        return failed or (tests[0] if self.stuck in ("timeout", "crash") else None)
