"""Parts of a nodeid."""

from __future__ import annotations

import pytest

from pytest_execute.core.nodeids import file_of, function_of, names_of


@pytest.mark.parametrize("file", ["test_a.py", "a[1]/test_[b].py", "a:b/te st\n.py"])
@pytest.mark.parametrize("parameters", ["", "[1-a::b]", "[[x]]"])
def test_a_bracket_in_a_path_begins_no_parameters(file: str, parameters: str) -> None:
    test = f"{file}::TestA::test_x{parameters}"
    assert (file_of(test), function_of(test)) == (file, f"{file}::TestA::test_x")
    assert names_of(test) == (file, ["TestA", "test_x"])
    assert function_of(file) == file
