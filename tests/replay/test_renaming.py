"""Renamings of tests and code, in sources that are given."""

from __future__ import annotations

import pytest

from pytest_execute.replay.renaming import Code, asks_for_new, is_renamed
from pytest_execute.replay.shares import find_share

TEST = """
from app.it import add, zero

LIMIT = 9

def test_x():
    result = add(first=4, second=5)
    assert result == LIMIT

def test_other():
    assert zero() == 0
"""
CODE = """
def add(first, second):
    # adds
    return first + second

def zero():
    return 0
"""
WORDS = "from app.it import name\n\ndef test_x():\n    assert name() == 'adder'\n"


def renamed(
    test: str,
    code: str,
    old_test: str = TEST,
    old_code: str = CODE,
    old: str = "src/app/it.py",
    new: str = "src/app/it.py",
) -> bool:
    shares = [find_share({"tests/test_a.py": text.encode()}, ["test_x"]) for text in (old_test, test)]
    assert shares[0] is not None
    assert shares[1] is not None
    return is_renamed(shares[0], shares[1], Code({old: old_code.encode()}, {new: code.encode()}))


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for pair in pairs:
        text = text.replace(*pair)
    return text


PLUS = ("add", "plus")
NEW_TEST = "\ndef test_new():\n    from app.it import mul\n    assert mul(2, 3) == 6\n"


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (replaced(TEST, PLUS), replaced(CODE, PLUS)),
        (replaced(TEST, PLUS, ("result", "got"), ("LIMIT", "MOST")), replaced(CODE, PLUS, ("# adds", "# sums"))),
        (replaced(TEST, ("first", "one"), ("second", "two")), replaced(CODE, ("first", "one"), ("second", "two"))),
        (replaced(TEST, PLUS, ("first", "one")), replaced(CODE, PLUS, ("first", "one"))),
        (replaced(TEST, PLUS) + NEW_TEST, replaced(CODE, PLUS) + "def mul(a, b):\n    return a * b\n"),
        (replaced(TEST, PLUS, ("== 0", "== 1")), replaced(CODE, PLUS, ("return 0", "return 1"))),
        (replaced(TEST, PLUS), replaced(CODE, PLUS) + "\nadd = plus\n"),
        (
            replaced(TEST, PLUS, ("test_x", "test_x")).replace("import plus, zero", "import zero, plus"),
            replaced(CODE, PLUS),
        ),
    ],
    ids=[
        "a function",
        "locals",
        "parameters",
        "both",
        "with a new test",
        "another test changes",
        "an alias is left",
        "sorted",
    ],
)
def test_equal_but_for_a_consistent_renaming(test: str, code: str) -> None:
    assert renamed(test, code)


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (TEST, CODE),
        (replaced(TEST, PLUS, ("== LIMIT", "== LIMIT\n    assert plus(1, 1) == 2")), replaced(CODE, PLUS)),
        (replaced(TEST, PLUS, ("= 9", "= 10")), replaced(CODE, PLUS)),
        (replaced(TEST, PLUS), replaced(CODE, PLUS, ("first + second", "first + 2 * second - 5"))),
        (replaced(TEST, PLUS), CODE + "def plus(first, second):\n    return 9\n"),
        (replaced(TEST, PLUS), CODE),
        (replaced(TEST, ("first", "second_"), ("second=", "first="), ("second_", "second")), CODE),
        (replaced(TEST, ("add(first=4, second=5)", "zero()")), CODE),
        (replaced(TEST, PLUS, ("result ==", "result <=")), replaced(CODE, PLUS)),
    ],
    ids=[
        *("nothing renamed", "a new assertion", "another value", "another body", "new code", "no code"),
        *("arguments swapped", "another function", "another operator"),
    ],
)
def test_what_is_no_renaming(test: str, code: str) -> None:
    assert not renamed(test, code)


def test_an_expected_text_is_no_name() -> None:
    code = "def name():\n    return 'adder'\n"
    assert not renamed(replaced(WORDS, ("'adder'", "'other'")), replaced(code, ("'adder'", "'other'")), WORDS, code)
    assert renamed(replaced(WORDS, ("name", "title")), replaced(code, ("name", "title")), WORDS, code)


