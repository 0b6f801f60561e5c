"""Functions of a source text, and the stubs of each."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pytest_execute.mutation.functions import Function, find_functions

TYPING = "from typing import TYPE_CHECKING\n"


def functions_by_name(text: str) -> dict[str, Function]:
    return {function.name: function for function in find_functions(dedent(text))}


def only_function(text: str) -> Function:
    (function,) = find_functions(dedent(text))
    return function


# -- names and positions


def test_qualified_names_of_functions_in_classes_and_functions():
    text = """
    def f(): return 1
    class A:
        def m(self): return 1
        class B:
            async def n(self): return 1
    def outer():
        def inner(): return 1
        return inner
    if True:
        def conditional(): return 1
    double = lambda x: 2 * x
    class C:
        triple = lambda self, x: 3 * x
    """
    assert list(functions_by_name(text)) == [
        "f", "A.m", "A.B.n", "outer", "outer.<locals>.inner", "conditional", "double", "C.triple"
    ]  # fmt: skip


def test_functions_of_one_name_are_told_apart():
    text = """
    class A:
        @property
        def size(self): return self._size
        @size.setter
        def size(self, value): self._size = value
    if a:
        def f(): return 1
    else:
        def f(): return 2
    """
    assert list(functions_by_name(text)) == ["A.size", "A.size.setter", "f", "f#2"]


def test_a_function_has_its_position():
    function = only_function("@decorated\ndef f(x):\n    '''Doc.'''\n    return (x\n        + 1)\n")
    assert (function.line, function.column, function.end) == (2, 0, 5)


def test_a_text_that_is_not_python_has_unknown_functions():
    (function,) = find_functions("x = 1\ndef f(:\n")
    assert (function.name, function.line, function.stubs, function.is_unknown) == ("<module>", 2, (), True)


# -- stubs


@pytest.mark.parametrize(
    ("body", "stubs"),
    [
        ("def f(x): return x + 1", ["raise", "none"]),
        ("def f(x): print(x)", ["raise", "none"]),
        ("def f(x):\n    yield x", ["raise", "none"]),
        ("async def f(x): return x", ["raise", "none"]),
        ("async def f(x):\n    yield x", ["raise", "none"]),
        ("f = lambda x: x + 1", ["raise", "none"]),
        # returns None on one path: a constant of its type as well
        ("def f(x) -> str | None:\n    if x:\n        return str(x)\n    return None", ["raise", "none", "'stub'"]),
        ("def f(x) -> Optional[int]:\n    if x:\n        return g(x)", ["raise", "none", "1"]),
        ("def f(x) -> 'int | None':\n    if x:\n        return g(x)", ["raise", "none", "1"]),
        ("def f(x):\n    if x > 1:\n        return True", ["raise", "none", "True"]),
        ("def f(x):\n    if x:\n        return [x]\n    return None", ["raise", "none", "[None]"]),
        ("def f(x):\n    if x:\n        return g(x)", ["raise", "none"]),
        # returns only None
        ("def f(x) -> str | None:\n    return None", ["raise", "'stub'"]),
        ("def f(x):\n    return None", ["raise"]),
        ("def f(x):\n    return", ["raise"]),
        ("def f(x) -> str | None:\n    return", ["raise", "'stub'"]),
        # yields nothing
        ("def f(x):\n    return\n    yield", ["raise"]),
        ("def f(x):\n    '''Doc.'''\n    yield from ()", ["raise"]),
        ("async def f(x):\n    if False:\n        yield", ["raise"]),
        # returns a false value
        ("def f(x):\n    return False", ["raise", "True"]),
        ("def f(x):\n    g(x)\n    return ''", ["raise", "none", "'stub'"]),
        # never returns None implicitly
        ("def f(x):\n    while True:\n        if x:\n            return True", ["raise", "none"]),
        ("def f(x):\n    try:\n        return True\n    except E:\n        raise", ["raise", "none"]),
        ("def f(x):\n    if x:\n        return True\n    else:\n        raise E", ["raise", "none"]),
        ("def f(x):\n    with x:\n        return True", ["raise", "none"]),
        (
            (
                "def f(x):\n    match x:\n        case 1:\n            return True\n"
                "        case _:\n            return False"
            ),
            ["raise", "none"],
        ),
        ("def f(x):\n    while True:\n        break", ["raise", "none"]),
        ("def f(x):\n    def g():\n        return True\n    h(g)", ["raise", "none"]),
    ],
)
def test_stubs_depend_on_what_a_function_returns(body: str, stubs: list[str]) -> None:
    function = find_functions(body + "\n")[0]
    assert (list(function.stubs), function.no_stub_reason) == (stubs, "")


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("@overload\ndef f(x: int) -> int: ...", "f.overload", "an overload, which never runs"),
        ("@typing.overload\ndef f(x: int) -> int: ...", "f.overload", "an overload, which never runs"),
        ("class A(ABC):\n    @abstractmethod\n    def f(self): ...", "A.f", "abstract: it has no body"),
        ("class A(Protocol):\n    def f(self) -> int: ...", "A.f", "of a protocol: it has no body"),
        ("class A(Protocol[T]):\n    def f(self) -> int:\n        '''Doc.'''", "A.f", "of a protocol: it has no body"),
        ("def f():\n    pass", "f", "its body is empty"),
        ("def f(x):\n    del x", "f", "its body is empty"),
        ("def f():\n    '''Doc.'''\n    ...", "f", "its body is empty"),
        ("def f():\n    raise NotImplementedError", "f", "abstract: it only raises NotImplementedError"),
        ("def f():\n    raise NotImplementedError('later')", "f", "abstract: it only raises NotImplementedError"),
        (f"{TYPING}if TYPE_CHECKING:\n    def f(): return 1", "f", "only for the type checker, it never runs"),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    class A:\n        def f(): return 1",
            "A.f",
            "only for the type checker, it never runs",
        ),
        ("@dataclass\nclass A:\n    x: int", "A.__init__", "generated by @dataclass, it has no body"),
        (
            "@dataclasses.dataclass(frozen=True)\nclass A:\n    x: int",
            "A.__init__",
            "generated by @dataclass, it has no body",
        ),
    ],
)
def test_a_function_without_stubs_has_a_reason(text: str, name: str, reason: str) -> None:
    function = functions_by_name(text + "\n")[name]
    assert (function.stubs, function.no_stub_reason) == ((), reason)


@pytest.mark.parametrize(
    "text",
    [
        f"{TYPING}if TYPE_CHECKING:\n    x = 1\nelse:\n    def f(): return 1",
        f"{TYPING}if not TYPE_CHECKING:\n    def f(): return 1",
        "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    def f(): return 1",
        "from app.flags import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f(): return 1",
    ],
)
def test_code_that_runs_without_the_type_checker_can_be_stubbed(text: str) -> None:
    assert only_function(text).stubs == ("raise", "none")


def test_a_dataclass_with_its_own_init_has_no_generated_one():
    text = "@dataclass(init=False)\nclass A:\n    x: int\n    def __init__(self): self.x = 1\n"
    assert only_function(text).stubs == ("raise", "none")


def test_an_abstract_method_with_a_body_can_be_stubbed():
    text = "class A(ABC):\n    @abstractmethod\n    def f(self):\n        return self.x + 1\n"
    assert functions_by_name(text)["A.f"].stubs == ("raise", "none")
