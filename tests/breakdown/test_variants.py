"""Variants of lines that were misread without a word: bullets, separators, marks. Each is read, or told."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

from .plans import FIELDS, dependencies_of, problems_except_fields, read_plan

PAIR = f"### Task 1: Read\n{FIELDS}\n### Task 2: Write\n{FIELDS}"


def codes(text: str) -> list[tuple[int, str]]:
    ignored = ("no-tests", "no-objective")
    return [(p.line, p.code) for p in read_text(text, "t", "b.md").problems if p.code not in ignored]


@pytest.mark.parametrize("box", ["-[ ] 3. C", "• [ ] 3. C", "– [ ] 3. C", "- [ ]3. C", "◦ [x] 3. C"])
def test_a_box_that_markdown_does_not_see_is_told(box: str) -> None:
    assert (3, "unread-task") in codes(f"- [x] 1. A\n- [ ] 2. B\n{box}\n")


@pytest.mark.parametrize(
    "title",
    [
        "Change src/a.py, leave src/b.py alone",
        "Change src/a.py but keep `src/b.py` unchanged",
        "Change src/a.py; src/b.py must stay as it is",
        "Change src/a.py per src/b.py",
        "Change src/a.py as described in src/b.py",
        "Validate src/a.py against src/b.py",
    ],
)
def test_files_that_a_title_says_are_not_touched(title: str) -> None:
    (task, _) = read_plan(f"- [ ] T001 {title}\n- [ ] T002 Rest\n").tasks
    assert [ref.path for ref in task.files] == ["src/a.py"]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Tiempo estimado", "2 horas"),
        ("Duración estimada", "2 horas"),
        ("Tempo estimado", "2 horas"),
        ("Durée estimée", "2 heures"),
        ("Temps estimé", "2 heures"),
        ("Geschätzte Dauer", "2 Stunden"),
        ("预计工作量", "2 小时"),
    ],
)
def test_efforts_in_other_words(label: str, expected: str) -> None:
    assert read_plan(f"### 1. [ ] A\n{FIELDS}- **{label}**: {expected}\n").tasks[0].effort == expected


@pytest.mark.parametrize(
    "label", ["Requisitos", "Anforderungen", "Requirements", "Follows", "Waits for", "Preceded by"]
)
def test_labels_that_mean_dependencies_before_a_task(label: str) -> None:
    assert dependencies_of(f"{PAIR}- **{label}**: Task 1\n") == {"2": "1"}
    assert dependencies_of(f"{PAIR}- **{label}**: 1.1, 2.3\n") == {}


@pytest.mark.parametrize("label", ["Зависит от", "Consumes", "Zależności", "Bağımlılıklar"])
def test_an_unknown_label_before_a_task_is_told(label: str) -> None:
    assert codes(f"{PAIR}- **{label}**: Task 1\n") == [(6, "prose-dependency")]


@pytest.mark.parametrize("label", ["Related", "Parent", "See also", "Replaces", "Parallel with"])
def test_a_label_for_another_relation_is_not_told(label: str) -> None:
    assert codes(f"{PAIR}- **{label}**: Task 1\n") == []


@pytest.mark.parametrize(
    "title",
    [
        "B — files: src/b.py; deps: T001; est: 2h",
        "B (files: src/b.py, deps: T001, est: 2h)",
        "B | Files: src/b.py | Deps: T001 | Effort: 2h",
        "B (depends_on: [T001]) (est: 2h) (files: `src/b.py`)",
    ],
)
def test_fields_in_a_title(title: str) -> None:
    task = read_plan(f"- [ ] T001 A\n- [ ] T002 {title}\n").tasks[1]
    assert (task.depends, task.effort, [ref.path for ref in task.files]) == (("T001",), "2h", ["src/b.py"])


def test_a_note_that_depends_on_all() -> None:
    text = "- [ ] 001.md - A (parallel: true)\n- [ ] 002.md - B\n- [ ] 003.md - C (parallel: false, depends: all)\n"
    assert dependencies_of(text) == {"003": "001 002"}


def test_two_lists_of_the_same_titles_are_an_error() -> None:
    lists = (
        "## Draft\n\n- [ ] Task 1: Model\n- [ ] Task 2: Page\n\n## Final\n\n- [x] Task 1: Model\n- [x] Task 2: Page\n"
    )
    assert codes(lists) == [(8, "duplicate-task"), (9, "duplicate-task")]


@pytest.mark.parametrize("names", ["1.2 to 1.5", "1.2 & 1.3", "1.2 und 1.3", "1.2 1.3"])
def test_another_id_behind_an_id_is_told(names: str) -> None:
    assert (4, "passed-over") in codes(f"## 1. X\n\n- [x] 1.1 A\n- [ ] {names} B\n- [ ] 1.9 C\n")


@pytest.mark.parametrize("title", ["2 pages", "404 page", "3D model", "to 1 page", "1.5x speed"])
def test_a_number_in_a_title_is_no_other_id(title: str) -> None:
    assert codes(f"- [ ] T001 {title}\n- [ ] T002 B\n") == []


@pytest.mark.parametrize(
    "fields",
    [
        "**Files:** `src/a.py`; **Effort:** 2h; **Depends on:** Task 1",
        "**Effort:** 2h · **Files:** `src/a.py` · **Depends on:** Task 1",
        "Files: `src/a.py`, Effort: 2h, Depends on: Task 1",
        "*Files*: `src/a.py`\n_Effort_: 2h\n*Depends on*: Task 1",
        "*Files: src/a.py*\n*Effort: 2h*\n*Depends on: Task 1*",
        "<b>Files:</b> `src/a.py`\n<strong>Effort</strong>: 2h\n`Depends on`: Task 1",
    ],
)
def test_fields_with_other_separators_and_marks(fields: str) -> None:
    task = read_plan(f"{PAIR}\n{fields}\n").tasks[1]
    assert (task.depends, task.effort, [ref.path for ref in task.files]) == (("1",), "2h", ["src/a.py"])


def test_a_table_of_files_in_a_task() -> None:
    text = f"{PAIR}\n| File | Change |\n|--|--|\n| `src/a.py` | add |\n| `src/b.py` | change it |\n"
    assert [ref.path for ref in read_plan(text).tasks[1].files] == ["src/a.py", "src/b.py"]
    assert problems_except_fields(text) == []


@pytest.mark.parametrize("note", ["after T001; blocks T002", "needs T001, not T002", "depends on T001, except T002"])
def test_a_name_that_is_no_dependency_in_a_note_is_told(note: str) -> None:
    text = f"- [ ] T001 A\n- [ ] T002 B\n- [ ] T003 C ({note})\n"
    assert dependencies_of(text) == {"T003": "T001"}
    assert codes(text) == [(3, "prose-dependency")]


def test_a_word_for_done_behind_an_id_is_another_tick() -> None:
    tasks = "### B1 — Read\n- **File:** `src/a.py`\n\n### B2 — Write\n- **File:** `src/b.py`\n\n"
    text = f"{tasks}## Status\n\n- B1: done\n- B2: open\n"
    assert codes(text) == [(9, "other-tick")]
