"""Foreign plans in the canonical form: the same plan, and questions for what was not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_execute.breakdown import adopt_file, read_text
from pytest_execute.breakdown.task_files import join_task_files
from pytest_execute.commands.init import init
from pytest_execute.core.errors import ExecuteError

from . import samples
from .test_forms import FORMS, shown_tasks

QUESTION = "<!-- question: "


def adopt(root: Path, text: str, name: str = "tasks.md") -> str:
    (root / name).write_text(text, encoding="utf-8")
    return adopt_file(root / name, "t", name)


def questions(text: str) -> list[str]:
    return [line.removeprefix(QUESTION) for line in text.splitlines() if line.startswith(QUESTION)]


@pytest.mark.parametrize(
    "text",
    [
        *(text for text, _ in FORMS.values()),
        samples.SPECKIT,
        samples.KIRO,
        samples.AGENT_OS,
        samples.OPENSPEC,
        samples.BMAD,
        samples.TABLE,
    ],
)
def test_an_adopted_plan_has_the_same_tasks(tmp_path: Path, text: str) -> None:
    source = read_text(text, "t", "b.md").plan
    written = read_text(adopt(tmp_path, text), "t", "b.md")
    assert source is not None
    assert written.plan is not None
    assert sorted(shown_tasks(written.plan).split()) == sorted(shown_tasks(source).split())
    assert {problem.code for problem in written.errors} <= {"open-question"}


def test_what_was_not_read_is_a_question_until_it_is_answered(tmp_path: Path) -> None:
    source = "- [x] T001 A\n- [ ] T002 B\n\nT002 may depend on T001 -->\n"
    text = adopt(tmp_path, source)
    assert questions(text) == [
        (
            'line 4 of tasks.md, "T002 may depend on T001 -": this text may state a dependency, and is not read: write '
            "it in the task's Dependencies -->"
        )
    ]
    line = text.splitlines().index(f"{QUESTION}{questions(text)[0]}") + 1
    assert [(p.line, p.code) for p in read_text(text, "t", "b.md").errors] == [(line, "open-question")]
    answered = "\n".join(each for each in text.splitlines() if not each.startswith(QUESTION))
    assert read_text(answered, "t", "b.md").errors == ()


def test_what_cannot_be_written_exactly_is_a_question(tmp_path: Path) -> None:
    source = "## Stream A: X\n\n### 1. [ ] One\ntext\n\n## Stream A（续）: X\n\n### 2. [ ] Two\ntext\n"  # noqa: RUF001
    text = adopt(tmp_path, source)
    assert questions(text) == ["task 2 was read, but cannot be written exactly: complete its stream -->"]


@pytest.mark.parametrize("tag", [None, "master"])
def test_the_tasks_of_task_master(tmp_path: Path, tag: str | None) -> None:
    tasks = [
        {"id": 1, "title": "Model", "description": "Keep\nrows", "status": "done", "testStrategy": "Count them"},
        {
            "id": 2,
            "title": "Page",
            "status": "in-progress",
            "dependencies": [1],
            "subtasks": [{"id": 1, "title": "Draw"}],
        },
    ]
    data = {"tasks": tasks} if tag is None else {tag: {"tasks": tasks}}
    text = adopt(tmp_path, json.dumps(data), "tasks.json")
    plan = read_text(text, "t", "b.md").plan
    assert plan is not None
    assert (shown_tasks(plan), questions(text)) == ("1+ 2<1", [])
    first, second = plan.tasks
    assert (first.objective, first.specifications[0].text, second.state) == ("Keep rows", "Count them", "begun")
    assert [(step.id, step.title) for step in second.substeps] == [("2.1", "Draw")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[]"),
        ("b.json", "{"),
        ("c.json", '{"tasks": []}'),
        ("e.json", '{"tasks": [{"id": 1, "title": "a", "x": ' + "[" * 9999),
        ("d.md", "# A\n"),
    ],
)
def test_a_file_without_a_plan_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ExecuteError, match="no-task"):
        adopt(tmp_path, text, name)


def test_init_writes_the_adopted_plan(tmp_path: Path) -> None:
    (tmp_path / "tasks.md").write_text("- [x] T001 A\n- [ ] T002 B\n")
    status, text = init(tmp_path, "notes", "chat", tmp_path / "tasks.md")
    assert (status, text.splitlines()[2]) == (0, "wrote notes/chat/breakdown.md")
    assert "### T001. [x] A\n" in (tmp_path / "notes/chat/breakdown.md").read_text()
    assert init(tmp_path, "notes", "more", tmp_path / "absent.md")[0] == 2
    assert not (tmp_path / "notes/more").exists()


def ccpm(name: str, status: str, depends_on: str, body: str = "") -> str:
    matter = f"name: {name}\nstatus: {status}\nupdated: 2026-01-06\ndepends_on: {depends_on}\nparallel: true\n"
    text = f"# Task: {name}\n\n## Description\n\nDo {name}.\n\n## Acceptance Criteria\n\n- [ ] It works\n{body}"
    return f"---\n{matter}---\n\n{text}"


CCPM = {
    "epic.md": "---\nname: shop\nstatus: open\n---\n\n# Epic: shop\n\n- [ ] 001.md - Model\n",
    "001.md": ccpm("Model", "closed", "[]", "\n## Technical Details\n\n```sh\n# 9. no heading\n```\n"),
    "002.md": ccpm("Page", "in-progress", "[001]", "\n## Effort Estimate\n\n- Hours: 8\n"),
    "2-analysis.md": "---\nname: x\nstatus: open\n---\n",
    "010.md": ccpm("Mails", "open", "\n  - 001\n  - 002.md"),
}


def write_files(directory: Path, texts: dict[str, str]) -> Path:
    directory.mkdir()
    for name, text in texts.items():
        (directory / name).write_text(text)
    return directory


def test_a_directory_with_a_file_for_each_task(tmp_path: Path) -> None:
    text = adopt_file(write_files(tmp_path / "shop", CCPM), "t", "epics/shop")
    reading = read_text(text, "t", "b.md")
    assert reading.plan is not None
    assert (shown_tasks(reading.plan), questions(text)) == ("001+ 002<001 010<001,002", [])
    assert reading.plan.title == "shop"
    assert [(task.title, task.objective, task.state) for task in reading.plan.tasks] == [
        ("Model", "Do Model.", "open"), ("Page", "Do Page.", "begun"), ("Mails", "Do Mails.", "open"),
    ]  # fmt: skip
    source = read_text(join_task_files(CCPM), "t", "b.md")
    assert source.plan is not None
    assert [task.specifications[0].text for task in source.plan.tasks] == [
        task.specifications[0].text for task in reading.plan.tasks
    ]


def test_a_dependency_on_no_file_is_a_question(tmp_path: Path) -> None:
    text = adopt_file(write_files(tmp_path / "shop", {**CCPM, "003.md": ccpm("X", "open", "[099]")}), "t", "epics/shop")
    (question,) = questions(text)
    assert "task 003 depends on 099, which no stream has" in question


@pytest.mark.parametrize("name", ["tasks.md", "tasks.json"])
def test_a_directory_with_a_plan(tmp_path: Path, name: str) -> None:
    text = "- [x] T001 A\n- [ ] T002 B\n" if name == "tasks.md" else '{"tasks": [{"id": 1, "title": "A"}]}'
    directory = write_files(tmp_path / "spec", {name: text, "design.md": "# Design\n"})
    assert adopt_file(directory, "t", "spec") == adopt_file(directory / name, "t", f"spec/{name}")


def test_a_directory_without_a_plan_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExecuteError, match=r"spec: error: no plan here: .* \(no-task\)"):
        adopt_file(write_files(tmp_path / "spec", {"design.md": "# Design\n"}), "t", "spec")
