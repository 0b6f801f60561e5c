"""Documents are read within limits, from regular files of UTF-8; all else is one line with the remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.documents import PLAN, SETTINGS, Limit, decode, exists, is_directory, read


def refusal(file: Path, limit: Limit = PLAN) -> str:
    with pytest.raises(ExecuteError) as caught:
        read(file, file.name, limit)
    return str(caught.value)


def test_a_document_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("Zür\r\n".encode())
    assert read(tmp_path / "a.md", "a.md", PLAN) == "Zür\r\n"


def test_a_directory_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    assert refusal(tmp_path / "pipe.md") == "pipe.md: error: not a file: name a regular file (unreadable)"
    assert refusal(tmp_path / "zero.md") == "zero.md: error: not a file: name a regular file (unreadable)"
    assert refusal(tmp_path) == f"{tmp_path.name}: error: not a file: name a regular file (unreadable)"
    assert refusal(tmp_path / "loop.md").startswith("loop.md: error: cannot be read: ")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "/".join(["d" * 200] * 30)])
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    assert not exists(tmp_path / name)
    assert not is_directory(tmp_path / name)
    assert "error: cannot be read: " in refusal(tmp_path / name)


def test_limits_of_bytes_and_lines(tmp_path: Path) -> None:
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(50_000_000)
    (tmp_path / "long.md").write_text("\n" * 300_000)
    assert refusal(tmp_path / "large.md") == (
        "large.md: error: 50 MB, but a document of a topic may have at most 16 MB: shorten or divide it (too-large)"
    )
    assert refusal(tmp_path / "long.md") == (
        "long.md: error: 300001 lines, but a document of a topic may have at most 250000: shorten or divide it "
        "(too-large)"
    )
    assert refusal(tmp_path / "large.md", SETTINGS) == (
        "large.md: error: 50 MB, but a settings file may have at most 2 MB: shorten or divide it (too-large)"
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_file_that_says_no_size_is_read_up_to_the_limit() -> None:
    assert refusal(Path("/proc/self/status"), Limit("a note", 10, 10)).endswith("shorten or divide it (too-large)")


def test_bytes_that_are_no_utf8_are_an_error_with_their_line() -> None:
    with pytest.raises(ExecuteError) as caught:
        decode(b"# A\n\n\xff\xfe\n", "a.toml")
    assert str(caught.value) == "a.toml:3: error: not UTF-8: save the file as UTF-8 (not-utf-8)"


def test_what_may_not_be_looked_at_may_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is to write a plan that is there: reading it says then why it cannot be read."""

    def refuse(path: Path) -> os.stat_result:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", refuse)
        assert exists(tmp_path / "a.md")
        assert is_directory(tmp_path / "topic")


def test_what_is_not_there_and_what_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    for name in ("gone", "loop", "file/inside", "a" * 300, "a\0b"):
        assert not exists(tmp_path / name)
        assert not is_directory(tmp_path / name)
    assert exists(tmp_path / "file")
    assert not is_directory(tmp_path / "file")
    assert is_directory(tmp_path)
