"""Regular expressions that are compiled at their first use."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_execute.core.late_pattern import late_pattern


def test_it_is_compiled_once_and_at_its_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[Any] = []
    original = re.compile

    def note_and_compile(*arguments: Any) -> re.Pattern[str]:
        compiled.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(re, "compile", note_and_compile)
    pattern = late_pattern(r"b+")
    assert compiled == []
    found = pattern.search("abb")
    assert found is not None
    assert (found[0], pattern.sub("x", "abb"), pattern.search("c")) == ("bb", "ax", None)
    assert compiled == [("b+", 0)]


@pytest.mark.parametrize("method", ["match", "search", "fullmatch", "findall", "split"])
def test_its_methods_answer_as_those_of_a_compiled_one(method: str) -> None:
    for text in ("ab1", "b2b3", "b1", ""):
        late, compiled = late_pattern(r"B(\d)", re.IGNORECASE), re.compile(r"B(\d)", re.IGNORECASE)
        one, other = (getattr(pattern, method)(text) for pattern in (late, compiled))
        assert getattr(one, "regs", one) == getattr(other, "regs", other)


def test_its_text_and_groups_are_those_of_a_compiled_one() -> None:
    pattern = late_pattern(r"(?P<name>a)|b")
    assert (pattern.pattern, pattern.groups, [*pattern.groupindex]) == (r"(?P<name>a)|b", 1, ["name"])
    assert [found[0] for found in pattern.finditer("ab")] == ["a", "b"]


def test_it_has_nothing_else() -> None:
    pattern: Any = late_pattern("a")
    with pytest.raises(AttributeError, match="no attribute 'serach'"):
        pattern.serach("a")
