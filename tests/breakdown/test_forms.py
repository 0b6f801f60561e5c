"""Forms that real breakdowns have: ids with endings, sections as parents, fields in other words and other languages."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Plan, Task

from .plans import read_plan


def shown(task: Task) -> str:
    """Return a task as `id+<dependencies`, with + where it is done."""
    return f"{task.id}{'+' if task.done else ''}{'<' + ','.join(task.depends) if task.depends else ''}"


def shown_tasks(plan: Plan) -> str:
    return " ".join(map(shown, plan.tasks))


FORMS = {
    "a section is the parent of its numbers": (
        "## 11. Ship\n\n- [x] 11.0 Close\n- [ ] 11.1 Tag\n\n## 12. Rest\n\n- [ ] 12.1 Sleep\n",
        "11.0+ 11.1 12.1",
    ),
    "a task has its substeps in a phase of the same number": (
        "## Phase 1: A\n\n- [x] 1. One\n- [x] 1.1 Step\n- [ ] 2. Two\n- [ ] 2.1 Step\n\n## Phase 2: B\n\n- [ ] 3. C\n",
        "1+ 2 3",
    ),
    "a task has its substeps in a phase of the same number, with whole tasks only": (
        "## Phase 1: A\n\n- [x] 1. One\n- [x] 1.1 Step\n\n## Phase 2: B\n\n- [ ] 2. Two\n- [ ] 2.1 Step\n",
        "1+ 2",
    ),
    "a task has its substeps in a section without a number": ("## Tasks\n\n- [x] 1.0 One\n- [x] 1.1 Step\n", "1.0+"),
    "a phase with a half number": (
        "## Phase 3: A\n\n- [x] 3.5 Flip\n\n## Phase 3.5: B\n\n- [ ] 3.5.1 Change\n- [ ] 3.5.2 Write\n",
        "3.5+ 3.5.1 3.5.2",
    ),
    "an overview without boxes": (
        (
            "## Overview\n\n1. **Find** - all\n2. **Take** - some\n\n## 1. Find\n\n- [x] 1.1 Look\n\n## 2. Take\n\n"
            "- [ ] 2.1 Grab\n"
        ),
        "1.1+ 2.1",
    ),
    "ranges as ids": ("## 1. A\n\n- [x] 1.1 One\n- [x] 1.2–1.5 Four\n- [ ] 1.6–1.8 Three\n", "1.1+ 1.2–1.5+ 1.6–1.8"),
    "endings behind ids": (
        "## Phase 2\n\n- [x] **2.1** A\n- [x] **2.1-bis** B\n- [x] **1.6↑** C\n- [ ] 2.2-BLOCKED D\n",
        "2.1+ 2.1-bis+ 1.6↑+ 2.2-BLOCKED",
    ),
    "a word behind the dot": (
        "## Milestone 1\n\n- [x] Task 1.1: Read\n- [ ] Task 1.VERIFY: Look\n",
        "1.1+ 1.VERIFY",
    ),
    "numbers of issues": ("- [x] #83 - Read\n- [ ] #84 - Write\n- [ ] #85: Close\n", "83+ 84 85"),
    "headings of issues": (
        "### Issue #1: Read\n**Files:** `a.py`\n\n### Issue #2: Write\n**Depends on:** #1\n",
        "1 2<1",
    ),
    "a preview before the real list": (
        (
            "## Task Breakdown Preview\n\n- [ ] Task 1: Model\n- [ ] Task 2: Page\n\n## Tasks Created\n\n"
            "- [x] #41 - Model (parallel: true)\n- [ ] #42 - Page (parallel: false, depends: #41)\n"
        ),
        "41+ 42<41",
    ),
    "a field that names criteria": (
        "## Phase 1\n\n- [x] 1. Write\n\n## Checks\n\n### Runs\n_Requirements: Success Criteria_\n\n- [x] 2. Run\n",
        "1+ 2+",
    ),
    "a quality gate with numbered boxes": (
        "## PR\n\n- [ ] **1.1** Read\n\n### Quality gate\n\n- [ ] **1.2** Lint\n\n## Success criteria\n\n- [ ] 1.3 X\n",
        "1.1 1.2",
    ),
    "the gate of a phase as a heading": (
        "## Phase 1: A\n\n- [x] 1.1 Write\n\n### Phase 1 gate\n\n- [ ] 1.2 Run\n\n## Phase 2: B\n\n- [ ] 2.1 End\n",
        "1.1+ 1.2 2.1",
    ),
    "ticks that only the list at the end has": (
        (
            "### B1 — Read\n- **File:** `a.py`\n\n### B2 — Write\n- **File:** `b.py`\n\n## Progress\n\n"
            "- [x] B1 — Guard\n- [ ] B2 — Guard\n"
        ),
        "B1+ B2",
    ),
    "tasks below a heading of the same word": (
        "### TASK 13.1: A\n- **Files**: `a.py`\n\n## TASK 14: B\n\n### TASK 14.1: C\n- **Files**: `c.py`\n",
        "13.1 14.1",
    ),
    "a field Gate of each task": (
        (
            "## Group 1: A\n\n### TASK-01 A\n- **Gate**: `pytest tests/test_a.py` fails\n- **File**: `a.py`\n\n"
            "### TASK-02 B\n- **Gate**: TASK-01 passes\n- **File**: `b.py`\n"
        ),
        "TASK-01 TASK-02",
    ),
    "a field Quality Gate of each task": (
        "### Task 1: A\n- **Quality Gate**: it passes\n- **File**: `a.py`\n\n### Task 2: B\n- **Quality Gate**: good\n",
        "1 2",
    ),
    "anchors": (
        '### <a id="t1"></a>Task 1: A\n- **File**: `a.py`\n\n### Task 2: B {#t2}\n- **Depends on**: [Task 1](#t1)\n',
        "1 2<1",
    ),
    "a title that is struck through": ("- [ ] ~~T001 A~~\n- [ ] T002 B\n", "T001 T002"),
    "sections with letters that count from 1": (
        "## A. Model\n\n- [x] 1. Read\n- [ ] 2. Write\n\n## B. Page\n\n- [ ] 1. Draw\n",
        "A1+ A2 B1",
    ),
    "headings below criteria": (
        "## Success Criteria\n\n### Task 1: A\n- [x] 1.1 a\n\n### Task 2: B\n- [ ] 2.1 b\n",
        "1+ 2",
    ),
    "names of files as ids": ("- [x] 001.md - Read (parallel: true)\n- [ ] 002.md - Write\n", "001+ 002"),
    "numbers before a dash": ("- [x] 01 - Read\n- [ ] 02 - Write\n", "01+ 02"),
    "fields that name tasks": (
        (
            "### Task 1: A\n- **Input**: `spec.md`\n- **Files**: `a.py`\n\n### Task 2: B\n- **Input**: Task 1\n\n"
            "### Task 3: C\n- **Needs**: Task 1\n- **Builds on**: Task 2\n\n### Task 4: D\n- **After**: Task 3\n"
            "- **After:** the page is green\n"
        ),
        "1 2<1 3<1,2 4<3",
    ),
    "everything waits": (
        (
            "## Phase 1: A\n\n- [ ] T001 A\n- [ ] T002 B\n\n## Phase 2: B\n\n- [ ] T003 C\n\n## Dependencies\n\n"
            "- **Phase 1 (A)** blocks everything.\n"
        ),
        "T001 T002 T003<T001,T002",
    ),
    "a second clause about something else": (
        "- [ ] T005 A\n- [ ] T018 B\n- [ ] T019 C (depends on T005; T019 and T018 touch the same file, so in turn)\n",
        "T005 T018 T019<T005",
    ),
    "clauses with ids alone": ("- [ ] T1 A\n- [ ] T2 B\n- [ ] T3 C (depends on T1; T2)\n", "T1 T2 T3<T1,T2"),
}


@pytest.mark.parametrize(("text", "tasks"), FORMS.values(), ids=FORMS)
def test_a_form_is_read(text: str, tasks: str) -> None:
    assert shown_tasks(read_plan(text)) == tasks


@pytest.mark.parametrize(
    ("files", "effort", "none", "depends"),
    [
        ("Dateien", "Aufwand", "Keine", "Abhängigkeiten"),
        ("Archivos", "Esfuerzo", "Ninguna", "Dependencias"),
        ("Arquivos", "Esforço", "Nenhuma", "Dependências"),
        ("Fichiers", "Durée", "Aucune", "Dépendances"),
        ("文件", "工作量", "无", "依赖"),
        ("ファイル", "工数", "なし", "依存関係"),
    ],
)
def test_fields_in_other_languages(files: str, effort: str, none: str, depends: str) -> None:
    text = (
        f"- [x] **Task 1.1**: A\n  - **{files}**: `a/b.py`\n  - **{effort}**: 4 h\n  - **{depends}**: {none}\n"
        f"- [ ] **Task 1.2**: B\n  - **{depends}**: Task 1.1\n"
    )
    plan = read_plan(text)
    assert shown_tasks(plan) == "1.1+ 1.2<1.1"
    assert ([ref.path for ref in plan.tasks[0].files], plan.tasks[0].effort) == (["a/b.py"], "4 h")


def test_labels_between_bars_and_labels_on_the_lines_below() -> None:
    text = (
        "### Task 1: A\n**Size:** M\n**Type:** parallel | **Depends on:** none\n**Files:** `a/a.py`\n\n"
        "### Task 2: B\n**Priority:** P0 | **Files:** `b/b.py`\n**Depends on:** Task 1\n**Tests:** `tests/test_b.py`\n"
    )
    first, second = read_plan(text).tasks
    assert (first.effort, [ref.path for ref in first.files]) == ("M", ["a/a.py"])
    assert ([ref.path for ref in second.files], second.depends) == (["b/b.py"], ("1",))
    assert [test.target for test in second.tests] == ["tests/test_b.py"]


def test_italic_fields_end_with_their_italics() -> None:
    text = "- [ ] 1.1 A\n  - _Files: a/a_b.py, a/c.py_\n  - _Tests: tests/test_a.py_\n  - _Effort: 2h_ (at most)\n"
    task = read_plan(text).tasks[0]
    assert [ref.path for ref in task.files] == ["a/a_b.py", "a/c.py"]
    assert ([test.target for test in task.tests], task.effort) == (["tests/test_a.py"], "2h (at most)")


@pytest.mark.parametrize(
    ("title", "files", "tests"),
    [
        ("Add the builders in tests/factories.py", ["tests/factories.py"], []),
        ("Add `tests/conftest.py` and src/a.py", ["tests/conftest.py", "src/a.py"], []),
        ("Write tests/test_a.py", [], ["tests/test_a.py"]),
        ("Fill tests/fixtures/ and tests/unit/", ["tests/fixtures/"], ["tests/unit/"]),
        ("Write the tests in `tests/**/test_*.py`", [], []),
        ("No changes to `src/a.py` and `src/b.py`: look at `src/c.py`", ["src/c.py"], []),
        ("Change `src/a.py` without touching src/b.py", ["src/a.py"], []),
    ],
)
def test_files_and_tests_in_a_title(title: str, files: list[str], tests: list[str]) -> None:
    task = read_plan(f"- [ ] T001 {title}\n- [ ] T002 Rest\n").tasks[0]
    assert (task.title, [ref.path for ref in task.files], [test.target for test in task.tests]) == (title, files, tests)


def test_the_effort_of_a_step_is_not_that_of_its_task() -> None:
    text = "### Task 1: A\n- [ ] 1.1 Write\n  - **Effort**: 20 minutes\n\n### Task 2: B\n- **Effort**: 2 hours\n"
    assert [task.effort for task in read_plan(text).tasks] == ["", "2 hours"]


@pytest.mark.parametrize(
    ("sentence", "is_told"),
    [
        ("T003 needs T001's list + T002's copy", True),
        ("T003 needs T001, T002 is parallel with it", False),
        ("T003 needs T001", False),
        ("T003 needs T099", True),
        ("The set-up comes before Phase 9", True),
    ],
)
def test_a_sentence_that_is_read_in_part_is_told(sentence: str, is_told: bool) -> None:
    text = f"- [ ] T001 A\n- [ ] T002 B\n- [ ] T003 C\n\n## Order of work\n\n{sentence}.\n"
    codes = [problem.code for problem in read_text(text, "t", "b.md").problems]
    assert ("prose-dependency" in codes) == is_told


LAST_FORMS = {
    "boxes in numbered sections": (
        (
            "## 1) Model\n\n- [x] Write the tests\n- [x] **Write the model** [2 hours]\n  Some text.\n\n## 2) Page\n\n"
            '- [ ] Draw\n  Blocked by: "Write the model"\n'
        ),
        "1.1+ 1.2+ 2.1<1.2",
    ),
    "numbered headings over boxes": ("### 1.1 Model\n\n- [x] write\n\n### 1.2 Page\n\n- [ ] draw\n", "1.1+ 1.2"),
    "items with a word and without fields": ("- **Task 1.1:** Model\n- **Task 1.2:** Page\n", "1.1 1.2"),
    "a table without titles": (
        "| ID | Depends on | Status |\n|--|--|--|\n| T1 | - | done |\n| T2 | T1 | open |\n",
        "T1+ T2<T1",
    ),
}


@pytest.mark.parametrize(("text", "tasks"), LAST_FORMS.values(), ids=LAST_FORMS)
def test_a_form_that_is_tried_last(text: str, tasks: str) -> None:
    assert shown_tasks(read_plan(text)) == tasks


def test_boxes_that_are_counted_in_their_sections_are_told() -> None:
    text = LAST_FORMS["boxes in numbered sections"][0]
    assert next(p.code for p in read_text(text, "t", "b.md").problems if p.line == 3) == "counted-id"


@pytest.mark.parametrize(
    "text",
    [
        "## Work\n\n- [ ] one\n- [ ] two\n",
        "## 1. Work\n\n- [ ] one\n- [ ] two\n\n## 2. Acceptance criteria\n\n- [ ] good\n- [ ] fine\n",
        "## Phase 1\n\n- [x] one\n- [x] two\n\n## Phase 2\n\n1. a\n\n## Phase 3\n\n1. b\n",
    ],
)
def test_boxes_without_ids_that_no_section_counts_are_no_tasks(text: str) -> None:
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]


@pytest.mark.parametrize(
    "header",
    ["Plan ID | Title | Depends", "Story | Titre | Statut", "Ticket | Título | Estado", "Nr. | Aufgabe | Status"],
)
def test_a_table_of_tasks_with_other_words_in_its_header(header: str) -> None:
    plan = read_plan(f"# Plan\n\n| {header} |\n|--|--|--|\n| A1 | Read | - |\n| A2 | Write | - |\n")
    assert [(task.id, task.title) for task in plan.tasks] == [("A1", "Read"), ("A2", "Write")]


@pytest.mark.parametrize("heading", ["Phase 1 Completion Criteria", "Exit criteria of phase 1", "1. Exit criteria"])
def test_boxes_of_criteria_in_numbered_sections_are_no_tasks(heading: str) -> None:
    reading = read_text(f"# Plan\n\n- 🔄 Read\n\n## {heading}\n\n- [x] fast\n- [x] small\n", "t", "b.md")
    assert [problem.code for problem in reading.errors] == ["no-task"]
