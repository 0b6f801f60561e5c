"""Tests that never failed, in a whole run: those of base, guards, and hollow ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.repository import Repository
from tests.topic import PROJECT, Ran, run

TASK = """\
### {number}. [x] {name} [1 hour]

- **Objective**: more
- **Files**: `src/app/{name}.py`
- **Tests**: `tests/test_{name}.py`
- **Dependencies**: None

"""
NAMES = ("allowed", "reached_by_guard", "hollow", "at_base_only", "copied", "weakened")
PRICE = "def price(n):\n    return n * 2\n"
ADD = "\n\ndef add(a, b):\n    return a + b\n"
SLOWLY = "def price(n):\n    return double(n)\n\n\ndef double(n):\n    m = n\n    m = m + n\n    return m\n"


def make_tests(name: str, *asserts: str) -> str:
    lines = [f"from app import {name} as it\n"]
    return "\n\n".join([*lines, *(f"def test_{number}():\n    {line}\n" for number, line in enumerate(asserts))])


OLD, NEW = "assert it.price(2) == 4", "assert it.add(1, 2) == 3"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    repo = Repository(tmp_path_factory.mktemp("red") / "work")
    base = {f"src/app/{name}.py": PRICE for name in NAMES}
    base |= {f"tests/test_{name}.py": make_tests(name, OLD) for name in ("allowed", "at_base_only", "weakened")}
    repo.commit("base", {"pyproject.toml": PROJECT, "src/app/__init__.py": "", **base})
    tasks = "".join(TASK.format(number=number, name=name) for number, name in enumerate(NAMES, 1))
    tasks += "### 7. [x] docs\n\n- **Objective**: write\n- **Files**: `docs/a.md`\n- **Tests**: none (prose)\n"
    notes = {"research": "# R\n\nFound.\n", "plan": "# P\n\nDo.\n", "breakdown": f"# T\n\n## Stream A: All\n\n{tasks}"}
    repo.commit("plan", {f"notes/t/{name}.md": text for name, text in notes.items()})
    tests = {
        "allowed": make_tests("allowed", OLD, NEW, "assert it.price(3) == 6"),
        "reached_by_guard": make_tests("reached_by_guard", OLD, NEW),
        "hollow": make_tests("hollow", "it.price(2)", NEW),
        "copied": make_tests("at_base_only", OLD),
        "weakened": make_tests("weakened", "assert it.price(2) in (4, 5)", NEW),
    }
    repo.commit("tests", {f"tests/test_{name}.py": text for name, text in tests.items()})
    code = dict.fromkeys(NAMES, PRICE + ADD) | {"reached_by_guard": SLOWLY + ADD}
    repo.commit("code", {f"src/app/{name}.py": text for name, text in code.items()})
    repo.commit("docs", {"docs/a.md": "Text.\n"})
    return run(repo.path, "-n2", topic="t")


def gate(ran: Ran, task: str) -> Any:
    return next(gate for gate in ran.report["gates"] if gate["level"] == "task" and gate["title"] == task)


def codes(ran: Ran, task: str) -> set[str]:
    return {reason["code"] for check in gate(ran, task)["checks"] for reason in check["reasons"]}


def verdict(ran: Ran, task: str) -> Any:
    return gate(ran, task)["verdict"]


def test_tests_of_base_and_guards_are_allowed_and_listed(ran: Ran) -> None:
    assert (verdict(ran, "allowed"), codes(ran, "allowed")) == ("passed", {"at-base", "guard"}), ran.text
    found = {row["test"].partition("::")[2]: row["code"] for row in ran.report["proofs"] if row["task"] == "1"}
    assert found == {"test_0": "at-base", "test_1": None, "test_2": "guard"}


def test_what_only_a_guard_reaches_needs_a_test_that_is_proven(ran: Ran) -> None:
    assert verdict(ran, "reached_by_guard") == "failed"
    assert codes(ran, "reached_by_guard") == {"guard", "coverage-too-low", "not-reached"}


def test_a_test_that_notices_nothing_was_never_red(ran: Ran) -> None:
    assert (verdict(ran, "hollow"), codes(ran, "hollow")) == ("failed", {"never-red"})


def test_tests_of_base_prove_nothing(ran: Ran) -> None:
    assert verdict(ran, "at_base_only") == "failed"
    assert codes(ran, "at_base_only") >= {"at-base", "no-tests", "coverage-too-low", "not-reached"}


def test_a_copy_of_a_test_of_base_is_a_guard_and_proves_nothing(ran: Ran) -> None:
    assert verdict(ran, "copied") == "failed"
    assert codes(ran, "copied") >= {"guard", "no-tests"}


def test_a_test_that_was_made_weaker_says_so(ran: Ran) -> None:
    assert codes(ran, "weakened") == {"guard"}
    assert "tests/test_weakened.py::test_0 never failed, as it is a guard" in ran.text
    assert "which base has, goes; base has this test in another form" in ran.text


def test_a_task_without_tests_passes_by_its_files(ran: Ran) -> None:
    assert (verdict(ran, "docs"), codes(ran, "docs")) == ("passed", {"without-tests"})
