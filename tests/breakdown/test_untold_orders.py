"""Sentences with a word of order and the names of two parts of the plan: read, already in the plan, or told."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from .plans import FIELDS, problems_except_fields

PHASES = (
    "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 A\n\n## Phase 2: Grundlage (Basis)\n\n- [ ] T002 B\n\n"
    "## Phase 3: User Story 1 - Seite\n\n- [ ] T003 C\n\n## 附録\n\n"
)
ISSUES = "### 1.1 A\n- [ ] a\n\n### 1.2 B\n- [ ] b\n\n### 2.1 C\n- [ ] c\n\n## Order\n\n"


def told(text: str) -> list[int]:
    return [int(p.split(":")[1]) for p in problems_except_fields(text) if "(prose-dependency)" in p]


@pytest.mark.parametrize(
    "sentence",
    [
        "- **Phase 2** : dépend de la fin de Phase 1",
        "- Fase 2 depende de Setup; Phase 2 empieza después de Phase 1",
        "- US1: erst nach Abschluss von Phase 2",
        "- **Grundlage**：相依於 Setup 完成",
        "- US1：Grundlage 完了後に開始",
        "- T003 は T001 と T002 に依存する。",
        "- T003 依赖 T001",
        "- Once Phase 2 is done, US1 and the guide can start together",
        "- US1: best implemented after Grundlage",
        "- **US1 (P1)**: can be built early; requires Setup for its pages",
        "- Chaque étape dépend de la précédente",
        "- Every phase needs the previous one",
    ],
)
def test_an_order_that_is_not_understood_is_told(sentence: str) -> None:
    assert told(f"{PHASES}{sentence}\n") == [PHASES.count("\n") + 1]


@pytest.mark.parametrize(
    "sentence", ["- 1.1 must complete before 2.1 (testing)", "- 1.2 (guide) needed before 2.1 (x)"]
)
def test_an_order_of_bare_dotted_numbers_is_told(sentence: str) -> None:
    assert told(f"{ISSUES}{sentence}\n") == [ISSUES.count("\n") + 1]


@pytest.mark.parametrize(
    "sentence",
    [
        "- Phase 2 : aucune dépendance avec Phase 1",
        "- T003 は T001 に依存しない。",
        "- T003 不依赖 T001",
        "- Setup and Phase 2 can run in parallel before the demo",
        "- Nach dem Start wird geprüft",
        "- Deploy after the demo",
        "- Phase 2 (Grundlage) comes before the release",
    ],
)
def test_a_sentence_without_an_order_is_not_told(sentence: str) -> None:
    assert told(f"{PHASES}{sentence}\n") == []


def test_an_order_that_the_plan_has_is_not_told() -> None:
    text = "- [ ] T001 A\n- [ ] T002 B\n  - Dépendances: T001\n\n## Ordre\n\n- T002 dépend de T001\n"
    assert told(text) == []


def test_an_order_in_the_heading_of_a_stream_is_told() -> None:
    heading = "## Phase 3.1: Tests ⚠️ MUST COMPLETE BEFORE 3.2"
    assert told(f"{heading}\n\n- [ ] T001 A\n\n## Phase 3.2: Code\n\n- [ ] T002 B\n") == [1]


def test_an_order_in_the_text_of_a_task_is_told() -> None:
    text = (
        f"### 1. [ ] A\n{FIELDS}\n### 2. [ ] B\n{FIELDS}- **Objective**: delete it, as nothing is left after task 1\n"
    )
    assert told(text) == [6]


def test_a_diagram_below_an_order_heading_is_told() -> None:
    fence = "```\nfoo-a → main\nfoo-b → main (depends on a)\n```\n"
    assert told(f"### PR5a — A\n{FIELDS}\n### PR5b — B\n{FIELDS}\n## Merge order\n\n{fence}") == [10]


def test_an_order_of_titles_without_blanks_is_told() -> None:
    phases = "## Phase 1：準備（共用）\n\n- [ ] T001 A\n\n## Phase 2：基礎層\n\n- [ ] T002 B\n\n"
    assert told(f"{phases}## 附録\n\n- 基礎層：相依於準備完成\n") == [11]
