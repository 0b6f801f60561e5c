"""Lines that changed in meaning between two versions of some sources."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pytest_execute.coverage.changed_statements import compare

LEGACY = """\
import os

LIMIT = {'a': 1, 'b': 2}


def legacy(a, b=None):
    '''Do it.'''
    c = max(a, 1, 2, 3)
    if c > 2:
        return 'x' + str(c)
    elif b:
        return 'y'
    # nothing
    return 'z'


class Box:
    '''A box.'''

    def size(self):
        return len(self.items) + 1
"""
FORMATTED = '''\
import os

LIMIT = {
    "a": 1,
    "b": 2,
}


def legacy(
    a,
    b=None,
):
    """Do it well."""
    c = max(
        a,
        1,
        2,
        3,
    )
    if c > 2:
        return "x" + str(c)
    elif b:
        return "y"
    return "z"  # nothing


class Box:
    def size(self):
        return len(self.items) + 1
'''


def changed(old: dict[str, str | bytes], new: dict[str, str | bytes], **renamed: str) -> dict[str, list[int]]:
    """Return the lines that changed, by file; `renamed` maps new names of files, without `.py`, to their old ones."""

    def encoded(sources: dict[str, str | bytes]) -> dict[str, bytes]:
        return {path: text if isinstance(text, bytes) else dedent(text).encode() for path, text in sources.items()}

    names = {f"{to}.py": f"{name}.py" for to, name in renamed.items()}
    found = compare(encoded(old), encoded(new), names)
    return {path: sorted(each.changed) for path, each in found.items() if each.changed}


def edit(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "new",
    [
        FORMATTED,
        LEGACY.replace("\n", "\r\n"),
        LEGACY.replace("'''Do it.'''", "'''Do that.'''").replace("    # nothing\n", ""),
        LEGACY.replace("import os\n", "# a comment\nimport os\n").encode("utf-8-sig"),
    ],
    ids=["formatted", "line ends", "documented", "byte order mark"],
)
def test_layout_and_documentation_are_no_changes(new: str | bytes) -> None:
    assert changed({"a.py": LEGACY}, {"a.py": new}) == {}
    assert changed({"a.py": new}, {"a.py": LEGACY}) == {}


def test_in_a_formatted_file_only_what_changed_counts() -> None:
    new = edit(FORMATTED, ("c > 2", "c > 3"), ('    "b": 2,\n', '    "b": 3,\n'), ("        3,\n", ""))
    assert changed({"a.py": LEGACY}, {"a.py": new}) == {"a.py": [3, 4, 5, 6, 14, 15, 16, 17, 18, 19]}


def test_a_moved_file_has_no_changes_but_its_edits() -> None:
    assert changed({"old.py": LEGACY}, {"to.py": FORMATTED}, to="old") == {}
    new = edit(FORMATTED, ("c > 2", "c > 3"))
    assert changed({"old.py": LEGACY}, {"to.py": new}, to="old") == {"to.py": [20]}


def test_functions_that_move_or_get_another_name() -> None:
    function = LEGACY[LEGACY.index("def legacy") : LEGACY.index("class Box")]
    rest = LEGACY.replace(function, "")
    assert changed({"a.py": LEGACY}, {"a.py": rest + "\n\n" + function}) == {}
    assert changed({"a.py": LEGACY}, {"a.py": rest, "b.py": function}) == {}
    assert changed({"a.py": LEGACY}, {"a.py": rest, "b.py": edit(function, ("c > 2", "c > 3"))}) == {"b.py": [4]}
    assert changed({"a.py": LEGACY}, {"a.py": LEGACY.replace("legacy", "ancient")}) == {}


STACK = """\
def add(a, b):
    if a is None:
        return b
    return add(None, a) + b


class Stack:
    def push(self, value):
        self.items.add(value)
        return max(self.items)


def total(values):
    stack = Stack()
    stack.push(3)
    return add(*values)
"""
USER = "from a import add\n\n\ndef both():\n    return add(1, 2)\n"
PLUS = (("add(a, b)", "plus(a, b)"), ("add(None", "plus(None"), ("add(*", "plus(*"))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        (PLUS, []),
        ((("def push", "def put"), ("stack.push", "stack.put")), []),
        ((("class Stack", "class Pile"), ("Stack()", "Pile()")), []),
        ((*PLUS, ("def total", "def total_of"), ("class Stack", "class Pile"), ("Stack()", "Pile()")), []),
        ((*PLUS, ("return b", "return 0")), [1, 2, 3, 4, 16]),
        ((*PLUS, ("max(", "min(")), [10]),
        ((("add(*", "plus(*"),), [16]),
        ((("add(*", "total(*"),), [16]),
    ],
    ids=[
        *("function", "method", "class", "all", "with another value", "with another function"),
        *("only where it is called", "to a name that there is"),
    ],
)
def test_another_name_for_what_was_there_is_no_change(changes: tuple[tuple[str, str], ...], lines: list[int]) -> None:
    assert changed({"a.py": STACK}, {"a.py": edit(STACK, *changes)}) == ({"a.py": lines} if lines else {})


def test_another_name_in_a_file_that_uses_it() -> None:
    code, user = edit(STACK, *PLUS), USER.replace("add", "plus")
    assert changed({"a.py": STACK, "b.py": USER}, {"a.py": code, "b.py": user}) == {}
    code += "\n\ndef add(a, b):\n    return a - b\n"
    found = changed({"a.py": STACK, "b.py": USER}, {"a.py": code, "b.py": user})
    assert found["b.py"] == [1, 5], "the old name is still there"


SUM = """\
def add(first, second):
    result = first + second
    return result


