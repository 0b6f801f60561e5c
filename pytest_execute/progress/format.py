"""The board as lines of text, as wide and as many as there is room for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.progress.board import Board, Row, State, Tally

Line = tuple[str, VerdictWord | None]
"""A line of text, and the verdict whose colour it has."""
GAP = "  "
TITLE = 8
"""A title that has less room than this is left out."""
WORDS: dict[State, VerdictWord] = {"failed": "failed", "blocked": "blocked", "skipped": "blocked", "done": "passed"}
SHOWN: tuple[State, ...] = ("running", "failed", "blocked", "skipped")


def block(board: Board, ends: dict[str, float] | None, width: int, height: int) -> list[Line]:
    """A line for each stream and one for the whole run; `ends` says in how many seconds each unit will have ended."""
    shown = [row for row in board.rows if any(board.tallies[unit].total for unit in row.units)]
    cells = [(row, _label(row), _counts(board, row), _time(row.units, board, ends)) for row in shown]
    kept = _kept(cells, board, height - 1)
    lines = list(_aligned([each[1:] for each in kept], [_word(board, each[0]) for each in kept], width))
    if len(kept) < len(cells):
        lines.append((f"and {len(cells) - len(kept)} more", None))
    return [(cut(text, width), word) for text, word in [*lines, _total(board, ends)]]


Cell = tuple[Row, tuple[str, str], str, str]


def _kept(cells: Sequence[Cell], board: Board, room: int) -> list[Cell]:
    """As many as there is room for: first those that go on, and all in the plan's order."""
    if len(cells) <= room:
        return list(cells)
    rank = {"running": 0, "waiting": 1}
    order = sorted(range(len(cells)), key=lambda at: rank.get(_state(board, cells[at][0]), 2))
    return [cells[at] for at in sorted(order[: max(0, room - 1)])]


def _state(board: Board, row: Row) -> State:
    """What the tests of the row do: they run, wait, or have all ended."""
    tallies = [board.tallies[unit] for unit in row.units]
    if any(tally.running for tally in tallies):
        return "running"
    return "done" if all(tally.ended == tally.total for tally in tallies) else "waiting"


def _label(row: Row) -> tuple[str, str]:
    return clean(row.id), clean(row.title)


def _word(board: Board, row: Row) -> VerdictWord | None:
    states = {board.tallies[unit].state for unit in row.units if board.tallies[unit].total}
    worst = next((state for state in ("failed", "blocked", "skipped") if state in states), None)
    return WORDS[worst] if worst else "passed" if states == {"done"} else None


def _counts(board: Board, row: Row) -> str:
    """`2 of 4 done, 1 running`; in tests where the row has no tasks."""
    tallies = {unit: board.tallies[unit] for unit in row.units if board.tallies[unit].total}
    states = [tallies[task].state for task in row.tasks if task in tallies]
    if not row.tasks:
        return _tests(list(tallies.values()))
    parts = [f"{states.count('done')} of {len(states)} done"]
    parts += [f"{states.count(state)} {state}" for state in SHOWN if state in states]
    if "running" not in states and (waits := board.waits_for(row)):
        parts.append(f"waits for {', '.join(map(clean, waits))}")
    own = [tally for unit, tally in tallies.items() if unit not in row.tasks]
    return ", ".join([*parts, *([_tests(own)] if own else [])])


def _tests(tallies: Sequence[Tally]) -> str:
    ends = sum(tally.ended for tally in tallies)
    return f"{ends} of {sum(tally.total for tally in tallies)} tests"


def _time(units: Iterable[str], board: Board, ends: dict[str, float] | None) -> str:
    found = [
        ends[unit] for unit in units if ends and unit in ends and board.tallies[unit].ended < board.tallies[unit].total
    ]
    return clock(max(found)) if found else ""


def _total(board: Board, ends: dict[str, float] | None) -> Line:
    total = len(board.units)
    parts = [f"{total - len(board.open)} of {total} tests"]
    parts += [f"{board.failed} failed"] if board.failed else []
    time = _time(board.tallies, board, ends)
    parts += [f"about {time} to go"] if time else []
    return ", ".join(parts), "failed" if board.failed else None


def _aligned(
    cells: Sequence[tuple[tuple[str, str], str, str]], words: Sequence[VerdictWord | None], width: int
) -> Iterator[Line]:
    """Columns: id, title, counts, time. The titles get the room that is left, or none where that is little."""
    ids = max((wide(label[0]) for label, _, _ in cells), default=0)
    counts = max((wide(text) for _, text, _ in cells), default=0)
    times = max((wide(text) for _, _, text in cells), default=0)
    titles = max((wide(label[1]) for label, _, _ in cells), default=0)
    room = min(titles, width - ids - counts - times - 3 * len(GAP))
    for ((name, title), count, time), word in zip(cells, words, strict=True):
        columns = [pad(name, ids)]
        columns += [pad(cut(title, room), room)] if room >= min(TITLE, titles) else [] if name else [title]
        columns += [pad(count, counts), time.rjust(times)]
        yield GAP.join(columns).rstrip(), word


def told(unit: str, tally: Tally) -> str:
    """What is said of a unit whose tests have ended: `task 3: 4 passed (1.2 s)`.

    It speaks of tests: whether the task passes is not known before the proofs and the measures.
    """
    parts = [f"{tally.ends[end]} {end}" for end in ("failed", "skipped", "passed", "blocked") if end in tally.ends]
    by = f" by {gate_ids.label(tally.cause)}" if tally.cause else ""
    took = f" ({tally.seconds:.1f} s)" if tally.seconds else ""
    return clean(f"{gate_ids.label(unit)}: {', '.join(parts)}{by}{took}")


def clock(seconds: float) -> str:
    """
    >>> clock(0.2), clock(59.4), clock(61), clock(3700)
    ('1 s', '60 s', '1:01 min', '1:01 h')
    """
    whole = max(1, -int(-seconds // 1))
    if whole <= 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02} min" if whole < 3600 else f"{whole // 3600}:{whole % 3600 // 60:02} h"


# -- text on a terminal


def clean(text: str) -> str:
    """A title without what a terminal could take for an order."""
    return "".join(char if char.isprintable() else " " for char in text)


def wide(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "FW" else 1


def cut(text: str, width: int) -> str:
    """The text where it fits, else its beginning and an ellipsis."""
    if wide(text) <= width:
        return text
    kept = ""
    for char in text:
        if wide(kept + char) >= width:
            break
        kept += char
    return f"{kept}…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    return text + " " * (width - wide(text))
