"""Tests that did not run: left out by an option, by the end of the run, or by a file that cannot be collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import BREAKDOWN, TESTS, Ran, honest, run

NAMED = BREAKDOWN.replace(
    "- **Dependencies**: Task 2", "- **Tests**: `tests/test_undo.py`\n- **Dependencies**: None"
).replace(" (Depends on A1)", "")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Make the topic with three tasks that name their tests and do not depend on each other."""
    made = honest(tmp_path_factory.mktemp("left-out") / "repo")
    made.commit("name the tests", {"notes/sums/breakdown.md": NAMED})
    return made


def messages(ran: Ran, gate: str) -> list[str]:
    """Return the reasons of the check `tests` of a gate."""
    found = next(each for each in ran.report["gates"] if each["id"] == gate)
    return [reason["message"] for check in found["checks"] if check["name"] == "tests" for reason in check["reasons"]]


@pytest.mark.parametrize(
    ("options", "test", "reason"),
    [
        (["-k", "not take"], "tests/test_take.py::test_take", "`-k 'not take'` left it out"),
        (["-m", "task"], "tests/test_take.py::test_take", "`-m task` left it out"),
        (
            ["--deselect=tests/test_take.py"],
            "tests/test_take.py::test_take",
            "`--deselect=tests/test_take.py` left it out",
        ),
        (["--ignore=tests/test_take.py"], "tests/test_take.py", "`--ignore=tests/test_take.py` left it out"),
        (["--ignore-glob=*/test_t*.py"], "tests/test_take.py", "`--ignore-glob='*/test_t*.py'` left it out"),
        (["tests/test_add.py"], "tests/test_take.py", "`tests/test_add.py` on the command line left it out"),
    ],
)
def test_what_an_option_leaves_out_is_unproven_and_the_option_is_named(
    repo: Repository, options: list[str], test: str, reason: str
) -> None:
    ran = run(repo.path, "-n0", *options)
    assert ran.verdicts()["task:2"] == "unproven", ran.text
    assert messages(ran, "task:2") == [f"{test} did not run: {reason}"]
    assert ran.verdicts()["system"] == "unproven"
    assert f"{test} did not run: {reason}" in messages(ran, "system")
    if "-m" not in options:
        assert ran.verdicts()["task:1"] == "passed", ran.text


def test_workers_leave_out_the_same_tests(repo: Repository) -> None:
    ran = [run(repo.path, count, "-k", "not take", "--ignore=tests/test_undo.py") for count in ("-n0", "-n2")]
    assert ran[0].without_times() == ran[1].without_times()
    assert [ran[1].verdicts()[f"task:{number}"] for number in (1, 2, 3)] == ["passed", "unproven", "unproven"]


