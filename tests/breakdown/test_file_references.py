"""Files and tests in fields, titles and commands."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown.reader import read_text

from . import samples
from .plans import (
    only_task,
    read_plan,
)


def test_tests_in_commands_fences_and_titles() -> None:
    assert [[test.target for test in task.tests] for task in read_plan(samples.STEPS).tasks] == [
        ["tests/test_store.py"],
        ["tests/test_page.py"],
    ]
    assert [test.target for test in read_plan(samples.SPECKIT).tasks[3].tests] == ["tests/test_add.py"]


@pytest.mark.parametrize(
    ("value", "files"),
    [
        (".github/workflows/ci.yml, src/a.py.", ".github/workflows/ci.yml src/a.py"),
        ("in .vs/ and ./obj/", ".vs/ obj/"),
        ("src/a.pyに「名前」を足す", "src/a.py"),
        ("`src/a.py` (`b.py`)", "src/a.py b.py"),
        ("docs/要求.md", "docs/要求.md"),
    ],
)
def test_paths_in_a_files_field(value: str, files: str) -> None:
    assert [ref.path for ref in only_task(f"### 1. [ ] T\n- **Files**: {value}\n").files] == files.split()


@pytest.mark.parametrize(
    ("value", "tests"),
    [
        (
            "`tests/test_a.py::test_x[[1]]`, `tests/test_a.py::test_x[a b]`",
            ["tests/test_a.py::test_x[[1]]", "tests/test_a.py::test_x[a b]"],
        ),
        ("`tests/test_a.py::test_x[a::b-[]]`", ["tests/test_a.py::test_x[a::b-[]]"]),
        (
            "`tests/test_more b.py`, `tests/unit tests/test_a.py::test_x`",
            ["tests/test_more b.py", "tests/unit tests/test_a.py::test_x"],
        ),
        ("`tests/test_*.py`", ["tests/test_*.py"]),
        ("`tests/rates.yaml::rate of today`", ["tests/rates.yaml::rate of today"]),
        ("`tests/test_größe.py::test_größe`", ["tests/test_größe.py::test_größe"]),
        ("`tests/test_a.py tests/test_b.py`", ["tests/test_a.py", "tests/test_b.py"]),
        ("`ruff check src/a.py`, `python tests/test_a.py`, `x: y.py`, `std::move`", []),
    ],
)
def test_names_in_backticks_are_tests_as_they_are_written(value: str, tests: list[str]) -> None:
    """A name that pytest did not collect is then a missing test, and not dropped."""
    assert [ref.target for ref in only_task(f"### 1. [ ] T\n- **Tests**: {value}\n").tests] == tests


@pytest.mark.parametrize(
    ("value", "files", "unread"),
    [
        ("`src/my file.py`", ["src/my file.py"], []),
        ("`src/a.py::Store.load`", ["src/a.py"], []),
        ("`src/a.py and src/b.py`", [], ["src/a.py and src/b.py"]),
        ("`src/app/*.py`, `src/**/x.py`", [], ["src/app/*.py", "src/**/x.py"]),
        ("`POST /api/users`, `https://x.org/a.py`, `and/or`, `Store.load`", [], []),
    ],
)
def test_names_in_a_files_field_are_read_or_reported(value: str, files: list[str], unread: list[str]) -> None:
    text = f"### 1. [ ] T\n- **Objective**: it\n- **Tests**: `tests/test_a.py`\n- **Files**: {value}\n"
    reading = read_text(text, "t", "b.md")
    assert reading.plan is not None
    assert [ref.path for ref in reading.plan.tasks[0].files] == files
    remedy = "write one path, without wildcards (unknown-file)"
    assert [str(each) for each in reading.problems] == [
        f"b.md:4: warning: `{name}` in the Files of task 1 is not understood: {remedy}" for name in unread
    ]


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Write `src/a.py` and src/b.py", "src/a.py src/b.py"),
        ("Read [spec.md](../005-flow/spec.md), [model](./contracts/model.md)", ""),
        ("Read ../other/spec.md and .../notes/a.md", ""),
        ("Align spec.md/plan.md/tasks.md", ""),
    ],
)
def test_files_in_a_title(title: str, files: str) -> None:
    plan = read_plan(f"- [ ] T1 {title}\n- [ ] T2 Rest\n")
    assert [ref.path for ref in plan.tasks[0].files] == files.split()


def test_bare_paths_before_other_letters_and_behind_a_broken_span() -> None:
    task = only_task("### 1. [ ] T\n- **Tests**: tests/test_a.pyに足す\n")
    assert [test.target for test in task.tests] == ["tests/test_a.py"]
    task = only_task("### 1. [ ] T\n- **Files**: `a\n  b`,\n  src/a.py\n")
    assert [(ref.path, ref.line) for ref in task.files] == [("src/a.py", 4)]


def test_a_tests_field_without_tests_falls_back_to_the_files() -> None:
    task = only_task("### 1. [ ] T\n- **Files**: `src/a.py`, `tests/test_a.py`\n- **Testing**: run it and look\n")
    assert [test.target for test in task.tests] == ["tests/test_a.py"]


def test_unchanged_files_and_names_in_code_are_left_out() -> None:
    text = (
        "### Task 1: T\n\n**Files:**\n- Modify: `src/a.py` — drop `Child.step` and `np.array`\n"
        "- Create: `Dockerfile`, `.env.example`\n"
        "- Explicitly unchanged: `src/b.py`, `c.toml`\n- Reference: `docs/d.md`\n- Do not touch: `e.py`\n"
        "- Test: `tests/test_a.py`\n"
    )
    task = only_task(text)
    assert [ref.path for ref in task.files] == ["src/a.py", "Dockerfile", ".env.example"]
    assert [test.target for test in task.tests] == ["tests/test_a.py"]


@pytest.mark.parametrize("name", ["tests/conftest.py", "tests/__init__.py"])
def test_a_file_beside_the_tests_is_no_test_unless_the_field_says_so(name: str) -> None:
    title = f"- [ ] T001 Write the fixtures in {name} for tests/test_a.py\n- [ ] T002 Look\n"
    assert [test.target for test in read_plan(title).tasks[0].tests] == ["tests/test_a.py"]
    field = f"### 1. [ ] One\n- **Tests**: `{name}`\n"
    assert [test.target for test in read_plan(field).tasks[0].tests] == [name]


@pytest.mark.parametrize(
    ("value", "files", "unread"),
    [
        ('"src/a b.py", src/c.py', ["src/a b.py", "src/c.py"], []),
        ("src/*.py, src/c.py", ["src/c.py"], ["src/*.py"]),
        ("src\\win\\a.py", [], ["src\\win\\a.py"]),
        ("`my file.py`", [], ["my file.py"]),
        ('`src/my "file".py`, `src/[id]/page.tsx`', ['src/my "file".py', "src/[id]/page.tsx"], []),
        ("`src/a::b.py`", [], ["src/a::b.py"]),
        ("`src/a.py` (not `src/b.py`), except `src/c.py`", ["src/a.py"], []),
        ("**bold** and *words*. The rest", [], []),
    ],
)
def test_a_name_in_files_is_read_or_told(value: str, files: list[str], unread: list[str]) -> None:
    reading = read_text(f"### 1. [ ] A\ntext\n- **Files**: {value}\n", "t", "b.md")
    assert reading.plan is not None
    assert [ref.path for ref in reading.plan.tasks[0].files] == files
    assert [p.message.split("`")[1] for p in reading.problems if p.code == "unknown-file"] == unread


@pytest.mark.parametrize(
    ("value", "tests"),
    [
        ("tests/test_a.py::test_x[a b], tests/test_b.py", ["tests/test_a.py::test_x[a b]", "tests/test_b.py"]),
        ('"tests/test_a b.py"', ["tests/test_a b.py"]),
        ('`tests/test_a.py::test_x["y"]`', ['tests/test_a.py::test_x["y"]']),
    ],
)
def test_a_name_in_tests_is_not_cut(value: str, tests: list[str]) -> None:
    plan = read_text(f"### 1. [ ] A\ntext\n- **Tests**: {value}\n", "t", "b.md").plan
    assert plan is not None
    assert [test.target for test in plan.tasks[0].tests] == tests
