"""Repository of the demo: the same on every machine, test-first, and never written over other files."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.demo.history import build
from tests.demo.demo_repository import DemoRepository

TASKS = [str(number) for number in range(1, 15)]


def test_every_build_has_the_same_commits(
    honest: DemoRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / "hooks").mkdir(parents=True)
    (tmp_path / "home" / ".gitconfig").write_text(
        "[user]\n\tname = Somebody\n[commit]\n\tgpgsign = true\n[core]\n\tautocrlf = true\n"
        "[init]\n\tdefaultBranch = trunk\n\tdefaultObjectFormat = sha256\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    build(tmp_path / "again")
    again = DemoRepository(tmp_path / "again")
    assert again.git_text("rev-parse", "main") == honest.git_text("rev-parse", "main")
    assert not (tmp_path / "elsewhere").exists()


def test_main_is_checked_out_clean(honest: DemoRepository) -> None:
    assert honest.git_text("symbolic-ref", "--short", "HEAD") == "main"
    assert honest.git_text("status", "--porcelain", "--ignored") == ""
    assert honest.git_text("fsck", "--strict", "--no-dangling") == ""


def test_the_plan_is_complete_before_any_work(honest: DemoRepository) -> None:
    plan = honest.tasks(honest.commit("docs: plan the ferry"))
    assert list(plan) == TASKS
    assert {fields["box"] for fields in plan.values()} == {" "}
    assert {fields["box"] for fields in honest.tasks().values()} == {"x"}


def test_no_box_is_open_at_the_end(honest: DemoRepository) -> None:
    assert "[ ]" not in honest.git_text("show", "main:notes/ferry/breakdown.md")


def test_streams_are_developed_side_by_side_and_merged(honest: DemoRepository) -> None:
    merges = honest.git_text("log", "--merges", "--reverse", "--first-parent", "--format=%s", "main").splitlines()
    assert merges == ["Merge branch 'stream-a'", "Merge branch 'stream-b'", "Merge branch 'stream-d'"]
    plan = honest.commit("docs: plan the ferry")
    assert honest.git_text("merge-base", "stream-a", "stream-b") == plan
    dates = honest.git_text(
        "log", "--reverse", "--author-date-order", "--format=%S", "stream-a", "stream-b", f"^{plan}"
    )
    assert len(re.findall(r"stream-a\nstream-b", dates)) > 3


@pytest.mark.parametrize("task", TASKS)
def test_the_tests_come_in_the_commit_before_the_code(honest: DemoRepository, task: str) -> None:
    fields = honest.tasks()[task]
    green = honest.commit(fields["Commit"].strip("`"))
    red = honest.git_text("rev-parse", f"{green}^")
    author = honest.git_text("log", "-2", "--format=%an", green)
    assert author.splitlines() == [fields["Agent"], fields["Agent"]]
    assert all(path.startswith("tests/test_") for path in honest.changed(red))
    files = set(re.findall(r"[\w/]+\.py", fields["Files"]))
    assert set(honest.changed(green)) == {*files, "notes/ferry/breakdown.md"}
    assert (honest.tasks(red)[task]["box"], honest.tasks(green)[task]["box"]) == (" ", "x")


@pytest.mark.parametrize("task", ["6", "13"])
def test_the_tests_fail_before_the_code_and_pass_after(honest: DemoRepository, tmp_path: Path, task: str) -> None:
    green = honest.commit(honest.tasks()[task]["Commit"].strip("`"))
    tests = [path for path in honest.changed(f"{green}^") if path.startswith("tests/")]
    before = honest.pytest(f"{green}^", tmp_path / "before", "--continue-on-collection-errors", *tests)
    after = honest.pytest(green, tmp_path / "after", *tests)
    assert before.returncode == 1
    assert " passed" not in before.stdout
    assert after.returncode == 0, after.stdout


def test_the_whole_suite_passes(honest: DemoRepository, tmp_path: Path) -> None:
    done = honest.pytest("main", tmp_path)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^1\d\d passed in", done.stdout, re.MULTILINE)


def test_a_directory_that_is_not_empty_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ExecuteError) as caught:
        build(tmp_path)
    assert (
        str(caught.value)
        == f"{tmp_path}: error: there is something here already: name a new or an empty directory (not-empty)"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ExecuteError, match="name a new or an empty directory"):
        build(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("was_there", [True, False])
def test_a_failure_leaves_the_directory_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_there: bool
) -> None:
    directory = tmp_path / "demo"
    if was_there:
        directory.mkdir()
    (tmp_path / "git").write_text("#!/bin/sh\nmkdir -p .git/half\nexit 1\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ExecuteError, match="`git init"):
        build(directory)
    assert directory.exists() == was_there
    assert not was_there or not any(directory.iterdir())


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ExecuteError, match="mine/demo: error: cannot be made: Not a directory: name another"):
        build(tmp_path / "mine/demo")
