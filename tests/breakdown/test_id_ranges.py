"""Lists and ranges of ids."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown.id_ranges import BadRange, expand_ids
from pytest_execute.breakdown.name_index import NamedStream, NameIndex

NAMES = NameIndex(
    [("T01", "A"), ("T02", "A"), ("T04", "B"), ("INFRA-1", "B")],
    [NamedStream(id="A", kind="stream"), NamedStream(id="B", kind="stream"), NamedStream(id="C", kind="stream")],
    {},
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("T01", ["T01"]),
        ("T01, T02 and #T04", ["T01", "T02", "T04"]),
        ("T01-T04", ["T01", "T02", "T04"]),
        ("T1 through T4", ["T1", "T2", "T4"]),
        ("T01-T05", ["T01", "T02", "T04", "T5"]),
        ("INFRA-1", ["INFRA-1"]),
        ("INFRA-2", ["INFRA-2"]),
        ("A to C", ["A", "B", "C"]),
        ("T04-T01", [BadRange("T04", "T01")]),
        ("T01-B2", [BadRange("T01", "B2")]),
        ("T01-T99999", [BadRange("T01", "T99999")]),
    ],
)
def test_a_list_is_expanded_to_the_ids_of_the_breakdown(text: str, names: list[str | BadRange]) -> None:
    assert list(expand_ids(text, NAMES, None)) == names
