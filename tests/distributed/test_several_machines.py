"""One run over workers in other checkouts: the same verdict, and no word from a worker that runs something else."""

from __future__ import annotations

from pathlib import Path

import execnet
import pytest

from pytest_execute.distributed import bootstrap
from pytest_execute.distributed.controller_side import from_execnet, greet, problems
from pytest_execute.distributed.worker_side import strangers
from tests.repository import Repository
from tests.topic import PROJECT, honest, run

OTHER = "def take(a, b):\n    return b - a\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return honest(tmp_path / "repo")


def checkouts(repo: Repository, *names: str) -> list[Path]:
    places = [repo.path.parent / name for name in names]
    for place in places:
        repo.git("clone", "-q", str(repo.path), str(place))
    return places


def workers(*places: Path) -> list[str]:
    return ["-d", *(f"--tx=popen//chdir={place}" for place in places)]


def compiled(*places: Path) -> list[bool]:
    """Was the project's code imported from there?"""
    return [(place / "src/app/__pycache__").exists() for place in places]


def refused(directory: Path, *arguments: str, **changes: str) -> list[str]:
    """The lines of the error: status 4, no report, no traceback."""
    ran = run(directory, *arguments, **changes)
    assert (ran.status, ran.report) == (4, {}), ran.text
    assert "Traceback" not in ran.text
    assert "INTERNALERROR" not in ran.text
    return [line.removeprefix("ERROR: ") for line in ran.text.splitlines() if ": error: " in line]


def test_two_other_checkouts_say_what_this_one_does(repo: Repository) -> None:
    repo.commit("too thin", {"src/app/take.py": "def take(a, b):\n    return a - b\n\n\ndef more(a):\n    return a\n"})
    places = checkouts(repo, "one", "two")
    elsewhere = run(repo.path, *workers(*places))
    assert compiled(*places, repo.path) == [True, True, False]
    here = run(repo.path, "-n2")
    assert elsewhere.status == here.status == 1
    assert elsewhere.verdicts()["task:1"] == "passed"
    assert elsewhere.report["coverage"]["task:2"]["missing"] == {"src/app/take.py": [6]}
    assert elsewhere.without_times() == here.without_times()


def test_a_checkout_that_differs_is_refused(repo: Repository) -> None:
    """All that do, each with its files, before any test has run."""
    one, two, three = checkouts(repo, "one", "two", "three")
    (two / "src/app/take.py").write_text(OTHER)
    (three / "tests/test_other.py").unlink()
    (three / "src/conftest.py").write_text("")
    remedy = "bring it to the same files as here, then run again (other-checkout)"
    assert refused(repo.path, *workers(one, two, three)) == [
        f"gw1 (popen//chdir={two}): error: its checkout is another: it differs in src/app/take.py: {remedy}",
        (
            f"gw2 (popen//chdir={three}): error: its checkout is another: it lacks tests/test_other.py, "
            f"has src/conftest.py besides: {remedy}"
        ),
    ]


def test_code_that_came_from_another_checkout_is_told(repo: Repository) -> None:
    """xdist hands its own `sys.path` to workers, so what is not found in their checkout comes from this one."""
    repo.commit("rely on the path", {"pyproject.toml": PROJECT.replace('pythonpath = ["src"]\n', "")})
    (one,) = checkouts(repo, "one")
    said = refused(repo.path, *workers(one), PYTHONPATH=str(repo.path / "src"))
    assert (
        f"gw0 (popen//chdir={one}): error: it ran src/app/add.py not from its own checkout but from "
        f"{repo.path}/src/app/add.py: install the project there, or name its directories in pytest's `pythonpath` (other-code)"
    ) in said
    assert compiled(one) == [False]


def test_paths_and_workers_that_are_not_there_are_refused(repo: Repository) -> None:
    (one,) = checkouts(repo, "one")
    assert refused(repo.path, *workers(one), "tests") == [
        "tests: error: workers elsewhere take no paths: choose with -k, -m or --execute-task (path-argument)"
    ]
    (line,) = refused(repo.path, "-d", "--tx=socket=127.0.0.1:1")
    assert line.startswith("error: a worker cannot be reached: ")
    assert line.endswith(": see that it listens, and --tx and --px (no-worker)")


def test_workers_without_distribution_run_nothing(repo: Repository) -> None:
    ran = run(repo.path, "--tx=popen")
    assert ran.status == 0, ran.text
    assert "execute: --tx names workers, but without -d this process ran the tests" in ran.text


def test_a_process_that_has_run_tests_before_is_refused(tmp_path: Path) -> None:
    """As that of a socket server, where a second run would find the code of the first."""
    (tmp_path / "a.py").write_text("")
    group = execnet.Group()
    gateway = group.makegateway(f"popen//chdir={tmp_path}")
    try:
        root, used, found = greet(gateway, b"told", ".", ["a.py"])
        assert (root, used, list(found)) == (str(tmp_path.resolve()), False, ["a.py"])
        gateway.remote_exec("import _pytest.config").waitclose()
        _, used, again = greet(gateway, b"told", ".", ["a.py"])
        assert used
        (problem,) = problems("gw0", used, found, again)
        assert problem.code == "used-worker"
    finally:
        group.terminate(5)


def test_only_errors_of_connections_to_workers_are_told_as_such() -> None:
    with pytest.raises(execnet.DataFormatError) as ended:
        execnet.loads(b"")
    assert from_execnet(ended.value)
    with pytest.raises(EOFError) as other:
        raise EOFError("a socket of the project's")
    assert not from_execnet(other.value)


def test_what_a_checkout_holds(tmp_path: Path) -> None:
    """The files that are asked for, and modules and configuration beside them, but nothing else that lies about."""
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


def test_modules_of_another_checkout() -> None:
    files = {"src/app/__init__.py", "src/app/add.py", "tools.py", "__init__.py"}
    modules = {
        "app": "/there/src/app/__init__.py",
        "app.add": "/here/src/app/add.py",
        "tools": "/here/tools.py",
        "json": "/usr/lib/python3/json/__init__.py",
        "add": "/usr/lib/python3/add.py",
        "other.add": "/usr/lib/app/add.py",
    }
    assert strangers(modules, "/there", files) == {
        "src/app/add.py": "/here/src/app/add.py",
        "tools.py": "/here/tools.py",
    }
