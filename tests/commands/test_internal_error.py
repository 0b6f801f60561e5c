"""An error that nobody foresaw: status 2, one line, and a file with the traceback."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from pytest_execute.cli import main
from pytest_execute.commands import check


@pytest.fixture(autouse=True)
def broken(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    def run(options: argparse.Namespace) -> int:
        raise getattr(request, "param", LookupError)("what\never")

    monkeypatch.setattr(check, "run", run)


def test_it_ends_with_two_and_one_line_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["check", "sums"]) == 2
    (file,) = tmp_path.iterdir()
    remedy = f"please report it with {file}, which has the traceback (`--debug-file` names another file)"
    assert capsys.readouterr() == ("", f"internal error: LookupError: what: nothing was judged; {remedy}\n")
    text = file.read_text(encoding="utf-8")
    assert re.match(r"pytest-execute \d", text)
    assert "Traceback (most recent call last)" in text


def test_the_user_can_name_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "debug.txt"
    assert main(["check", "sums", "--debug-file", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
    assert "LookupError: what" in file.read_text(encoding="utf-8")


def test_without_a_file_the_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "sums", "--debug-file", str(tmp_path)]) == 2
    message = f"please report it with the file of `--debug-file`, as {tmp_path} cannot be written: Is a directory"
    assert capsys.readouterr().err == f"internal error: LookupError: what: nothing was judged; {message}\n"


@pytest.mark.parametrize("broken", [KeyboardInterrupt], indirect=True)
def test_an_interruption_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "sums"]) == 2
    assert capsys.readouterr() == ("", "interrupted: nothing was judged\n")
