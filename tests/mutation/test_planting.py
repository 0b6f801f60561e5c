"""The switch in a function: it tells that the function was entered, and stands in for its body, whatever kind of function it is."""

from __future__ import annotations

import ast
import asyncio
import builtins
from textwrap import dedent
from typing import Any

import pytest

from pytest_execute.forks import planting
from pytest_execute.mutation.functions import functions

TEXT = dedent('''
    def plain(x):
        """Doc."""
        return x + 1
    def generator(x):
        yield x
    async def coroutine(x):
        return x
    async def stream(x):
        yield x
    double = lambda x: 2 * x
    class Base:
        def name(self):
            return "base"
    class A(Base):
        def name(self):
            return super().name() + "!"
        @property
        def size(self):
            return 1
    def outer(x):
        count = 0
        def inner():
            nonlocal count
            count += 1
            return x + count
        return inner
''')
NUMBERS = {function.name: number for number, function in enumerate(functions(TEXT))}


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], planting.Switch]:
    switch = planting.Switch(bytearray(len(NUMBERS)))
    monkeypatch.setattr(builtins, planting.NAME, switch, raising=False)
    monkeypatch.setenv(planting.ACTIVE, "")
    tree = ast.parse(TEXT)
    planting.plant(tree, {(f.line, f.column): NUMBERS[f.name] for f in functions(TEXT)})
    names: dict[str, Any] = {}
    exec(compile(tree, "planted.py", "exec"), names)  # noqa: S102 - that is what is tested
    return names, switch


async def gathered(stream: Any) -> list[Any]:
    return [item async for item in stream]


CALLS: dict[str, tuple[Any, Any, Any]] = {
    "plain": (lambda n: n["plain"](1), 2, None),
    "generator": (lambda n: list(n["generator"](1)), [1], []),
    "coroutine": (lambda n: asyncio.run(n["coroutine"](1)), 1, None),
    "stream": (lambda n: asyncio.run(gathered(n["stream"](1))), [1], []),
    "double": (lambda n: n["double"](2), 4, None),
    "A.name": (lambda n: n["A"]().name(), "base!", None),
    "A.size": (lambda n: n["A"]().size, 1, None),
    "outer.<locals>.inner": (lambda n: n["outer"](1)(), 2, None),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_kind_of_function(planted: tuple[dict[str, Any], planting.Switch], name: str) -> None:
    names, switch = planted
    call, whole, stubbed = CALLS[name]
    number = NUMBERS[name]
    assert (call(names), switch.marks[number]) == (whole, planting.ENTERED)
    switch.activate(number, "none")
    assert (call(names), switch.marks[number]) == (stubbed, planting.STUBBED)
    switch.activate(number, "raise")
    with pytest.raises(planting.Stubbed):
        call(names)
    switch.activate(-1, "")
    assert call(names) == whole


def test_other_constants_and_docstrings(planted: tuple[dict[str, Any], planting.Switch]) -> None:
    names, switch = planted
    switch.activate(NUMBERS["plain"], "'stub'")
    assert names["plain"](1) == "stub"
    assert names["plain"].__doc__ == "Doc."
    assert names["plain"].__code__.co_firstlineno == 2
