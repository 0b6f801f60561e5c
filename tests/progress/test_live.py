"""What a person sees: pytest on a real pseudo-terminal, read by a terminal emulator, and on a real pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

from tests.repository import Repository
from tests.topic import PROJECT, SKELETON, environment, run

WAIT = """
import os, time

def until(name):
    "Hold on until the outer test has put this file there."
    end = time.monotonic() + 60
    while not os.path.exists(name) and time.monotonic() < end:
        time.sleep(0.02)
    assert os.path.exists(name)
"""
TESTS = {
    "tests/waiting.py": WAIT,
    "tests/test_add.py": (
        "import pytest, waiting\n\n@pytest.mark.parametrize('n', range(1))\ndef test_add(n):\n    waiting.until('go')\n"
    ),
    "tests/test_take.py": "def test_take():\n    assert 1 == 2, 'taken wrongly'\n",
    "tests/test_undo.py": "import pytest\n\n@pytest.mark.task('3')\ndef test_undo():\n    assert True\n",
    "tests/test_other.py": "def test_other():\n    assert True\n",
}


@pytest.fixture
def topic(tmp_path: Path) -> Path:
    """Task 1 waits for a file, task 2 fails, which blocks task 3; nothing is replayed."""
    repo = Repository(tmp_path / "repo")
    repo.commit(
        "plan", {**SKELETON, "pyproject.toml": PROJECT.replace('["src"]', '["src", "tests"]') + 'test-first = "off"\n'}
    )
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

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def until(self, done: Callable[[], bool], patience: float = 60) -> None:
        """Read until `done`, or the other side has closed."""
        end = time.monotonic() + patience
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
        return self.process.wait(60)


BLOCK = re.compile(r"^[ABC]  .* of \d+ done|^ +other tests ", re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "changes"), [(["-q"], {}), (["-s"], {}), ([], {"TERM": "dumb"}), ([], {"CI": "true"})]
)
def test_nothing_is_redrawn_where_it_would_do_harm(topic: Path, options: list[str], changes: dict[str, str]) -> None:
    (topic / "go").touch()
    terminal = Terminal(topic, "-n0", *options, **changes)
    assert terminal.end() == 1
    assert b"\x1b[J" not in terminal.raw
    assert ("execute: task 2: 1 failed" in terminal.text()) == ("-q" not in options)


def test_no_colour_is_no_colour_but_still_in_place(topic: Path) -> None:
    (topic / "go").touch()
    terminal = Terminal(topic, "-n0", NO_COLOR="1")
    terminal.end()
    assert b"\x1b[J" in terminal.raw
    assert not re.search(rb"\x1b\[\d+m", terminal.raw)


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_on_a_pipe_a_line_for_each_task_that_has_ended(topic: Path, workers: str) -> None:
    (topic / "go").touch()
    ran = run(topic, workers)
    said = [re.sub(r"[\d.]+ s\)", "x s)", line) for line in ran.text.splitlines() if line.startswith("execute: task")]
    assert sorted(said) == [
        "execute: task 1: 1 passed (x s)",
        "execute: task 2: 1 failed (x s)",
        "execute: task 3: 1 blocked by task 2",
    ]
    assert "\x1b" not in ran.text
