"""Cached outcomes are not run again; outcomes that may change are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.settings import PytestOptions
from pytest_execute.replay.file_parts import split_file
from pytest_execute.tools import process
from pytest_execute.tools.cache import ResultCache
from tests.polling import LONGEST
from tests.recording import recorded
from tests.replay.replaying import replay
from tests.repository import Repository

TEST = "import app\n\ndef test_f():\n    assert app.VALUE == 2\n"
ONE = "tests/test_f.py::test_f"


def replayed(repo: Repository, base: str, config: bytes = b"[pytest]\n") -> Proof:
    cache = ResultCache(repo.path.parent / "cache", print)
    options = PytestOptions(config=("pytest.ini", config), workers=1)
    proofs = replay(repo, [ONE], base, pytest=options, cache=cache)
    cache.close()
    return proofs[ONE]


def test_cached_outcomes_are_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repository(tmp_path / "repo")
    base = repo.commit("base", {"src/app/__init__.py": "VALUE = 1\n"})
    repo.commit("red", {"tests/test_f.py": TEST})
    repo.commit("green", {"src/app/__init__.py": "VALUE = 2\n"})
    started: list[object] = []
    record = recorded(process.start, lambda *args, **_: started.append(args))
    monkeypatch.setattr(process, "start", record)
    first = replayed(repo, base)
    assert first.found == "turned"
    assert started
    started.clear()
    assert replayed(repo, base) == first
    assert not started
    assert replayed(repo, base, b"[pytest]\nxfail_strict = true\n") == first
    assert started, "another configuration is another fact"
    started.clear()
    repo.commit("more", {"src/app/more.py": "x = 1\n"})
    assert replayed(repo, base) == first


def test_a_test_that_needed_full_time_gets_it_at_once_in_the_next_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its call takes no time, which is all that the run tells; what sets it up computes for longer than a first try
    may.
    """
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", LONGEST)
    repo = Repository(tmp_path / "repo")
    base = repo.commit("base", {"src/app/__init__.py": "VALUE = 1\n"})
    slow = """
        import app, pytest, time
        @pytest.fixture
        def slow():
            end = time.process_time() + 1.3
            while time.process_time() < end: pass
        def test_f(slow): assert app.VALUE == 2
        """
    repo.commit("both", {"src/app/__init__.py": "VALUE = 2\n", "tests/test_f.py": slow})
    started: list[object] = []
    record = recorded(process.start, lambda *args, **_: started.append(args))
    monkeypatch.setattr(process, "start", record)
    first = replayed(repo, base)
    assert (first.found, first.cause) == ("turned", "assertion")
    started.clear()
    assert replayed(repo, base) == first
    assert not started


def test_files_of_tests_are_parsed_once_for_each_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repository(tmp_path / "repo")
    base = repo.commit("base", {"src/app/__init__.py": "VALUE = 1\n", "tests/test_f.py": "def test_f(): pass\n"})
    repo.commit("both", {"src/app/__init__.py": "VALUE = 2\n", "tests/test_f.py": TEST})
    read: list[bytes] = []
    monkeypatch.setattr("pytest_execute.replay.history.split_file", recorded(split_file, read.append))
    first = replayed(repo, base)
    assert first.order == "same-commit"
    assert read
    read.clear()
    assert replayed(repo, base) == first
    assert not read
    repo.commit("another", {"tests/test_f.py": TEST + "\n"})
    assert replayed(repo, base) == first
    assert read, "another file of today's may be another test"


def test_an_unstable_red_stays_unstable(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    base = repo.commit("base", {"src/app/__init__.py": "VALUE = 1\n"})
    flip = tmp_path / "flip"
    flaky = f"""
        import app, pathlib
        def test_f():
            flip = pathlib.Path({str(flip)!r})
            if app.VALUE == 2: return
            if flip.exists(): raise AssertionError
            flip.write_text("")
            raise KeyError
        """
    repo.commit("red", {"tests/test_f.py": flaky})
    repo.commit("green", {"src/app/__init__.py": "VALUE = 2\n"})
    assert [replayed(repo, base).found for _ in range(2)] == ["unstable", "unstable"]
