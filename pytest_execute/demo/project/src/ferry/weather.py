"""Whether the weather lets a boat sail."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ferry.boats import Boat


@dataclass(frozen=True)
class Weather:
    """Wind in knots and the height of the waves in metres."""

    wind: int
    waves: float


def advice(weather: Weather, boat: Boat) -> str:
    """One of "sail", "slow" or "stay": a boat with a car deck is bigger and stands 10 knots more."""
    limit = 38 if boat.deck else 28
    if weather.wind > limit or weather.waves > 2.5:
        return "stay"
    if weather.wind > limit - 8:
        return "slow"
    return "sail"


class Forecast:
    """Asks a slow source for the weather, and again only after its answer is too old."""

    def __init__(self, source: Callable[[], Weather], seconds: float) -> None:
        self._source = source
        self._seconds = seconds
        self._weather: Weather | None = None
        self._asked = 0.0

    def now(self) -> Weather:
        """The weather, at most so many seconds old."""
        age = time.monotonic() - self._asked
        if self._weather is None or age >= self._seconds:
            self._weather = self._source()
            self._asked = time.monotonic()
        return self._weather
