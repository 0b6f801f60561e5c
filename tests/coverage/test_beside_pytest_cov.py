"""Runs with `--cov`: pytest-cov and we both record the same as each does without the other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import coverage
import pytest

from tests.repository import Repository
from tests.topic import OWN_PLUGINS, Ran, environment, run

BREAKDOWN = """
    # Beside: Task Breakdown

    ## Stream A: All

    ### 1. [x] One

    - **Files**: `src/app/one.py`
    - **Tests**: `tests/test_one.py`
    - **Dependencies**: None

    ### 2. [x] Two

    - **Files**: `src/app/two.py`, `src/app/left_out.py`
    - **Tests**: `tests/test_two.py`
    - **Dependencies**: None
    """
PROJECT = """
    [tool.pytest.ini_options]
    pythonpath = ["src"]
    testpaths = ["tests"]
    addopts = {addopts}

    [tool.pytest-execute]
    source = ["src/app"]
    test-first = "off"

    [tool.pytest-execute.mutation]
    task = "off"

    [tool.coverage.run]
    {settings}
    """
FUNCTION = """
    def {name}(n):
        if n:
            return n
        for each in range(n):
            n += each
        return [k for k in range(3) if k]
    """
FILES = {
    "src/app/__init__.py": "",
    "src/app/one.py": FUNCTION.format(name="one"),
    "src/app/two.py": FUNCTION.format(name="two"),
    "src/app/left_out.py": FUNCTION.format(name="left_out"),
    "src/app/imported.py": "VALUE = 1\n\n\ndef never():\n    return VALUE\n",
    "tests/conftest.py": "import app.imported\n",
    "tests/test_one.py": """
        import os, subprocess, sys
        import pytest
        from app.one import one

        def test_one():
            assert one(1) == 1

        def test_in_a_fork():
            pid = os.fork()
            if not pid:
                one(0)
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        """,
    "tests/test_two.py": """
        import os, subprocess, sys
        from app.two import two
        from app.left_out import left_out

        def test_two():
            assert two(0) == [1, 2]
            assert left_out(2) == 2

        def test_in_a_process():
            env = {**os.environ, "PYTHONPATH": "src"}
            subprocess.run([sys.executable, "-c", "from app.two import two; two(2)"], check=True, env=env)
            subprocess.run([sys.executable, "-c", "pass"], check=True, env=env)
        """,
    "notes/beside/research.md": "# R\n\nAll.\n",
    "notes/beside/plan.md": "# P\n\nAll.\n",
    "notes/beside/breakdown.md": BREAKDOWN,
    ".gitignore": "__pycache__/\n.pytest_cache/\n.coverage*\n",
}
PLUGINS = (*OWN_PLUGINS, "-p", "pytest_cov")
LINES = ["--cov=src/app"]
BRANCHES = ["--cov=src/app", "--cov-branch"]
CONTEXTS = [*BRANCHES, "--cov-context=test"]
PATCHED = 'omit = ["*/left_out.py"]\npatch = ["subprocess", "fork", "_exit"]'
RELATIVE = 'relative_files = true\ncontext = "nightly"'


def project(path: Path, addopts: list[str], settings: str = "", *, plugins: Sequence[str] = PLUGINS) -> Repository:
    repo = Repository(path)
    addopts = [*plugins, *addopts]
    repo.commit("all", {**FILES, "pyproject.toml": PROJECT.format(addopts=json.dumps(addopts), settings=settings)})
    return repo


def theirs(repo: Repository) -> dict[str, Any]:
    """Return the data of pytest-cov: `{file: (lines, arcs, {line: contexts})}`."""
    data = coverage.CoverageData(basename=str(repo.path / ".coverage"))
    data.read()
    left = {
        Path(file).name: (sorted(data.lines(file) or ()), sorted(data.arcs(file) or ()), data.contexts_by_lineno(file))
        for file in data.measured_files()
    }
    data.close(force=True)
    contexts = {name: {line: sorted(all) for line, all in rows[2].items()} for name, rows in left.items()}
    return {name: (*rows[:2], contexts[name]) for name, rows in left.items()}


def alone(repo: Repository, *arguments: str) -> dict[str, Any]:
    """Return the data of pytest-cov after a run without us."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:execute", "-p", "no:randomly", *arguments]
    subprocess.run(command, cwd=repo.path, env=environment(), check=True, capture_output=True)
    return theirs(repo)


