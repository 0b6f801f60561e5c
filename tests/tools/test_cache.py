"""Result cache: shared by all runs, and not used where it is damaged."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pytest_execute.tools.cache import FILE_NAME, ResultCache, digest
from pytest_execute.tools.pytest_cache import part_of


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / ".pytest_cache"


def open_cache(directory: Path | None, warnings: list[str]) -> closing[ResultCache]:
    return closing(ResultCache(directory, warnings.append))


def test_entries_are_there_in_the_next_run(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings) as cache:
        cache.put("replay", {"a": b"1", "b": b"2"})
    with open_cache(directory, warnings) as cache:
        assert cache.get("replay", ["a", "b", "c"]) == {"a": b"1", "b": b"2"}
        assert cache.get("mutants", ["a"]) == {}
    assert warnings == []


def test_keys_may_hold_names_that_are_not_utf_8(directory: Path, warnings: list[str]) -> None:
    entries = {"caf\udce9": b"1", "café": b"2", "\ud800": b"3"}
    with open_cache(directory, warnings) as cache:
        cache.put("replay", entries)
        assert cache.get("replay", entries) == entries
    assert len({digest(key) for key in entries}) == 3
    assert warnings == []


def test_the_newest_entry_counts(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings) as cache:
        cache.put("seconds", {"a": b"1"})
        cache.put("seconds", {"a": b"2"})
        assert cache.get("seconds", ["a"]) == {"a": b"2"}


def test_more_keys_than_sqlite_takes_in_one_query(directory: Path, warnings: list[str]) -> None:
    facts = {f"tests/test_a.py::test[{number}]": b"%d" % number for number in range(70_000)}
    with open_cache(directory, warnings) as cache:
        cache.put("seconds", facts)
        assert cache.get("seconds", facts) == facts


def test_without_a_directory_it_lasts_as_long_as_the_run(warnings: list[str]) -> None:
    with open_cache(None, warnings) as cache:
        cache.put("replay", {"a": b"1"})
        assert cache.get("replay", ["a"]) == {"a": b"1"}
    with open_cache(None, warnings) as cache:
        assert cache.get("replay", ["a"]) == {}


def test_no_file_is_made_before_the_first_use(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings):
        pass
    assert not directory.exists()


def test_a_file_that_is_no_database_is_set_aside_with_a_warning(directory: Path, warnings: list[str]) -> None:
    part_of(directory).mkdir(parents=True)
    (part_of(directory) / FILE_NAME).write_bytes(b"this is no database, however long it may be" * 100)
    with open_cache(directory, warnings) as cache:
        assert cache.get("replay", ["a"]) == {}
        cache.put("replay", {"a": b"1"})
    with open_cache(directory, warnings) as cache:
        assert cache.get("replay", ["a"]) == {"a": b"1"}
    assert warnings == [
        (
            f"the result cache was damaged: it was renamed to {part_of(directory) / FILE_NAME}.damaged, "
            "and a new one is made"
        )
    ]


def test_a_cache_with_a_changed_entry_is_not_used(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings) as cache:
        cache.put("replay", {"a": b"failed", "b": b"2"})
    forger = sqlite3.connect(part_of(directory) / FILE_NAME)
    with forger:
        forger.execute("UPDATE facts SET value = ? WHERE key = ?", (b"passed", b"a"))
    forger.close()
    with open_cache(directory, warnings) as cache:
        assert cache.get("replay", ["a", "b"]) == {}
    assert len(warnings) == 1


def test_a_cache_with_torn_pages_is_not_used(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings) as cache:
        cache.put("replay", {f"key {number}": b"x" * 100 for number in range(2000)})
    file = part_of(directory) / FILE_NAME
    file.write_bytes(file.read_bytes()[:4096] + os.urandom(file.stat().st_size - 4096))
    with open_cache(directory, warnings) as cache:
        assert cache.get("replay", ["key 7"]) == {}
        cache.put("replay", {"key 7": b"new"})
        assert cache.get("replay", ["key 7"]) == {"key 7": b"new"}
    assert len(warnings) == 1


def test_a_directory_that_cannot_be_written_gives_a_warning_and_the_run_goes_on(
    tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    with open_cache(tmp_path / "file", warnings) as cache:
        cache.put("replay", {"a": b"1"})
        assert cache.get("replay", ["a"]) == {"a": b"1"}
    assert len(warnings) == 1
    assert warnings[0].startswith("the result cache cannot be used, so this run keeps no results: ")


def test_a_cache_that_is_removed_meanwhile_is_made_again(directory: Path, warnings: list[str]) -> None:
    """As `pytest --cache-clear` and `git clean -xdf` do: another run can have made a new one."""
    with open_cache(directory, warnings) as cache, open_cache(directory, warnings) as other:
        cache.put("replay", {"a": b"1"})
        shutil.rmtree(directory)
        assert cache.get("replay", ["a"]) == {}
        cache.put("replay", {"b": b"2"})
        shutil.rmtree(directory)
        other.put("replay", {"c": b"3"})
        cache.put("replay", {"d": b"4"})
        assert cache.get("replay", ["a", "b", "c", "d"]) == {"c": b"3", "d": b"4"}
    assert (directory / ".gitignore").exists()
    assert warnings == []


def test_threads_share_a_cache(directory: Path, warnings: list[str]) -> None:
    with open_cache(directory, warnings) as cache:

        def work(name: str) -> None:
            for number in range(50):
                cache.put("replay", {f"{name} {number}": name.encode()})
                assert cache.get("replay", [f"{name} {number}"])

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(cache.get("replay", [f"{name} {number}" for name in "abcd" for number in range(50)])) == 200


WRITER = """
import contextlib
import sys
from pathlib import Path
from pytest_execute.tools.cache import ResultCache
with contextlib.closing(ResultCache(Path(sys.argv[1]), print)) as cache:
    for number in range(int(sys.argv[3])):
        cache.put("replay", {f"{sys.argv[2]} {number}": b"1"})
"""


def writer(directory: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(directory), name, str(count)], stdout=subprocess.PIPE)


def test_processes_share_a_cache(directory: Path, warnings: list[str]) -> None:
    for process in [writer(directory, name, 40) for name in "abc"]:
        out, _ = process.communicate()
        assert (process.returncode, out) == (0, b"")
    with open_cache(directory, warnings) as cache:
        assert len(cache.get("replay", [f"{name} {number}" for name in "abc" for number in range(40)])) == 120


def test_a_killed_run_leaves_the_cache_whole(directory: Path, warnings: list[str]) -> None:
    process = writer(directory, "a", 1_000_000)
    with open_cache(directory, warnings) as cache:
        while not cache.get("replay", ["a 20"]):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(cache.get("replay", [f"a {number}" for number in range(20)])) == 20
    assert warnings == []


def test_the_oldest_entries_are_removed_where_the_cache_grows_too_large(directory: Path, warnings: list[str]) -> None:
    with closing(ResultCache(directory, warnings.append, max_bytes=200_000)) as cache:
        for number in range(100):
            cache.put("replay", {f"key {number}": b"x" * 10_000})
    with open_cache(directory, warnings) as cache:
        assert "key 99" in cache.get("replay", ["key 99"])
        assert cache.get("replay", ["key 0"]) == {}
    assert (part_of(directory) / FILE_NAME).stat().st_size < 600_000


def test_a_cache_that_is_not_closed_closes_its_database(warnings: list[str]) -> None:
    """With warnings as errors, Python 3.13 would fail this test."""
    ResultCache(None, warnings.append).put("replay", {"a": b"1"})
