"""Account of a breakdown's lines: what each was read as, and those that look like part of a plan and were not read.

Nothing that looks like a task, a field or a gate is lost without a word: it was read, or it is a problem.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block, Document, HiddenText, lines_before
from pytest_execute.breakdown.dialects.common import REQUIREMENT, is_criterion, is_outside_tasks, labels_above
from pytest_execute.breakdown.fields import Field
from pytest_execute.breakdown.gates import WrittenGate
from pytest_execute.breakdown.line_looks import Look, look_of
from pytest_execute.breakdown.order_statements import Mention
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.repeated_tasks import RepeatedTasks
from pytest_execute.breakdown.streams import StreamStart
from pytest_execute.breakdown.tasks import ParsedTask
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Plan, Task


class ReadParts(Struct, frozen=True):
    """All that was read in a breakdown. `owners` is `{index of a block: the task or stream that contains it}`."""

    owners: Mapping[int, Mention]
    streams: Sequence[StreamStart]
    tasks: Sequence[ParsedTask]
    gates: Sequence[WrittenGate]
    order_lines: Collection[int]
    task_indexes: Collection[int]


class LineAccount(Struct, frozen=True):
    """Lines with their meanings, by their numbers: `read` are parts of the plan, `context` is the text around them."""

    read: Mapping[int, str]
    context: dict[int, str]
    lines: tuple[str, ...] = ()

    def is_in_task(self, line: int) -> bool:
        """Return True for a line that belongs to a task."""
        return " of task " in self.context.get(line, "")

    def meaning(self, line: int) -> str:
        """Return what a line was read as, or an empty text."""
        return self.read.get(line) or self.context.get(line, "")


def account_lines(document: Document, parts: ReadParts) -> LineAccount:
    """Return what each line was read as."""
    read: dict[int, str] = {}
    context: dict[int, str] = {}
    titles = (block for block in document.blocks if block.kind == "heading" and block.depth == 1)
    context.update((title.line, "title") for title in titles)
    for text in document.hidden:
        context.update(dict.fromkeys(range(text.line, text.line + text.text.count("\n") + 1), text.kind))
    for index, owner in parts.owners.items():
        context.update(dict.fromkeys(_lines(document.blocks[index]), f"text of {_owner_name(owner)}"))
        if index in parts.task_indexes:
            read[document.blocks[index].line] = _owner_name(owner)
    read.update((stream.line, f"stream {stream.id}") for stream in parts.streams)
    for parsed in parts.tasks:
        context.update(
            (line, f"{field.name} of task {parsed.task.id}")
            for field in parsed.fields.all
            if field.name
            for line in _lines_of_field(field)
        )
        read.update(_lines_of_task(parsed))
    for gate in parts.gates:
        last = document.blocks[gate.index]
        read.update(dict.fromkeys(range(gate.line, _lines(last).stop), f"gate {gate.name}"))
    for line in parts.order_lines:
        read.setdefault(line, "order of tasks")
    return LineAccount(read, context, document.lines)


def _owner_name(owner: Mention) -> str:
    return f"task {owner.tasks[0]}" if owner.tasks else f"stream {owner.streams[0]}"


def _lines(block: Block) -> range:
    return range(block.line, block.line + block.text.count("\n") + 1)


def _lines_of_task(parsed: ParsedTask) -> Iterator[tuple[int, str]]:
    """Yield the lines of a task, with what they were read as; texts of fields that give nothing are left out."""
    task = parsed.task
    for field in parsed.fields.all:
        if field.name in _WHOLE_FIELDS:
            yield from ((line, f"{field.name} of task {task.id}") for line in _lines_of_field(field))
    yield from ((ref.line, f"file of task {task.id}") for ref in task.files)
    yield from ((ref.line, f"test of task {task.id}") for ref in task.tests)
    yield from ((each.line, f"{each.kind} of task {task.id}") for each in task.specifications)
    yield from ((step.line, f"substep {step.id} of task {task.id}".replace("  ", " ")) for step in task.substeps)
    yield task.line, f"task {task.id}"


_WHOLE_FIELDS = ("depends", "blocks", "effort", "status", "agent", "commit", "behaviour", "objective", "id")
"""Fields of which each line counts."""


def _lines_of_field(field: Field) -> Iterator[int]:
    yield field.line
    for part in field.parts:
        yield from range(part.line, part.line + part.text.count("\n") + 1)


# matches "<!-- question: is task 3 done? -->", which `init --from` writes
_QUESTION = late_pattern(r"<!-- question: (.*?) -->")


def report_unread(outline: Outline, document: Document, account: LineAccount, plan: Plan, problems: Problems) -> None:
    """Report each line that looks like part of the plan and was not read as such."""
    _report_questions(document, problems)
    if problems.lines_with("two-shapes"):
        return  # one error for all of them
    reporter = _UnreadReporter(outline, document, account, plan, problems)
    above = ""
    titles = (line for line, meaning in account.context.items() if meaning == "title")
    known = {*account.read, *titles, *problems.lines_with("passed-over"), *problems.lines_with("unread-gate")}
    for number, line in enumerate(document.lines, 1):
        if line == above and line.strip() and not account.read.keys().isdisjoint((number - 1, number)):
            problems.warn(number, "repeated-line", "this line repeats the one above: remove one of them")
        above = line
        if number in known:
            continue
        look = look_of(line)
        if look is not None:
            reporter.report(number, look)
        elif line.lstrip().startswith("|"):
            reporter.report_row(number)
    reporter.report_missing_ids()


def _report_questions(document: Document, problems: Problems) -> None:
    """Report each question that `init --from` has left."""
    for text in document.hidden:
        for question in _QUESTION.finditer(text.text) if text.kind == "comment" else ():
            message = f"{question[1]} (answer it in the plan, and remove this comment)"
            problems.report(text.line + lines_before(text.text, question.start()), "open-question", message)


class _UnreadReporter:
    """Reporter of unread lines."""

    def __init__(
        self, outline: Outline, document: Document, account: LineAccount, plan: Plan, problems: Problems
    ) -> None:
        self._outline, self._account, self._problems = outline, account, problems
        self._repeated = RepeatedTasks(outline, document.lines, plan, problems)
        self._count = len(plan.tasks)
        self._families = {_family(task.id) for task in plan.tasks}
        self._unclosed = document.unclosed
        self._hidden = document.hidden
        self._hidden_lines = [text.line for text in document.hidden]
        self._hidden_ends = [text.line + text.text.count("\n") + 1 for text in document.hidden]
        self._has_broken_fences = document.unclosed is not None or any(map(_has_inner_fence, document.hidden))
        self._nameless: dict[int, bool] = {}
        self._starts = [block.line for block in outline.blocks]
        shapes = (look_of(document.lines[task.line - 1]) for task in plan.tasks)
        self._shapes = {look.shape for look in shapes if look is not None}

    def report(self, line: int, look: Look) -> None:
        """Report one line."""
        if look.kind in ("box", "task"):
            task = self._repeated.task_of(look)
            hidden = self._hidden_at(line)
            if hidden is not None:
                self._report_hidden(line, look, hidden, task)
            elif task is not None and not is_criterion(self._outline, self._block_at(line)):
                self._account.context[line] = f"task {task.id} again"
                self._repeated.report(line, look, task)
            elif look.kind == "box":
                self._report_box(line, look)
            elif self._is_of_plan(look) and not self._account.is_in_task(line):
                self._warn(line, f"this looks like task {look.name}, and is not read: {_REMEDY}")
        elif self._hidden_at(line) is None and (look.kind == "gate" or not self._account.is_in_task(line)):
            self._report_other(line, look)

    def _report_other(self, line: int, look: Look) -> None:
        if look.kind == "field":
            message = f'"{look.label}" is outside of any task, and is not read: move it into its task'
            self._problems.warn(line, "unread-field", message)
        else:
            self._problems.warn(line, "unread-gate", "this looks like a gate, and is not read: write `- **Gate 1**: …`")

    def _report_hidden(self, line: int, look: Look, hidden: HiddenText, task: Task | None) -> None:
        """Report a task in a text without tasks: as an error where such a text ends at another place than it seems."""
        if not self._is_of_plan(look) or (self._unclosed and line > self._unclosed.line):
            return
        is_lost = task is None and look.shape in self._shapes and hidden.kind == "code" and self._has_broken_fences
        message = f"this looks like task {look.name}, and is not read, because it is {_PLACES[hidden.kind]}"
        remedy = "a code fence before it ends too late: correct it" if is_lost else "move it out if it is one"
        self._problems.report(line, "hidden-task", f"{message}: {remedy}", "error" if is_lost else "warning")

    def report_row(self, line: int) -> None:
        """Report what differs in a row that names a task by its title."""
        task = self._repeated.task_in_row(line)
        if task is not None and not self._account.is_in_task(line):
            self._account.context[line] = f"task {task.id} again"
            self._repeated.report(line, None, task)

    def _hidden_at(self, line: int) -> HiddenText | None:
        """Return the text without tasks that has a line; such texts do not overlap."""
        position = bisect_right(self._hidden_lines, line) - 1
        text = self._hidden[position] if position >= 0 else None
        return text if text is not None and line < self._hidden_ends[position] else None

    def _block_at(self, line: int) -> int:
        """Return the index of the block that has a line, or of the one before it."""
        return max(0, bisect_right(self._starts, line) - 1)

    def _report_box(self, line: int, look: Look) -> None:
        index = self._block_at(line)
        is_outside = is_outside_tasks(self._outline, index, look.name)
        if not self._is_of_plan(look):
            self._nameless[line] = is_outside or bool(look.name)
            self._warn(line, f'this box is not read as a task: "{look.title[:60]}"')
        elif is_outside:
            place = f'because it is below "{self._label_above(index)}": move it, or remove its box'
            self._warn(line, f"this looks like task {look.name}, and is not read, {place}")
        elif look.shape in self._shapes:
            message = f"this looks like task {look.name}, and is not read: {_REMEDY}"
            self._problems.report(line, "unread-task", message)
        else:
            self._warn(line, f"this looks like task {look.name}, and is not read: {_REMEDY}")

    def report_missing_ids(self) -> None:
        """Report boxes without an id beside tasks that are boxes, if most have none: they may be tasks."""
        boxes = [line for line, is_other in self._nameless.items() if not is_other]
        if len(boxes) > self._count and self._shapes == {"item"}:
            message = (
                f"{len(boxes)} boxes without an id, beside {self._count} task{'s' * (self._count > 1)} with "
                "one: give each an id, or remove the boxes of what is no task"
            )
            self._problems.report(boxes[0], "no-id", message)

    def _label_above(self, index: int) -> str:
        above = self._outline.heading_above[index]
        label = self._outline.blocks[above].one_line if above >= 0 else next(labels_above(self._outline, index), "")
        return re.sub(r"^[\W\d]+", "", label)

    def _is_of_plan(self, look: Look) -> bool:
        """Return True for an id behind a word, or of the plan's kind: a number, or a code with the same letters."""
        is_of_family = look.has_word or _family(look.name) in self._families
        return bool(look.name) and is_of_family and not REQUIREMENT.match(look.name)

    def _warn(self, line: int, message: str) -> None:
        self._problems.warn(line, "passed-over", message)


_REMEDY = "write all tasks in one form"
_PLACES = {"code": "in a code block", "comment": "in HTML", "quote": "in a quote", "details": "in <details>"}


def _family(name: str) -> str:
    """Return the letters before the number of an id."""
    return re.sub(r"[\d.\u2013-].*", "", name).casefold()


def _has_inner_fence(hidden: HiddenText) -> bool:
    """Return True for a fence that contains the beginning of another one: its first end is not the author's."""
    found = re.match(r"\s*(`{3,}|~{3,})", hidden.text) if hidden.kind == "code" else None
    return found is not None and re.search(rf"\n\s*{found[1]}(?!{found[1][0]})\w", hidden.text) is not None
