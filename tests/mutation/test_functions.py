"""Which functions a source text defines, how each can be stubbed, and which of them changed."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pytest_execute.mutation.changed_functions import changed_functions
from pytest_execute.mutation.functions import Function, find_functions

TYPING = "from typing import TYPE_CHECKING\n"


def found(text: str) -> dict[str, Function]:
    return {function.name: function for function in find_functions(dedent(text))}


def only(text: str) -> Function:
    (function,) = find_functions(dedent(text))
    return function


def new(base: dict[str, str], head: dict[str, str]) -> list[str]:
    """The functions that head has and base has not, as path:name."""
    shown = changed_functions(
        {path: dedent(text) for path, text in base.items()}, {path: dedent(text) for path, text in head.items()}
    )
    return [f"{path}:{function.name}" for path, functions in shown.items() for function in functions]


# -- which functions there are


def test_names_lead_through_classes_and_functions():
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
    assert list(found(text)) == [
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
    assert list(found(text)) == ["A.size", "A.size.setter", "f", "f#2"]


def test_a_function_knows_where_it_stands():
    function = only("@decorated\ndef f(x):\n    '''Doc.'''\n    return (x\n        + 1)\n")
    assert (function.line, function.column, function.end) == (2, 0, 5)


def test_a_text_that_is_no_python_has_no_functions():
    assert find_functions("def f(:\n") == ()


# -- how each can be stubbed


@pytest.mark.parametrize(
    ("body", "stubs"),
    [
        ("def f(x): return x + 1", ["raise", "none"]),
        ("def f(x): print(x)", ["raise", "none"]),
        ("def f(x):\n    yield x", ["raise", "none"]),
        ("async def f(x): return x", ["raise", "none"]),
        ("async def f(x):\n    yield x", ["raise", "none"]),
        ("f = lambda x: x + 1", ["raise", "none"]),
        # None on one way: the other constant of its kind as well
        ("def f(x) -> str | None:\n    if x:\n        return str(x)\n    return None", ["raise", "none", "'stub'"]),
        ("def f(x) -> Optional[int]:\n    if x:\n        return g(x)", ["raise", "none", "1"]),
        ("def f(x) -> 'int | None':\n    if x:\n        return g(x)", ["raise", "none", "1"]),
        ("def f(x):\n    if x > 1:\n        return True", ["raise", "none", "True"]),
        ("def f(x):\n    if x:\n        return [x]\n    return None", ["raise", "none", "[None]"]),
        ("def f(x):\n    if x:\n        return g(x)", ["raise", "none"]),
        # None is all it returns
        ("def f(x) -> str | None:\n    return None", ["raise", "'stub'"]),
        ("def f(x):\n    return None", ["raise"]),
        ("def f(x):\n    return", ["raise"]),
        ("def f(x) -> str | None:\n    return", ["raise", "'stub'"]),
        # nothing is all it yields
        ("def f(x):\n    return\n    yield", ["raise"]),
        ("def f(x):\n    '''Doc.'''\n    yield from ()", ["raise"]),
        ("async def f(x):\n    if False:\n        yield", ["raise"]),
        # what stands for None wherever truth is asked for
        ("def f(x):\n    return False", ["raise", "True"]),
        ("def f(x):\n    g(x)\n    return ''", ["raise", "none", "'stub'"]),
        # no way leads to the end
        ("def f(x):\n    while True:\n        if x:\n            return True", ["raise", "none"]),
        ("def f(x):\n    try:\n        return True\n    except E:\n        raise", ["raise", "none"]),
        ("def f(x):\n    if x:\n        return True\n    else:\n        raise E", ["raise", "none"]),
        ("def f(x):\n    with x:\n        return True", ["raise", "none"]),
        (
            "def f(x):\n    match x:\n        case 1:\n            return True\n        case _:\n            return False",
            ["raise", "none"],
        ),
        ("def f(x):\n    while True:\n        break", ["raise", "none"]),
        ("def f(x):\n    def g():\n        return True\n    h(g)", ["raise", "none"]),
    ],
)
def test_stubs_fit_the_kind_of_what_a_function_returns(body: str, stubs: list[str]):
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
def test_what_cannot_be_stubbed_says_why(text: str, name: str, reason: str):
    function = found(text + "\n")[name]
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
def test_what_runs_beside_the_type_checker_can_be_stubbed(text: str):
    assert only(text).stubs == ("raise", "none")


def test_a_dataclass_with_an_init_of_its_own_has_that():
    text = "@dataclass(init=False)\nclass A:\n    x: int\n    def __init__(self): self.x = 1\n"
    assert only(text).stubs == ("raise", "none")


def test_an_abstract_method_with_a_body_can_be_stubbed():
    text = "class A(ABC):\n    @abstractmethod\n    def f(self):\n        return self.x + 1\n"
    assert found(text)["A.f"].stubs == ("raise", "none")


# -- which of them changed


BASE = """
def kept(x):
    return x + 1
def grown(x):
    return x
class A:
    def m(self):
        return 1
"""


def test_a_new_and_a_changed_function_are_told():
    head = BASE.replace("    return x\n", "    return x * 2\n") + "def fresh():\n    return 1\n"
    assert new({"a.py": BASE}, {"a.py": head}) == ["a.py:grown", "a.py:fresh"]


def test_layout_comments_and_docstrings_do_not_count():
    head = '''
    # a comment
    def kept(x):
        """What it does."""
        return (
            x + 1  # one more
        )


    def grown(x): return x
    class A:

        def m(self):

            return 1
    '''
    assert new({"a.py": BASE}, {"a.py": head}) == []


def test_other_code_on_the_same_lines_does_count():
    assert new({"a.py": "def f(x): return x\n"}, {"a.py": "def f(x, *, y=1): return x\n"}) == ["a.py:f"]
    assert new({"a.py": "def f(x): return x\n"}, {"a.py": "@cache\ndef f(x): return x\n"}) == ["a.py:f"]
    assert new({"a.py": "def f(): return 1\n"}, {"a.py": "def f(): return 1.0\n"}) == ["a.py:f"]


def test_a_file_that_is_new_or_moved():
    assert new({}, {"b.py": BASE}) == ["b.py:kept", "b.py:grown", "b.py:A.m"]
    assert new({"a.py": BASE}, {"b.py": BASE}) == []
    assert new({"a.py": BASE}, {"b.py": BASE.replace("return 1", "return 2")}) == ["b.py:A.m"]


def test_a_class_that_is_renamed_keeps_its_methods():
    assert new({"a.py": BASE}, {"a.py": BASE.replace("class A", "class Other")}) == []


def test_a_copy_is_no_move():
    assert new({"a.py": BASE}, {"a.py": BASE, "b.py": "def kept(x):\n    return x + 1\n"}) == ["b.py:kept"]


def test_an_inner_function_that_changes_is_told_alone():
    text = "def outer(x):\n    def inner():\n        return {}\n    return inner\n"
    assert new({"a.py": text.format(1)}, {"a.py": text.format(2)}) == ["a.py:outer.<locals>.inner"]


def test_functions_of_one_name_that_change_places_are_the_same():
    text = "if a:\n    def f(): return {}\nelse:\n    def f(): return {}\n"
    assert new({"a.py": text.format(1, 2)}, {"a.py": text.format(2, 1)}) == []


def test_a_file_that_could_not_be_read_at_base_is_new():
    assert new({"a.py": "def f(:\n"}, {"a.py": "def f(): return 1\n"}) == ["a.py:f"]
