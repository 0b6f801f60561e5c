"""Tables with one task per row: `| ID | Task | Depends | Status |`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.dialects.common import REQUIREMENT, DialectProblem
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart, split_title
from pytest_execute.breakdown.vocabulary import DONE_MARKS, TASK_WORDS, field_name

_ID_COLUMN = re.compile(
    r"(?:task |step |story |任务|タスク)?(?:ids?|no\.?|#|number|编号|番号)|#|task|step|任务|id", re.IGNORECASE
)
_TITLE_COLUMN = re.compile(
    r"(?:task )?(?:tasks?|title|name|description|summary|deliverable|work item|what|subject)|(?:task|work) (?:name|title|description|item)"
    r"|작업|タスク|作業|内容|任务|任务名称|名称|标题|描述|작업명|제목|태스크|タイトル|件名|任务标题|任务描述",
    re.IGNORECASE,
)
_NO_TASKS = re.compile(
    r"risk|severity|likelihood|impact|mitigation|probability|requirement|rationale|question|decision|metric",
    re.IGNORECASE,
)
_SAYS_TASK = re.compile(rf"\bids?\b|{TASK_WORDS}|work|작업|编号|番号|태스크", re.IGNORECASE)
_CELL = re.compile(
    rf"(?:[^\w\s\[#]+\s+)?(?:\[(?P<box>[ xX~!-])\]\s*)?(?:{TASK_WORDS}\s*)?#?(?P<id>{ID})", re.IGNORECASE
)
_NO_ROW = re.compile(r"(?:sub|grand )?-?totals?|sum|합계|总计|合計|小计", re.IGNORECASE)
"""The first words of a row that only adds up."""


def find(outline: Outline) -> list[TaskStart]:
    """The rows of the tables that have a column of ids first and a title beside it."""
    rows = (_head(outline.blocks[at], at, column) for at, column in _rows(outline))
    return [head for head in rows if head is not None]


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Rows between tasks that have a title and no id, but for sums."""
    headers = {outline.blocks[head.at].header for head in tasks}
    for at, column in _rows(outline):
        block = outline.blocks[at]
        name, title = (split_title(block.cells[cell])[0].strip("_*` ") for cell in (0, column))
        if block.header in headers and _head(block, at, column) is None and not _sum(name, title):
            yield DialectProblem(
                block.line, "passed-over", f"this row has no id that can be read, and is no task: {title}", sure=True
            )


def _sum(name: str, title: str) -> bool:
    """Whether a row only adds up or separates."""
    return not re.search(r"\w", title) or bool(_NO_ROW.match(name)) or bool(_NO_ROW.match(title))


def _rows(outline: Outline) -> Iterator[tuple[int, int]]:
    """The rows of such tables, each with the column of its title."""
    columns: dict[tuple[str, ...], int | None] = {}
    for at, block in enumerate(outline.blocks):
        if block.kind != "row":
            continue
        if block.header not in columns:
            columns[block.header] = _title(block.header)
        column = columns[block.header]
        if column is not None and column < len(block.cells):
            yield at, column


def _title(header: tuple[str, ...]) -> int | None:
    """The column with the titles, where the first one holds ids."""
    plain = [re.sub(r"[*`_]", "", cell).strip() for cell in header]
    if len(plain) < 2 or not _ID_COLUMN.fullmatch(plain[0]) or any(map(_NO_TASKS.search, plain)):
        return None
    if not any(_SAYS_TASK.search(cell) for cell in plain) and not any(map(field_name, plain[1:])):
        return None
    return next((at for at, cell in enumerate(plain) if at and _TITLE_COLUMN.fullmatch(cell)), None)


def _head(block: Block, at: int, column: int) -> TaskStart | None:
    cell = re.sub(r"[*`]", "", block.cells[0]).strip()
    found = _CELL.fullmatch(cell)
    if found is None or REQUIREMENT.match(found["id"]):
        return None
    title, effort, done = split_title(block.cells[column])
    return TaskStart(
        id=found["id"],
        title=title,
        at=at,
        line=block.line,
        box=found["box"],
        effort=effort,
        done=done or cell.startswith(DONE_MARKS),
        row=block,
        single=True,
    )
