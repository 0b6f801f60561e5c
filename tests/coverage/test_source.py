"""Lines of a source text by their kind."""

from __future__ import annotations

from textwrap import dedent

import pytest
from msgspec.structs import replace

from pytest_execute.coverage.source import classify_lines
from tests.coverage.test_measure import SOURCE


def test_lines_of_statements_and_of_function_bodies() -> None:
    lines = classify_lines(dedent(SOURCE).lstrip())
    assert 3 not in lines.function_bodies
    assert {4, 5, 6, 8, 12} <= lines.function_bodies
    assert lines.statement_starts[8] == 6
    assert classify_lines("def broken(:") == replace(classify_lines(""), error=1)
    assert classify_lines("key = lambda x: x\n").function_bodies == {1}


def test_lines_belong_to_the_innermost_function() -> None:
    text = """
        @register
        def outer(x):
            y = x

            @wraps(x)
            def inner(z): return z

            return inner
        name = [(
            lambda: 1)]
    """
    assert classify_lines(dedent(text).lstrip()).functions == {3: 2, 4: 2, 5: 2, 6: 6, 7: 2, 8: 2}
    assert classify_lines("class A:\n    key = lambda x: x\n").functions == {2: 2}


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n", {2, 3}),
        ("import typing\nif typing.TYPE_CHECKING:\n    import a\n", {2, 3}),
        ("TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import a\n", set()),
        ("from typing import TYPE_CHECKING\nTYPE_CHECKING = True\nif TYPE_CHECKING:\n    import a\n", set()),
        ("from mine import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n", set()),
        ("def f():\n    ...\n", {2}),
        ("def f():\n    g()\n    ...\n", set()),
        ("f(\n    ...\n)\n", set()),
    ],
)
def test_code_that_does_nothing_is_inert(text: str, inert: set[int]) -> None:
    assert classify_lines(text).inert == inert
