"""Who waits for seats, first come first served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """People who travel together, or not at all."""

    name: str
    ages: tuple[int, ...]


class WaitingList:
    """One queue for each sailing."""

    def __init__(self) -> None:
        self._queues: dict[str, list[Party]] = {}

    def join(self, number: str, name: str, ages: Sequence[int]) -> int:
        """Stand at the end of the queue; the answer is the place in it, from 1. Nobody stands in it twice."""
        queue = self._queues.setdefault(number, [])
        if any(party.name == name for party in queue):
            raise ValueError(f"{name} waits for {number} already")
        queue.append(Party(name, tuple(ages)))
        return len(queue)

    def first(self, number: str, seats: int) -> Party | None:
        """Take the first party that needs no more than these seats out of the queue."""
        queue = self._queues.get(number, [])
        for party in queue:
            if len(party.ages) <= seats:
                queue.remove(party)
                return party
        return None
