"""Directories of a run: made whole and removed, also where the process is killed or a place cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.pytest_cache import part_of
from pytest_execute.tools.scratch import PREFIX, scratch
from tests.repository import Repository

KILLED = """
import os, signal, sys
from pathlib import Path
from pytest_execute.tools.pytest_cache import make_cache
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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory for temporary files of these tests, which is not the current one."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


def test_it_is_outside_of_the_project_and_removed_at_the_end(tmp_path: Path, temporary: Path) -> None:
    with scratch(tmp_path / "cache") as directory:
        assert directory.parent == temporary
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "sealed/inner").mkdir(parents=True)
        (directory / "sealed").chmod(0)
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "cache").exists()


def test_directories_of_killed_runs_are_removed_and_all_others_are_kept(tmp_path: Path, temporary: Path) -> None:
    cache = tmp_path / "cache"
    for parent in (temporary, part_of(cache)):
        for name in (f"{PREFIX}empty", f"{PREFIX}dead/inner", "run-of-another-program"):
            (parent / name).mkdir(parents=True)
        (parent / f"{PREFIX}file").touch()
        (parent / f"{PREFIX}link").symlink_to(parent / "run-of-another-program")
    with scratch(cache) as first, scratch(cache) as second:
        kept = {"run-of-another-program", f"{PREFIX}file", f"{PREFIX}link"}
        assert {path.name for path in temporary.iterdir()} == {*kept, first.name, second.name}
        assert {path.name for path in part_of(cache).iterdir()} == kept
    assert {path.name for path in temporary.iterdir()} == kept


def test_a_directory_of_another_user_is_kept(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (temporary / f"{PREFIX}of-another").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with scratch():
        assert len(list(temporary.iterdir())) == 2


def test_another_one_is_made_where_a_run_that_starts_takes_it_for_that_of_a_killed_one(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is gone before it is locked, the second is locked by the other run."""
    fcntl = pytest.importorskip("fcntl")
    taken = [temporary / "first", temporary / "second"]
    made = iter(taken)
    mkdtemp = tempfile.mkdtemp

    def mkdtemp_beside_others(**options: object) -> str:
        place = next(made, None)
        if place is None:
            return mkdtemp(**options)  # type: ignore[call-overload, no-any-return]
        if place.name == "second":
            place.mkdir()
            fcntl.flock(os.open(place, os.O_RDONLY), fcntl.LOCK_EX)
        return str(place)

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp_beside_others)
    with scratch() as directory:
        assert directory.name.startswith(PREFIX)


@pytest.mark.parametrize("reason", ["it is missing", "it is the current directory"])
def test_without_a_directory_for_temporary_files_it_is_in_the_cache(
    reason: str, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason == "it is missing":
        temporary.rmdir()
    else:
        monkeypatch.chdir(temporary)
    cache = tmp_path / ".pytest_cache"
    with scratch(cache) as directory:
        assert directory.parent == part_of(cache)
        assert (cache / ".gitignore").exists()
    assert list(part_of(cache).iterdir()) == []


def test_without_any_directory_that_is_an_error(tmp_path: Path, temporary: Path) -> None:
    temporary.rmdir()
    (tmp_path / ".pytest_cache").touch()
    with pytest.raises(ExecuteError) as raised, scratch(tmp_path / ".pytest_cache"):
        pass
    reason = f"[Errno 20] Not a directory: '{tmp_path}/.pytest_cache'"
    message = f"no directory for temporary files can be written: {reason}: set TMPDIR to one that can be (unwritable)"
    assert str(raised.value) == f"error: {message}"


def test_in_a_work_tree_git_ignores_it(tmp_path: Path, temporary: Path) -> None:
    repo = Repository(tmp_path)
    with scratch() as directory:
        (directory / "file").touch()
        assert repo.git("status", "--porcelain", "--untracked-files=all") == ""