def test_two_functions_onto_one_name_or_swapped() -> None:
    test = "from app.it import a, b\n\ndef test_x():\n    assert (a(), b()) == (1, 2)\n"
    code = "def a():\n    return 1\n\ndef b():\n    return 2\n"
    swap = (("a()", "c()"), ("b()", "a()"), ("c()", "b()"))
    assert not renamed(replaced(test, ("b", "a")), code + "\n", test, code)
    assert not renamed(replaced(test, *swap), code + "\nX = 1\n", test, code), "in the test alone"
    assert renamed(replaced(test, *swap), replaced(code, *swap), test, code)


def test_builtins_and_operators_are_no_names_of_the_project() -> None:
    test = "from app.it import low\n\ndef test_x():\n    assert sorted(low([2, 1])) == [1]\n"
    code = "def low(values):\n    return [min(values)]\n"
    new_test, new_code = replaced(test, ("low", "least")), replaced(code, ("low", "least"))
    assert renamed(new_test, new_code, test, code)
    assert not renamed(new_test, replaced(new_code, ("min", "max")), test, code)
    assert not renamed(replaced(new_test, ("sorted", "list")), new_code, test, code)


CLASS_TEST = """
from app import it

def test_x():
    stack = it.Stack(limit=2)
    stack.push(1)
    assert stack.items == [1]
"""
CLASS = """
class Stack:
    def __init__(self, limit):
        self.items = []

    def push(self, value):
        self.items.append(value)
"""


@pytest.mark.parametrize(
    "pairs",
    [
        [("Stack", "Pile")],
        [("push", "put")],
        [("items", "entries")],
        [("limit", "most")],
        [("Stack", "Pile"), ("push", "put"), ("items", "entries"), ("limit", "most"), ("stack", "pile")],
    ],
    ids=["class", "method", "attribute", "argument", "all"],
)
def test_classes_and_what_they_have(pairs: list[tuple[str, str]]) -> None:
    test, code = replaced(CLASS_TEST, *pairs), replaced(CLASS, *pairs)
    assert renamed(test, code, CLASS_TEST, CLASS)


def test_a_class_with_another_body_is_no_renamed_one() -> None:
    test, code = replaced(CLASS_TEST, ("Stack", "Pile")), replaced(CLASS, ("Stack", "Pile"))
    assert not renamed(test, replaced(code, ("append", "extend")), CLASS_TEST, CLASS)


@pytest.mark.parametrize("new", ["src/app/calc.py", "src/app/core/it.py", "src/app/calc/__init__.py"])
def test_a_module_that_is_moved(new: str) -> None:
    module = new.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    test = replaced(TEST, ("app.it", module))
    assert renamed(test, CODE, new=new)
    assert renamed(replaced(test, PLUS), replaced(CODE, PLUS), new=new)
    assert not renamed(test, replaced(CODE, ("first + second", "first - second")), new=new)
    assert not renamed(test, CODE), "it is where it was"


def test_a_name_that_two_files_import_from_different_modules_is_not_told_apart() -> None:
    files = {
        "tests/test_a.py": b"from app.it import add\ndef test_x():\n    add()\n",
        "tests/b.py": b"from b import add\n",
    }
    assert find_share(files, ["test_x"]) is None


@pytest.mark.parametrize("use", ["from app.it import add\n", "from app import it\n"])
def test_a_definition_of_that_name_on_the_tests_side_is_not_the_codes(use: str) -> None:
    """The helper that the tests have beside it is used, and renamed as well."""
    called = "add" if "add" in use else "it.add"
    body = f"{use}from tests.help import two\n\ndef test_x():\n    assert {called}(1, 1) == two()\n"
    helper = "def two():\n    return add()\n\ndef add():\n    return 2\n"
    shares = [
        find_share({"tests/test_a.py": text.encode(), "tests/help.py": other.encode()}, ["test_x"])
        for text, other in ((body, helper), (replaced(body, PLUS), replaced(helper, PLUS)))
    ]
    assert shares[0] is not None
    assert shares[1] is not None
    new_code = CODE + "def plus(a, b):\n    return 2\n"
    assert not is_renamed(
        shares[0], shares[1], Code({"src/app/it.py": CODE.encode()}, {"src/app/it.py": new_code.encode()})
    )


