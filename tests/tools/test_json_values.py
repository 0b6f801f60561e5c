"""JSON of values with names of files that are not UTF-8."""

from __future__ import annotations

import json

import msgspec
import pytest

from pytest_execute.reports import json_text
from pytest_execute.tools import json_values
from pytest_execute.tools.git import Entry

NAME = "caf\udce9 é"


@pytest.mark.parametrize("value", [{NAME: [NAME, 1]}, {"é": [None]}, [[NAME]]])
def test_values_survive_the_way_through_json(value: object) -> None:
    text = json_values.encode(value)
    assert (json_values.decode(text), json.loads(text)) == (value, value)


def test_a_type_is_checked() -> None:
    text = json_values.encode({NAME: Entry("100644", NAME)})
    assert json_values.decode(text, dict[str, Entry]) == {NAME: Entry("100644", NAME)}
    for broken in (json_values.encode({NAME: 1}), b"{"):
        with pytest.raises(msgspec.DecodeError):
            json_values.decode(broken, dict[str, Entry])


def test_a_report_shows_such_names_in_a_readable_form() -> None:
    assert json.loads(json_text.encode({NAME: [NAME], "b": {"a": 1}})) == {"caf\\xe9 é": ["caf\\xe9 é"], "b": {"a": 1}}
