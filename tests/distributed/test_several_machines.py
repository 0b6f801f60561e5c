"""Runs with workers in other checkouts: the same verdict, and no result from a worker with other code."""

from __future__ import annotations

import re
from pathlib import Path

import execnet
import pytest

from pytest_execute.distributed import bootstrap
from pytest_execute.distributed.bootstrap import WorkerInput
from pytest_execute.distributed.controller_side import checkout_problems, is_connection_error, send_input
from pytest_execute.distributed.worker_side import foreign_modules
from tests.repository import Repository
from tests.topic import PROJECT, honest, run

OTHER = "def take(a, b):\n    return b - a\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return honest(tmp_path / "repo")


def checkouts(repo: Repository, *names: str) -> list[Path]:
    directories = [repo.path.parent / name for name in names]
    for directory in directories:
        repo.git("clone", "-q", str(repo.path), str(directory))
    return directories


def workers(*directories: Path) -> list[str]:
    return ["-d", *(f"--tx=popen//chdir={directory}" for directory in directories)]


def compiled(*directories: Path) -> list[bool]:
    """Return for each directory whether the project's code was imported from there."""
    return [(directory / "src/app/__pycache__").exists() for directory in directories]


def refused(directory: Path, *arguments: str, **changes: str) -> list[str]:
    """Return the lines of the error; assert status 4, no report and no traceback."""
    ran = run(directory, *arguments, **changes)
    assert (ran.status, ran.report) == (4, {}), ran.text
    assert "Traceback" not in ran.text
    assert "INTERNALERROR" not in ran.text
    return [line.removeprefix("ERROR: ") for line in ran.text.splitlines() if re.search(r" \([a-z-]+\)$", line)]


def test_workers_in_two_other_checkouts_give_the_same_verdict(repo: Repository) -> None:
    repo.commit("too thin", {"src/app/take.py": "def take(a, b):\n    return a - b\n\n\ndef more(a):\n    return a\n"})
    directories = checkouts(repo, "one", "two")
    remote = run(repo.path, *workers(*directories))
    assert compiled(*directories, repo.path) == [True, True, False]
    local = run(repo.path, "-n2")
    assert remote.status == local.status == 1
    assert remote.verdicts()["task:1"] == "passed"
    assert remote.report["coverage"]["task:2"]["missing"] == {"src/app/take.py": [6]}
    assert remote.without_times() == local.without_times()


def test_a_checkout_that_differs_is_refused(repo: Repository) -> None:
    """Every such checkout is reported with its files, before any test has run."""
    one, two, three = checkouts(repo, "one", "two", "three")
    (two / "src/app/take.py").write_text(OTHER)
    (three / "tests/test_other.py").unlink()
    (three / "src/conftest.py").write_text("")
    problem = "its checkout has other files than this one"
    remedy = "copy the files of this checkout there, then run again (other-checkout)"
    assert refused(repo.path, *workers(one, two, three)) == [
        f"gw1 (popen//chdir={two}): {problem}: src/app/take.py differs: {remedy}",
        (
            f"gw2 (popen//chdir={three}): {problem}: tests/test_other.py is missing, "
            f"src/conftest.py exists only there: {remedy}"
        ),
    ]


def test_code_imported_from_another_checkout_is_an_error(repo: Repository) -> None:
    """xdist gives workers its own `sys.path`, so a module that their checkout lacks is imported from this one."""
    repo.commit("rely on the path", {"pyproject.toml": PROJECT.replace('pythonpath = ["src"]\n', "")})
    (one,) = checkouts(repo, "one")
    lines = refused(repo.path, *workers(one), PYTHONPATH=str(repo.path / "src"))
    assert (
        f"gw0 (popen//chdir={one}): it imported "
        f"{repo.path}/src/app/add.py instead of src/app/add.py in its own checkout: "
        "install the project there, or add its directories to pytest's `pythonpath` (other-code)"
    ) in lines
    assert compiled(one) == [False]


def test_path_arguments_and_unreachable_workers_are_refused(repo: Repository) -> None:
    (one,) = checkouts(repo, "one")
    assert refused(repo.path, *workers(one), "tests") == [
        (
            "tests: workers in other checkouts cannot run a path of this one: "
            "select tests with -k, -m or --execute-task (path-argument)"
        )
    ]
    (line,) = refused(repo.path, "-d", "--tx=socket=127.0.0.1:1")
    assert line.startswith("a worker cannot be reached: ")
    assert line.endswith(": check that its server is running, and the addresses in --tx and --px (no-worker)")


def test_workers_without_distribution_run_nothing(repo: Repository) -> None:
    ran = run(repo.path, "--tx=popen")
    assert ran.status == 0, ran.text
    assert (
        "execute: --tx names workers, but the tests ran in this process: add -d to run them in the workers" in ran.text
    )


def test_a_process_that_has_run_tests_before_is_refused(tmp_path: Path) -> None:
    """A socket server has such a process: a second run would find the code of the first."""
    (tmp_path / "a.py").write_text("")
    group = execnet.Group()
    gateway = group.makegateway(f"popen//chdir={tmp_path}")
    try:
        worker_input = WorkerInput(b"settings", ".", ["a.py"])
        first = send_input(gateway, worker_input)
        assert (first.root, first.has_run_pytest, list(first.files)) == (str(tmp_path.resolve()), False, ["a.py"])
        gateway.remote_exec("import _pytest.config").waitclose()
        second = send_input(gateway, worker_input)
        assert second.has_run_pytest
        (problem,) = checkout_problems("gw0", second, first.files)
        assert problem.code == "used-worker"
    finally:
        group.terminate(5)


def test_only_errors_from_execnet_count_as_connection_errors() -> None:
    with pytest.raises(execnet.DataFormatError) as ended:
        execnet.loads(b"")
    assert is_connection_error(ended.value)
    with pytest.raises(EOFError) as other:
        raise EOFError("a socket of the project's")
    assert not is_connection_error(other.value)


def test_a_fingerprint_has_the_files_and_the_code_beside_them(tmp_path: Path) -> None:
    """It has the requested files, and modules and configuration beside them, but no other file."""
    for name in (
        "src/app/a.py",
        "src/app/data.txt",
        "src/app/b.py",
        "src/conftest.py",
        "tox.ini",
        "notes.txt",
        "venv/c.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to("elsewhere")
    found = bootstrap.fingerprint(str(tmp_path), ["src/app/a.py", "src/app/data.txt", "gone.py", "link"])
    assert list(found) == ["link", "src/app/a.py", "src/app/b.py", "src/app/data.txt", "src/conftest.py", "tox.ini"]
    assert len(set(found.values())) == len(found)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("elsewhere else")
    assert bootstrap.fingerprint(str(tmp_path), ["link"])["link"] != found["link"]


def test_modules_from_another_checkout_are_found() -> None:
    files = {"src/app/__init__.py", "src/app/add.py", "tools.py", "__init__.py"}
    modules = {
        "app": "/there/src/app/__init__.py",
        "app.add": "/here/src/app/add.py",
        "tools": "/here/tools.py",
        "json": "/usr/lib/python3/json/__init__.py",
        "add": "/usr/lib/python3/add.py",
        "other.add": "/usr/lib/app/add.py",
    }
    assert foreign_modules(modules, "/there", files) == {
        "src/app/add.py": "/here/src/app/add.py",
        "tools.py": "/here/tools.py",
    }
