"""Files that a test misses in the replay, because git ignores them."""

from __future__ import annotations

import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.ignored_files import ignored_file, python_path_of, with_python_path
from pytest_execute.tools.git import Entry

FILES = (
    "src/app/version.py",
    "src/app/_data.json",
    "api/made/__init__.py",
    f"src/app/fast{EXTENSION_SUFFIXES[0]}",
    "readme",
)


@pytest.mark.parametrize(
    ("missing", "message", "expected"),
    [
        (("app.version", None), "ModuleNotFoundError: No module named 'app.version'", "src/app/version.py"),
        (("app", "version"), "ImportError: cannot import name 'version' from 'app'", "src/app/version.py"),
        (("made", None), "ModuleNotFoundError: No module named 'made'", "api/made/__init__.py"),
        (("app.fast", None), "ModuleNotFoundError: No module named 'app.fast'", f"src/app/fast{EXTENSION_SUFFIXES[0]}"),
        (None, "FileNotFoundError: [Errno 2] No such file or directory: 'src/app/_data.json'", "src/app/_data.json"),
        (None, "FileNotFoundError: [Errno 2] No such file or directory: '../src/app/_data.json'", "src/app/_data.json"),
        (("app.absent", None), "ModuleNotFoundError: No module named 'app.absent'", None),
        (("app.known", None), "ModuleNotFoundError: No module named 'app.known'", None),
        (None, "AssertionError: assert 'readme' == 'src/app/_data.json'", None),
        (None, "FileNotFoundError: [Errno 2] No such file or directory: '/etc/absent'", None),
    ],
)
def test_the_file_that_a_test_misses_is_found_in_the_work_tree(
    tmp_path: Path, missing: tuple[str, str | None] | None, message: str, expected: str | None
) -> None:
    for path in (*FILES, "src/app/known.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    outcome = TreeOutcome(test="t", state="failed", missing=missing, message=message)
    today = {"src/app/known.py": Entry("100644", "0")}
    assert ignored_file(outcome, ("src", "api"), "api/", today, tmp_path) == expected


@pytest.mark.parametrize(
    ("missing", "is_found"),
    [
        (("units", None), True),
        (("units.money", None), True),
        (("plain", None), True),
        (("requests", None), False),
        (("units", "EUR"), False),
        (None, False),
    ],
)
def test_a_module_on_python_path_is_told_with_its_directory(
    tmp_path: Path, missing: tuple[str, str | None] | None, is_found: bool
) -> None:
    (tmp_path / "vendor/plain").mkdir(parents=True)
    (tmp_path / "vendor/units.py").touch()
    outcome = TreeOutcome(test="t.py::t", state="failed", missing=missing)
    python_path = os.pathsep.join(["", str(tmp_path), str(tmp_path / "vendor")])
    place = python_path_of(outcome, python_path)
    assert place == (str(tmp_path / "vendor") if is_found else None)
    assert with_python_path("no units", place).startswith("no units; it comes from PYTHONPATH, ") == is_found