def test_what_changed_in_other_modules_does_not_count() -> None:
    def changed(code: str) -> Code:
        files = {"src/app/it.py": code, "src/app/other.py": code + "\ndef more():\n    return 1\n"}
        return Code({path: text.encode() for path, text in files.items()}, {})

    old, new = changed(CODE), changed(replaced(CODE, PLUS))
    code = Code(old.old, {**new.old, "src/app/third.py": b"def plus(a):\n    return a\n"})
    shares = [find_share({"tests/test_a.py": text.encode()}, ["test_x"]) for text in (TEST, replaced(TEST, PLUS))]
    assert shares[0] is not None
    assert shares[1] is not None
    assert is_renamed(shares[0], shares[1], code)
    moved = Code(
        *({path.replace("it.py", "it/sums.py"): text for path, text in part.items()} for part in (code.old, code.new))
    )
    assert is_renamed(shares[0], shares[1], moved), "a package may have it from its module"
    wrong = {**new.old, "src/app/it.py": replaced(CODE, PLUS, ("first + second", "first - second")).encode()}
    assert not is_renamed(shares[0], shares[1], Code(old.old, wrong))


MUL = "\ndef mul(a, b):\n    return a * b\n"
CALLER = "\ndef both(values):\n    return add(*values)\n"


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ("assert plus(1, 1) == 2", False),
        ("assert both([1, 1]) == 2", False),
        ("assert mul(2, 3) == 6", True),
        ("assert zero() == 0", True),
    ],
    ids=["the renamed one", "one that calls it", "a new one", "one that changed"],
)
def test_a_renamed_test_that_grows_may_not_ask_for_what_else_came_with_the_commit(more: str, asks: bool) -> None:
    old = CODE + CALLER
    code = Code({"src/app/it.py": old.encode()}, {"src/app/it.py": (replaced(old, PLUS, ("0", "1")) + MUL).encode()})
    now = replaced(TEST, PLUS)
    texts = (TEST, now, now.replace("== LIMIT", f"== LIMIT\n    {more}"))
    shares = [find_share({"tests/test_a.py": text.encode()}, ["test_x"]) for text in texts]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[2] is not None
    assert asks_for_new(shares[0], shares[1], shares[2], code) == asks


def test_an_import_of_all_names_belongs_to_the_share() -> None:
    texts = ["from app.it import *\n\ndef test_x():\n    assert add() == 1\n", "from app.new import *\n"]
    shares = [find_share({"tests/test_a.py": text.encode()}, ["test_x"]) for text in (texts[0], texts[0] + texts[1])]
    assert shares[0] != shares[1]


def test_the_share_has_the_fixtures_and_helpers_that_are_used() -> None:
    def share(conftest: str) -> str:
        test = "from tests.help import check\nimport os\n\ndef test_x(store):\n    '''Say what.'''\n    check(store)\n"
        helper = "def check(x):\n    assert x == 1\n\ndef unused():\n    pass\n"
        files = {"tests/test_a.py": test, "tests/conftest.py": conftest, "tests/help.py": helper}
        found = find_share({path: text.encode() for path, text in files.items()}, ["test_x"])
        assert found is not None
        assert found.imports.keys() == {"pytest"}, "neither what is not used, nor the helper"
        return found.text

    fixtures = (
        "import pytest\n\n@pytest.fixture\ndef store():\n    return {}\n\n@pytest.fixture\ndef other():\n    return 2\n"
    )
    text = share(fixtures.format(1))
    assert "return 1" in text
    assert "x == 1" in text
    assert "return 2" not in text
    assert "unused" not in text
    assert "Say what" not in text
    autouse = "\n@pytest.fixture(autouse=True)\ndef always():\n    return 3\n"
    assert "return 3" in share(fixtures.format(1) + autouse)
