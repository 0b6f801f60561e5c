"""The whole system against base: what base's own tests reached, and none of today's does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import PROJECT, Ran, run

LEGACY = """
    def reached(a):
        b = a + 1
        return b


    def never(a):
        b = a * 2
        return b
    """
TEST = "from app.legacy import reached\n\n\ndef test_reached():\n    assert reached(1) == 2\n"
BREAKDOWN = """
    # T: Task Breakdown

    ### 1. [x] Add

    - **Files**: `src/app/add.py`
    - **Tests**: `tests/test_add.py`
    - **Dependencies**: None
    """
NOTES: dict[str, str | None] = {
    "notes/t/research.md": "# R\n\nAll.\n",
    "notes/t/plan.md": "# P\n\nAll.\n",
    "notes/t/breakdown.md": BREAKDOWN,
}
OFF = "test-first = 'off'\nmutation = {task = 'off'}\n"
BASE: dict[str, str | None] = {
    "pyproject.toml": PROJECT + OFF,
    ".gitignore": "__pycache__/\n.pytest_cache/\n",
    "src/app/__init__.py": "",
    "src/app/legacy.py": LEGACY,
    "tests/test_legacy.py": TEST,
}
RED: dict[str, str | None] = {
    "tests/test_add.py": "from app.add import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
}
GREEN: dict[str, str | None] = {"src/app/add.py": "def add(a, b):\n    return a + b\n"}


def topic(path: Path, more: dict[str, str | None], base: dict[str, str | None] | None = None) -> Repository:
    """Make a topic whose last commit also makes the changes `more`."""
    repo = Repository(path)
    first = {path: text for path, text in (BASE | (base or {})).items() if text is not None}
    for files in (first, NOTES, RED, GREEN | more):
        repo.commit("work", files)
    return repo


def system(ran: Ran) -> list[tuple[str, str]]:
    """Return the code and the message of each reason of the system's coverage."""
    gate = next(gate for gate in ran.report["gates"] if gate["id"] == "system")
    checks = [check for check in gate["checks"] if check["name"] == "coverage"]
    return [(reason["code"], reason["message"]) for check in checks for reason in check["reasons"]]


def test_lines_of_base_that_lost_their_tests(tmp_path: Path) -> None:
    """The file moves and is formatted, and gets other line ends; `never` was not reached at base either."""
    moved = {"src/app/legacy.py": None, "src/app/old.py": LEGACY.replace("a + 1", "(a + 1)")}
    repo = topic(tmp_path / "repo", {**moved, "tests/test_legacy.py": None})
    file = repo.path / "src/app/old.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    repo.commit("line ends")
    ran = run(repo.path, "-n0", topic="t")
    message = (
        "tests reached src/app/old.py:2-3 at base, and none does now: test these lines again, or remove them "
        '(coverage.system = "base")'
    )
    assert (system(ran), ran.status) == ([("coverage-lost", message)], 1)


def test_tests_that_moved_and_code_that_is_gone_lose_nothing(tmp_path: Path) -> None:
    more = {"tests/test_legacy.py": None, "tests/test_old.py": TEST, "src/app/more.py": None}
    ran = run(topic(tmp_path / "repo", more, {"src/app/more.py": LEGACY}).path, "-n0", topic="t")
    assert (system(ran), ran.status) == ([], 0), ran.text


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        ({"tests/conftest.py": "import nothing\n"}, "pytest ended with status 4"),
        ({"tests/test_legacy.py": None}, "it has no tests"),
    ],
    ids=["a suite that does not start", "no tests"],
)
def test_a_base_that_cannot_be_measured_is_listed(tmp_path: Path, base: dict[str, str | None], reason: str) -> None:
    repo = topic(tmp_path / "repo", dict.fromkeys(base, ""), base)
    ran = run(repo.path, "-n0", topic="t")
    message = (
        f"the system cannot be compared with base, where the tests could not be measured: {reason}; "
        'only the changed lines count (coverage.system = "base")'
    )
    assert (system(ran), ran.status) == ([("base-not-measured", message)], 0), ran.text
