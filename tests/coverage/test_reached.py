"""Lines that count as reached although they did not run during a test of the task, and lines that must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mutation.cases import Case, repository
from tests.topic import Ran, run

HONEST = {
    "table": Case(
        """
        def make(k):
            def run(x):
                return x * k
            return run
        def build():
            return {"double": make(2), "triple": make(3)}
        TABLE = {**build()}
        """,
        """
        from app.table import TABLE
        def test_it(): assert (TABLE["double"](4), TABLE["triple"](4)) == (8, 12)
        """,
    ),
    "factory": Case(
        """
        COMMANDS = {}
        def command(name):
            def register(function):
                if name in COMMANDS:
                    raise ValueError(name)
                COMMANDS[name] = function
                return function
            return register
        @command("hello")
        def hello(): return "hello"
        """,
        """
        import pytest
        from app.factory import COMMANDS, command, hello
        def test_it(): assert COMMANDS["hello"]() == "hello"
        def test_twice():
            with pytest.raises(ValueError, match="hello"): command("hello")(hello)
        """,
    ),
    "subclass": Case(
        """
        class Base:
            kinds = []
            def __init_subclass__(cls, **more):
                super().__init_subclass__(**more)
                name = cls.__name__.lower()
                Base.kinds.append(name)
        class Child(Base): pass
        """,
        "from app.subclass import Base\ndef test_it(): assert Base.kinds == ['child']",
    ),
}
FIRST = {
    "a_user": Case(
        """
        from app.cached import limit
        from app.other_line import sign
        from app.single import get
        def use():
            from app.lazy import COMMANDS
            return limit("eu") + sign(-1) + get().size + len(COMMANDS)
        """,
        "from app.a_user import use\ndef test_it(): assert use() == 7 - 1 + 3 + 1",
    )
}
"""A task whose test comes first, and fills the caches of the others."""
HONEST |= {
    "cached": Case(
        """
        from functools import lru_cache
        @lru_cache
        def limit(region):
            known = {"eu": 7, "us": 9}
            return known[region]
        """,
        "from app.cached import limit\ndef test_it(): assert limit('eu') == 7",
    ),
    "single": Case(
        """
        class Box:
            def __init__(self, size):
                self.size = size
        _BOX = None
        def get():
            global _BOX
            if _BOX is None:
                _BOX = Box(3)
            return _BOX
        """,
        "from app.single import get\ndef test_it(): assert get() is get() and get().size == 3",
    ),
    "lazy": Case(
        """
        COMMANDS = {}
        def command(function):
            name = function.__name__
            COMMANDS[name] = function
            return function
        @command
        def hello(): return "hello"
        """,
        """
        def test_it():
            from app.lazy import COMMANDS
            assert COMMANDS["hello"]() == "hello"
        """,
    ),
}
DISHONEST = {
    "other_line": Case(
        "def sign(x):\n    if x < 0:\n        y = -1\n        return y\n    return 1",
        "from app.other_line import sign\ndef test_it(): assert sign(5) == 1",
    ),
    "unnoticed": Case(
        "def build():\n    table = {'a': 1}\n    return table\nTABLE = build()",
        "from app import unnoticed\ndef test_it(): assert unnoticed.__name__ == 'app.unnoticed'",
    ),
    "other_branch": Case(
        "def f(x):\n    if x:\n        return 1\n    y = 2\n    z = y + x\n    return z\nONE = f(1)",
        "from app.other_branch import ONE\ndef test_it(): assert ONE == 1",
    ),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    repo = repository(tmp_path_factory.mktemp("reached") / "work", FIRST | HONEST | DISHONEST)
    return run(repo.path, "-n0", "-p", "no:randomly", topic="cases")


def coverage_of(ran: Ran, name: str) -> list[Any]:
    gate = next(gate for gate in ran.report["gates"] if gate["title"] == name)
    return [reason["code"] for check in gate["checks"] if check["name"] == "coverage" for reason in check["reasons"]]


@pytest.mark.parametrize("name", [*FIRST, *HONEST])
def test_honest_work_reaches_its_lines(ran: Ran, name: str) -> None:
    assert coverage_of(ran, name) == [], ran.text


@pytest.mark.parametrize("name", DISHONEST)
def test_lines_that_no_own_test_needs_are_not_reached(ran: Ran, name: str) -> None:
    assert coverage_of(ran, name) == ["coverage-too-low"], ran.text


def test_functions_that_run_on_import_are_tried_where_the_policy_has_no_mutation_check(tmp_path: Path) -> None:
    """The task with functions that tests run anyway is not tried."""
    cases = {name: (HONEST | DISHONEST)[name] for name in ("factory", "unnoticed", "other_line")}
    policy = '\ntest-first = "off"\n\n[tool.pytest-execute.mutation]\ntask = "off"\n'
    ran = run(repository(tmp_path / "work", cases, policy).path, "-n0", topic="cases")
    assert {name: coverage_of(ran, name) for name in cases} == {
        "factory": [],
        "unnoticed": ["coverage-too-low"],
        "other_line": ["coverage-too-low"],
    }
    assert ran.report["mutants"] == []
