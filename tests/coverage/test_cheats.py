"""Ways to look covered without tests: each task tries one, and its coverage is too low.

Rounding (C07) is tried in tests/gates/test_judge.py. Code that `exec` runs (C11) has no lines to measure, and is
reported.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.mutation.cases import Case, repository
from tests.topic import Ran, run

HALF = "def f(x):\n    if x:\n        return 1\n    return 2"
CHEATS = {
    "c01_pragma": Case(
        "def f(x):  # pragma: no cover\n    if x:  # pragma: no branch\n        return 1\n    return 2",
        "import app.c01_pragma\ndef test_it(): pass",
    ),
    "c03_settings": Case(HALF, "from app.c03_settings import f\ndef test_it(): assert f(1) == 1"),
    "c05_no_cov": Case(HALF, "from app.c05_no_cov import f\ndef test_it(): assert f(1) == 1"),
    "c09_import": Case(
        "A = 1\nB = 2\nC = 3\nD = 4\nE = 5\n" + HALF,
        "import app.c09_import\ndef test_it(): assert app.c09_import.A == 1",
    ),
    "c13_type_checking": Case(
        "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    def f(x):\n        return 1\n",
        "import app.c13_type_checking\ndef test_it(): pass",
    ),
    "c13_ellipsis": Case(
        "def f(x):\n    ...\n    if x:\n        return 1\n    return 2", "import app.c13_ellipsis\ndef test_it(): pass"
    ),
    "c15_unmeasured": Case(HALF, "def test_it(): pass"),
    "c17_branches": Case(
        "def f(x):\n    y = 0\n    if x:\n        y = 1\n    return y",
        "from app.c17_branches import f\ndef test_it(): assert f(1) == 1",
    ),
    "c19_others": Case(HALF, "import app.c19_others\ndef test_it(): pass"),
    "c21_layout": Case(
        "def f(x):\n    if x:\n        return (\n            7\n        )\n    return 2",
        "from app.c21_layout import f\ndef test_it(): assert f(0) == 2",
        base="def f(x):\n    if x:\n        return (\n            1\n        )\n    return 2",
    ),
    "c11_text": Case(
        "def f(x): return eval('3 if x else 4')", "from app.c11_text import f\ndef test_it(): assert f(1) == 3"
    ),
    "fair": Case(
        HALF,
        """
        from app.fair import f
        from app.c19_others import f as other
        def test_it(): assert (f(1), f(0), other(1), other(0)) == (1, 2, 1, 2)
        """,
    ),
}
POLICY = """
test-first = "off"

[tool.pytest-execute.mutation]
task = "off"

[tool.coverage.run]
branch = false
omit = ["*"]
"""
SETTINGS = "[run]\nomit = *\nbranch = False\n[report]\nexclude_lines = .\nfail_under = 0\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    repo = repository(tmp_path_factory.mktemp("cheats") / "work", CHEATS, POLICY)
    project = (repo.path / "pyproject.toml").read_text()
    cov = 'addopts = ["-p", "pytest_cov", "--cov=src/app", "--no-cov", '
    repo.put("pyproject.toml", project.replace("addopts = [", cov))
    repo.commit("settings", {".coveragerc": SETTINGS})
    return run(repo.path, "-n0", topic="cases", COVERAGE_RCFILE=".coveragerc")


def coverage_of(ran: Ran, name: str) -> list[Any]:
    gate = next(gate for gate in ran.report["gates"] if gate["title"] == name)
    return next(check["reasons"] for check in gate["checks"] if check["name"] == "coverage")


@pytest.mark.parametrize("name", [name for name in CHEATS if name not in ("c11_text", "fair")])
def test_a_way_to_look_covered_does_not_help(ran: Ran, name: str) -> None:
    reason, *more = coverage_of(ran, name)
    assert (reason["code"], reason["path"]) == ("coverage-too-low", f"src/app/{name}.py"), ran.text
    assert [each["code"] for each in more] == (["comment-ignored"] if name == "c01_pragma" else [])


def test_code_without_lines_is_reported(ran: Ran) -> None:
    (reason,) = coverage_of(ran, "c11_text")
    assert (reason["code"], reason["path"]) == ("no-lines", "src/app/c11_text.py")
    assert "src/app/c11_text.py:1: runs code from a string, which has no lines to measure (no-lines)" in ran.text


def test_a_task_that_covers_its_lines_passes(ran: Ran) -> None:
    assert coverage_of(ran, "fair") == []