def test_a_part_of_a_file_is_not_the_file(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.commit("one more", {"tests/test_add.py": TESTS["tests/test_add.py"] + "\n\ndef test_more():\n    pass\n"})
    ran = run(repo.path, "-n0", "tests/test_add.py::test_add")
    assert ran.verdicts()["task:1"] == "unproven"
    assert messages(ran, "task:1") == [
        "tests/test_add.py did not run: `tests/test_add.py::test_add` on the command line left it out, or a part of it"
    ]


def test_all_test_files_may_be_named(repo: Repository) -> None:
    ran = run(repo.path, "-n0", "tests")
    assert ran.report["verdict"] == "passed", ran.text


def test_a_test_that_exists_nowhere_stays_missing(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.put("notes/sums/breakdown.md", BREAKDOWN.replace("test_take.py::test_take", "test_take.py::test_no"))
    ran = run(repo.path, "-n0", "tests/test_add.py")
    assert ran.verdicts()["task:2"] == "failed"
    assert messages(ran, "task:2") == [
        "tests/test_take.py::test_no is named in the breakdown, but pytest did not collect it",
        "tests/test_take.py did not run: `tests/test_add.py` on the command line left it out",
    ]


def test_a_task_without_named_tests_may_have_some_in_what_was_left_out(tmp_path: Path) -> None:
    ran = run(honest(tmp_path / "repo").path, "-n0", "tests/test_add.py", "tests/test_take.py")
    assert ran.verdicts()["task:3"] == "unproven"
    assert messages(ran, "task:3") == [
        "no test counts for this task, but not all files were collected: tests/test_other.py, tests/test_undo.py"
    ]


def test_the_settings_of_the_project_decide_what_the_suite_is(tmp_path: Path) -> None:
    """A test that they leave out is not run only where it counts for a task."""
    repo = honest(tmp_path / "repo")
    settings = (repo.path / "pyproject.toml").read_text()
    repo.commit("leave out", {"pyproject.toml": settings.replace('["tests"]', '["tests"]\naddopts = "-k \'not other\'"')})
    assert run(repo.path, "-n0").report["verdict"] == "passed"
    repo.commit("leave out more", {"pyproject.toml": (repo.path / "pyproject.toml").read_text().replace("other", "take")})
    ran = run(repo.path, "-n0")
    assert ran.verdicts()["task:2"] == "unproven"
    assert messages(ran, "task:2") == ["tests/test_take.py::test_take did not run: `-k 'not take'` left it out"]


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_comes_after_the_end_of_the_run_is_unproven(tmp_path: Path, workers: str) -> None:
    repo = honest(tmp_path / "repo")
    repo.put("notes/sums/breakdown.md", NAMED)
    repo.put("tests/conftest.py", "def pytest_sessionfinish(session): print('STOPPED', session.shouldfail)\n")
    repo.put("tests/test_add.py", "import time\n\n\ndef test_add():\n    assert 0\n")
    slow = "import time\n\n\ndef test_{0}():\n    time.sleep({1})\n\n\ndef test_{0}_2():\n    pass\n"
    for name, seconds in (("take", 0.5), ("undo", 0.5)):
        repo.put(f"tests/test_{name}.py", slow.format(name, seconds))
    ran = run(repo.path, workers, "-x")
    assert ran.verdicts()["task:1"] == "failed"
    assert ran.verdicts()["task:3"] == "unproven", ran.text
    assert "tests/test_undo.py::test_undo_2 did not run: `-x` ended the run" in messages(ran, "task:3")


BROKEN = {
    "import": (
        "from app.add import missing\n",
        "its import fails at tests/test_add.py:1: ImportError: cannot import name 'missing' from 'app.add'",
    ),
    "syntax": ("def test_add(:\n", "its import fails at tests/test_add.py:1: SyntaxError: invalid syntax"),
    "exception": (
        "import pytest\nraise ValueError('no\\nluck')\n",
        "its import fails at tests/test_add.py:2: ValueError: no",
    ),
    "collection": (
        "import pytest\n\n\n@pytest.mark.parametrize('a', 1)\ndef test_add(a):\n    pass\n",
        "TypeError: 'int' object is not iterable",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_cannot_be_collected_fails_its_task_and_no_other(tmp_path: Path, kind: str) -> None:
    text, message = BROKEN[kind]
    repo = honest(tmp_path / "repo")
    repo.put("notes/sums/breakdown.md", NAMED)
    repo.put("tests/test_add.py", text)
    ran = [run(repo.path, workers) for workers in (["-n0", "-n2"] if kind == "import" else ["-n0"])]
    for each in ran:
        verdicts = each.verdicts()
        assert [verdicts[f"task:{number}"] for number in (1, 2, 3)] == ["failed", "passed", "passed"], each.text
        (told,) = messages(each, "task:1")
        assert told.startswith(f"tests/test_add.py cannot be collected: {message}")
        assert messages(each, "system") == [told]
        assert "no test counts" not in each.text
        assert each.status == 1
    assert ran[0].without_times() == ran[-1].without_times()


def test_a_conftest_that_fails_is_named_for_all_below_it(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    plan = NAMED.replace("tests/test_take.py::test_take", "tests/deep/test_take.py::test_take")
    repo.git("rm", "-q", "tests/test_take.py")
    repo.put("notes/sums/breakdown.md", plan)
    repo.put("tests/deep/test_take.py", TESTS["tests/test_take.py"])
    repo.put("tests/deep/conftest.py", "import nowhere\n")
    ran = run(repo.path, "-n0")
    assert ran.verdicts()["task:2"] == "failed"
    assert messages(ran, "task:2") == [
        "tests/deep cannot be collected: its import fails at tests/deep/conftest.py:1: "
        "ModuleNotFoundError: No module named 'nowhere'"
    ]


def test_a_broken_file_of_no_task_fails_the_system_only(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.put("tests/test_other.py", "import nowhere\n")
    ran = run(repo.path, "-n0")
    verdicts = ran.verdicts()
    assert {verdicts[f"task:{number}"] for number in (1, 2, 3)} == {"passed"}
    assert verdicts["system"] == "failed"
    assert ran.status == 1


def test_a_file_that_is_skipped_as_a_whole_is_told(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.put("tests/test_add.py", "import pytest\n\npytest.importorskip('nowhere')\n")
    ran = run(repo.path, "-n0")
    assert ran.verdicts()["task:1"] == "failed"
    assert messages(ran, "task:1") == ["tests/test_add.py was skipped: a skipped test proves nothing"]
