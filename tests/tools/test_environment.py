"""Environment of processes that run tests: no variable of git leads them to the user's repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_execute.session import start
from pytest_execute.tools.environment import (
    python_path,
    remove_git_variables,
    with_git_settings,
    without_git_variables,
)


def test_all_variables_that_git_calls_local_to_a_repository_are_removed() -> None:
    listed = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True)
    local = listed.stdout.split()
    assert {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"} < set(local)
    assert without_git_variables(dict.fromkeys(local, "x")) == {}


@pytest.mark.parametrize("name", ["GIT_EXEC_PATH", "GIT_AUTHOR_DATE", "GIT_QUARANTINE_PATH", "GIT_EDITOR"])
def test_other_variables_of_a_hook_are_removed(name: str) -> None:
    assert without_git_variables({name: "x"}) == {}


@pytest.mark.parametrize(
    "name", ["PATH", "GITHUB_TOKEN", "GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND"]
)
def test_a_person_a_configuration_file_and_a_connection_are_kept(name: str) -> None:
    assert without_git_variables({name: "x"}) == {name: "x"}


def test_a_run_inherits_how_git_is_configured_and_reads_the_repository_with_it() -> None:
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    assert with_git_settings({**settings, "GIT_DIR": "x", "GIT_INDEX_FILE": "x", "PATH": "x"}) == {
        **settings,
        "PATH": "x",
    }


def test_variables_of_this_process_can_be_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A. Author")
    restore = remove_git_variables()
    assert ("GIT_DIR" in os.environ, os.environ["GIT_AUTHOR_NAME"]) == (False, "A. Author")
    restore()
    assert os.environ["GIT_DIR"] == "elsewhere"


def test_a_run_removes_them_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "elsewhere")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    cleanups: list[Callable[[], None]] = []
    options = SimpleNamespace(collectonly=True)
    config: Any = SimpleNamespace(add_cleanup=cleanups.append, known_args_namespace=options, stash={})
    start.begin(config, [])
    assert "GIT_INDEX_FILE" not in os.environ
    for cleanup in cleanups:
        cleanup()
    assert os.environ["GIT_INDEX_FILE"] == "elsewhere"


def test_a_directory_with_the_separator_in_its_path_is_named_from_the_start(tmp_path: Path) -> None:
    checkout = tmp_path / "a:b"
    (checkout / "src").mkdir(parents=True)
    (checkout / "src" / "found_here.py").touch()
    value = python_path([checkout / "src", checkout / "c:d", tmp_path / "lib"], checkout)
    assert value == os.pathsep.join(["src", str(tmp_path / "lib")])
    env = {**os.environ, "PYTHONPATH": value}
    code = "import os; os.chdir('/'); import found_here"
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, env=env, check=False).returncode == 0
