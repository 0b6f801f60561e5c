"""Switches in functions of every kind: they record that a function was entered, and replace its body."""

from __future__ import annotations

import ast
import asyncio
import builtins
from textwrap import dedent
from typing import Any

import pytest

from pytest_execute.engine.child import instrument
from pytest_execute.mutation.functions import find_functions

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
    import contextlib
    import dataclasses
    import functools
    @functools.lru_cache
    def cached(x):
        return 3 * x
    @contextlib.contextmanager
    def opened(x):
        yield x
    @contextlib.asynccontextmanager
    async def opened_later(x):
        yield x
    class B:
        def __init__(self, side=1):
            self._side = side
        @classmethod
        def made(cls, side):
            return cls(side)._side
        @staticmethod
        def still(x):
            return x
        @property
        def side(self):
            return self._side
        @side.setter
        def side(self, side):
            self._side = side
        @functools.cached_property
        def once(self):
            return 7
        def __len__(self):
            return 4
    @dataclasses.dataclass
    class D:
        x: int
        def __post_init__(self):
            self.x += 1
        def twice(self):
            return 2 * self.x
''')
NUMBERS = {function.name: number for number, function in enumerate(find_functions(TEXT))}


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], instrument.StubSwitch]:
    switch = instrument.StubSwitch(bytearray(len(NUMBERS)))
    monkeypatch.setattr(builtins, instrument.SWITCH_NAME, switch, raising=False)
    monkeypatch.setenv(instrument.STUB_VARIABLE, "")
    tree = ast.parse(TEXT)
    instrument.instrument_module(tree, {(f.line, f.column): NUMBERS[f.name] for f in find_functions(TEXT)})
    names: dict[str, Any] = {}
    exec(compile(tree, "planted.py", "exec"), names)  # noqa: S102 - that is what is tested
    return names, switch


async def gathered(stream: Any) -> list[Any]:
    return [item async for item in stream]


def entered(manager: Any) -> Any:
    """Return what a context manager yields; "nothing" where it yields nothing."""
    try:
        with manager as found:
            return found
    except RuntimeError as error:
        return "nothing" if "didn't yield" in str(error) else error


async def entered_async(manager: Any) -> Any:
    try:
        async with manager as found:
            return found
    except RuntimeError as error:
        return "nothing" if "didn't yield" in str(error) else error


def with_side(box: Any, side: int) -> Any:
    box.side = side
    return box._side


def cleared(function: Any) -> Any:
    function.cache_clear()
    return function


CALLS: dict[str, tuple[Any, Any, Any]] = {
    "plain": (lambda n: n["plain"](1), 2, None),
    "generator": (lambda n: list(n["generator"](1)), [1], []),
    "coroutine": (lambda n: asyncio.run(n["coroutine"](1)), 1, None),
    "stream": (lambda n: asyncio.run(gathered(n["stream"](1))), [1], []),
    "double": (lambda n: n["double"](2), 4, None),
    "A.name": (lambda n: n["A"]().name(), "base!", None),
    "A.size": (lambda n: n["A"]().size, 1, None),
    "outer.<locals>.inner": (lambda n: n["outer"](1)(), 2, None),
    "cached": (lambda n: cleared(n["cached"])(2), 6, None),
    "opened": (lambda n: entered(n["opened"](1)), 1, "nothing"),
    "opened_later": (lambda n: asyncio.run(entered_async(n["opened_later"](1))), 1, "nothing"),
    "B.__init__": (lambda n: getattr(n["B"](3), "_side", None), 3, None),
    "B.made": (lambda n: n["B"].made(3), 3, None),
    "B.still": (lambda n: n["B"].still(3), 3, None),
    "B.side": (lambda n: n["B"](3).side, 3, None),
    "B.side.setter": (lambda n: with_side(n["B"](3), 5), 5, 3),
    "B.once": (lambda n: n["B"]().once, 7, None),
    "D.__post_init__": (lambda n: n["D"](1).x, 2, 1),
    "D.twice": (lambda n: n["D"](1).twice(), 4, None),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_kind_of_function(planted: tuple[dict[str, Any], instrument.StubSwitch], name: str) -> None:
    names, switch = planted
    call, whole, stubbed = CALLS[name]
    number = NUMBERS[name]
    assert (call(names), switch.marks[number]) == (whole, instrument.ENTERED)
    switch.activate(number, "none")
    assert (call(names), switch.marks[number]) == (stubbed, instrument.STUBBED)
    switch.activate(number, "raise")
    with pytest.raises(instrument.StubError):
        call(names)
    switch.activate(-1, "")
    assert call(names) == whole


def test_a_stub_returns_its_constant_and_keeps_the_docstring(
    planted: tuple[dict[str, Any], instrument.StubSwitch],
) -> None:
    names, switch = planted
    switch.activate(NUMBERS["plain"], "'stub'")
    assert names["plain"](1) == "stub"
    assert names["plain"].__doc__ == "Doc."
    assert names["plain"].__code__.co_firstlineno == 2


def test_the_traceback_of_a_stub_shows_nothing_of_the_body() -> None:
    """A test that looks for a text in an output would find it there, as CPython shows the end of a call."""
    tree = ast.parse("def f():\n    return 'a text'\n")
    instrument.instrument_module(tree, {(1, 0): 0})
    switch = instrument.StubSwitch(bytearray(1))
    switch.active, switch.stub = 0, "raise"
    names: dict[str, Any] = {instrument.SWITCH_NAME: switch}
    exec(compile(tree, "app.py", "exec"), names)  # noqa: S102 - that is what is tested
    with pytest.raises(instrument.StubError) as caught:
        names["f"]()
    assert [entry.lineno + 1 for entry in caught.traceback if str(entry.path).endswith("app.py")] == [1]
