"""Output of pytest on a real pseudo-terminal, read by a terminal emulator, and on a real pipe."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pyte
import pytest

from pytest_execute.progress.format import columns
from pytest_execute.progress.plugin import ProgressPlugin
from pytest_execute.progress.status_area import StatusArea
from tests.polling import LONGEST
from tests.repository import Repository
from tests.topic import PROJECT, QUICK, SKELETON, environment, run

WAIT = """
import os, time

def until(name):
    "Wait until the outer test has created this file."
    end = time.monotonic() + 600
    while not os.path.exists(name) and time.monotonic() < end:
        time.sleep(0.02)
    assert os.path.exists(name)
"""
TESTS = {
    ".gitignore": "/go\n/left-*\n__pycache__/\n",
    "tests/waiting.py": WAIT,
    "tests/test_add.py": (
        "import pytest, waiting\n\n@pytest.mark.parametrize('n', range(1))\ndef test_add(n):\n    waiting.until('go')\n"
    ),
    "tests/test_take.py": "def test_take():\n    assert 1 == 2, 'taken wrongly'\n",
    "tests/test_undo.py": "import pytest\n\n@pytest.mark.task('3')\ndef test_undo():\n    assert True\n",
    "tests/test_other.py": "def test_other():\n    assert True\n",
    "tests/conftest.py": (
        "import os, threading\n\ndef pytest_unconfigure(config):\n"
        "    names = [thread.name for thread in threading.enumerate()]\n"
        "    shows = config.pluginmanager.hasplugin('execute-progress')\n"
        "    with open('left-' + os.environ.get('PYTEST_XDIST_WORKER', 'main'), 'w') as file:\n"
        "        file.write(f'{shows} {names}')\n"
    ),
}


@pytest.fixture
def topic(tmp_path: Path) -> Path:
    """Task 1 waits for a file, task 2 fails, which blocks task 3; nothing is replayed."""
    repo = Repository(tmp_path / "repo")
    settings = PROJECT.replace('["src"]', '["src", "tests"]') + QUICK
    repo.commit("plan", {**SKELETON, "pyproject.toml": settings})
    repo.commit("tests", {**TESTS})
    return repo.path


class Terminal:
    """pytest in a terminal of `columns` and 150 lines."""

    def __init__(self, directory: Path, *options: str, columns: int = 100, **changes: str) -> None:
        self.screen = pyte.Screen(columns, 150)
        self.stream = pyte.ByteStream(self.screen)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 150, columns, 0, 0))
        env = {
            name: value
            for name, value in environment(**{"TERM": "xterm", **changes}).items()
            if name not in ("CI", "NO_COLOR")
        }
        env |= changes
        command = [sys.executable, "-m", "pytest", "--execute-topic=sums", "-p", "no:randomly", *options]
        self.process = subprocess.Popen(
            command, cwd=directory, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.ours, self.raw = ours, b""

    def resize(self, columns: int) -> None:
        """Resize the terminal, as a user does who drags the window's edge."""
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 150, columns, 0, 0))
        self.screen.resize(columns=columns)

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def until(self, done: Callable[[], bool], seconds: float = LONGEST) -> None:
        """Read until `done` returns True, or pytest has ended."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            if not select.select([self.ours], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self.ours, 1 << 16)
            except OSError:
                break
            self.raw += piece
            self.stream.feed(piece)

    def end(self) -> int:
        self.until(lambda: False)
        os.close(self.ours)
        return self.process.wait()


BLOCK = re.compile(r"^[ABC]  .* of \d+ done|^ +other tests |^\d+ of \d+ tests", re.MULTILINE)


def has_failed_and_waits(terminal: Terminal) -> bool:
    return "1 failed" in terminal.text() and "waits for A" in terminal.text() and "1 of 1 tests" in terminal.text()


def assert_nothing_survives(topic: Path, *workers: str) -> None:
    """Assert that no thread of ours is left, and that no worker draws."""
    left = {name: (topic / f"left-{name}").read_text() for name in ("main", *workers)}
    assert left["main"].startswith("True")
    assert all(left[worker].startswith("False") for worker in workers)
    assert not any("pytest-execute progress" in names for names in left.values())


@pytest.mark.parametrize(("options", "columns"), [(["-n2"], 100), (["-n2", "-v"], 60)])
def test_on_a_terminal_streams_are_redrawn_and_removed_at_the_end(
    topic: Path, options: list[str], columns: int
) -> None:
    terminal = Terminal(topic, *options, columns=columns)
    terminal.until(lambda: has_failed_and_waits(terminal))
    lines_during = terminal.lines()
    terminal.resize(columns - 20)
    (topic / "go").touch()
    assert terminal.end() == 1
    block = [line for line in lines_during if BLOCK.search(line)]
    assert [line.split()[0] for line in block] == ["A", "B", "C", "other", "2"], lines_during
    assert "0 of 1 done, 1 running" in block[0]
    assert "0 of 1 done, 1 failed" in block[1]
    assert "0 of 1 done, waits for A" in block[2]
    assert block[4] == "2 of 4 tests, 1 failed"
    assert lines_during.index(block[0]) > max(i for i, line in enumerate(lines_during) if "2 workers [4 items]" in line)
    after = terminal.text()
    assert not BLOCK.search(after)
    assert "taken wrongly" in after
    assert "sums: failed" in after
    assert_nothing_survives(topic, "gw0", "gw1")


def test_after_an_interruption_nothing_is_left(topic: Path) -> None:
    terminal = Terminal(topic, "-n2")
    terminal.until(lambda: has_failed_and_waits(terminal))
    assert BLOCK.search(terminal.text())
    os.killpg(terminal.process.pid, signal.SIGINT)
    terminal.until(lambda: not BLOCK.search(terminal.text()))
    (topic / "go").touch()  # or xdist would wait for its worker
    assert terminal.end() == 2
    after = terminal.text()
    assert not BLOCK.search(after)
    assert "KeyboardInterrupt" in after
    assert re.search(r"^=+ 1 failed, 1 passed in ", after, re.MULTILINE)
    assert_nothing_survives(topic)


@pytest.mark.parametrize("options", [["-n0", "-v"], ["-n1", "-v"]])
def test_pytest_prints_the_same_with_the_lines_below(topic: Path, options: list[str]) -> None:
    with_lines = Terminal(topic, *options)
    with_lines.until(lambda: bool(BLOCK.search(with_lines.text())))
    assert BLOCK.search(with_lines.text())
    (topic / "go").touch()
    assert with_lines.end() == 1
    without = Terminal(topic, *options, TERM="dumb")
    assert without.end() == 1
    assert b"\x1b[J" not in without.raw
    ours = re.compile(r"execute: (task|stream) ")
    assert len([line for line in without.lines() if ours.match(line)]) == 3
    expected = [line for line in timeless(without.lines()) if not ours.match(line)]
    assert timeless(with_lines.lines()) == expected


def timeless(lines: list[str]) -> list[str]:
    """Return the lines without parts that differ from run to run."""
    text = "\n".join(lines).rstrip()
    return re.sub(r"=+ (.*) in [\d.]+s =+", r"\1", text).splitlines()


@pytest.mark.parametrize(
    ("options", "changes"), [(["-q"], {}), (["-s"], {}), ([], {"TERM": "dumb"}), ([], {"CI": "true"})]
)
def test_nothing_is_redrawn_where_that_would_garble_the_output(
    topic: Path, options: list[str], changes: dict[str, str]
) -> None:
    (topic / "go").touch()
    terminal = Terminal(topic, "-n0", *options, columns=100, **changes)
    assert terminal.end() == 1
    assert b"\x1b[J" not in terminal.raw
    assert ("execute: task 2: 1 failed" in terminal.text()) == ("-q" not in options)


def test_without_colours_lines_are_still_redrawn(topic: Path) -> None:
    (topic / "go").touch()
    terminal = Terminal(topic, "-n0", NO_COLOR="1")
    terminal.end()
    assert b"\x1b[J" in terminal.raw
    assert not re.search(rb"\x1b\[\d+m", terminal.raw)


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_on_a_pipe_there_is_a_line_for_each_task_that_has_ended(topic: Path, workers: str) -> None:
    (topic / "go").touch()
    ran = run(topic, workers)
    lines = [
        re.sub(r"[\d.]+ s\)", "x s)", re.sub(r" +\[ *\d+%\]$", "", line))
        for line in ran.text.splitlines()
        if line.startswith("execute: task")
    ]
    assert sorted(lines) == [
        "execute: task 1: 1 passed (x s)",
        "execute: task 2: 1 failed (x s)",
        "execute: task 3: 1 blocked by task 2",
    ]
    assert "\x1b" not in ran.text


def test_a_count_is_shown_and_removed_even_if_a_thread_counts_on() -> None:
    class Reporter:
        _tw: Any = StatusArea(io.StringIO(), columns)

    progress = ProgressPlugin(cast(pytest.Config, None))
    progress.reporter, progress.status_area = Reporter, Reporter._tw
    with progress.counting("trees replayed") as count:
        count(3, 36)
        assert "3 of 36 trees replayed" in Reporter._tw.file.getvalue()
    count(4, 36)
    assert "4 of 36" not in Reporter._tw.file.getvalue()
    assert Reporter._tw.file.getvalue().endswith("\x1b[J")
