"""Other lines about tasks and streams, in summaries and tables: what they say is compared with the plan, and told."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.breakdown.ids import normalize_number
from pytest_execute.breakdown.line_looks import Look
from pytest_execute.breakdown.marks import BOX_STATES, is_state, is_tick, state_of
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.streams import StreamStart
from pytest_execute.breakdown.task_starts import split_title
from pytest_execute.core.effort import is_effort
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Plan, Task

# matches "[x]" at the beginning or end of a heading
_TICKED = late_pattern(r"^\W*\[[xX✓✔]\]|\[[xX✓✔]\]\W*$")
# matches ": 30 minutes" at the end of a line
_LAST_VALUE = late_pattern(r"[:：]\s*([^:：]+?)[\s*]*$")
_FIELDS = ("files", "tests", "effort", "agent")


class RepeatedTasks:
    """Tasks of a plan by their ids and titles, for lines that speak of them again."""

    def __init__(self, outline: Outline, lines: Sequence[str], plan: Plan, problems: Problems) -> None:
        self._outline, self._lines, self._problems = outline, lines, problems
        self._ids = {normalize_number(task.id): task for task in plan.tasks}
        self._titles = {_plain(task.title): task for task in plan.tasks}
        self._starts = [block.line for block in outline.blocks]

    def task_of(self, look: Look) -> Task | None:
        """Return the task that a line names by its id, or a box by its whole title."""
        if look.name:
            return self._ids.get(normalize_number(look.name))
        return self._titles.get(_plain(look.title)) if look.kind == "box" else None

    def task_in_row(self, line: int) -> Task | None:
        """Return the task whose title is the first cell of a table's row."""
        block = self._block_at(line)
        return self._titles.get(_plain(block.cells[0])) if block.kind == "row" and block.line == line else None

    def report(self, line: int, look: Look | None, task: Task) -> None:
        """Report what differs in another line about a task; `look` is None for a row."""
        if look is None or look.shape == "row":
            mark, fields = self._status_in_row(line), dict(self._fields_in_row(line))
        else:
            by_word = look.title if is_state(look.title) and look.title else None
            mark = look.mark if look.mark is not None else look.sign or by_word
            fields = self._effort_at_end(line)
        if mark is not None:
            state = BOX_STATES.get(mark) if look is not None and look.kind == "box" else None
            self._report_mark(line, mark, state or state_of(mark), task)
        for name, value in fields.items():
            if not getattr(task, name):
                message = f'the {name} of task {task.id}, "{value}", is not read here: move it into its task'
                self._problems.warn(line, "unread-field", message)

    def _report_mark(self, line: int, mark: str, state: str, task: Task) -> None:
        if is_tick(mark) != task.done:
            here, there = ("open", "done") if task.done else ("ticked", "open")
        elif not task.done and state not in ("open", task.state):
            here, there = state, task.state
        else:
            return
        place = f"{there} on line {task.line}, which counts"
        self._problems.warn(line, "other-tick", f"task {task.id} is {here} here and {place}: correct one of them")

    def _block_at(self, line: int) -> Block:
        return self._outline.blocks[max(0, bisect_right(self._starts, line) - 1)]

    def _columns(self, line: int) -> Iterator[tuple[str | None, str]]:
        block = self._block_at(line)
        pairs = zip(block.header, block.cells, strict=False)
        yield from ((field_name(label), cell.strip()) for label, cell in pairs if cell.strip())

    def _status_in_row(self, line: int) -> str | None:
        """Return the status in a row of another table about the tasks, or None without such a column."""
        return next((cell for name, cell in self._columns(line) if name == "status"), None)

    def _fields_in_row(self, line: int) -> Iterator[tuple[str, str]]:
        """Yield the fields in a row that a task may lack."""
        yield from ((name, cell) for name, cell in self._columns(line) if name in _FIELDS and re.search(r"\w", cell))

    def _effort_at_end(self, line: int) -> dict[str, str]:
        found = _LAST_VALUE.search(self._lines[line - 1])
        return {"effort": found[1]} if found and is_effort(found[1]) else {}


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[*`_]", "", title).casefold().split()).strip(" .:")


def report_ticked_streams(streams: Sequence[StreamStart], lines: Sequence[str], plan: Plan, problems: Problems) -> None:
    """Report each stream whose heading is ticked though one of its tasks is open."""
    for stream in streams:
        heading = lines[stream.line - 1].replace("`", "").strip(" #")
        open_task = next((task for task in plan.tasks if task.stream == stream.id and not task.done), None)
        if open_task is not None and (_TICKED.search(heading) or split_title(heading)[2]):
            place = f"task {open_task.id} is open on line {open_task.line}"
            problems.warn(
                stream.line, "other-tick", f"stream {stream.id} is ticked here, and {place}: correct one of them"
            )