def ours(ran: Ran) -> dict[str, Any]:
    assert ran.status == 1, ran.text
    measures: dict[str, Any] = ran.report["coverage"]
    return measures


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return our measures of a run without pytest-cov."""
    repo = project(tmp_path_factory.mktemp("without") / "repo", [])
    found = ours(run(repo.path, "-n0", "-p", "no:randomly", topic="beside"))
    assert (found["task:1"]["missing"], found["task:1"]["covered"]) == ({"src/app/one.py": [5]}, 4)
    assert found["task:2"]["missing"] == {"src/app/left_out.py": [4, 5, 6], "src/app/two.py": [5]}
    return found


@pytest.mark.parametrize(
    ("workers", "options", "settings"),
    [
        ("-n0", LINES, ""),
        ("-n2", LINES, PATCHED),
        ("-n0", BRANCHES, PATCHED),
        ("-n2", BRANCHES, ""),
        ("-n0", CONTEXTS, RELATIVE),
        ("-n0", LINES, 'patch = ["_exit"]'),
        ("-n2", CONTEXTS, RELATIVE),
    ],
)
def test_both_record_the_same_as_each_does_alone(
    tmp_path: Path, without: dict[str, Any], workers: str, options: list[str], settings: str
) -> None:
    repo = project(tmp_path / "repo", options if workers == "-n2" else [], settings)
    arguments = [workers, "--cov-report=", *(options if workers == "-n0" else [])]
    wanted = alone(repo, *arguments)
    ran = run(repo.path, "-p", "no:randomly", *arguments, topic="beside")
    assert ours(ran) == without
    assert theirs(repo) == wanted
    if workers == "-n0":  # with patch = subprocess, workers write theirs as they end, which may be after pytest-cov
        assert [path.name for path in repo.path.glob(".coverage*")] == [".coverage"]
    assert "rror" not in ran.text


def test_pytest_cov_starts_as_controller_where_we_request_workers(tmp_path: Path, without: dict[str, Any]) -> None:
    repo = project(tmp_path / "repo", [], plugins=())
    ran = run(repo.path, "--cov=src/app", "--cov-report=term", topic="beside")
    assert "INTERNALERROR" not in ran.text
    assert "src/app/one.py" in ran.text  # a row of its table
    assert ours(ran) == without


@pytest.mark.parametrize(
    ("settings", "changes", "why"),
    [
        (
            'concurrency = ["multiprocessing"]',
            {},
            "--cov measures subprocesses by concurrency = multiprocessing: use patch = subprocess, fork, _exit",
        ),
        (
            "",
            {"COV_CORE_SOURCE": "src"},
            "--cov measures subprocesses by COV_CORE_SOURCE, as pytest-cov before 7 did: update pytest-cov",
        ),
        (
            "branch = true",
            {"COVERAGE_PROCESS_START": "pyproject.toml"},
            "--cov measures subprocesses by COVERAGE_PROCESS_START: use patch = subprocess, fork, _exit",
        ),
    ],
)
def test_settings_that_prevent_measuring_are_reported(
    tmp_path: Path, settings: str, changes: dict[str, str], why: str
) -> None:
    repo = project(tmp_path / "repo", [], settings)
    ran = run(repo.path, "-n0", *BRANCHES, "--cov-report=", topic="beside", **changes)
    assert ran.codes("task:1") == [("coverage", "not-measured")], ran.text
    assert why in ran.text


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python has no sys.monitoring")
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="sys.monitoring tells branches")
def test_sys_monitoring_without_branches_is_reported(tmp_path: Path) -> None:
    repo = project(tmp_path / "repo", [], 'core = "sysmon"')
    ran = run(repo.path, "-n0", *LINES, "--cov-report=", topic="beside")
    assert ran.codes("task:1") == [("coverage", "not-measured")], ran.text
    assert (
        "--cov uses sys.monitoring, which does not report branches: add --cov-branch, or set core = ctrace" in ran.text
    )


def test_a_worker_that_dies_does_not_lose_the_data_of_others(tmp_path: Path) -> None:
    """The worker that replaces it erases all data files of pytest-cov that it finds."""
    repo = project(tmp_path / "repo", [])
    crash = "import os, time\n\ndef test_dies():\n    time.sleep(1)\n    os._exit(3)\n"
    repo.commit("a test that dies", {"tests/test_zombie.py": crash})
    ran = run(repo.path, "-n2", *BRANCHES, "--cov-report=", topic="beside")
    assert "INTERNALERROR" not in ran.text
    assert ran.report["coverage"]["task:1"]["covered"] == 4
