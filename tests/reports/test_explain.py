"""Explanations of several tests: those that are alike are described once, what is refused in full."""

from __future__ import annotations

import pytest

from pytest_execute.core.evidence import Former, Guard, History, Outcome, Proof, Turn
from pytest_execute.core.verdict import Reason
from pytest_execute.reports.explain import ExplainedTest, Explanation, render

BASE, RED, GREEN = "a" * 40, "b" * 40, "c" * 40
HISTORY = History(base=BASE, head=GREEN, overlay_paths=("tests",), import_roots=("src",))
SUBJECTS = {BASE: "Begin", RED: "Test", GREEN: "Code"}


def explained(test: str, reason: Reason | None = None, **proof: object) -> ExplainedTest:
    return ExplainedTest(
        test=test,
        outcome="passed",
        verdict="failed" if reason else "passed",
        reasons=(reason,) if reason else (),
        proof=Proof(test=test, **proof),  # type: ignore[arg-type]
    )


def at_base(test: str) -> ExplainedTest:
    turns = (Turn(BASE, passes=True),)
    return explained(test, found="never-red", after=BASE, at_base="same", turns=turns, detail="it passes at base")


def turned(test: str, detail: str = "new does not exist", reason: Reason | None = None) -> ExplainedTest:
    cause = {"cause": "missing-symbol", "detail": detail}
    return explained(test, reason, found="turned", order="before", before=RED, after=GREEN, **cause)


def lines(*tests: ExplainedTest) -> list[str]:
    return render(Explanation("tests/test_a.py", "passed", tests), HISTORY, SUBJECTS.get).splitlines()


def test_tests_of_base_that_are_alike_are_one_line() -> None:
    assert lines(*(at_base(f"tests/test_a.py::test_old[{number}]") for number in range(35))) == [
        "tests/test_a.py::test_old[… (35 tests): at-base",
        "  it was there at base, and is the same today: it has to pass, and proves nothing",
    ]


def test_proofs_that_are_alike_are_shown_once_with_the_commands_of_one() -> None:
    shown = lines(*(turned(f"tests/test_a.py::test_{number}") for number in range(4)))
    assert shown[:6] == [
        "tests/test_a.py::test_… (4 tests): turned, before",
        "  fails at    bbbbbbb Test",
        "              missing-symbol: new does not exist",
        "  passes with ccccccc Code",
        "  the test existed in the commit before, and failed there",
        "by hand, with tests/test_a.py::test_0:",
    ]
    assert [line for line in shown if "pytest -n0" in line] == [line for line in shown if "::test_0)" in line]
    assert len(shown) == 16


def test_what_differs_or_is_refused_is_described_by_itself() -> None:
    reason = Reason("same-commit", "it came together with the code", None, None, "tests/test_a.py::test_3")
    alike = [turned(f"tests/test_a.py::test_{number}") for number in (0, 1, 2, 4)]
    refused, other = turned("tests/test_a.py::test_3", reason=reason), turned("tests/test_a.py::test_5", "old is gone")
    shown = lines(*alike[:2], refused, *alike[2:], other, at_base("tests/test_a.py::test_6"))
    assert [line for line in shown if line.startswith("tests/")] == [
        "tests/test_a.py::test_… (4 tests): turned, before",
        "tests/test_a.py::test_3: turned, before",
        "tests/test_a.py::test_5: turned, before",
        "tests/test_a.py::test_6: at-base",
    ]
    assert "  the gate refuses it: it came together with the code (same-commit)" in shown
    assert "              missing-symbol: old is gone" in shown
    assert [line for line in shown if line.startswith("by hand")] == ["by hand, with tests/test_a.py::test_0:"]


def test_few_tests_are_named_one_by_one() -> None:
    shown = lines(*(at_base(f"tests/test_a.py::test_{number}") for number in range(3)))
    assert [line for line in shown if line.startswith("tests/")] == [
        f"tests/test_a.py::test_{number}: at-base" for number in range(3)
    ]


def test_guards_of_different_functions_are_not_alike() -> None:
    guards = [
        explained(f"tests/test_a.py::test_{number}", found="never-red", guard=Guard(function=f"app:f{number % 2}"))
        for number in range(8)
    ]
    assert [line for line in lines(*guards) if not line.startswith("  ")] == [
        "tests/test_a.py::test_… (4 tests): guard"
    ] * 2


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        ("passed", ["t.py::test_… (4 tests): passed"]),
        ("failed", [f"t.py::test_{number}: failed" for number in range(4)]),
    ],
)
def test_only_tests_that_passed_are_described_together(outcome: Outcome, shown: list[str]) -> None:
    tests = [
        ExplainedTest(test=f"t.py::test_{number}", outcome=outcome, verdict="unproven", reasons=(), proof=None)
        for number in range(4)
    ]
    assert lines(*tests) == shown


def test_a_single_test_of_base_has_its_commands() -> None:
    shown = lines(at_base("tests/test_a.py::test_old"))
    assert shown[:5] == [
        "tests/test_a.py::test_old: at-base",
        "  it was there at base, and is the same today: it has to pass, and proves nothing",
        "  it passes at base",
        "  passes with aaaaaaa Begin",
        "  all turns: passes with aaaaaaa",
    ]
    assert shown[5] == "by hand:"
    assert any("::test_old)" in line for line in shown)


def test_a_test_that_was_renamed_is_shown_as_it_was() -> None:
    """With today's tests and by today's name it would fail in both trees."""
    former = Former("tests/test_a.py::test_old", "d" * 40)
    shown = lines(explained("tests/test_a.py::test_new", found="turned", before=RED, after=GREEN, former=former))
    commands = [line for line in shown if " checkout " in line or "pytest -n0" in line]
    assert [former.commit in line or former.test in line for line in commands] == [True] * 4
