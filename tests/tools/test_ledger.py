"""The ledger keeps what was learnt, for all runs at once, and a damaged one is never trusted."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pytest_execute.tools.cache import NAME, ResultCache


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "execute"


def open_ledger(place: Path | None, said: list[str]) -> closing[ResultCache]:
    return closing(ResultCache(place, said.append))


def test_what_is_learnt_is_known_to_the_next_run(place: Path, said: list[str]) -> None:
    with open_ledger(place, said) as ledger:
        ledger.learn("replay", {"a": b"1", "b": b"2"})
    with open_ledger(place, said) as ledger:
        assert ledger.known("replay", ["a", "b", "c"]) == {"a": b"1", "b": b"2"}
        assert ledger.known("mutants", ["a"]) == {}
    assert said == []


def test_the_newest_fact_counts(place: Path, said: list[str]) -> None:
    with open_ledger(place, said) as ledger:
        ledger.learn("seconds", {"a": b"1"})
        ledger.learn("seconds", {"a": b"2"})
        assert ledger.known("seconds", ["a"]) == {"a": b"2"}


def test_more_keys_than_sqlite_takes_in_one_question(place: Path, said: list[str]) -> None:
    facts = {f"tests/test_a.py::test[{number}]": b"%d" % number for number in range(70_000)}
    with open_ledger(place, said) as ledger:
        ledger.learn("seconds", facts)
        assert ledger.known("seconds", facts) == facts


def test_without_a_place_it_lasts_as_long_as_the_run(said: list[str]) -> None:
    with open_ledger(None, said) as ledger:
        ledger.learn("replay", {"a": b"1"})
        assert ledger.known("replay", ["a"]) == {"a": b"1"}
    with open_ledger(None, said) as ledger:
        assert ledger.known("replay", ["a"]) == {}


def test_nothing_is_made_where_nothing_is_asked(place: Path, said: list[str]) -> None:
    with open_ledger(place, said):
        pass
    assert not place.exists()


def test_a_file_that_is_no_database_is_set_aside_with_a_line(place: Path, said: list[str]) -> None:
    place.mkdir(parents=True)
    (place / NAME).write_bytes(b"this is no database, however long it may be" * 100)
    with open_ledger(place, said) as ledger:
        assert ledger.known("replay", ["a"]) == {}
        ledger.learn("replay", {"a": b"1"})
    with open_ledger(place, said) as ledger:
        assert ledger.known("replay", ["a"]) == {"a": b"1"}
    assert said == [f"the ledger was damaged: it is set aside as {place / NAME}.damaged, and all is learnt anew"]


def test_a_changed_fact_is_noticed_and_nothing_of_it_is_trusted(place: Path, said: list[str]) -> None:
    with open_ledger(place, said) as ledger:
        ledger.learn("replay", {"a": b"failed", "b": b"2"})
    forger = sqlite3.connect(place / NAME)
    with forger:
        forger.execute("UPDATE facts SET value = ? WHERE key = ?", (b"passed", "a"))
    forger.close()
    with open_ledger(place, said) as ledger:
        assert ledger.known("replay", ["a", "b"]) == {}
    assert len(said) == 1


def test_torn_pages_are_noticed(place: Path, said: list[str]) -> None:
    with open_ledger(place, said) as ledger:
        ledger.learn("replay", {f"key {number}": b"x" * 100 for number in range(2000)})
    file = place / NAME
    file.write_bytes(file.read_bytes()[:4096] + os.urandom(file.stat().st_size - 4096))
    with open_ledger(place, said) as ledger:
        assert ledger.known("replay", ["key 7"]) == {}
        ledger.learn("replay", {"key 7": b"new"})
        assert ledger.known("replay", ["key 7"]) == {"key 7": b"new"}
    assert len(said) == 1


def test_a_place_that_cannot_be_written_is_told_and_the_run_goes_on(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    with open_ledger(tmp_path / "file" / "execute", said) as ledger:
        ledger.learn("replay", {"a": b"1"})
        assert ledger.known("replay", ["a"]) == {"a": b"1"}
    assert len(said) == 1
    assert said[0].startswith("the ledger cannot be kept: ")


def test_threads_share_one(place: Path, said: list[str]) -> None:
    with open_ledger(place, said) as ledger:

        def work(name: str) -> None:
            for number in range(50):
                ledger.learn("replay", {f"{name} {number}": name.encode()})
                assert ledger.known("replay", [f"{name} {number}"])

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ledger.known("replay", [f"{name} {number}" for name in "abcd" for number in range(50)])) == 200


WRITER = """
import contextlib
import sys
from pathlib import Path
from pytest_execute.tools.cache import ResultCache
with contextlib.closing(ResultCache(Path(sys.argv[1]), print)) as ledger:
    for number in range(int(sys.argv[3])):
        ledger.learn("replay", {f"{sys.argv[2]} {number}": b"1"})
"""


def writer(place: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(place), name, str(count)], stdout=subprocess.PIPE)


def test_processes_share_one(place: Path, said: list[str]) -> None:
    for process in [writer(place, name, 40) for name in "abc"]:
        out, _ = process.communicate()
        assert (process.returncode, out) == (0, b"")
    with open_ledger(place, said) as ledger:
        assert len(ledger.known("replay", [f"{name} {number}" for name in "abc" for number in range(40)])) == 120


def test_a_killed_run_leaves_it_whole(place: Path, said: list[str]) -> None:
    process = writer(place, "a", 1_000_000)
    with open_ledger(place, said) as ledger:
        while not ledger.known("replay", ["a 20"]):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(ledger.known("replay", [f"a {number}" for number in range(20)])) == 20
    assert said == []


def test_the_oldest_facts_go_where_it_grows_too_large(place: Path, said: list[str]) -> None:
    with closing(ResultCache(place, said.append, most=200_000)) as ledger:
        for number in range(100):
            ledger.learn("replay", {f"key {number}": b"x" * 10_000})
    with open_ledger(place, said) as ledger:
        assert "key 99" in ledger.known("replay", ["key 99"])
        assert ledger.known("replay", ["key 0"]) == {}
    assert (place / NAME).stat().st_size < 600_000


def test_one_that_is_forgotten_lets_go(said: list[str]) -> None:
    """With warnings as errors, Python 3.13 would fail this test."""
    ResultCache(None, said.append).learn("replay", {"a": b"1"})
