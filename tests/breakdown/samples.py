"""Texts in every dialect, as people and agents write them. The tests read them, and edit them at random."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

CANONICAL = """\
# Orders: Task Breakdown

## Stream A: Ground (Parallel)

### 1. [x] Order model [2 hours]

- **Objective**: keep one row per order
- **Files**: `src/shop/order.py`, `src/shop/db.py:40-60`
- **Tests**: `tests/test_order.py::test_keeps_row`
- **Dependencies**: None
- **Behavior**: Given two orders, when listed, then the oldest comes first
- [x] 1.1 Write the failing tests

## Stream B: Door (Depends on Stream A)

### 2. [ ] List

- **Tests**: `tests/test_api.py`
- **Dependencies**: Task 1

## Quality Gates

- **Gate 1**: `tests/test_order.py` passes (after Stream A)
"""

CHECKLIST = """\
# Mail - Breakdown

## Implementation Checklist

### Stream A: Inbox (Phase 1)

1. [x] **Fetch the mails** [3 hours] 1.1. [x] Open the
       connection - see `src/mail.py` - read on 1.2. [ ] Close it

   1.3. [x] Count them - all of them

   **Test Requirements**:

   - Create `tests/test_fetch.py`

   📝 **Commit**:
   `feat: fetch the mails`

2. [ ] **Sort the mails** (later) 2.1. [ ] By date - newest
       first

   - Dependencies: 1

### Stream B: Outbox (Depends on A1)

1. [ ] **Write a mail** 3.1. [ ] Draft

## Success Criteria

1. [x] **AC1:** it works
2. [ ] **AC2:** it is fast

## Coordination

- **Stream A (Phase 1)** must complete before Stream B can start
"""

ORIGIN = """\
# Chat

### Phase 1: Ground (Week 1)

#### 1. [x] **Rooms** [3 hours]

1.1. [x] Write the tests - `tests/test_rooms.py` 1.2.
[x] Write the code

**Test Requirements**: `tests/test_rooms.py` **Effort**: 3 hours

### Phase 2: People (Week 2)

#### 2. [ ] **People** [1 day]

2.1. [ ] Do it

**Quality Gates**:

- Phase 1: rooms can be entered
- Phase 2: all tests pass
"""

TITLED = """\
# Plan

## Task 1: Delete it

**Files:**
- Modify: `src/a.py`
- Test: `tests/test_a.py`

- [x] **Step 1: Write the test**
- [ ] **Step 2: Run it**

**Dependencies:** None (can run parallel with Task 2)

## Task 2: Build it

**Dependencies:** T1 (must be deleted first so that nothing breaks)

## Task 3: Check it

**Dependencies:** Task 1 AND Task 2 (both)

## Verification

- [ ] all green
"""

STREAMED = """\
## Stream A: One

### Task A1: Red

**Dependencies:** None

### Task A2: Green

**Dependencies:** Task A1

## Stream B: Two

### Task B1: Red

**Dependencies:** Tasks A1, A2

## Task C: Docs

**Files:** `docs/index.md`
"""

STEPS = """\
# Breakdown

## Steps

### Step 1: Store it

#### 1.1 Create `src/store.py`

- one function

**Verify:** `uv run python -m pytest tests/test_store.py -q` passes

### Step 2: Show it (Phase 1b) — [big]

**Depends on:** Step 1 (`Store` + migration)

#### 2.1 Create the page

**Verify:**

```sh
pytest tests/test_page.py
```
"""

CODED = """\
# Tasks

## Phase 1: Setup

### T01 Make a folder
- 目的: 置き場所
- 依存: なし

### T02 Fill it
- 依存: T01, T03

## Phase 2: Use

### T03 — Look
- **依赖**：T01。可与 T02 并行。
- **状态**：`DONE`；verified

### INFRA-1: Ship
- **Phase:** 2 | **Est:** 0.5d | **Depends:** T1-T3 | **Status:** ✅ Complete
"""

NUMBERED = """\
# Work

## Phase 1: Base (2 weeks)

### 1. Project
**Priority: High | Status: Complete | Dependencies: None**
- set it up

### 2. Login
**Priority: High | Status: Pending | Dependencies: 1**
- 8 things to do

## Phase 1.5: More

### 2.5. Check
**Priority: Low | Status: Not Started | Dependencies: All previous tasks**
"""

SPECKIT = """\
# Tasks: Todo

## Format: `[ID] [P?] [Story] Description`

## Phase 1: Setup (Shared)

- [x] T001 Create the folder
- [X] T002 [P] Configure the linter in pyproject.toml

**Checkpoint**: folder there

## Phase 2: Foundational

- [ ] T004 [P] Write tests in `tests/unit/test_a.py`

## Phase 3: User Story 1 - Add (Priority: P1) 🎯

### Tests for User Story 1

- [ ] T010 [P] [US1] Write tests in tests/test_add.py
- [ ] T012 [US1] Add it in src/app/add.py (depends on T010)

**Checkpoint**: adding works

## Dependencies & Execution Order

- **Setup (Phase 1)**: No dependencies
- **Foundational (Phase 2)**: Depends on Setup completion — BLOCKS all user stories
- **User Stories (Phase 3+)**: All depend on Foundational phase completion
"""

KIRO = """\
# Implementation Plan

## Tasks

- [x] 1. Make the picker
  - pick a date
  - _Requirements: 1.1, 1.2_

- [ ]* 1.1 Write property tests
  - _Dependencies: [1]_

- [-] 2. Back end
  - [x] 2.1 Routes
  - [ ]* 2.2 Tests
  - _Dependencies: 1_

- [ ] 3. Checkpoint - all good
"""

AGENT_OS = """\
# Tasks

#### Task Group 1: Tables
**Dependencies:** None

- [x] 1.0 Complete the tables
  - [x] 1.1 Write tests
  - [x] 1.2 Create them

#### Task Group 2: Pages
**Dependencies:** Task Group 1 (all tables must exist)

- [ ] 2.0 Complete the pages
  - [ ] 2.1 Write tests
"""

OPENSPEC = """\
## 1. Reader (#12)

- [x] 1.1 Read the file
- [x] 1.2 Tests: `tests/test_read.py`

## 2. Writer

- [ ] 2.1 Write the file
"""

BMAD = """\
# Story 1.1: Models

## Acceptance Criteria
1. [x] **AC1:** there are models
2. [x] **AC2:** they are good

## Tasks / Subtasks
- [x] **Task 1: Base model** (AC: 1, 2)
  - [x] Create it
  - [x] Subtask 1.2: Test it
- [ ] Task 2: Other models (AC: 2)
  - [ ] Create them
"""

TABLE = """\
# Work

## P1: Core

### P1-A: Models
| ID | Task | State | Dependencies | Effort |
|----|------|-------|--------------|--------|
| P1-A1 | Make `a.py` | `[x]` | None | 1h |
| P1-A2 | Make `b.py` | `[ ]` | P1-A1 | 2h |
| P1-A3 | Make `c.py` | `[~]` | P1-A1-A2 | |

### P1-B: Views
| ID | Task | State | Dependencies | Effort |
|----|------|-------|--------------|--------|
| P1-B1 | Show | `[ ]` | P1-A1, P1-A3 | |

| ID | Risk | Mitigation |
|----|------|------------|
| R1 | late | start |
"""

SAMPLES = [value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)]

# four phases with two tasks each
PHASES = "".join(
    f"## Phase {n}: User Story {n} (US{n})\n\n- [ ] T00{n} [US{n}] Do `src/{n}.py`\n- [ ] T01{n} Go on\n\n"
    for n in range(1, 5)
)
