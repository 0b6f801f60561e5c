"""Tests that did not run: left out by an option, by the end of the run, or by a file that cannot be collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import BREAKDOWN, CODE, PROJECT, QUICK, SKELETON, TESTS, Ran, run

NAMED = BREAKDOWN.replace(
    "- **Dependencies**: Task 2", "- **Tests**: `tests/test_undo.py`\n- **Dependencies**: None"
).replace(" (Depends on A1)", "")


def quick(path: Path, **files: str) -> Repository:
    """Make the topic with tasks that do not depend on each other, under a policy that is judged at once."""
    repo = Repository(path / "repo")
    repo.commit("begin", {"pyproject.toml": PROJECT + QUICK})
    plan = {"pyproject.toml": PROJECT + QUICK, "notes/sums/breakdown.md": NAMED}
    repo.commit("plan", SKELETON | TESTS | CODE | plan | files)
    return repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return quick(tmp_path_factory.mktemp("left-out"))


def messages(ran: Ran, gate: str) -> list[str]:
    """Return the reasons of the check `tests` of a gate."""
    found = next(each for each in ran.report["gates"] if each["id"] == gate)
    return [reason["message"] for check in found["checks"] if check["name"] == "tests" for reason in check["reasons"]]


def of_tasks(ran: Ran) -> list[str]:
    return [ran.verdicts()[f"task:{number}"] for number in (1, 2, 3)]


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_options_leave_out_is_unproven_and_the_option_is_named(repo: Repository, workers: str) -> None:
    ran = run(repo.path, workers, "-k", "not take", "--ignore=tests/test_undo.py")
    assert of_tasks(ran) == ["passed", "unproven", "unproven"], ran.text
    assert messages(ran, "task:2") == ["tests/test_take.py::test_take did not run: `-k 'not take'` left it out"]
    assert messages(ran, "task:3") == ["tests/test_undo.py did not run: `--ignore=tests/test_undo.py` left it out"]
    assert ran.verdicts()["system"] == "unproven"
    assert messages(ran, "system") == [*messages(ran, "task:2"), *messages(ran, "task:3")]


def test_a_part_of_a_file_is_not_the_file_and_what_exists_nowhere_stays_missing(tmp_path: Path) -> None:
    plan = NAMED.replace("test_take.py::test_take", "test_take.py::test_no").replace(
        "- **Tests**: `tests/test_undo.py`\n", ""
    )
    more = TESTS["tests/test_add.py"] + "\n\ndef test_more():\n    pass\n"
    repo = quick(tmp_path, **{"tests/test_add.py": more, "notes/sums/breakdown.md": plan})
    ran = run(repo.path, "-n0", "tests/test_add.py::test_add")
    assert of_tasks(ran) == ["unproven", "failed", "unproven"], ran.text
    option = "`tests/test_add.py::test_add` on the command line left it out"
    assert messages(ran, "task:1") == [f"tests/test_add.py did not run: {option}, or a part of it"]
    assert messages(ran, "task:2") == [
        "tests/test_take.py::test_no is named in the breakdown, but pytest did not collect it",
        f"tests/test_take.py did not run: {option}",
    ]
    assert messages(ran, "task:3") == [
        (
            "no test counts for this task, but not all files were collected: "
            "tests/test_add.py, tests/test_other.py, tests/test_take.py and 1 more"
        )
    ]


def test_all_test_files_may_be_named(tmp_path: Path) -> None:
    """Code that is only named like a test is none of them."""
    settings = (PROJECT + QUICK).replace('testpaths = ["tests"]\n', "")
    files = {"pyproject.toml": settings, "src/app/ab_test.py": "def split(users):\n    return users\n"}
    ran = run(quick(tmp_path, **files).path, "-n0", "tests")
    assert ran.report["verdict"] == "passed", ran.text


@pytest.mark.parametrize(
    ("word", "verdict", "system"), [("other", "passed", "passed"), ("take", "unproven", "unproven")]
)
def test_the_settings_of_the_project_decide_what_the_suite_is(
    tmp_path: Path, word: str, verdict: str, system: str
) -> None:
    """A test that they leave out should have run only if it counts for a task."""
    settings = (PROJECT + QUICK).replace("addopts = [", f'addopts = ["-k", "not {word}", ')
    ran = run(quick(tmp_path, **{"pyproject.toml": settings}).path, "-n0")
    assert (ran.verdicts()["task:2"], ran.verdicts()["system"]) == (verdict, system), ran.text


def test_what_comes_after_the_end_of_the_run_is_unproven(tmp_path: Path) -> None:
    ran = run(
        quick(tmp_path, **{"tests/test_add.py": "def test_add():\n    assert 0\n"}).path,
        "-n0",
        "-p",
        "no:randomly",
        "-x",
    )
    assert of_tasks(ran) == ["failed", "unproven", "unproven"], ran.text
    assert messages(ran, "task:3") == ["tests/test_undo.py::test_undo did not run: `-x` ended the run"]


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_file_that_cannot_be_collected_fails_its_task_and_no_other(tmp_path: Path, workers: str) -> None:
    repo = quick(tmp_path, **{"tests/test_add.py": "from app.add import missing\n"})
    ran = run(repo.path, workers)
    assert of_tasks(ran) == ["failed", "passed", "passed"], ran.text
    (message,) = messages(ran, "task:1")
    error = "its import fails at tests/test_add.py:1: ImportError: cannot import name 'missing' from 'app.add'"
    assert message.startswith(f"tests/test_add.py cannot be collected: {error}")
    assert messages(ran, "system") == [message]
    assert (ran.status, ran.verdicts()["system"]) == (1, "failed")


def test_a_conftest_that_fails_and_a_file_that_is_skipped_are_named(tmp_path: Path) -> None:
    plan = NAMED.replace("tests/test_take.py::test_take", "tests/deep/test_take.py::test_take")
    deep = {"tests/deep/test_take.py": TESTS["tests/test_take.py"], "tests/deep/conftest.py": "import nowhere\n"}
    skipped = {"tests/test_add.py": "import pytest\n\npytest.importorskip('nowhere')\n"}
    ran = run(quick(tmp_path, **{"notes/sums/breakdown.md": plan}, **deep, **skipped).path, "-n0")
    assert of_tasks(ran) == ["failed", "failed", "passed"], ran.text
    assert messages(ran, "task:1") == ["tests/test_add.py was skipped: a skipped test proves nothing"]
    error = "its import fails at tests/deep/conftest.py:1: ModuleNotFoundError: No module named 'nowhere'"
    assert messages(ran, "task:2") == [f"tests/deep cannot be collected: {error}"]


def test_a_red_file_of_an_open_task_does_not_count_while_only_ticked_ones_do(tmp_path: Path) -> None:
    plan = NAMED.replace("### 3. [x]", "### 3. [ ]")
    files = {"notes/sums/breakdown.md": plan, "tests/test_undo.py": "from app.redo import redo\n"}
    ran = run(quick(tmp_path, **files).path, "-n0", "--execute-scope=claimed")
    assert ran.report["verdict"] == "passed", ran.text


def test_nothing_is_known_where_the_run_ends_before_the_tests_are_collected(tmp_path: Path) -> None:
    interrupt = {"tests/conftest.py": "def pytest_collectstart():\n    raise KeyboardInterrupt\n"}
    plan = NAMED.replace("- **Tests**: `tests/test_undo.py`\n", "")
    ran = run(quick(tmp_path, **{"notes/sums/breakdown.md": plan}, **interrupt).path, "-n0")
    assert of_tasks(ran) == ["unproven", "unproven", "unproven"], ran.text
    assert messages(ran, "task:1") == ["tests/test_add.py did not run: the run was interrupted"]
    assert (ran.status, ran.verdicts()["system"]) == (2, "unproven")


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_conftest_that_pytest_loads_first_is_named_as_well(tmp_path: Path, workers: str) -> None:
    """By itself pytest would end before anything is judged."""
    ran = run(quick(tmp_path, **{"tests/conftest.py": "import nowhere\n"}).path, workers)
    assert of_tasks(ran) == ["failed", "failed", "failed"], ran.text
    error = "its import fails at tests/conftest.py:1: ModuleNotFoundError: No module named 'nowhere'"
    assert messages(ran, "task:1") == [f"tests cannot be collected: {error}"]
    assert ran.verdicts()["system"] == "failed"
