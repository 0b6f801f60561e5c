"""Lines of text for a terminal, and the colours of verdicts."""

from __future__ import annotations

from pytest_execute.core.verdict import VerdictWord

Line = tuple[str, VerdictWord | None]
"""Line of text, and the verdict that decides its colour."""
COLOURS: dict[VerdictWord, str] = {
    "passed": "green",
    "failed": "red",
    "blocked": "yellow",
    "unproven": "yellow",
    "open": "cyan",
}


def markup(word: VerdictWord | None) -> dict[str, bool]:
    """Return the arguments of pytest's terminal writer for the colour of a verdict; none where it has no colour.

    >>> markup("failed"), markup(None)
    ({'red': True}, {})
    """
    colour = COLOURS.get(word) if word is not None else None
    return {colour: True} if colour is not None else {}
