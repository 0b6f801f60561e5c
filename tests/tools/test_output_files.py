"""Files that the user requests: whole or not at all; a device or a pipe gets the bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools import output_files


def test_a_file_is_replaced_with_its_permissions_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    output_files.write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert ((tmp_path / "real").read_text(), (tmp_path / "real").stat().st_mode & 0o777) == ("new", 0o640)
    assert {path.name for path in tmp_path.iterdir()} == {"real", "link"}


def test_a_file_is_written_in_place_where_its_directory_takes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that is read-only, or a file that is mounted; both may be fine for root."""

    def refuse(*_: object, **__: object) -> tuple[int, str]:
        raise PermissionError

    (tmp_path / "file").write_text("older")
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    output_files.write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_text() == "new"
    with pytest.raises(ExecuteError):
        output_files.write(tmp_path / "none", b"new")


@pytest.mark.parametrize("write", [output_files.write, output_files.append])
def test_a_full_device_is_an_error(write: Callable[[Path, bytes], None]) -> None:
    with pytest.raises(ExecuteError, match=r"^/dev/full: error: cannot be written: No space left on device"):
        write(Path("/dev/full"), b"new")


def test_a_pipe_without_a_reader_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExecuteError, match="cannot be written: No such device or address"):
        output_files.write(tmp_path / "pipe", b"new")


def test_a_pipe_gets_all_bytes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    output_files.write(tmp_path / "pipe", b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)


def test_standard_output_that_is_a_file_keeps_what_it_has(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Under `capfd` standard output is a file."""
    print("before")
    output_files.write(Path("/dev/stdout"), b"report\n")
    print("after")
    assert capfd.readouterr().out == "before\nreport\nafter\n"


def test_only_earlier_reports_are_removed(tmp_path: Path) -> None:
    texts = {"report": '{"format":"pytest-execute/report/1"}', "mine": '{"format":"other"}'}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    output_files.remove_earlier(tmp_path / name for name in (*texts, "none"))
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}
