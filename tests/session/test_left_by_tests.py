"""Leftovers of tests in the process of the judge change no verdict."""

from __future__ import annotations

from pathlib import Path

from tests.topic import honest, run

LEFT = """
import pytest

@pytest.fixture(scope="session")
def shared():
    yield


def test_leaves_all_sorts_of_things_behind(tmp_path, shared):
    import builtins, decimal, gc, json, locale, os, pathlib, resource, signal, sqlite3, subprocess, sys, warnings

    def broken(*arguments, **options):
        raise LookupError("left behind by a test")

    class Broken:
        find_spec = find_module = broken

    decimal.getcontext().prec = 1
    locale.setlocale(locale.LC_ALL, "C")
    os.umask(0o777)
    gc.disable()
    sys.setrecursionlimit(200)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, broken)
    signal.alarm(1)
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    os.environ.clear()
    os.environ["GIT_DIR"] = "/nowhere"
    os.chdir(tmp_path)
    sys.meta_path.insert(0, Broken())
    sys.path[:] = []
    sys.excepthook = sys.unraisablehook = broken
    for owner, name in (
        (json, "dumps"), (json, "loads"), (sqlite3, "connect"), (subprocess, "run"), (subprocess.Popen, "__init__"),
        (pathlib.Path, "read_text"), (pathlib.Path, "open"), (pathlib.Path, "mkdir"), (builtins, "open"),
    ):
        setattr(owner, name, broken)
"""


def test_the_verdict_is_the_same(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.commit("leave", {"tests/test_zuletzt.py": LEFT.lstrip("\n")})
    ran = run(repo.path, "-n0")
    assert (ran.status, set(ran.verdicts().values())) == (0, {"passed"}), ran.text
    assert "Traceback" not in ran.text
