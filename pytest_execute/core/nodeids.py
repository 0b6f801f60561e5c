"""Parts of a nodeid."""

from __future__ import annotations


def file_of(test: str) -> str:
    """Return the file of a nodeid, relative to the root directory."""
    return test.partition("::")[0]


def function_of(test: str) -> str:
    """Return the nodeid of a test without its parameters."""
    file, colons, names = test.partition("::")
    return f"{file}{colons}{names.partition('[')[0]}"


def names_of(test: str) -> tuple[str, list[str]]:
    """Return the file of a nodeid, and the names that lead to the test in it, without parameters.

    >>> names_of("tests/test_a.py::TestA::test_x[1-a::b]")
    ('tests/test_a.py', ['TestA', 'test_x'])
    """
    file, _, rest = test.partition("::")
    return file, [name for name in rest.split("[", 1)[0].split("::") if name]
