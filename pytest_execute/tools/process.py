"""The only starter of processes: every child has its own group, and the group ends with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run `command` to its end and keep what it wrote. Raises OSError where it cannot be started."""
    return subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, check=False)


def follow(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: IO[str] | None = None) -> int:
    """Run `command` for the user to see, or with all it prints going to `output`, and give its exit status."""
    return subprocess.run(command, cwd=cwd, env=env, stdout=output, check=False).returncode


@contextlib.contextmanager
def group(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int | IO[Any] | None = subprocess.DEVNULL,
    output: int | IO[Any] | None = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `command` as the leader of a process group of its own, and end the whole group on leaving."""
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdin=stdin, stdout=output, stderr=output, pass_fds=pass_fds, start_new_session=True
    ) as child:
        try:
            yield child
        finally:
            kill_group(child.pid)


@contextlib.contextmanager
def fed(text: bytes) -> Iterator[IO[bytes]]:
    """A file that a child can read `text` from, whatever its size."""
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        yield file


def kill_group(leader: int) -> None:
    """End every process of the group that `leader` leads, as far as there are any."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
