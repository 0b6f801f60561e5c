"""Directories of a run: made whole and removed, also where the process is killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pytest_execute.tools.scratch import outside, scratch
from tests.repository import Repository

KILLED = """
import os, signal, sys
from pathlib import Path
from pytest_execute.tools.scratch import make_cache
steps = iter(range(int(sys.argv[1])))
def hook(event, args):
    if event in ("open", "os.mkdir", "os.rename", "os.chmod") and next(steps, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
make_cache(Path(".pytest_cache"))
"""


def test_a_killed_process_leaves_nothing_beside_the_cache_directory(tmp_path: Path) -> None:
    """Kill the process at each of its steps. pytest itself makes the directory under another name beside it."""
    repo = Repository(tmp_path / "repo")
    ended, steps = -9, 0
    while ended:
        done = subprocess.run([sys.executable, "-c", KILLED, str(steps)], cwd=repo.path, check=False)
        assert done.returncode in (0, -9)
        assert {path.name for path in repo.path.iterdir()} <= {".git", ".pytest_cache"}
        assert repo.git("status", "--porcelain") == ""
        ended, steps = done.returncode, steps + 1
    assert steps >= 2
    assert (repo.path / ".pytest_cache/.gitignore").read_text().splitlines()[-1] == "*"
    tag = (repo.path / ".pytest_cache/CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_directories_of_killed_runs_are_removed_and_those_of_other_runs_are_kept(tmp_path: Path) -> None:
    parent = tmp_path / "execute"
    for name in ("run-dead", "run-half-made"):
        (parent / name).mkdir(parents=True)
        (parent / name / "file").touch()
    (parent / "run-dead" / "lock").touch()
    with scratch(parent) as first, scratch(parent) as second:
        assert sorted(parent.iterdir()) == sorted([first, second])
    assert list(parent.iterdir()) == []


def test_a_directory_outside_is_removed_at_the_end(tmp_path: Path) -> None:
    with scratch(tmp_path / "execute") as directory, outside(directory) as place:
        assert not place.is_relative_to(tmp_path)
        (place / "file").touch()
    assert not place.exists()


def test_a_directory_outside_is_removed_with_that_of_a_killed_run(tmp_path: Path, monkeypatch: Any) -> None:
    """Only such a one is: the file that names it is in the project."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    places = [tmp_path / "run-1", tmp_path / "mine", tmp_path / "deeper" / "run-2"]
    for number, place in enumerate(places):
        place.mkdir(parents=True)
        directory = tmp_path / "execute" / f"run-{number}"
        directory.mkdir(parents=True)
        (directory / "lock").touch()
        (directory / "outside").write_text(str(place))
    with scratch(tmp_path / "execute") as directory:
        assert [*directory.parent.iterdir()] == [directory]
    assert [place.exists() for place in places] == [False, True, True]
