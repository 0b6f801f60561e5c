"""States of tasks, by their boxes, by other marks in brackets, and by words: done, open, begun, blocked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pytest_execute.breakdown.vocabulary import is_done_status
from pytest_execute.core.late_pattern import late_pattern

TaskState = Literal["open", "begun", "blocked"]
BOX_STATES: dict[str, TaskState] = {"-": "begun", "~": "begun", "/": "begun", "!": "blocked"}
"""States of tasks that are not done, by the letters in their boxes."""
# matches "WIP", "In progress", "🚧", "review"
_BEGUN = late_pattern(
    r"\W*(?:wip|doing|begun|started|in[ -]progress|(?:in[ -])?review|testing)\b|\s*[🚧🔄⏳]", re.IGNORECASE
)
# matches "Blocked by the vendor", "on hold"
_BLOCKED = late_pattern(r"\W*(?:blocked|paused|on hold|waiting)\b", re.IGNORECASE)
# matches "todo", "n/a", "50 %"; "done" and the like are ticks
_OTHER_STATE = late_pattern(
    r"todo|to do|open|new|next|not started|pending|skip|skipped|cancell?ed|deferred|later|dropped|failed|n/?a|\d+ ?%",
    re.IGNORECASE,
)
_TICKS = ("x", "✓", "√")


@lru_cache
def is_tick(mark: str) -> bool:
    """Return whether a mark means that something is done.

    >>> is_tick("✓"), is_tick(" x "), is_tick("Done"), is_tick("?"), is_tick("")
    (True, True, True, False, False)
    """
    return mark.strip().casefold() in _TICKS or is_done_status(mark)


def state_of(text: str) -> TaskState:
    """Return the state that a mark or status means for a task that is not done.

    >>> state_of("in progress"), state_of("🚧"), state_of("Blocked by T3"), state_of("not started"), state_of("?")
    ('begun', 'begun', 'blocked', 'open', 'open')
    """
    return "begun" if _BEGUN.match(text) else "blocked" if _BLOCKED.match(text) else "open"


@lru_cache
def is_state(mark: str) -> bool:
    """Return whether what stands in brackets is a state, and no label such as `[Backend]`.

    >>> is_state("?"), is_state(""), is_state("WIP"), is_state("✓"), is_state("Backend"), is_state("API v2")
    (True, True, True, True, False, False)
    """
    is_word = state_of(mark) != "open" or _OTHER_STATE.fullmatch(mark.strip()) is not None
    return not re.search(r"\w", mark) or is_tick(mark) or is_word
