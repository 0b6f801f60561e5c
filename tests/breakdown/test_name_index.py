"""Names of tasks and streams in any spelling."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown.name_index import AmbiguousName, NamedStream, NameIndex

NAMES = NameIndex(
    [("1", "A"), ("2", "A"), ("A2", "B"), ("T07", None)],
    [
        NamedStream(id="A", kind="stream", title="Storage"),
        NamedStream(id="B", kind="phase", title="Pages", aliases=("us1", "user story 1")),
    ],
    {"AUTH-1": "1"},
)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("1", "1"),
        ("Task 01", "1"),
        ("T1", "1"),
        ("#2", "2"),
        ("1.0", "1"),
        ("A1", "1"),
        ("AUTH-1", "1"),
        ("7", "T07"),
        ("A2", AmbiguousName(("A2", "2"))),
        ("B1", None),
        ("9", None),
    ],
)
def test_a_task_has_many_spellings(name: str, task: str | AmbiguousName | None) -> None:
    assert NAMES.task(name) == task


def test_a_number_means_the_task_of_the_own_stream_first() -> None:
    names = NameIndex([("A1", "A"), ("B1", "B"), ("B2", "B")], [], {})
    assert (names.task("2", near="B"), names.task("1", near="A")) == ("B2", "A1")


@pytest.mark.parametrize(
    ("name", "kind", "stream"),
    [
        ("A", "", "A"),
        ("storage", "", "A"),
        ("A", "track", "A"),
        ("A", "phase", None),
        ("B", "stage", "B"),
        ("1", "user story", "B"),
        ("US1", "", "B"),
        ("C", "", None),
    ],
)
def test_a_stream_has_an_id_a_title_and_aliases(name: str, kind: str, stream: str | None) -> None:
    assert NAMES.stream(name, kind) == stream


def test_streams_of_user_stories() -> None:
    assert NAMES.stories == ("B",)
