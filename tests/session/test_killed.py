"""A killed run leaves the repository unchanged, no process behind, and nothing false in the cache."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.tools.scratch import PREFIX
from tests import hello
from tests.polling import wait_until
from tests.repository import Repository
from tests.session import kill_runs
from tests.session.kill_runs import COMMANDS, Kill, Workspace, attempt, marked_processes, rounds, state
from tests.topic import environment, honest, run

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
SLOW = (
    "import time\nimport pytest\n\n\n@pytest.mark.task('3')\ndef test_slow():\n    time.sleep(2)\n    import app.undo\n"
)
DISTURBING = """
import os, pathlib, subprocess, sys, time
pathlib.Path("README").write_text("changed")
if os.environ["KILLING"]:
    pathlib.Path(os.environ["TMPDIR"], "left-behind").mkdir()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    time.sleep(600)
pathlib.Path(sys.argv[-1].partition("=")[2]).write_text('{"verdict": "failed"}')
"""


def processes_below(directory: Path) -> list[int]:
    """Return the processes whose current directory is below `directory`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str((entry / "cwd").readlink()).startswith(str(directory)):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "parent"])
def test_a_run_can_be_killed_in_the_middle_of_a_replay(tmp_path: Path, whole_group: bool) -> None:
    repo: Repository = honest(tmp_path / "repo")
    repo.commit("slow", {"tests/test_slow.py": SLOW})
    before = repo.state()
    trees = tmp_path / "temporary"
    trees.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--execute-topic=sums", "-n0"],
        cwd=repo.path,
        env=environment(TMPDIR=str(trees)),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert wait_until(lambda: processes_below(trees)), "the replay never began"
        assert repo.state() == before
        (os.killpg if whole_group else os.kill)(child.pid, signal.SIGKILL)
        child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert wait_until(lambda: not processes_below(trees)), "a process of the replay survived"
    assert repo.state() == before
    assert list(trees.glob(f"{PREFIX}*")), "killed, so it could not clean up"
    ran = run(repo.path, "-n0", TMPDIR=str(trees))
    assert (ran.status, ran.codes("task:3")) == (1, [("test-first", "test-after")])
    assert list(trees.glob(f"{PREFIX}*")) == []
    assert repo.state() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_can_be_killed_at_any_moment(tmp_path: Path, command: str) -> None:
    """A few of the many rounds that `python -m tests.session.kill_runs` does."""
    workspace = Workspace(hello.done(tmp_path / "repo").path, "hello", tmp_path / "outside", command)
    log: list[str] = []
    assert rounds(workspace, 1, random.Random(command), log.append) == []
    assert len(log) == 1


def test_the_check_finds_all_faults_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a run changes the repository, leaves a process and a directory, and gives another verdict each time."""
    monkeypatch.setattr(kill_runs, "END_SECONDS", 1.0)
    repository = honest(tmp_path / "repo").path
    workspace = Workspace(repository, "sums", tmp_path / "outside", "pytest")
    workspace.command = [sys.executable, "-c", DISTURBING]
    faults = attempt(workspace, [Kill("parent", 1.0)], 6.0, {"verdict": "passed"}, state(repository))
    kinds = (
        "README changed",
        "is alive after 1 s",
        "left-behind is left outside the cache",
        "another verdict: .verdict",
    )
    assert [kind for kind in kinds if not any(kind in fault for fault in faults)] == []


@pytest.mark.parametrize("command", ["pytest", "gate"])
def test_a_slow_test_does_not_outlive_the_run(tmp_path: Path, command: str) -> None:
    repo = honest(tmp_path / "repo")
    begun = tmp_path / "begun"
    repo.commit(
        "slow",
        {
            "tests/test_other.py": (
                f"import time\n\n\ndef test_a():\n    open({str(begun)!r}, 'w').close()\n    time.sleep(600)\n"
            )
        },
    )
    child = Workspace(repo.path, "sums", tmp_path / "outside", command).start("long")
    assert wait_until(begun.exists)
    child.kill()
    child.wait()
    assert wait_until(lambda: not marked_processes("long")), marked_processes("long")
