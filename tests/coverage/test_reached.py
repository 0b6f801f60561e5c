"""Lines that count as reached although they did not run during a test of the task, and lines that must not."""

from __future__ import annotations

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
DISHONEST = {
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
    repo = repository(tmp_path_factory.mktemp("reached") / "work", HONEST | DISHONEST)
    return run(repo.path, "-n2", topic="cases")


def coverage_of(ran: Ran, name: str) -> list[Any]:
    gate = next(gate for gate in ran.report["gates"] if gate["title"] == name)
    return [reason["code"] for check in gate["checks"] if check["name"] == "coverage" for reason in check["reasons"]]


@pytest.mark.parametrize("name", HONEST)
def test_honest_work_reaches_its_lines(ran: Ran, name: str) -> None:
    assert coverage_of(ran, name) == [], ran.text


@pytest.mark.parametrize("name", DISHONEST)
def test_lines_that_no_own_test_needs_are_not_reached(ran: Ran, name: str) -> None:
    assert coverage_of(ran, name) == ["coverage-too-low"], ran.text
