"""Numbers equal to those of coverage.py, for lines and branches, where tests fork, spawn and start processes."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

from tests.repository import Repository

SCRIPT = Path(__file__).parents[2] / "benchmarks/equality.py"
APP = """
    def forked(n):
        if n:
            return 1
        return 2


    def spawned(n):
        if n:
            return 1
        return 2


    def started(n):
        for i in range(n):
            print(i)


    def inside(n):
        return [k for k in range(n) if k]


    def never(n):
        while n:
            n -= 1
    """
TESTS = """
    import multiprocessing
    import os
    import subprocess
    import sys

    from app import core


    def test_inside():
        assert core.inside(3) == [1, 2]


    def test_fork():
        pid = os.fork()
        if not pid:
            core.forked(1)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0


    def test_spawn():
        process = multiprocessing.get_context("spawn").Process(target=core.spawned, args=(0,))
        process.start()
        process.join()
        assert process.exitcode == 0


    def test_process():
        subprocess.run([sys.executable, "-c", "from app import core; core.started(2)"], check=True)
    """


def test_forks_spawned_and_started_processes_count_as_with_coverage(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("all", {"src/app/__init__.py": "", "src/app/core.py": APP, "tests/test_core.py": TESTS})
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(repo.path), "--source", "src/app"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert [line for line in done.stdout.splitlines() if line.startswith("-n")] == [
        "-n0: equal: 2 files, 16 lines (4 missing), 8 branches (4)",
        "-n2: equal: 2 files, 16 lines (4 missing), 8 branches (4)",
    ], done.stdout + done.stderr
    assert done.returncode == 0


def test_a_difference_is_reported() -> None:
    differences = runpy.run_path(str(SCRIPT))["differences"]
    one = {"": {"lines": 9, "branches": 2}, "a.py": {"lines": [1, 2], "branches": [[1, 3]]}}
    other = {"": {"lines": 9, "branches": 4}, "a.py": {"lines": [2], "branches": [[1, 3]]}}
    assert list(differences(one, one)) == []
    assert list(differences(one, other)) == [
        "branches in all: ours 4, coverage.py's 2",
        "a.py: missing lines: only ours [], only coverage.py's [1]",
    ]
