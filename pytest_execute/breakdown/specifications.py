"""Texts that say when a task is right: acceptance criteria, tests without a name, and scenarios."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.field_labels import specification_kind
from pytest_execute.breakdown.fields import Field, ValuePart
from pytest_execute.breakdown.task_starts import LEADING_BOX, without_box
from pytest_execute.breakdown.vocabulary import NO_TESTS
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Specification

# matches the beginning of "Then the newest comes first"
_SCENARIO_STEP = late_pattern(r"\**(?:when|then|and|but)\b", re.IGNORECASE)


def find_specifications(
    fields: Sequence[Field], criteria: Sequence[Block], test_lines: Container[int]
) -> tuple[Specification, ...]:
    """Return the texts of the fields that say when the task is right, and its criteria, in order."""
    found = {
        part.line: Specification(kind, part.one_line, part.line)
        for field in fields
        if (kind := specification_kind(field.name, field.label))
        for part in field.parts
        if kind == "acceptance" or _is_specification(field, part, test_lines)
    }
    for block in criteria:
        found.setdefault(block.line, Specification("acceptance", block.one_line, block.line))
    return tuple(found[line] for line in sorted(found))


def _is_specification(field: Field, part: ValuePart, test_lines: Container[int]) -> bool:
    """Return True for a text that names no test, does not say that there are none, and is no substep."""
    names_test = any(part.line + offset in test_lines for offset in range(part.text.count("\n") + 1))
    says_none = field.name == "tests" and NO_TESTS.fullmatch(part.one_line)
    return not (names_test or says_none or LEADING_BOX.match(part.text))


def find_scenarios(parts: Iterable[ValuePart]) -> Iterator[str]:
    """Yield one text for each scenario; a part that begins with When, Then, And or But belongs to the one before."""
    scenario: list[str] = []
    for part in parts:
        if part.is_code and not re.search(r"\bgiven\b", part.text, re.IGNORECASE):
            continue
        if scenario and not _SCENARIO_STEP.match(part.one_line):
            yield " ".join(scenario)
            scenario = []
        scenario.append(without_box(part.one_line))
    if scenario:
        yield " ".join(scenario)
