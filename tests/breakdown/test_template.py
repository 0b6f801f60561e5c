"""Canonical form as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.breakdown.template import render, starting_texts
from pytest_execute.commands.check import check
from pytest_execute.commands.init import init
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Substep, Task, TestRef

PLAN = Plan(
    topic="shop",
    path="b.md",
    title="Shop",
    streams=(
        Stream(id="A", title="Ground", line=0),
        Stream(id="B", title="Door", line=0, after=("A",), depends=("1",)),
    ),
    tasks=(
        Task(
            id="1",
            title="Model",
            line=0,
            done=True,
            stream="A",
            objective="keep it",
            files=(FileRef("src/m.py", 0, 3, 9), FileRef("src/n.py", 0)),
            tests=(TestRef("tests/test_m.py::test_a", 0),),
            behaviour=("Given x, when y, then z", "Given v, when w, then u"),
            effort="2 hours",
            agent="coder",
            commit="feat: model",
            substeps=(Substep("1.1", "Write the test", True, 0),),
        ),
        Task(id="2", title="List", line=0, stream="B", depends=("1",)),
    ),
    gates=(NamedGate(name="Gate 1", text="the whole suite passes (after Stream B)", line=0, after=("B",), suite=True),),
)

TEXT = """\
# Shop

## Stream A: Ground (Parallel)

### 1. [x] Model [2 hours]

- **Objective**: keep it
- **Files**: `src/m.py:3-9`, `src/n.py`
- **Tests**: `tests/test_m.py::test_a`
- **Dependencies**: None
- **Behavior**: Given x, when y, then z
- **Behavior**: Given v, when w, then u
- **Agent**: coder
- **Commit**: `feat: model`
- [x] 1.1 Write the test

## Stream B: Door (Depends on Stream A, Task 1)

### 2. [ ] List

- **Dependencies**: Task 1

## Quality Gates

- **Gate 1**: the whole suite passes (after Stream B)
"""


def test_a_plan_is_written_in_the_canonical_form() -> None:
    assert render(PLAN) == TEXT


def test_the_starting_breakdown_has_no_problem() -> None:
    texts = starting_texts("chat-rooms", "src/rooms.py", "tests/test_rooms.py")
    reading = read_text(texts["breakdown.md"], "chat-rooms", "b.md")
    assert reading.problems == ()
    assert reading.plan is not None
    assert [ref.path for ref in reading.plan.tasks[0].files] == ["src/rooms.py"]


def test_init_writes_three_documents_and_the_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"')
    status, text = init(tmp_path, "notes", "chat")
    assert (status, text.splitlines()) == (
        0,
        [
            "wrote notes/chat/research.md",
            "wrote notes/chat/plan.md",
            "wrote notes/chat/breakdown.md",
            "added [tool.pytest-execute] to pyproject.toml",
        ],
    )
    assert (tmp_path / "pyproject.toml").read_text() == (
        '[project]\nname = "x"\n\n[tool.pytest-execute]\nnotes = "notes"\n'
    )
    status, text = check("chat", root=tmp_path, notes="notes", form="text")
    assert (status, text.splitlines()) == (
        2,
        [
            "notes/chat/research.md: error: only headings: write down what was found out (empty-document)",
            "notes/chat/plan.md: error: only headings: write down what shall be built (empty-document)",
        ],
    )


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "notes/chat"
    folder.mkdir(parents=True)
    (folder / "plan.md").write_text("mine")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest-execute]\n")
    status, text = init(tmp_path, "notes", "chat")
    assert (status, text.splitlines()) == (
        0,
        [
            "wrote notes/chat/research.md",
            "kept notes/chat/plan.md",
            "wrote notes/chat/breakdown.md",
            "kept [tool.pytest-execute] in pyproject.toml",
        ],
    )
    assert (folder / "plan.md").read_text() == "mine"
    assert (tmp_path / "pyproject.toml").read_text() == "[tool.pytest-execute]\n"


@pytest.mark.parametrize("text", ["[tool", "\xff"])
def test_init_leaves_a_broken_pyproject_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode("latin-1"))
    status, output = init(tmp_path, "notes", "chat")
    assert (status, output.splitlines()[-1]) == (
        2,
        "pyproject.toml: error: not valid TOML: correct it, then run `pytest-execute init` again (bad-toml)",
    )
    assert (tmp_path / "pyproject.toml").read_bytes() == text.encode("latin-1")


def test_init_needs_the_name_of_one_directory(tmp_path: Path) -> None:
    assert init(tmp_path, "notes", "a/b") == (
        2,
        "error: a topic is the name of one directory in notes, not 'a/b' (bad-topic)",
    )
    assert list(tmp_path.iterdir()) == []
