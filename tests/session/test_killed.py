"""A run that is killed in the middle of a replay leaves the user's repository as it was, and no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import environment, honest, run

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
SLOW = (
    "import time\nimport pytest\n\n\n@pytest.mark.task('3')\ndef test_slow():\n    time.sleep(2)\n    import app.undo\n"
)


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes_below(directory: Path) -> list[int]:
    """The processes whose current directory is below `directory`."""
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
def test_killed_in_the_middle_of_a_replay(tmp_path: Path, whole_group: bool) -> None:
    repo: Repository = honest(tmp_path / "repo")
    repo.commit("slow", {"tests/test_slow.py": SLOW})
    before = repo.state()
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--execute-topic=sums", "-n0"],
        cwd=repo.path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    cache = repo.path / ".pytest_cache/d/execute"
    try:
        assert wait_for(lambda: processes_below(cache), 60), "the replay never began"
        assert repo.state() == before
        (os.killpg if whole_group else os.kill)(child.pid, signal.SIGKILL)
        child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert wait_for(lambda: not processes_below(cache), 5), "a process of the replay survived"
    assert repo.state() == before
    assert list(cache.glob("run-*")), "killed, so it could not clean up"
    ran = run(repo.path, "-n0")
    assert (ran.status, ran.codes("task:3")) == (1, [("test-first", "test-after")])
    assert list(cache.glob("run-*")) == []
    assert repo.state() == before
