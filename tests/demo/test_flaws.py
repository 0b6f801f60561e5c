"""Flawed demo: each task has the fault that the table gives it, and plain pytest finds none of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pytest_execute.demo.flaws import OPEN
from pytest_execute.demo.history import FLAWS, build
from tests.demo.demo_repository import DemoRepository


def commits(repository: DemoRepository, task: str) -> tuple[str, str]:
    """Return the commit with the task's code, and the one before."""
    green = repository.commit(repository.tasks()[task]["Commit"].strip("`"))
    return green, repository.git_text("rev-parse", f"{green}^")


def test_every_build_has_the_same_commits(flawed: DemoRepository, tmp_path: Path) -> None:
    build(tmp_path / "again", flawed=True)
    assert DemoRepository(tmp_path / "again").git_text("rev-parse", "main") == flawed.git_text("rev-parse", "main")
    assert flawed.git_text("status", "--porcelain", "--ignored") == ""


def test_ten_tasks_have_ten_different_faults(flawed: DemoRepository) -> None:
    assert len(FLAWS) == len(set(FLAWS.values())) == 10
    assert {check for check, _ in FLAWS.values()} == {"tests", "dependencies", "test-first", "coverage"}
    boxes = {task: fields["box"] for task, fields in flawed.tasks().items()}
    assert {task for task, box in boxes.items() if box == " "} == set(OPEN)
    assert set(FLAWS) < set(boxes)


def test_no_task_without_a_fault_depends_on_one_with_a_fault(flawed: DemoRepository) -> None:
    for task, fields in flawed.tasks().items():
        if task not in FLAWS:
            assert not {*FLAWS, *OPEN} & set(re.findall(r"\d+", fields["Dependencies"]))
    text = flawed.git_text("show", "main:notes/ferry/breakdown.md")
    prerequisites = text[text.index("## Stream C") : text.index("## Stream D")]
    assert not {*FLAWS, *OPEN} & set(re.findall(r"^### (\d+)", prerequisites, re.MULTILINE))
    assert "## Stream C: Booking (Depends on A3, B7)" in prerequisites


def test_plain_pytest_passes(flawed: DemoRepository, tmp_path: Path) -> None:
    done = flawed.pytest("main", tmp_path)
    assert done.returncode == 0, done.stdout
    assert re.search(r"1\d\d passed, 1 skipped, 1 xfailed", done.stdout)


@pytest.mark.parametrize("task", ["8", "15", "16", "18", "19", "20", "22"])
def test_tasks_with_other_faults_have_their_tests_in_the_commit_before(flawed: DemoRepository, task: str) -> None:
    green, red = commits(flawed, task)
    assert all(path.startswith("tests/test_") for path in flawed.changed(red))
    assert not any(path.startswith("tests/") for path in flawed.changed(green))


def test_task_4_has_its_test_after_the_code(flawed: DemoRepository) -> None:
    green, _ = commits(flawed, "4")
    (later,) = flawed.git_text("log", "--format=%H", "main", "--", "tests/test_weather.py").splitlines()
    assert flawed.changed(later) == ["tests/test_weather.py"]
    assert flawed.git_text("rev-parse", f"{later}^") == green


def test_task_6_has_test_and_code_in_one_commit(flawed: DemoRepository) -> None:
    green, _ = commits(flawed, "6")
    assert flawed.changed(green) == ["notes/ferry/breakdown.md", "src/ferry/fares.py", "tests/test_discounts.py"]


def test_task_15_has_a_test_that_never_failed(flawed: DemoRepository, tmp_path: Path) -> None:
    _, red = commits(flawed, "15")
    done = flawed.pytest(red, tmp_path, "tests/test_harbours.py", "-rA")
    assert re.findall(r"^PASSED (.*)", done.stdout, re.MULTILINE) == [
        "tests/test_harbours.py::test_a_boat_goes_to_the_other_side"
    ]
    assert Counter(re.findall(r"^FAILED (\S+) - (\w+)", done.stdout, re.MULTILINE)).total() == 2


def test_task_16_fails_only_for_a_missing_fixture(flawed: DemoRepository, tmp_path: Path) -> None:
    _, red = commits(flawed, "16")
    done = flawed.pytest(red, tmp_path, "tests/test_bell.py")
    errors = re.findall(r"^E +(?!available|>|use )(.*)", done.stdout, re.MULTILINE)
    assert set(errors) == {"fixture 'bell' not found"}
    assert len(errors) == len(re.findall(r"^ERROR tests/test_bell.py::", done.stdout, re.MULTILINE)) == 5


def test_task_17_has_no_test(flawed: DemoRepository) -> None:
    assert "Tests" not in flawed.tasks()["17"]
    tests = "".join(
        flawed.git_text("show", f"main:{path}") for path in flawed.git_text("ls-files", "tests").splitlines()
    )
    assert "vouchers" not in tests
    assert set(re.findall(r'mark.task\("(\d+)"\)', tests)) == {"6"}


def test_task_18_names_a_test_that_does_not_exist(flawed: DemoRepository) -> None:
    named = re.findall(r"::(\w+)", flawed.tasks()["18"]["Tests"])
    written = re.findall(r"def (test_\w+)", flawed.git_text("show", "main:tests/test_receipts.py"))
    assert [name for name in named if name not in written] == ["test_rounds_to_the_cent"]


def test_task_19_covers_too_little(flawed: DemoRepository, tmp_path: Path) -> None:
    flawed.pytest("main", tmp_path, "--collect-only")
    command = ["coverage", "run", "--branch", "--source=src/ferry", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for arguments in ([*command, "tests/test_lost.py"], ["coverage", "json", "-q"]):
        subprocess.run([sys.executable, "-m", *arguments], cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    (measured,) = (
        file["summary"]["percent_covered"]
        for path, file in json.loads((tmp_path / "coverage.json").read_text())["files"].items()
        if path.endswith("lost.py")
    )
    assert 50 < measured < 85


def test_task_22_depends_on_an_open_task(flawed: DemoRepository) -> None:
    tasks = flawed.tasks()
    assert (tasks["22"]["box"], tasks["22"]["Dependencies"], tasks["21"]["box"]) == ("x", "Task 21", " ")
    assert not any("loudspeaker" in path for path in flawed.git_text("ls-files").splitlines())
