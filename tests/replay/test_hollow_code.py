"""Sources without the bodies of new functions."""

from __future__ import annotations

import pytest

from pytest_execute.replay.hollow_code import hollow, new_definitions

TAKEN = "    return None"
OLD = b"def old():\n    return 1\n"


def bodies_taken(source: str, older: bytes = OLD) -> set[str]:
    """Names of the functions whose bodies are taken, each of which returns its own name."""
    names = {
        line.split("(")[0].split()[-1] for line in source.splitlines() if line.lstrip().startswith(("def", "async"))
    }
    left = hollow(source.encode(), older).decode()
    return {name for name in names if f"return '{name}'" not in left and f'return "{name}"' not in left}


def test_new_and_changed_functions_are_taken_and_no_others() -> None:
    older = b"def same():\n    # a comment\n    return 'same'\ndef changed():\n    return 0\n"
    source = (
        "def same():\n    return 'same'\n\ndef changed():\n    return 'changed'\n\nasync def new():\n    return 'new'\n"
    )
    assert bodies_taken(source, older) == {"changed", "new"} == new_definitions(source.encode(), older)
    assert hollow(source.encode(), source.encode()) == source.encode()
    assert b"'changed'" in hollow(source.encode(), older, {"new"}.__contains__)


def test_methods_are_taken_also_below_an_if() -> None:
    source = "if True:\n    class A:\n        def m(self):\n            return 'm'\n"
    assert bodies_taken(source) == {"m"}
    assert bodies_taken(source, source.replace("class A", "class B").encode()) == {"m"}, "of another class"


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE = [f()]",
        "TABLE = g()\ndef g():\n    f()\n    return 'g'",
        "class A:\n    size = f()",
        "@f\nclass A: pass",
        "class A:\n    def __init__(self):\n        f()\nONE = A()",
        "def g(n=f()):\n    return 'g'",
    ],
)
def test_functions_that_run_on_import_are_left(statement: str) -> None:
    assert "f" not in bodies_taken(f"def f(*_):\n    return 'f'\n{statement}\n")


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE = [f]",
        "if __name__ == '__main__':\n    f()",
        "LATER = lambda: f()",
    ],
)
def test_functions_that_only_may_run_are_taken(statement: str) -> None:
    assert "f" in bodies_taken(f"def f(*_):\n    return 'f'\n{statement}\n")


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("LIMIT = 5\nNAMES: list = [1]\n", True),
        ("LIMIT = 5\nMOST = LIMIT + 1\n", False),
        ("LIMIT = 5\ndef f():\n    return LIMIT\n", True),
        ("LIMIT = 5\ndef f():\n    return LIMIT\nMOST = f()\n", False),
        ("LIMIT = 5\ndef f(n=LIMIT):\n    return n\n", False),
        ("class A:\n    LIMIT = 5\n", False),
    ],
)
def test_values_at_the_top_are_taken_unless_loading_the_module_reads_them(source: str, taken: bool) -> None:
    assert ("5" not in hollow(source.encode(), OLD).decode()) is taken
    assert hollow(source.encode(), source.encode()) == source.encode()


def test_a_source_that_is_not_python_stays_as_it_is() -> None:
    assert hollow(b"def (", OLD) == b"def ("
