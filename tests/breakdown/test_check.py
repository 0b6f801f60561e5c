"""`pytest-execute check` as text and as JSON, by topic and by file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.commands.check import check
from pytest_execute.reports.breakdown import as_json, render

PLAN = """\
# Shop

## Stream A: Ground (Parallel)

### 1. [x] Model [2 hours]
- **Objective**: o
- **Files**: `src/m.py:3-9`, `src/n.py`
- **Tests**: `tests/test_m.py`
- [x] 1.1 Write the failing test

### 2. [ ] Store [30 min]
- **Objective**: o
- **Tests**: `tests/test_s.py`

## Stream B: Door (Depends on Stream A)

### 3. [ ] List [1 day]
- **Objective**: o
- **Tests**: `tests/test_l.py`
- **Dependencies**: 1

## Quality Gates

- **Gate 1**: all tests pass (after Stream B)
"""


def test_the_shape_of_a_plan() -> None:
    assert render(read_text(PLAN, "shop", "b.md"), {"research.md": True, "plan.md": True}) == (
        "Shop\n"
        "  stream A  Ground  2 tasks, 1 done\n"
        "  stream B  Door    1 task, 0 done, after stream A\n"
        "3 tasks in 2 streams, 1 done\n"
        "critical path: 2 -> 3 (8.5 hours)\n"
        "at most 1 task at once\n"
        "1 gate\n"
        "prerequisites: research.md, plan.md"
    )


def test_a_long_critical_path_shows_its_ends() -> None:
    text = "".join(
        f"### {n}. [ ] T\n- **Tests**: `tests/a.py`\n- **Depends on**: {n - 1 or 'None'}\n\n" for n in range(1, 41)
    )
    shown = render(read_text(text, "t", "b.md"), None)
    assert "critical path: 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9 -> 10 -> … -> 39 -> 40 (40 tasks)\n" in shown


def test_without_effort_the_critical_path_counts_tasks() -> None:
    text = (
        "### 1. [ ] A\n- **Objective**: o\n- **Tests**: `tests/a.py`\n\n### 2. [ ] B\n- Goal: o\n"
        "- Tests: `tests/b.py`\n"
    )
    assert render(read_text(text, "t", "b.md"), None) == (
        "2 tasks, 0 done\ncritical path: 1 (1 task)\nat most 2 tasks at once\n0 gates"
    )


def test_a_broken_plan_shows_its_problems_and_no_shape() -> None:
    reading = read_text("### 1. [ ] A\n- Goal: o\n- Depends on: 7\n", "t", "b.md")
    assert render(reading, None) == (
        "b.md:3: error: task 1 depends on 7, which no stream has (unknown-task)\n"
        "b.md:1: warning: task 1 names no test and no behaviour (no-tests)"
    )


def test_the_shape_counts_what_the_scheduler_counts() -> None:
    """Two to three days are their middle, two months no two minutes, a size is a number."""
    efforts = ("2-3 days", "2 months", "L")
    text = "".join(
        f"### {n}. [ ] T\n- **Objective**: o\n- **Tests**: `t{n}.py`\n"
        f"- **Effort**: {effort}\n- **Depends on**: {n - 1 or 'None'}\n\n"
        for n, effort in enumerate(efforts, 1)
    )
    assert render(read_text(text, "t", "b.md"), None) == (
        "3 tasks, 0 done\ncritical path: 1 -> 2 -> 3 (344 hours)\nat most 1 task at once\n0 gates"
    )


def test_tasks_without_an_effort_are_said_to_have_none() -> None:
    text = PLAN.replace(" [30 min]", "").replace(" [1 day]", "")
    assert (
        "critical path: 2 -> 3 (4 hours)\n"
        "2 tasks give no effort: each counts as the median of the others, 2 hours\n"
        "at most 1 task at once\n"
    ) in render(read_text(text, "shop", "b.md"), None)


def test_an_effort_that_is_not_understood_is_a_warning_with_its_line() -> None:
    text = (
        "### 1. [ ] A\n- Goal: o\n- Tests: `t.py`\n- Effort: see below\n\n"
        "### 2. [ ] B [2 hours]\n- Goal: o\n- Tests: `u.py`\n"
    )
    assert render(read_text(text, "t", "b.md"), None).splitlines() == [
        (
            "b.md:4: warning: the effort of task 1, 'see below', is not understood: "
            "write it as `2 hours` or `1-2 days` (unknown-effort)"
        ),
        "2 tasks, 0 done",
        "critical path: 1 (2 hours)",
        "1 task gives no effort: it counts as the median of the others, 2 hours",
        "at most 2 tasks at once",
        "0 gates",
    ]


def test_a_label_gives_a_bare_number_its_unit() -> None:
    text = "### 1. [ ] A\n- Goal: o\n- Tests: `t.py`\n- Estimated hours: 3-5\n"
    assert "critical path: 1 (4 hours)" in render(read_text(text, "t", "b.md"), None)


@pytest.mark.parametrize("effort", ["-", "–", "none", "n/a"])  # noqa: RUF001 - the dash is one that people write
def test_a_field_that_says_there_is_no_effort_is_no_problem(effort: str) -> None:
    text = f"### 1. [ ] A\n- Goal: o\n- Tests: `t.py`\n- Effort: {effort}\n"
    assert read_text(text, "t", "b.md").problems == ()


def test_json_has_tasks_streams_gates_and_problems() -> None:
    answer = json.loads(as_json(read_text(PLAN, "shop", "b.md")))
    assert answer["tasks"][0] == {
        "id": "1",
        "title": "Model",
        "done": True,
        "state": "done",
        "stream": "A",
        "depends": [],
        "files": ["src/m.py:3-9", "src/n.py"],
        "tests": ["tests/test_m.py"],
        "line": 5,
        "effort": "2 hours",
        "objective": "o",
        "behaviour": [],
        "specifications": [],
        "agent": "",
        "commit": "",
        "substeps": [{"id": "1.1", "title": "Write the failing test", "done": True}],
    }
    assert answer["streams"][1] == {"id": "B", "title": "Door", "depends": [], "after": ["A"]}
    assert answer["gates"] == [
        {
            "name": "Gate 1",
            "text": "all tests pass (after Stream B)",
            "after": ["B"],
            "depends": [],
            "tests": [],
            "suite": True,
            "line": 24,
        }
    ]
    assert answer["problems"] == []


def test_json_shows_what_could_be_read_of_a_broken_plan() -> None:
    answer = json.loads(as_json(read_text("### 1. [ ] A\n- Goal: o\n- Depends on: 7\n- Tests: `t.py`\n", "t", "b.md")))
    assert [task["id"] for task in answer["tasks"]] == ["1"]
    assert answer["problems"] == [
        {
            "severity": "error",
            "code": "unknown-task",
            "path": "b.md",
            "line": 3,
            "message": "task 1 depends on 7, which no stream has",
        }
    ]


def topic(root: Path, text: str = PLAN) -> None:
    folder = root / "notes/shop"
    folder.mkdir(parents=True)
    (folder / "breakdown.md").write_text(text)


def test_done_tasks_are_no_part_of_the_critical_path() -> None:
    shown = render(read_text(PLAN.replace("[ ]", "[x]"), "shop", "b.md"), None)
    assert "critical path" not in shown
    assert "3 tasks in 2 streams, 3 done\n1 gate" in shown


def test_tasks_at_once_are_unknown_where_an_order_was_not_read() -> None:
    text = f"{PLAN}\n## Order\n\nTask 2 may depend on Task 1.\n"
    assert "tasks at once: unknown, for line 28 may state an order that was not read" in render(
        read_text(text, "shop", "b.md"), None
    )


def test_warnings_that_are_alike_are_one_line_with_all_their_places() -> None:
    text = "".join(f"### {n}. [ ] T\n- **Objective**: o\n\n" for n in range(1, 20)) + "## Done when\n\n- [ ] it works\n"
    shown = render(read_text(text, "t", "b.md"), None).splitlines()
    assert shown[:2] == [
        'b.md:60: warning: this box is not read as a task: "it works" (passed-over)',
        (
            "b.md:1: warning: task 1 names no test and no behaviour; the same on 18 other lines: "
            "4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, … (no-tests)"
        ),
    ]


def test_explain_shows_what_each_line_was_read_as(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text(PLAN + "\n## Done when\n\n- [ ] it works\n")
    _, text = check("b.md", root=tmp_path, notes="notes", form="explain")
    meanings = {int(line[:5]): line[7:43].split("  ")[0] for line in text.splitlines()[:29]}
    assert {line: meaning for line, meaning in meanings.items() if meaning} == {
        1: "title",
        3: "stream A",
        5: "task 1",
        6: "objective of task 1",
        7: "file of task 1",
        8: "test of task 1",
        9: "substep 1.1 of task 1",
        11: "task 2",
        12: "objective of task 2",
        13: "test of task 2",
        15: "stream B",
        17: "task 3",
        18: "objective of task 3",
        19: "test of task 3",
        20: "depends of task 3",
        24: "gate Gate 1",
        28: "warning passed-over",
    }


def test_a_topic_with_all_its_documents(tmp_path: Path) -> None:
    topic(tmp_path)
    (tmp_path / "notes/shop/research.md").write_text("found")
    (tmp_path / "notes/shop/plan.md").write_text("do")
    status, text = check("shop", root=tmp_path, notes="notes", form="text")
    assert (status, text.splitlines()[0]) == (0, "Shop")


def test_a_topic_without_its_documents(tmp_path: Path) -> None:
    topic(tmp_path)
    status, text = check("shop", root=tmp_path, notes="notes", form="text")
    assert (status, text.splitlines()) == (
        2,
        [
            "notes/shop/research.md: error: no such file: write down what was found out (no-document)",
            "notes/shop/plan.md: error: no such file: write down what shall be built (no-document)",
        ],
    )


def test_a_document_that_says_nothing(tmp_path: Path) -> None:
    topic(tmp_path)
    (tmp_path / "notes/shop/research.md").write_text("# Research\n")
    (tmp_path / "notes/shop/plan.md").write_text("do")
    assert check("shop", root=tmp_path, notes="notes", form="text") == (
        2,
        "notes/shop/research.md: error: only headings: write down what was found out (empty-document)",
    )


def test_a_file_has_no_documents_around_it(tmp_path: Path) -> None:
    (tmp_path / "any.md").write_text(PLAN)
    status, text = check(str(tmp_path / "any.md"), root=tmp_path, notes="notes", form="json")
    assert (status, len(json.loads(text)["tasks"])) == (0, 3)


def test_a_missing_topic_or_file_is_a_problem_in_both_forms(tmp_path: Path) -> None:
    topic(tmp_path)
    problem = "notes/shp: error: no such topic: topics here are shop (did you mean shop?) (no-topic)"
    assert check("shp", root=tmp_path, notes="notes", form="text") == (2, problem)
    status, text = check("shp", root=tmp_path, notes="notes", form="json")
    assert (status, json.loads(text)["problems"][0]["code"]) == (2, "no-topic")
    problem = "x.md: error: no such file (no-file)"
    assert check("x.md", root=tmp_path, notes="notes", form="text") == (2, problem)
