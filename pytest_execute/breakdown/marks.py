"""Marks in brackets: ticks in other forms than `[x]`, and signs and words for a state."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import re

from pytest_execute.breakdown.vocabulary import is_done_status

# matches "WIP", "in progress", "n/a"; "done" and the like are ticks
_STATE = re.compile(
    r"wip|todo|to do|doing|open|new|next|begun|started|not started|in[ -]progress|blocked|paused|on hold|waiting"
    r"|pending|review|in[ -]review|testing|skip|skipped|cancell?ed|deferred|later|dropped|failed|n/?a|\d+ ?%",
    re.IGNORECASE,
)
_TICKS = ("x", "✓", "√")


def is_tick(mark: str) -> bool:
    """Return whether a mark means that something is done.

    >>> is_tick("✓"), is_tick(" x "), is_tick("Done"), is_tick("?"), is_tick("")
    (True, True, True, False, False)
    """
    return mark.strip().casefold() in _TICKS or is_done_status(mark)


def is_state(mark: str) -> bool:
    """Return whether what stands in brackets is a state, and no label such as `[Backend]`.

    >>> is_state("?"), is_state(""), is_state("WIP"), is_state("✓"), is_state("Backend"), is_state("API v2")
    (True, True, True, True, False, False)
    """
    return not re.search(r"\w", mark) or is_tick(mark) or _STATE.fullmatch(mark.strip()) is not None
