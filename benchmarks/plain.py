"""Commands that start pytest for the benchmarks, without plugins that they do not measure."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path


def command(*options: str, without: tuple[str, ...] = ()) -> list[str]:
    """Return the command that runs pytest with `options` and `without` these plugins."""
    return [sys.executable, "-m", "pytest", *(f"-pno:{plugin}" for plugin in without), *options]


def run_on_terminal(command: list[str], directory: Path, env: dict[str, str]) -> bytes:
    """Return the output of a command on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(command, cwd=directory, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output = b""
    with contextlib.suppress(OSError):  # Linux raises EIO at the end of a terminal
        while block := os.read(ours, 1 << 16):
            output += block
    os.close(ours)
    process.wait()
    return output
