"""Sources that Python reads, and those that it cannot read."""

from __future__ import annotations

import ast

import pytest

from pytest_execute.core.python_source import parse_python


@pytest.mark.parametrize(
    "source",
    [
        *(
            b"x = (",
            b"# coding: nonsense\n",
            b"x = 1\0\n",
            "x = 1\n".encode("utf-16"),
            b"x = " + b"9" * 5000,
        ),
        *("+".join("1" * 100_000), "(" * 300 + ")" * 300, "x = '\udcff'", "\ud800"),
    ],
    ids=lambda source: ascii(source)[:20],
)
def test_what_python_cannot_read_is_a_syntax_error(source: str | bytes) -> None:
    with pytest.raises(SyntaxError):
        parse_python(source)


@pytest.mark.parametrize("source", ["x = 1\n", b"\xef\xbb\xbfx = 1\r\n", "\x0cx = 1\r", b"# coding: latin-1\nx = 1"])
def test_anything_else_is_parsed(source: str | bytes) -> None:
    assert ast.unparse(parse_python(source)) == "x = 1"
