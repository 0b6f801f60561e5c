"""The flawed demo: every fault is what it says, alone in its task, and plain pytest sees none of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from demo_repository import Repository

from pytest_execute.demo.flaws import OPEN
from pytest_execute.demo.history import FLAWS, build


def commits(repository: Repository, task: str) -> tuple[str, str]:
    """The commit that brought the task's code, and the one before."""
    green = repository.commit(repository.tasks()[task]["Commit"].strip("`"))
    return green, repository.ask("rev-parse", f"{green}^")


def test_every_build_has_the_same_commits(flawed: Repository, tmp_path: Path) -> None:
    build(tmp_path / "again", flawed=True)
    assert Repository(tmp_path / "again").ask("rev-parse", "main") == flawed.ask("rev-parse", "main")
    assert flawed.ask("status", "--porcelain", "--ignored") == ""


def test_ten_tasks_have_ten_different_faults(flawed: Repository) -> None:
    assert len(FLAWS) == len(set(FLAWS.values())) == 10
    assert {check for check, _ in FLAWS.values()} == {"tests", "dependencies", "test-first", "coverage"}
    boxes = {task: fields["box"] for task, fields in flawed.tasks().items()}
    assert {task for task, box in boxes.items() if box == " "} == set(OPEN)
    assert set(FLAWS) < set(boxes)


def test_no_sound_task_depends_on_a_flawed_one(flawed: Repository) -> None:
    for task, fields in flawed.tasks().items():
        if task not in FLAWS:
            assert not {*FLAWS, *OPEN} & set(re.findall(r"\d+", fields["Dependencies"]))
    text = flawed.ask("show", "main:notes/ferry/breakdown.md")
    waited_for = text[text.index("## Stream C") : text.index("## Stream D")]
    assert not {*FLAWS, *OPEN} & set(re.findall(r"^### (\d+)", waited_for, re.MULTILINE))
    assert "## Stream C: Booking (Depends on A3, B7)" in waited_for


def test_plain_pytest_is_content(flawed: Repository, tmp_path: Path) -> None:
    ended = flawed.pytest("main", tmp_path)
    assert ended.returncode == 0, ended.stdout
    assert re.search(r"1\d\d passed, 1 skipped, 1 xfailed", ended.stdout)


@pytest.mark.parametrize("task", sorted({"8", "15", "16", "18", "19", "20", "22"}, key=int))
def test_other_faults_have_their_tests_in_the_commit_before(flawed: Repository, task: str) -> None:
    green, red = commits(flawed, task)
    assert all(path.startswith("tests/test_") for path in flawed.changed(red))
    assert not any(path.startswith("tests/") for path in flawed.changed(green))


def test_after_the_code(flawed: Repository) -> None:
    green, _ = commits(flawed, "4")
    (later,) = flawed.ask("log", "--format=%H", "main", "--", "tests/test_weather.py").splitlines()
    assert flawed.changed(later) == ["tests/test_weather.py"]
    assert flawed.ask("rev-parse", f"{later}^") == green


def test_same_commit(flawed: Repository) -> None:
    green, _ = commits(flawed, "6")
    assert flawed.changed(green) == ["notes/ferry/breakdown.md", "src/ferry/fares.py", "tests/test_discounts.py"]


def test_never_red(flawed: Repository, tmp_path: Path) -> None:
    _, red = commits(flawed, "15")
    ended = flawed.pytest(red, tmp_path, "tests/test_harbours.py", "-rA")
    assert re.findall(r"^PASSED (.*)", ended.stdout, re.MULTILINE) == [
        "tests/test_harbours.py::test_a_boat_goes_to_the_other_side"
    ]
    assert Counter(re.findall(r"^FAILED (\S+) - (\w+)", ended.stdout, re.MULTILINE)).total() == 2


def test_red_not_counted(flawed: Repository, tmp_path: Path) -> None:
    _, red = commits(flawed, "16")
    ended = flawed.pytest(red, tmp_path, "tests/test_bell.py")
    errors = re.findall(r"^E +(?!available|>|use )(.*)", ended.stdout, re.MULTILINE)
    assert set(errors) == {"fixture 'bell' not found"}
    assert len(errors) == len(re.findall(r"^ERROR tests/test_bell.py::", ended.stdout, re.MULTILINE)) == 5


def test_no_tests(flawed: Repository) -> None:
    assert "Tests" not in flawed.tasks()["17"]
    tests = "".join(flawed.ask("show", f"main:{path}") for path in flawed.ask("ls-files", "tests").splitlines())
    assert "vouchers" not in tests
    assert set(re.findall(r'mark.task\("(\d+)"\)', tests)) == {"6"}


def test_missing_test(flawed: Repository) -> None:
    named = re.findall(r"::(\w+)", flawed.tasks()["18"]["Tests"])
    written = re.findall(r"def (test_\w+)", flawed.ask("show", "main:tests/test_receipts.py"))
    assert [name for name in named if name not in written] == ["test_rounds_to_the_cent"]


def test_short(flawed: Repository, tmp_path: Path) -> None:
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


def test_unmet_dependency(flawed: Repository) -> None:
    tasks = flawed.tasks()
    assert (tasks["22"]["box"], tasks["22"]["Dependencies"], tasks["21"]["box"]) == ("x", "Task 21", " ")
    assert not any("loudspeaker" in path for path in flawed.ask("ls-files").splitlines())
