"""Tables with one task in each row.

| ID    | Task  | Depends on | Status |
| P1-A1 | Model | -          | ✅ done |
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.dialects.common import REQUIREMENT, DialectProblem
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart, split_title
from pytest_execute.breakdown.vocabulary import DONE_MARKS, TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

# matches "ID", "#", "Task No.", "Plan ID", "编号"
_ID_COLUMN = late_pattern(
    r"(?:task |step |story |plan |issue |ticket |item |任务|タスク)?"
    r"(?:ids?|no\.?|nr\.?|n°|#|number|nummer|número|编号|番号)|#|task|step|story|ticket|issue|aufgabe|tarea|tarefa|tâche"
    r"|任务|id",
    re.IGNORECASE,
)
# matches "Task", "Title", "Work item", "Titre", "제목"
_TITLE_COLUMN = late_pattern(
    r"(?:task )?(?:tasks?|title|name|description|summary|deliverable|work item|what|subject)|(?:task|work) (?:name"
    r"|title|description|item)|titre|título|titel|aufgaben?|tareas?|tarefas?|tâches?|beschreibung|descripción|descrição"
    r"|작업|タスク|作業|内容|任务|任务名称|名称|标题|描述|작업명|제목|태스크|タイトル|件名|任务标题|任务描述",
    re.IGNORECASE,
)
# matches columns of tables of other things: "Risk", "Severity"
_OTHER_COLUMN = late_pattern(
    r"risk|severity|likelihood|impact|mitigation|probability|requirement|rationale|question|decision|metric",
    re.IGNORECASE,
)
# matches "Task", "ID", "work": one column must say that the rows are tasks
_TASK_COLUMN = late_pattern(rf"\bids?\b|{TASK_WORDS}|work|작업|编号|番号|태스크", re.IGNORECASE)
# matches "P1-A1", "✅ #2", "[x] Task 3"
_ID_CELL = late_pattern(
    rf"(?:[^\w\s\[#]+\s+)?(?:\[(?P<box>[ xX~!-])\]\s*)?(?:{TASK_WORDS}\s*)?#?(?P<id>{ID})", re.IGNORECASE
)
# matches the beginning of "Total", "Subtotal", "合计"
_SUM = late_pattern(r"(?:sub|grand )?-?totals?|sum|합계|总计|合計|小计", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """Return the rows of the tables whose first column has ids, with a column of titles."""
    rows = (_task_start(outline.blocks[index], index, column) for index, column in _rows(outline))
    return [start for start in rows if start is not None]


def find_untitled(outline: Outline) -> list[TaskStart]:
    """Return the rows of the tables with a column of ids and one of dependencies, and none of titles."""
    starts = []
    for index, block in enumerate(outline.blocks):
        names = {field_name(cell) for cell in block.header[1:]} if block.kind == "row" else set()
        if "depends" in names and _ID_COLUMN.fullmatch(re.sub(r"[*`_]", "", block.header[0]).strip()):
            start = _task_start(block, index, 0)
            starts += [structs.replace(start, title="")] if start is not None else []
    return starts


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Yield the rows of these tables with a title and without an id; sums are left out."""
    headers = {outline.blocks[start.index].header for start in tasks}
    for index, column in _rows(outline):
        block = outline.blocks[index]
        name, title = (split_title(block.cells[cell])[0].strip("_*` ") for cell in (0, column))
        if block.header in headers and _task_start(block, index, column) is None and not _is_sum(name, title):
            message = f'this row has no readable id, and is not read as a task: give "{title}" an id'
            yield DialectProblem(block.line, "passed-over", message, is_warning=True)


def _is_sum(name: str, title: str) -> bool:
    """Return True for a row with a sum, or without words."""
    return not re.search(r"\w", title) or bool(_SUM.match(name)) or bool(_SUM.match(title))


def _rows(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the rows of tables of tasks, each with the column of its title."""
    columns: dict[tuple[str, ...], int | None] = {}
    for index, block in enumerate(outline.blocks):
        if block.kind != "row":
            continue
        if block.header not in columns:
            columns[block.header] = _title_column(block.header)
        column = columns[block.header]
        if column is not None and column < len(block.cells):
            yield index, column


def _title_column(header: tuple[str, ...]) -> int | None:
    """Return the column with the titles if the header is that of tasks."""
    plain = [re.sub(r"[*`_]", "", cell).strip() for cell in header]
    if len(plain) < 2 or not _ID_COLUMN.fullmatch(plain[0]) or any(map(_OTHER_COLUMN.search, plain)):
        return None
    if not any(_TASK_COLUMN.search(cell) for cell in plain) and not any(map(field_name, plain[1:])):
        return None
    return next((column for column, cell in enumerate(plain) if column and _TITLE_COLUMN.fullmatch(cell)), None)


def _task_start(block: Block, index: int, column: int) -> TaskStart | None:
    """Return the task in a row, or None for a row without an id."""
    cell = re.sub(r"[*`]", "", block.cells[0]).strip()
    found = _ID_CELL.fullmatch(cell)
    if found is None or REQUIREMENT.match(found["id"]):
        return None
    title, effort, done = split_title(block.cells[column])
    return TaskStart(
        id=found["id"],
        title=title,
        index=index,
        line=block.line,
        box=found["box"],
        effort=effort,
        done=done or cell.startswith(DONE_MARKS),
        row=block,
        is_one_line=True,
    )
