"""`pytest-execute gate`: options reach pytest, and an error is one line with status 2."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pytest_execute.tools.cache import FILE_NAME
from tests import hello
from tests.repository import Repository


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return hello.done(tmp_path_factory.mktemp("gate") / "work")


def test_arguments_after_two_dashes_are_handed_to_pytest(passing: Repository, tmp_path: Path) -> None:
    """With `-k nothing` no test is collected, and the files are written all the same."""
    report, summary = tmp_path / "new/report.json", tmp_path / "new/summary.md"
    command = ["python", "-m", "pytest_execute", "gate", "hello", "--report", str(report), "--summary", str(summary)]
    done = hello.run([*command, "--", "-k", "nothing"], passing.path)
    assert done.returncode == 1, done.stderr
    assert "1 deselected" in done.stdout
    assert [test["outcome"] for test in json.loads(report.read_text())["tests"]] == ["not-run"]
    assert summary.read_text().startswith("## Greeting: Task Breakdown: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "ERROR: notes/nope: no such topic: topics here are hello (no-topic)\n\n"),
        (
            ["hello", "--base", "v1"],
            "ERROR: no commit is called 'v1': fetch it, or name another base (unknown-base)\n\n",
        ),
        (
            ["hello", "--report", "src"],
            "error: --report=src is a directory: name a file that can be written (unwritable)\n",
        ),
        (
            ["hello", "--summary", "src"],
            "error: --summary=src is a directory: name a file that can be written (unwritable)\n",
        ),
    ],
)
def test_a_wrong_argument_is_an_error(passing: Repository, arguments: list[str], message: str) -> None:
    before = passing.state()
    done = hello.run(["pytest-execute", "gate", *arguments], passing.path)
    assert (done.returncode, done.stderr) == (2, message)
    assert passing.state() == before


def test_outside_of_a_repository_nothing_can_be_judged(tmp_path: Path) -> None:
    done = hello.run(["pytest-execute", "gate", "hello", "--staged"], tmp_path)
    message = "not in a git work tree, so nothing can be proven: run `git init` and commit, or start in a checkout"
    assert (done.returncode, done.stderr) == (2, f"{tmp_path}: error: {message} (no-git)\n")


def test_the_gate_can_be_run_by_a_test_in_a_worker(passing: Repository) -> None:
    """The gate's pytest must not take itself for the worker that the environment names."""
    done = hello.run(["pytest-execute", "gate", "hello"], passing.path, {"PYTEST_XDIST_WORKER": "gw0"})
    assert (done.returncode, done.stderr) == (0, "")


def test_staged_files_are_judged_with_the_result_cache_of_the_checkout(passing: Repository) -> None:
    cache_directory = passing.path / ".pytest_cache" / "d" / "execute"
    shutil.rmtree(cache_directory, ignore_errors=True)
    cache_directory.parent.mkdir(parents=True, exist_ok=True)
    before = passing.state()
    done = hello.run(["pytest-execute", "gate", "hello", "--staged"], passing.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name.partition(".")[0] for path in cache_directory.iterdir()} == {FILE_NAME.partition(".")[0]}
    assert passing.state() == before


def test_the_verdict_comes_where_nobody_takes_the_output(passing: Repository) -> None:
    """The summary is lost, which is reported; the report goes to a reader that has ended."""
    command = "pytest-execute gate hello --report /dev/stdout --summary /dev/full | true"
    done = hello.run(["bash", "-c", f"set -o pipefail; {command}"], passing.path)
    message = "/dev/full: error: cannot be written: No space left on device (unwritable)\n"
    assert (done.returncode, done.stderr) == (0, message)


def test_a_breakdown_is_no_report(passing: Repository) -> None:
    before = passing.state()
    done = hello.run(["pytest-execute", "gate", "hello", "--report", "notes/hello/breakdown.md"], passing.path)
    reason = "--report=notes/hello/breakdown.md is a file of the project, which git tracks"
    assert (done.returncode, done.stderr) == (2, f"error: {reason}: name a file that can be written (unwritable)\n")
    assert passing.state() == before


@pytest.mark.parametrize("named", ["", "pytest_execute.plugin,xdist.plugin"])
def test_the_gate_names_its_own_plugins(passing: Repository, named: str) -> None:
    """Also where neither the environment nor the settings let pytest find one, or where they name them otherwise."""
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": named}
    done = hello.run(["pytest-execute", "gate", "hello", "--", "-n0", "-o", "addopts="], passing.path, environment)
    assert (done.returncode, done.stderr) == (0, "")
