"""Format the board as lines of text that fit into the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pytest_execute.core.coloured_lines import Line
from pytest_execute.core.gate_ids import label
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.progress.board import Board, GateProgress, GateState, StreamRow

GAP = "  "
LEAST_TITLE = 8
"""Columns below which titles are left out."""
VERDICTS: dict[GateState, VerdictWord] = {
    "failed": "failed",
    "blocked": "blocked",
    "skipped": "blocked",
    "done": "passed",
}
COUNTED: tuple[GateState, ...] = ("running", "failed", "blocked", "skipped")


class RowCells(NamedTuple):
    """Texts of a row, and the verdict that decides its colour."""

    row: StreamRow
    id: str
    title: str
    counts: str
    time: str
    verdict: VerdictWord | None


def render(board: Board, remaining: dict[str, float] | None, width: int, height: int) -> list[Line]:
    """Return a line for each stream and one for the whole run.

    `remaining` has the seconds until each gate will have ended, None where they are unknown.
    """
    rows = [
        _cells(board, row, remaining) for row in board.rows if any(board.progress[gate].total for gate in row.gates)
    ]
    selected = _select_rows(rows, board, height - 1)
    lines = list(_align(selected, width))
    if len(selected) < len(rows):
        lines.append((f"and {len(rows) - len(selected)} more", None))
    return [(truncate(text, width), word) for text, word in [*lines, _total(board, remaining)]]


def _cells(board: Board, row: StreamRow, remaining: dict[str, float] | None) -> RowCells:
    time = _remaining_time(row.gates, board, remaining)
    return RowCells(row, printable(row.id), printable(row.title), _counts(board, row), time, _verdict(board, row))


def _select_rows(rows: Sequence[RowCells], board: Board, height: int) -> list[RowCells]:
    """Return as many rows as there is room for, in the plan's order: those that run first, then those that wait."""
    if len(rows) <= height:
        return list(rows)
    rank = {"running": 0, "waiting": 1}
    order = sorted(range(len(rows)), key=lambda index: rank.get(_state(board, rows[index].row), 2))
    return [rows[index] for index in sorted(order[: max(0, height - 1)])]


def _state(board: Board, row: StreamRow) -> GateState:
    """Return whether the tests of the row run, wait, or have all ended."""
    progress = [board.progress[gate] for gate in row.gates]
    if any(gate_progress.running for gate_progress in progress):
        return "running"
    return "done" if all(gate_progress.ended == gate_progress.total for gate_progress in progress) else "waiting"


def _verdict(board: Board, row: StreamRow) -> VerdictWord | None:
    states = {board.progress[gate].state for gate in row.gates if board.progress[gate].total}
    worst = next((state for state in ("failed", "blocked", "skipped") if state in states), None)
    return VERDICTS[worst] if worst else "passed" if states == {"done"} else None


def _counts(board: Board, row: StreamRow) -> str:
    """Return `2 of 4 done, 1 running`; tests are counted where the row has no tasks."""
    progress = {gate: board.progress[gate] for gate in row.gates if board.progress[gate].total}
    states = [progress[task].state for task in row.tasks if task in progress]
    if not row.tasks:
        return _count_tests(list(progress.values()))
    parts = [f"{states.count('done')} of {len(states)} done"]
    parts += [f"{states.count(state)} {state}" for state in COUNTED if state in states]
    if "running" not in states and (awaited := board.awaited_streams(row)):
        parts.append(f"waits for {', '.join(map(printable, awaited))}")
    own = [gate_progress for gate, gate_progress in progress.items() if gate not in row.tasks]
    return ", ".join([*parts, *([_count_tests(own)] if own else [])])


def _count_tests(progress: Sequence[GateProgress]) -> str:
    ended = sum(gate_progress.ended for gate_progress in progress)
    return f"{ended} of {sum(gate_progress.total for gate_progress in progress)} tests"


def _remaining_time(gates: Iterable[str], board: Board, remaining: dict[str, float] | None) -> str:
    seconds = [
        remaining[gate]
        for gate in gates
        if remaining and gate in remaining and board.progress[gate].ended < board.progress[gate].total
    ]
    return format_seconds(max(seconds)) if seconds else ""


def _total(board: Board, remaining: dict[str, float] | None) -> Line:
    total = len(board.gates)
    parts = [f"{total - len(board.open)} of {total} tests"]
    parts += [f"{board.failed} failed"] if board.failed else []
    time = _remaining_time(board.progress, board, remaining)
    parts += [f"about {time} to go"] if time else []
    return ", ".join(parts), "failed" if board.failed else None


def _align(rows: Sequence[RowCells], width: int) -> Iterator[Line]:
    """Align id, title, counts and time. Titles get the remaining columns, and are left out if those are few."""
    ids = max((columns(row.id) for row in rows), default=0)
    counts = max((columns(row.counts) for row in rows), default=0)
    times = max((columns(row.time) for row in rows), default=0)
    titles = max((columns(row.title) for row in rows), default=0)
    room = min(titles, width - ids - counts - times - 3 * len(GAP))
    for row in rows:
        parts = [pad(row.id, ids)]
        if room >= min(LEAST_TITLE, titles):
            parts.append(pad(truncate(row.title, room), room))
        elif not row.id:
            parts.append(row.title)
        parts += [pad(row.counts, counts), row.time.rjust(times)]
        yield GAP.join(parts).rstrip(), row.verdict


def ended_line(gate: str, gate_progress: GateProgress) -> str:
    """Return the line for a gate whose tests have ended: `task 3: 4 passed (1.2 s)`.

    It counts tests only: whether the task passes is decided after the replay.
    """
    parts = [
        f"{gate_progress.ends[end]} {end}"
        for end in ("failed", "skipped", "passed", "blocked")
        if end in gate_progress.ends
    ]
    cause = f" by {label(gate_progress.cause)}" if gate_progress.cause else ""
    took = f" ({gate_progress.seconds:.1f} s)" if gate_progress.seconds else ""
    return printable(f"{label(gate)}: {', '.join(parts)}{cause}{took}")


def format_seconds(seconds: float) -> str:
    """Format a duration.

    >>> format_seconds(0.2), format_seconds(59.4), format_seconds(61), format_seconds(3700)
    ('1 s', '60 s', '1:01 min', '1:01 h')
    """
    whole = max(1, -int(-seconds // 1))
    if whole <= 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02} min" if whole < 3600 else f"{whole // 3600}:{whole % 3600 // 60:02} h"


# Text on a terminal


def printable(text: str) -> str:
    """Replace control characters, which a terminal could interpret."""
    return "".join(char if char.isprintable() else " " for char in text)


def columns(text: str) -> int:
    """Return the number of terminal columns that a text takes."""
    return len(text) if text.isascii() else sum(_char_columns(char) for char in text)


def _char_columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "FW" else 1


def truncate(text: str, width: int) -> str:
    """Return the text if it fits, else its beginning and an ellipsis."""
    if columns(text) <= width:
        return text
    selected = ""
    for char in text:
        if columns(selected + char) >= width:
            break
        selected += char
    return f"{selected}…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
