"""Ids and streams in the fields of tasks."""

from __future__ import annotations

from .plans import FIELDS, read_plan


def test_ids_in_fields_replace_those_in_headings() -> None:
    text = (
        f"### Task 1: One\n- **Task ID**: AUTH-1\n{FIELDS}\n"
        f"### Task 2: Two\n- **Task ID**: AUTH-2\n{FIELDS}- **Dependencies**: Task 1\n"
    )
    assert [(task.id, task.depends) for task in read_plan(text).tasks] == [("AUTH-1", ()), ("AUTH-2", ("AUTH-1",))]


def test_an_id_in_one_field_only_changes_nothing() -> None:
    text = f"### Task 1: One\n- **Task ID**: AUTH-1\n{FIELDS}\n### Task 2: Two\n{FIELDS}"
    assert [task.id for task in read_plan(text).tasks] == ["1", "2"]


def test_streams_in_fields_have_the_titles_of_their_headings() -> None:
    text = (
        f"## Phase 1: Storage\n\ntext\n\n# Tasks\n\n### Task 1: One\n**Phase:** 1\n{FIELDS}\n"
        f"### Task 2: Two\n**Phase:** 2\n{FIELDS}"
    )
    plan = read_plan(text)
    assert [(task.id, task.stream) for task in plan.tasks] == [("1", "1"), ("2", "2")]
    assert [(stream.id, stream.title) for stream in plan.streams] == [("1", "Storage"), ("2", "Phase 2")]
