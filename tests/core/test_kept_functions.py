"""Functions of base that a topic changed without adding to them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pytest_execute.core.kept_functions import kept_lines


def is_kept(old: str, new: str) -> bool:
    """Return whether the last line of the new source belongs to a function that is kept."""
    source = dedent(new).strip()
    return source.count("\n") + 1 in kept_lines(dedent(old).encode(), source.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def f(x): return x + x", "def f(x):\n    return twice(x)"),
        ("def f(x: int): return x", "def f(x: float) -> float:\n    return 1 * x"),
        ("def f(x):\n    if x:\n        return 1\n    return 2", "def f(x):\n    return 1 if x else 2"),
        ("def f(x):\n    if not x:\n        return 2\n    return 1", "def f(x):\n    return 1 if x else 2"),
        (
            "def f(xs):\n    for x in xs:\n        if x > 1:\n            yield x",
            "def f(xs):\n    yield from (x for x in xs if x > 1)",
        ),
        ("def f(xs): return [x for x in xs if x > 1]", "def f(xs):\n    return list(y for y in xs if y > 1)"),
        ("def f(a, b):\n    if a:\n        if b:\n            return 1", "def f(a, b):\n    return a and b and 1"),
        ("def f(x):\n    if not x: return 1\n    return x", "def f(x):\n    return x or 1"),
        ("def g(x): return x or 1\ndef f(x): return g(x)", "def f(x):\n    return x or 1"),
        ("class A:\n    def f(self): return 1", "class A:\n    def f(self):\n        return 2 - 1"),
        ("def f(x): return sorted(x, key=lambda y: y)", "def f(x):\n    return list(sorted(x, key=lambda z: z))"),
        ("def f(x): return x", "def f(x):\n    if x == 3:\n        return 4\n    return x"),
    ],
)  # fmt: skip
def test_a_function_with_its_parameters_and_conditions_is_kept(old: str, new: str) -> None:
    """A new `if` statement is no matter: coverage tells which tests reach its branches."""
    assert is_kept(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "def f(x): return x"),
        ("def f(x): return x", "def f(x, *, loud=False):\n    return x"),
        ("def f(x=1): return x", "def f(x=2):\n    return x"),
        ("def f(x): return x", "def f(*x):\n    return x"),
        ("def f(x): return x", "async def f(x):\n    return x"),
        ("def f(x): return x", "@cache\ndef f(x):\n    return x"),
        ("def f(x): return x", "def f(x):\n    return x if x < 100 else 0"),
        ("def f(x): return x", "def f(x):\n    return x or 1"),
        ("def f(x): return x", "def f(x):\n    return [y for y in x if y]"),
        ("def f(x): return x", "def f(x):\n    return sorted(x, key=lambda y: -y)"),
        ("def f(x, y):\n    if x: return 1", "def f(x, y):\n    if x and y:\n        return 1"),
        ("def g(x): return x or 1\ndef f(x): return g(x)", "def g(x): return x or 1\ndef f(x):\n    return x or 1"),
        ("def f(x): return x", "def f(x):\n    def g():\n        return x"),
        ("class A:\n    def f(self): return 1", "class B:\n    def f(self):\n        return 1"),
        ("def f(x): return x", "def f(x):\n    return (x"),
        ("def f(x: return x", "def f(x):\n    return x"),
    ],
)
def test_a_function_that_is_new_or_asks_for_more_is_not_kept(old: str, new: str) -> None:
    assert not is_kept(old, new)


def test_lines_belong_to_the_innermost_function_that_changed() -> None:
    old = b"def f(x):\n    return x\ndef h(): return 1\n"
    new = b"LIMIT = 1\ndef f(x):\n    def g():\n        return x\n    return g()\ndef h(): return 1\n"
    assert kept_lines(old, new) == {2, 5}
