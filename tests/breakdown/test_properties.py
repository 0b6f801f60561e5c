"""Properties of every plan and every text: round trips, re-wrapping, and no errors but problems."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
import textwrap
import time
from typing import TypeVar

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_execute.breakdown import ParsedBreakdown, read_text
from pytest_execute.breakdown.template import render
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Specification, Stream, Substep, Task, TestRef
from pytest_execute.reports.breakdown import as_json
from pytest_execute.reports.breakdown import render as report

from .samples import SAMPLES

T = TypeVar("T")

LOWER = "abcdefghijklmnopqrstuvwxyz"
WORDS = st.text(LOWER + "äöüß", min_size=2, max_size=7)
MARKED = st.builds(str.format, st.sampled_from(["{}", "{}", "{}", "`{}()`", "({})", "{},", "{}_x"]), WORDS)
TEXT = st.lists(MARKED, min_size=1, max_size=12).map(" ".join)
TITLE = st.lists(WORDS | WORDS.map(str.title), min_size=1, max_size=4).map(" ".join)
NAME = st.text(LOWER, min_size=1, max_size=5)
PATH = st.builds("src/p{}/m{}.py".format, NAME, NAME)
TEST = st.builds(
    str.format,
    st.sampled_from(
        ["tests/{0}/", "tests/test_{0}.py", "tests/{0}/test_{1}.py::test_a", "test_{1}.py::TestA::test_{0}[{1}-1]"]
    ),
    NAME,
    NAME,
)
EFFORT = st.one_of(st.just(""), st.builds("{} {}".format, st.integers(2, 9), st.sampled_from(["hours", "days", "min"])))

CRITERION = st.builds(str.format, st.sampled_from(["{} {}", "[ ] {} {}", "[x] {} {}"]), TITLE, TITLE)
KINDS = st.sampled_from(["test", "security", "integration", "end-to-end", "performance"])
SPECIFICATION = st.one_of(
    st.builds(Specification, st.just("acceptance"), CRITERION, st.just(0)),
    st.builds(Specification, KINDS, st.builds("{} {}".format, TITLE, TITLE), st.just(0)),
)


@st.composite
def file_refs(draw: st.DrawFn) -> FileRef:
    first = draw(st.none() | st.integers(1, 99))
    return FileRef(draw(PATH), 0, first, None if first is None else first + draw(st.integers(0, 9)))


@st.composite
def tasks(draw: st.DrawFn, name: str, stream: str | None, before: tuple[str, ...]) -> Task:
    done = draw(st.booleans())
    steps = draw(st.lists(st.tuples(TITLE, st.booleans()), max_size=3))
    tests = tuple(TestRef(test, 0) for test in draw(st.lists(TEST, max_size=3, unique=True)))
    return Task(
        id=name,
        title=draw(TITLE),
        line=0,
        done=done,
        state="open" if done else draw(st.sampled_from(["open", "begun", "blocked"])),
        stream=stream,
        objective=draw(TEXT | st.just("")),
        files=tuple(draw(st.lists(file_refs(), max_size=3, unique_by=lambda ref: (ref.path, ref.first, ref.last)))),
        tests=tests,
        no_tests=None if tests else draw(st.sampled_from([None, "", "prose only"])),
        depends=tuple(draw(st.lists(st.sampled_from(before), max_size=3, unique=True))) if before else (),
        behaviour=tuple(draw(st.lists(TEXT.map("Given {}, then done".format), max_size=2))),
        specifications=tuple(draw(st.lists(SPECIFICATION, max_size=3, unique_by=lambda each: each.text))),
        effort=draw(EFFORT),
        agent=draw(WORDS | st.just("")),
        commit=draw(TITLE.map("feat: {}".format) | st.just("")),
        substeps=tuple(Substep(f"{name}.{at}", title, ticked, 0) for at, (title, ticked) in enumerate(steps, 1)),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    streams: list[Stream] = []
    found: list[Task] = []
    gates: list[NamedGate] = []
    code = draw(st.sampled_from(["", "T", "INFRA-"]))
    for stream in (None, *"ABC"[: draw(st.integers(0, 3))]):
        count = draw(st.integers(0 if stream is None else 1, 3))
        before = tuple(task.id for task in found)
        if stream is not None:
            after = draw(st.lists(st.sampled_from([s.id for s in streams]), unique=True)) if streams else []
            depends = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
            streams.append(Stream(id=stream, title=draw(TITLE), line=0, after=tuple(after), depends=tuple(depends)))
            tests = draw(st.lists(TEST, max_size=2, unique=True))
            text = f"{' and '.join(f'`{test}`' for test in tests)} pass (after Stream {stream})"
            refs = tuple(TestRef(test, 0) for test in tests)
            gates.append(NamedGate(name=f"Gate {stream}", text=text.strip(), line=0, after=(stream,), tests=refs))
        for _ in range(count):
            name = f"{code}{len(found) + 1}"
            found.append(draw(tasks(name, stream, tuple(task.id for task in found))))
    assume(found)
    return Plan(
        topic="t", path="b.md", title=draw(TITLE), streams=tuple(streams), tasks=tuple(found), gates=tuple(gates)
    )


def without_lines(value: T) -> T:
    """The same value with every line number 0."""

    def cleared(data: object) -> object:
        if isinstance(data, dict):
            return {key: 0 if key == "line" else cleared(item) for key, item in data.items()}
        return [cleared(item) for item in data] if isinstance(data, list) else data

    return msgspec.convert(cleared(msgspec.json.decode(msgspec.json.encode(value))), type(value))


def errors(reading: ParsedBreakdown) -> list[str]:
    return [str(problem) for problem in reading.problems if problem.severity == "error"]


@given(plans())
def test_a_plan_written_and_read_is_the_same_plan(plan: Plan) -> None:
    reading = read_text(render(plan), "t", "b.md")
    assert (errors(reading), without_lines(reading.plan)) == ([], plan)


@given(plans())
def test_lines_are_where_the_text_is(plan: Plan) -> None:
    text = render(plan).splitlines()
    read = read_text("\n".join(text), "t", "b.md").plan
    assert read is not None
    for task in read.tasks:
        assert text[task.line - 1].startswith(f"### {task.id}. ")
        assert all(test.target in text[test.line - 1] for test in task.tests)
        assert all(step.title in text[step.line - 1] for step in task.substeps)


def rewrapped(text: str, width: int, loose: bool, bullet: str) -> str:
    """Return the text as a formatter leaves it: lines of at most `width`, other bullets, blank lines between items."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("- "):
            filled = textwrap.wrap(
                line[2:],
                width,
                initial_indent=f"{bullet} ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            lines += [*filled, ""] if loose else filled
        else:
            lines.append(line)
    return "\n".join(lines)


@given(plans(), st.integers(20, 100), st.booleans(), st.sampled_from("-*+"))
def test_a_formatter_changes_nothing(plan: Plan, width: int, loose: bool, bullet: str) -> None:
    reading = read_text(rewrapped(render(plan), width, loose, bullet), "t", "b.md")
    assert (errors(reading), without_lines(reading.plan)) == ([], plan)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Return a sample after some random edits: lines removed, doubled, moved, split, or with text inserted."""
    lines = draw(st.sampled_from(SAMPLES)).splitlines()
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        kind = draw(st.integers(0, 5))
        if kind == 0:
            del lines[at : at + draw(st.integers(1, 4))]
        elif kind == 1:
            lines[at:at] = lines[at : at + 3]
        elif kind == 2 and lines:
            lines.insert(draw(st.integers(0, len(lines))), lines.pop(at))
        elif kind == 3 and lines:
            cut = draw(st.integers(0, len(lines[at])))
            lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
        elif lines:
            bits = [
                "```",
                "- [ ] ",
                "#",
                "**",
                "[x]",
                "`",
                "|",
                "(",
                "1.",
                "T1-T9",
                "\t",
                "    ",
                "<!--",
                "> ",
                "---",
                "_",
                "：",
                "\0",
            ]
            cut = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:cut] + draw(st.sampled_from(bits) | st.text(max_size=5)) + lines[at][cut:]
    return "\n".join(lines)


@given(edited())
def test_any_text_gives_a_plan_or_an_error(text: str) -> None:
    reading = read_text(text, "t", "b.md")
    assert reading.plan is not None or errors(reading)
    assert all(0 < problem.line <= text.count("\n") + text.count("\r") + 2 for problem in reading.problems)
    assert as_json(reading)
    assert report(reading, None)
    if reading.plan is not None:
        ids = [task.id for task in reading.plan.tasks]
        assert len(set(ids)) == len(ids)
        assert all(set(task.depends) <= set(ids) - {task.id} for task in reading.plan.tasks)


def essence(reading: ParsedBreakdown) -> tuple[object, ...]:
    """Return plan and problems without line numbers."""
    problems = sorted((p.code, re.sub(r" on line \d+", "", p.message)) for p in reading.problems)
    return (without_lines(reading.plan) if reading.plan else None, problems)


def turned(line: str) -> str:
    """Return a line with its first box ticked, or open."""
    return re.sub(r"\[([ x])\]", lambda box: "[x]" if box[1] == " " else "[ ]", line, count=1)


@settings(max_examples=40)
@given(plans().map(render) | st.sampled_from(SAMPLES), st.data())
def test_a_line_that_was_read_cannot_be_removed_doubled_or_ticked_unnoticed(text: str, data: st.DataObject) -> None:
    reading = read_text(text, "t", "b.md")
    lines = text.splitlines()
    redundant = (
        "depends",
        "blocks",
        "order",
        "stream",
        "status",
    )  # the same may be written elsewhere, or "None" be left out
    read = [line - 1 for line, meaning in reading.account.read.items() if not meaning.startswith(redundant)]
    at = data.draw(st.sampled_from(sorted(read)))
    for changed in ([*lines[:at], *lines[at + 1 :]], [*lines[: at + 1], *lines[at:]]):
        assert essence(read_text("\n".join(changed), "t", "b.md")) != essence(reading), lines[at]
    if turned(lines[at]) != lines[at]:
        changed = [*lines[:at], turned(lines[at]), *lines[at + 1 :]]
        assert essence(read_text("\n".join(changed), "t", "b.md")) != essence(reading), lines[at]


@given(edited())
def test_every_box_is_in_the_plan_or_in_the_problems(text: str) -> None:
    reading = read_text(text, "t", "b.md")
    if reading.errors:
        return
    told = {problem.line for problem in reading.problems} | reading.account.read.keys()
    hidden = {line for line, meaning in reading.account.context.items() if meaning in ("code", "comment", "quote")}
    boxes = {number for number, line in enumerate(reading.account.lines, 1) if re.match(r"[-*+] \[[ xX]\] \S", line)}
    assert boxes - hidden <= told


@given(st.text(alphabet="#-*_`[]()|:>\n x1.T,ab~<!", max_size=200))
def test_any_marks_give_a_plan_or_an_error(text: str) -> None:
    reading = read_text(text, "t", "b.md")
    assert reading.plan is not None or errors(reading)


@pytest.mark.parametrize(
    "text",
    [
        "### 1. [ ] T\n- Dependencies: " + "X1-" * 5000,
        "### 1. [ ] T\n- Dependencies: " + "(" * 5000,
        "### 1. [ ] T\n- Dependencies: 1-999999999\n",
        "### 1. [ ] T\n- Tests: " + "`" * 5000,
        "### 1. [ ] T\n- " + "** a " * 5000,
        "### 1. [ ] T\n- Files: " + "a/" * 5000,
        "1. [ ] **A** " + " ".join(f"1.{n}. [x] b" for n in range(2000)),
        "".join(f"- [ ] {n}.{n} x\n" for n in range(500)),
    ],
)
def test_no_text_takes_two_seconds(text: str) -> None:
    begin = time.process_time()
    read_text(text, "t", "b.md")
    assert time.process_time() - begin < 2