def both():
    first = 1
    return add(first=first, second=2)


def other(first):
    return first
"""


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ((("add(first, second)", "add(one, second)"), ("= first +", "= one +"), ("first=first", "one=first")), []),
        ((("result = first", "got = first"), ("return result", "return got")), []),
        ((("add(first, second)", "add(second, first)"),), [1]),
        ((("add(first, second)", "add(one, second)"), ("= first +", "= second +")), [1, 2]),
        ((("add(first, second)", "add(one, second)"), ("= first +", "= one -")), [1, 2]),
        ((("first=first", "one=first"),), [8]),
        ((("return first", "return other"),), [12]),
    ],
    ids=[
        *("an argument", "a variable", "swapped", "onto another", "and another operator", "only in the call"),
        "what is bound elsewhere",
    ],
)
def test_another_name_of_an_argument_or_variable(changes: tuple[tuple[str, str], ...], lines: list[int]) -> None:
    assert changed({"a.py": SUM}, {"a.py": edit(SUM, *changes)}) == ({"a.py": lines} if lines else {})


def test_two_functions_that_look_alike_are_not_told_apart() -> None:
    old = "def f(a):\n    return a\n"
    assert changed({"a.py": old}, {"a.py": old.replace("f(", "g(") + old.replace("f(", "h(")}) == {"a.py": [1, 3, 4]}


def test_a_copy_is_new_code() -> None:
    function = "def legacy(a):\n    return a\n"
    assert changed({"a.py": function}, {"a.py": function, "b.py": function}) == {"b.py": [1, 2]}
    edited = function.replace("return a", "return 1")
    assert changed({"a.py": function}, {"a.py": edited, "b.py": function}) == {"a.py": [2], "b.py": [1, 2]}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a = 1\nb = 2\n", "a = 1\nc = 3\nb = 2\n", [2]),
        ("def f(x):\n    return x\n", "def f(x):\n    x += 1\n    return x\n", [2]),
        ("def f(x):\n    return x\n", "def f(x, y=2):\n    return x\n", [1]),
        ("def f(x):\n    return x\n", "@cache\ndef f(x):\n    return x\n", [1]),
        ("if a:\n    b()\nc()\n", "if a:\n    b()\nelse:\n    c()\n", [4]),
        ("if a:\n    b()\nelif c:\n    d()\n", "if a:\n    b()\nelif x:\n    y()\nelif c:\n    d()\n", [3, 4]),
        ("try:\n    a()\nexcept A:\n    b()\n", "try:\n    a()\nexcept B:\n    b()\n", [3]),
        ("match a:\n    case 1:\n        b()\n", "match a:\n    case 2:\n        b()\n", [2]),
        ("for a in b:\n    c()\n", "for a in d:\n    c()\n", [1]),
        ("a()\n", "with lock:\n    a()\n", [1, 2]),
        ("class A:\n    x = 1\n", "class A(B):\n    x = 1\n", [1]),
        ("f(\n    a,\n    b,\n)\n", "f(\n    a,\n    c,\n)\n", [3]),
        ("f(\n    a,\n    b,\n)\n", "f(\n    a,\n)\n", [1]),
        ("def f(): return 1\ndef f(): return 2\n", "def f(): return 1\ndef f(): return 3\n", [2]),
        ("u'x'; b = 1\n", "'x'; b = 2\n", [1]),
        ("x = u'x'\n", "x = 'x'\n", []),
        ("x = 1\n", "x = 1.0\n", [1]),
        ("import a\nimport b\n", "import b\nimport a\nimport c\n", [3]),
    ],
)
def test_statements_that_changed(old: str, new: str, lines: list[int]) -> None:
    assert changed({"a.py": old}, {"a.py": new}) == ({"a.py": lines} if lines else {})


def test_an_exclusion_comment_is_a_change() -> None:
    old = "def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n"
    assert changed({"a.py": old}, {"a.py": edit(old, ("if x:", "if x:  # pragma: no cover"))}) == {"a.py": [2]}
    assert changed({"a.py": old}, {"a.py": edit(old, ("else:", "else:  # pragma: no cover"))}) == {"a.py": [5]}


def test_a_new_file_and_files_that_are_not_python() -> None:
    assert changed({}, {"a.py": "x = 1\n\ny = 2\n"}) == {"a.py": [1, 3]}
    assert changed({"a.py": "x =\n1\n"}, {"a.py": "x =\r\n1\r\n2\r\n"}) == {"a.py": [3]}
    assert changed({"a.py": b"x = '\xe9'\n"}, {"a.py": "x = 'é'\n"}) == {"a.py": [1]}


def test_where_statements_stood_before() -> None:
    found = compare({"old.py": LEGACY.encode()}, {"new.py": FORMATTED.encode()}, {"new.py": "old.py"})["new.py"]
    assert found.before == {
        FORMATTED[: FORMATTED.index(new)].count("\n") + 1: ("old.py", LEGACY[: LEGACY.index(old)].count("\n") + 1)
        for old, new in [(text, text) for text in ("import os", "LIMIT", "def legacy", "c = max", "if c", "elif b")]
        + [("return 'x'", 'return "x"'), ("return 'y'", 'return "y"'), ("return 'z'", 'return "z"')]
        + [(text, text) for text in ("class Box", "def size", "return len")]
    }
