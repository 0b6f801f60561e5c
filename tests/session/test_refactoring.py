"""Functions of base that a task changes: what tests of base show of them, and what needs a proven test."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.repository import Repository
from tests.topic import PROJECT, Ran, run


class Change(NamedTuple):
    """Task: code and tests of its module at base and today. Its Tests field names `names`, or its file of tests."""

    base: str
    code: str
    old_tests: str
    tests: str
    names: str = ""


TWICE = "def a(x):\n    return 2 * x + 1\n\n\ndef b(x):\n    return 2 * x + 2\n"
WITH_TWICE = (
    "def twice(x):\n    return 2 * x\n\n\ndef a(x):\n    return twice(x) + 1\n\n\ndef b(x):\n    return twice(x) + 2\n"
)
OF_BASE = (
    "from app.NAME import a, b\n\n\ndef test_a():\n    assert a(1) == 3\n\n\ndef test_b():\n    assert b(1) == 4\n"
)
OF_TWICE = "\n\ndef test_twice():\n    from app.NAME import twice\n\n    assert twice(4) == 8\n"
FLAG = "\n\ndef test_flag():\n    import app.NAME\n\n    assert app.NAME.FLAG == 1\n"
SIGN = "def a(x):\n    if x < 0:\n        return 'minus'\n    return 'plus'\n"
OF_SIGN = "from app.NAME import a\n\n\ndef test_a():\n    assert (a(-1), a(1)) == ('minus', 'plus')\n"
IDENTITY = "def a(x):\n    return x\n"
OF_IDENTITY = "from app.NAME import a\n\n\ndef test_a():\n    assert a(1) == 1\n"

HONEST = {
    "extracted": Change(TWICE, WITH_TWICE, OF_BASE, OF_BASE + OF_TWICE),
    "imported_at_the_top": Change(
        TWICE, WITH_TWICE, OF_BASE,
        OF_BASE.replace("a, b", "a, b, twice") + "\n\ndef test_twice():\n    assert twice(4) == 8\n",
    ),
    "only_the_new_test_named": Change(
        TWICE, WITH_TWICE, OF_BASE, OF_BASE + OF_TWICE, "tests/test_only_the_new_test_named.py::test_twice"
    ),
    "in_a_line": Change(
        SIGN, "FLAG = 1\n\n\ndef a(x):\n    return 'minus' if x < 0 else 'plus'\n", OF_SIGN, OF_SIGN + FLAG
    ),
    "turned_round": Change(
        SIGN, "FLAG = 1\n\n\ndef a(x):\n    if x >= 0:\n        return 'plus'\n    return 'minus'\n", OF_SIGN,
        OF_SIGN + FLAG,
    ),
}  # fmt: skip
"""Refactorings that tests of base reach and notice, each with a proven test for what it adds."""
DISHONEST = {
    "new_branch": (
        Change(
            IDENTITY, "FLAG = 1\n\n\ndef a(x):\n    if x > 100:\n        return 0\n    return x\n", OF_IDENTITY,
            OF_IDENTITY + FLAG,
        ),
        {"coverage-too-low"},
    ),
    "new_parameter": (
        Change(
            IDENTITY, "FLAG = 1\n\n\ndef a(x, loud=False):\n    return x * 2 if loud else x\n", OF_IDENTITY,
            OF_IDENTITY + FLAG,
        ),
        {"coverage-too-low", "own-tests-miss"},
    ),
    "new_condition": (
        Change(
            IDENTITY, "FLAG = 1\n\n\ndef a(x):\n    return x if x < 100 else 0\n", OF_IDENTITY, OF_IDENTITY + FLAG
        ),
        {"coverage-too-low", "own-tests-miss"},
    ),
    "new_function": (
        Change(IDENTITY, "FLAG = 1\n\n\ndef a(x):\n    return b(x)\n\n\ndef b(x):\n    y = x\n    return y\n",
               OF_IDENTITY, OF_IDENTITY + FLAG),
        {"coverage-too-low", "own-tests-miss"},
    ),
    "hollow_test_of_base": (
        Change(IDENTITY, "FLAG = 1\n\n\ndef a(x):\n    return 3 * x\n", OF_IDENTITY.replace("assert a(1) == 1", "a(1)"),
               OF_IDENTITY.replace("assert a(1) == 1", "a(1)") + FLAG),
        {"pseudo-tested"},
    ),
    "changed_test_of_base": (
        Change(IDENTITY, "FLAG = 1\n\n\ndef a(x):\n    return 3 * x\n", OF_IDENTITY,
               OF_IDENTITY.replace("== 1", "in (1, 3)") + FLAG),
        {"guard", "coverage-too-low", "not-reached"},
    ),
    "nothing_proven": (
        Change(SIGN, "def a(x):\n    return 'minus' if x < 0 else 'plus'\n", OF_SIGN, OF_SIGN),
        {"no-tests"},
    ),
}  # fmt: skip
"""Work that tests of base say nothing about, with the reasons."""
CHANGES = HONEST | {name: change for name, (change, _) in DISHONEST.items()}
TASK = """\
### {number}. [x] {name}

- **Objective**: change it
- **Files**: `src/app/{name}.py`
- **Tests**: `{tests}`
- **Dependencies**: None

"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    repo = Repository(tmp_path_factory.mktemp("refactoring") / "work")
    base = {"pyproject.toml": PROJECT, ".gitignore": "__pycache__/\n.pytest_cache/\n", "src/app/__init__.py": ""}
    for name, change in CHANGES.items():
        base |= {f"src/app/{name}.py": change.base, f"tests/test_{name}.py": change.old_tests.replace("NAME", name)}
    repo.commit("base", base)
    tasks = "".join(
        TASK.format(number=number, name=name, tests=change.names or f"tests/test_{name}.py")
        for number, (name, change) in enumerate(CHANGES.items(), 1)
    )
    notes = {"research": "# R\n\nFound.\n", "plan": "# P\n\nDo.\n", "breakdown": f"# T\n\n## Stream A: All\n\n{tasks}"}
    repo.commit("plan", {f"notes/t/{name}.md": text for name, text in notes.items()})
    tests = {f"tests/test_{name}.py": change.tests.replace("NAME", name) for name, change in CHANGES.items()}
    fixture = "import pytest\n\n\n@pytest.fixture\ndef unused():\n    return 4\n"
    repo.commit("tests", {**tests, "tests/conftest.py": fixture})
    for name, change in CHANGES.items():
        repo.commit(f"refactor: {name}", {f"src/app/{name}.py": change.code})
    return run(repo.path, "-n2", "--execute-keep-going", topic="t")


def gate(ran: Ran, task: str) -> Any:
    return next(gate for gate in ran.report["gates"] if gate["level"] == "task" and gate["title"] == task)


def refusals(ran: Ran, task: str) -> set[str]:
    checks = gate(ran, task)["checks"]
    return {reason["code"] for check in checks for reason in check["reasons"]} - {"at-base"}


@pytest.mark.parametrize("name", HONEST)
def test_what_tests_of_base_reach_and_notice_is_kept(ran: Ran, name: str) -> None:
    assert (gate(ran, name)["verdict"], refusals(ran, name)) == ("passed", set()), ran.text


@pytest.mark.parametrize("name", DISHONEST)
def test_what_a_task_adds_needs_a_proven_test(ran: Ran, name: str) -> None:
    assert gate(ran, name)["verdict"] in ("failed", "unproven"), ran.text
    assert refusals(ran, name) == DISHONEST[name][1], ran.text
