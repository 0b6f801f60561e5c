"""Forms in which real breakdowns write ids, ticks and titles: read as a human reads them."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Task

from .plans import FIELDS, read


def told(text: str) -> list[str]:
    quiet = ("no-tests", "no-objective")
    return [str(problem) for problem in read_text(text, "t", "b.md").problems if problem.code not in quiet]


def only(text: str) -> Task:
    tasks = read(text).tasks
    assert len(tasks) == 1
    return tasks[0]


@pytest.mark.parametrize(
    ("heading", "title", "done", "effort"),
    [
        ("Task 1: Read it [x]", "Read it", True, ""),
        ("Task 1: Read it [x] [AC1]", "Read it [AC1]", True, ""),
        ("Task 1: Read it [x] (AC: 1, 2) [2 hours]", "Read it (AC: 1, 2)", True, "2 hours"),
        ("Task 1: Read it [ ] [AC1]", "Read it [AC1]", False, ""),
        ("Task 1: Read it (DONE)", "Read it", True, ""),
        ("Task 1: Read it (Completed 2025-01-31)", "Read it", True, ""),
        ("Task 1: Read it [COMPLETE]", "Read it", True, ""),
        ("Task 1: Read it — DONE", "Read it", True, ""),
        ("Task 1: Read it ✅ COMPLETED", "Read it", True, ""),
        ("Task 1: Read it ✅ implemented", "Read it", True, ""),
        ("Task 1: Read it (2 hours) ✅", "Read it", True, "2 hours"),
        ("Task 1: Read it ✅ (2 hours)", "Read it", True, "2 hours"),
        ("Task 1: Read it (NOT DONE)", "Read it (NOT DONE)", False, ""),
        ("Task 1: Read what is done", "Read what is done", False, ""),
        ("Task 1: Read it (complete when it is blue)", "Read it (complete when it is blue)", False, ""),
    ],
)
def test_a_tick_at_the_end_of_a_heading(heading: str, title: str, done: bool, effort: str) -> None:
    task = only(f"### {heading}\n\n{FIELDS}")
    assert (task.title, task.done, task.effort) == (title, done, effort)


def test_an_open_box_is_not_ticked_by_a_word() -> None:
    assert not only(f"### 1. [ ] Read it (DONE)\n\n{FIELDS}").done


def test_a_sections_number_before_the_word() -> None:
    text = (
        f"## 2. Causes\n\n### 2.1 Why\n- **File**: `a.py`\n\n## 3. Mending\n\n### 3.1 Step 1: One\n{FIELDS}\n"
        f"### 3.2 Step 2: Two\n{FIELDS}"
    )
    assert [(task.id, task.title) for task in read(text).tasks] == [("1", "One"), ("2", "Two")]


def test_a_sections_number_is_the_id_where_steps_count_anew() -> None:
    text = "".join(f"### {at}.{n} Step {n}: X\n{FIELDS}\n" for at in (1, 2) for n in (1, 2))
    assert [task.id for task in read(text).tasks] == ["1.1", "1.2", "2.1", "2.2"]


def test_a_lone_story_is_what_the_document_is_about() -> None:
    text = "### Story 1.6: Log it\n\n#### Tasks / Subtasks\n\n1. Write it\n2. Test it\n\n- [x] all reviewed\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]
    text = (
        "# Story 4.3: Ship it\n\n## Tasks\n\n- [x] Task 1: Mend\n  - [x] test\n- [ ] Task 2: Move\n\n"
        "## Status\n\n### Story 4.3.2 Summary\n- [x] tests\n"
    )
    assert [(task.id, task.done) for task in read(text).tasks] == [("1", True), ("2", False)]


def test_codes_without_fields_below_a_title_that_says_tasks() -> None:
    body = "".join(f"## T{n} Part {n}\n\n- do it\n\n" for n in range(3))
    assert [task.id for task in read(f"# Local Task Breakdown\n\n{body}").tasks] == ["T0", "T1", "T2"]
    several = "".join(f"## {code}-0{n}: Part\n\nDo it.\n\n" for code in ("FE", "BE") for n in (1, 2))
    assert [task.id for task in read(f"# Task Breakdown\n\n{several}").tasks] == ["FE-01", "FE-02", "BE-01", "BE-02"]
    assert [problem.code for problem in read_text(f"# Terms\n\n{body}", "t", "b.md").errors] == ["no-task"]


def test_short_labels() -> None:
    text = (
        "### T1.1 — One\n- **AC:** it runs\n- **Files:** `a.py`\n\n### T1.2 — Two\n- **AC:** it stays\n"
        "- **Dep:** T1.1.\n"
    )
    assert [(task.id, task.depends) for task in read(text).tasks] == [("T1.1", ()), ("T1.2", ("T1.1",))]
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-tests", "no-tests"]


def test_a_table_in_another_language() -> None:
    text = (
        "| ID | 타입 | 제목 | 의존성 |\n|--|--|--|--|\n| #1 | TASK | ✅ 하나 | - |\n| ✅ #2 | TASK | 둘 | #1 |\n"
        "| 🔄 #3 | TASK | 셋 | #2 |\n"
    )
    assert [(task.id, task.title, task.done, task.depends) for task in read(text).tasks] == [
        ("1", "하나", True, ()),
        ("2", "둘", True, ("1",)),
        ("3", "셋", False, ("2",)),
    ]


def test_a_row_without_an_id_among_tasks_is_told() -> None:
    text = (
        "| # | Task | Hours |\n|--|--|--|\n| #1 | One | 2 |\n| (no#) | Two | 1 |\n| #1 help | Three | 1 |\n"
        "| | Four | 1 |\n"
        "| **Total** | | 5 |\n| | **Total** | 5 |\n| - | Five | 5 |\n"
    )
    assert told(text) == [
        'b.md:4: warning: this row has no readable id, and is not read as a task: give "Two" an id (passed-over)',
        'b.md:5: warning: this row has no readable id, and is not read as a task: give "Three" an id (passed-over)',
        'b.md:6: warning: this row has no readable id, and is not read as a task: give "Four" an id (passed-over)',
        'b.md:9: warning: this row has no readable id, and is not read as a task: give "Five" an id (passed-over)',
    ]


TASKS_SECTION = "## Tasks / Subtasks\n\n- [x] Update it (AC: 1)\n  - [x] the pin\n- [ ] Test it\n\n"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "## Benefits\n\n1. **Simple**: less code\n   - Status: done\n2. **Fast**: less work\n   - Status: done\n",
        "## Notes\n\n- [x] Task 1: updated it\n- [x] Task 2: tested it\n",
        "## QA\n\n### 1. Race - RESOLVED\n- **File**: `a.py`\n\n### 2. Logs - RESOLVED\n- **File**: `b.py`\n",
    ],
)
def test_what_stands_elsewhere_is_no_task_where_a_section_says_tasks(elsewhere: str) -> None:
    assert told(f"# Story 1.1: Ship it\n\n{TASKS_SECTION}{elsewhere}") == [
        "b.md:5: error: no task with an id here, but 3 boxes without one: write tasks as `### 1. [ ] Title` (no-task)"
    ]


def test_a_task_named_again_outside_its_section_is_no_second_one() -> None:
    text = (
        "## Tasks\n\n- [x] Task 1: One\n- [ ] Task 2: Two\n\n## Record\n\n- [x] Task 1: done and seen\n\n"
        "### Tasks\n\n- [x] Task 3: Three\n"
    )
    assert [(task.id, task.done) for task in read(text).tasks] == [("1", True), ("2", False), ("3", True)]


def test_a_section_of_tasks_inside_a_task_is_its_own() -> None:
    text = f"## Task 1: One\n{FIELDS}\n### Tasks\n\n- [ ] this\n- [ ] that\n\n## Task 2: Two\n{FIELDS}"
    assert [(task.id, len(task.substeps)) for task in read(text).tasks] == [("1", 2), ("2", 0)]


def test_boxes_without_an_id_among_tasks_that_are_boxes_are_told() -> None:
    text = (
        "## A\n\n- [ ] T1 One\n  - [ ] its own\n- [ ] T2 Two\n- [ ] three\n\n## B\n\n- [ ] T4 Four\n\n"
        "## Checklist\n\n- [ ] seen\n"
    )
    assert told(text) == [
        (
            'b.md:6: warning: 1 box without an id is not read as a task, the first is "three": give each an id '
            "(passed-over)"
        ),
    ]
    text = "## A\n\n- [x] **W1 One**\n- [x] **W2 Two**\n\n## B\n\n- [x] three\n- [ ] four\n\n## C\n\n- [ ] five\n"
    assert told(text) == [
        (
            "b.md:8: error: 3 boxes without an id, beside 2 tasks with one: give each an id, or remove the boxes of "
            "what is no task (no-id)"
        )
    ]


def test_numbered_headings_over_boxes_beside_other_tasks_are_told() -> None:
    text = "### 1.1 Door\n- [x] open\n\n### 1.2 Wall\n- [ ] paint\n\n## Next\n\n### Task 1: Knock\n- at the door\n"
    assert [line.partition(": head")[0] for line in told(text)] == ["b.md:1: error: tasks in two forms"]


def test_sections_with_a_number_or_a_word_hold_tasks_whatever_their_titles_say() -> None:
    text = (
        "## 1. Model Decisions\n\n- [x] 1.1 Decide\n\n## 2. Validation Rules\n\n- [ ] 2.1 Rule\n"
        "- [ ] 2.2 Obey\n\n## 3. Code\n\n- [ ] 3.1 Write\n"
    )
    assert [(task.id, task.stream) for task in read(text).tasks] == [
        ("1.1", "1"),
        ("2.1", "2"),
        ("2.2", "2"),
        ("3.1", "3"),
    ]
    assert told(text) == []
    text = "## Phase 1: Business Rules\n\n- [ ] Task 1: Rule\n\n## Phase 2: Code\n\n- [ ] Task 2: Write\n"
    assert [(task.id, task.stream) for task in read(text).tasks] == [("1", "1"), ("2", "2")]
    text = "## Code\n\n- [ ] 1. Write\n- [ ] 2. Read\n\n## Rules\n\n- [ ] 1. Obey\n\n## 7. Next Steps\n\n- [ ] 3. Go\n"
    assert [task.id for task in read(text).tasks] == ["1", "2"]


def test_criteria_with_the_number_of_their_section_are_told() -> None:
    text = "## 1. Code\n\n- [x] 1.1 Write\n- [x] 1.2 Read\n\n## 2. Acceptance Criteria\n\n- [ ] 2.1 It works\n"
    assert [task.id for task in read(text).tasks] == ["1.1", "1.2"]
    assert told(text) == [
        (
            'b.md:8: warning: this looks like task 2.1, and is not read, because it is below "Acceptance Criteria": '
            "move it, or remove its box (passed-over)"
        )
    ]


def test_a_letter_inside_a_number() -> None:
    text = "## 4. Code\n\n- [x] 4.1 Write\n\n## 4a. More\n\n- [x] 4a.1 Read\n- [ ] 4a.2 Ask\n  - Depends on: 4a.1\n"
    assert [(task.id, task.stream, task.depends) for task in read(text).tasks] == [
        ("4.1", "4", ()),
        ("4a.1", "4a", ()),
        ("4a.2", "4a", ("4a.1",)),
    ]
    assert told(text) == []


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
def test_paths_as_they_are_written(value: str, files: str) -> None:
    assert [ref.path for ref in only(f"### 1. [ ] T\n- **Files**: {value}\n").files] == files.split()


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Write `src/a.py` and src/b.py", "src/a.py src/b.py"),
        ("Read [spec.md](../005-flow/spec.md), [model](./contracts/model.md)", ""),
        ("Read ../other/spec.md and .../notes/a.md", ""),
        ("Align spec.md/plan.md/tasks.md", ""),
    ],
)
def test_files_named_in_passing(title: str, files: str) -> None:
    plan = read(f"- [ ] T1 {title}\n- [ ] T2 Rest\n")
    assert [ref.path for ref in plan.tasks[0].files] == files.split()


def test_bare_tests_before_other_letters_and_behind_a_broken_span() -> None:
    task = only("### 1. [ ] T\n- **Tests**: tests/test_a.pyに足す\n")
    assert [test.target for test in task.tests] == ["tests/test_a.py"]
    task = only("### 1. [ ] T\n- **Files**: `a\n  b`,\n  src/a.py\n")
    assert [(ref.path, ref.line) for ref in task.files] == [("src/a.py", 4)]


def test_a_tests_field_without_tests_leaves_those_among_the_files() -> None:
    task = only("### 1. [ ] T\n- **Files**: `src/a.py`, `tests/test_a.py`\n- **Testing**: run it and look\n")
    assert [test.target for test in task.tests] == ["tests/test_a.py"]


def test_notes_in_parentheses_behind_a_title() -> None:
    text = (
        "- [ ] 1. Begin (agent: Database Setup)\n  - [ ] 1.1 a\n- [ ] 2. Go on (est: 2 hours)\n"
        "- [ ] 3. End (deps: 1, 2)\n"
    )
    plan = read(text)
    assert [(task.agent, task.effort, task.depends) for task in plan.tasks] == [
        ("Database Setup", "", ()),
        ("", "2 hours", ()),
        ("", "", ("1", "2")),
    ]


@pytest.mark.parametrize("label", ["Gate Status", "QA Gate File", "Gate Decision Rationale", "Quality Gate Results"])
def test_what_was_decided_at_a_gate_is_no_gate(label: str) -> None:
    assert read(f"### 1. [ ] T\n{FIELDS}\n## QA\n\n**{label}:** passed\n").gates == ()
    assert read(f"### 1. [ ] T\n{FIELDS}\n## QA\n\n**Gate**: PASS → docs/qa/gates/1.yml\n").gates == ()


def test_labels_in_other_languages() -> None:
    korean = (
        "### T1: 하나\n- **변경 대상 파일:** `a.py`\n- **구현 내용:** 쓰기\n- **완료 기준:** 된다\n- **검증 방법:** `tests/test_a.py`\n"
        "### T2: 둘\n- **선행 작업:** T1\n- **예상 시간:** 2시간\n"
    )
    one, two = read(korean).tasks
    assert ([ref.path for ref in one.files], one.objective, [test.target for test in one.tests]) == (
        ["a.py"],
        "쓰기",
        ["tests/test_a.py"],
    )
    assert (two.depends, two.effort) == (("T1",), "2시간")
    chinese = "### T1: 一\n- **负责人**: 甲\n- **估算**: 2天\n- **测试策略**: `tests/test_a.py`\n- **依赖关系**: 无\n"
    task = only(chinese)
    assert (task.agent, task.effort, [test.target for test in task.tests]) == ("甲", "2天", ["tests/test_a.py"])


def test_the_last_line_of_a_task_is_no_label_of_the_next_one() -> None:
    text = "".join(f"### T{n} — Part {n}\n- Effort: 1 hour\n- acceptance: it runs\n\n" for n in range(1, 4))
    assert [task.id for task in read(text).tasks] == ["T1", "T2", "T3"]


def test_labels_in_one_word() -> None:
    text = '### T1: One\n- testFiles: `tests/test_a.py`\n\n### T2: Two\n- dependsOn: ["T1"]\n- blockedBy: T1\n'
    assert [(task.depends, [test.target for test in task.tests]) for task in read(text).tasks] == [
        ((), ["tests/test_a.py"]),
        (("T1",), []),
    ]


def test_the_word_alone_is_no_task() -> None:
    text = "# Rules\n\n## tasks.md Parsing\n- **Test**: parse it\n\n## Tasks: what they are\ntext\n\n## Steps\ntext\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]


def test_slices_and_headings_that_only_say_tasks() -> None:
    text = (
        "## Slice 1: Store\n\n### Tasks\n\n- [ ] **1a: Test**\n- [ ] **1b: Write**\n\n## Slice 2: Show\n\n"
        "### Tasks\n\n- [ ] **2a: Test**\n"
    )
    assert [(task.id, task.stream) for task in read(text).tasks] == [("1a", "1"), ("1b", "1"), ("2a", "2")]
    text = text.replace("Slice 1: ", "").replace("Slice 2: ", "")
    assert [(task.id, task.stream) for task in read(text).tasks] == [("1a", "Store"), ("1b", "Store"), ("2a", "Show")]


def test_a_table_of_other_things_beside_the_tasks() -> None:
    table = (
        "## Mails\n\n| # | Name | Trigger |\n|--|--|--|\n| 1 | Hello | login |\n| 2 | Bye | logout |\n"
        "| 3 | Late | never |\n"
    )
    assert [task.id for task in read(f"### Task 1.1: One\n{FIELDS}\n### Task 1.2: Two\n{FIELDS}\n{table}").tasks] == [
        "1.1",
        "1.2",
    ]
    assert [problem.code for problem in read_text(table, "t", "b.md").problems] == ["no-task"]


def test_a_struck_title_is_told() -> None:
    text = f"### ~~Task 1: One~~\n{FIELDS}\n### Task 2: Two\n{FIELDS}\n"
    assert [(task.title, task.done) for task in read(text).tasks] == [("One", False), ("Two", False)]
    assert told(text) == [
        (
            "b.md:1: warning: task 1 is struck through: tick it if it is done, remove it if it is not wanted "
            "(struck-through)"
        )
    ]


def test_steps_beside_tasks_are_told() -> None:
    text = (
        f"## Phase A\n\n### Step 1: Look\n- [ ] here\n\n### Step 2: Think\n- [ ] twice\n\n## Phase B\n\n"
        f"### Task 1: One\n{FIELDS}\n#### Step 1: its own\n- [ ] a\n\n"
        + "".join(f"### Task {n}: More\n{FIELDS}\n" for n in range(2, 6))
    )
    assert [line.partition(", and")[0] for line in told(text)] == [
        "b.md:3: warning: this looks like task 1",
        "b.md:6: warning: this looks like task 2",
    ]
    assert told(text.replace("Look", "One").replace("Think", "More")) == []


def test_ids_in_code_marks() -> None:
    text = (
        "## Tasks\n\n### 1. Shape\n- [x] `ARCH-01` Bound it\n- [ ] `ARCH-02` Fold it\n\n### 2. Look\n"
        "- [ ] `DS-01` Ask\n"
    )
    assert [(task.id, task.title, task.stream) for task in read(text).tasks] == [
        ("ARCH-01", "Bound it", "1. Shape"),
        ("ARCH-02", "Fold it", "1. Shape"),
        ("DS-01", "Ask", "2. Look"),
    ]
    assert [task.id for task in read("- [ ] `1.1` One\n- [ ] `1.2`: Two\n").tasks] == ["1.1", "1.2"]
    assert [task.id for task in read(f"### `T01` One\n{FIELDS}\n### `T02`: Two\n{FIELDS}").tasks] == ["T01", "T02"]


@pytest.mark.parametrize(
    "total",
    [
        "Total tasks: 3",
        "Total Tasks: 2 in 1 phase",
        "Total tasks: 5",
        "Phase 1: all 2 tasks are independent",
        "Total Tasks: 9 sub-tasks",
    ],
)
def test_totals_that_count_something_else_are_not_told(total: str) -> None:
    text = (
        f"{total}\n\n## Phase 1: A\n\n- [ ] 1. One\n  - [ ] 1.1 a\n  - [ ] 1.2 b\n  - [ ] 1.3 c\n"
        "- [ ] 2. Two\n\n## Phase 2: B\n\n"
    )
    assert told(text.replace("\n## Phase 2: B\n", "")) == []


def test_files_that_stay_as_they_are_and_names_in_code() -> None:
    text = (
        "### Task 1: T\n\n**Files:**\n- Modify: `src/a.py` — drop `Child.step` and `np.array`\n"
        "- Create: `Dockerfile`, `.env.example`\n"
        "- Explicitly unchanged: `src/b.py`, `c.toml`\n- Reference: `docs/d.md`\n- Do not touch: `e.py`\n"
        "- Test: `tests/test_a.py`\n"
    )
    task = only(text)
    assert [ref.path for ref in task.files] == ["src/a.py", "Dockerfile", ".env.example"]
    assert [test.target for test in task.tests] == ["tests/test_a.py"]


def test_chunks_hold_tasks() -> None:
    text = (
        f"## Chunk 1: One\n\n### Task 1: A\n{FIELDS}\n## Chunk 2: Two (Depends on Chunk 1)\n\n### Task 2: B\n{FIELDS}"
    )
    assert [(stream.id, stream.title, stream.after) for stream in read(text).streams] == [
        ("1", "One", ()),
        ("2", "Two", ("1",)),
    ]


def test_streams_that_say_whether_they_are_parallel_first() -> None:
    text = (
        "## Sequential: Phase 0 — Look\n\n- [ ] T001 a\n\n## Parallel Group 1: Write\n\n- [ ] T002 b\n\n"
        "## Sequential: Phase 1 — Show\n\n- [ ] T003 c\n"
    )
    assert [(stream.id, stream.title) for stream in read(text).streams] == [
        ("0", "Look"),
        ("Group 1", "Write"),
        ("Phase 1", "Show"),
    ]
