"""The bell that the crew rings in fog."""

from __future__ import annotations


class Bell:
    """Rings more often the less can be seen, and counts."""

    def __init__(self) -> None:
        self.rung = 0

    def strokes(self, metres: int) -> int:
        """How many strokes a minute are due when one can see so far."""
        if metres >= 1000:
            return 0
        return 1 if metres >= 200 else 3

    def ring(self, metres: int, minutes: int) -> int:
        """Ring for some minutes; the answer is how many strokes there were in all."""
        if minutes < 0:
            raise ValueError("time does not run backwards")
        self.rung += minutes * self.strokes(metres)
        return self.rung
