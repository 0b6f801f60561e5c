"""Command line: the table of commands, and what is imported for each."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.cli import main
from pytest_execute.commands.table import COMMANDS

IMPORTED = """
import contextlib, sys
from pytest_execute.cli import main
with contextlib.suppress(SystemExit):
    main(sys.argv[1:])
sys.stderr.write(" ".join(name for name in sys.modules if name.startswith("pytest_execute.commands.")))
"""


def imported_commands(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return {name.rpartition(".")[2] for name in done.stderr.split() if name.rpartition(".")[2] in COMMANDS}


@pytest.mark.parametrize(
    ("arguments", "modules"), [(["--help"], set()), (["next", "--help"], {"next"}), (["gate", "--help"], {"gate"})]
)
def test_only_the_module_of_the_chosen_command_is_imported(arguments: list[str], modules: set[str]) -> None:
    assert imported_commands(*arguments) == modules


def test_an_unknown_command_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["judge"])
    assert error.value.code == 2
    assert "argument COMMAND: invalid choice: 'judge'" in capsys.readouterr().err


def test_words_after_two_dashes_are_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_execute.commands import gate

    handed: list[list[str]] = []

    def run(options: argparse.Namespace) -> int:
        handed.append(options.pytest)
        return 0

    monkeypatch.setattr(gate, "run", run)
    assert main(["gate", "chat", "--", "-k", "x", "--", "--json"]) == 0
    assert handed == [["-k", "x", "--", "--json"]]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    with pytest.raises(SystemExit) as error:
        main(["--version"])
    assert (error.value.code, capsys.readouterr().out) == (0, f"pytest-execute {version('pytest-execute')}\n")


@pytest.mark.parametrize("name", ["gate", "check", "next", "explain", "init"])
def test_commands_have_the_same_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([name, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "--notes DIR directory of the topics (default: the policy's notes, then notes)" in text
    assert ("--task ID" in text) == ("--stream ID" in text) == (name in ("gate", "next"))


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("pytest-execute ex", {"explain"}),
        ("pytest-execute gate --st", {"--staged", "--stream"}),
        ("pytest-execute next ", {"a", "b"}),
    ],
)
def test_a_shell_completes_commands_options_and_topics(tmp_path: Path, line: str, answers: set[str]) -> None:
    pytest.importorskip("argcomplete")
    for topic in ("a", "b"):
        (tmp_path / "notes" / topic).mkdir(parents=True)
        (tmp_path / "notes" / topic / "breakdown.md").write_text("### 1. [ ] Do it\n")
    variables = {
        "_ARGCOMPLETE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "out"),
    }
    command = [sys.executable, "-m", "pytest_execute"]
    subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **variables}, check=False, timeout=60, stdout=subprocess.DEVNULL
    )
    words = {word.strip() for word in (tmp_path / "out").read_text().split("\013")}
    assert answers <= words


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main([name, "--help"])
    assert error.value.code == 0
    assert ("--json" in capsys.readouterr().out) == bool(COMMANDS[name].json)


def test_a_reader_that_ends_early_is_no_error(tmp_path: Path) -> None:
    """`check | head` closes the pipe before all is written."""
    (tmp_path / "b.md").write_text("".join(f"### {n}. [ ] T\n\n- **Effort**: soon\n\n" for n in range(3000)))
    command = f"{sys.executable} -m pytest_execute check b.md --json | head -c 10"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout[:1], done.stderr) == ("{", "")
