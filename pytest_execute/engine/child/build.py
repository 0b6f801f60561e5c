"""Runs the command that prepares a tree, and ends it when the engine is gone. Started by its path.

The first line of standard input is a `BuildMessage`; its end means that nobody waits any more.
The result is a `BuildResult`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_execute.engine.child.messages import BuildMessage, BuildResult


def main(build: BuildMessage) -> None:
    result = run(build)
    Path(build["result_file"]).write_text(json.dumps(result))


def run(build: BuildMessage) -> BuildResult:
    """Run the command until it ends or the engine is gone."""
    output = Path(build["output_file"])
    with output.open("wb") as file:
        try:
            child = subprocess.Popen(
                build["command"],
                cwd=build["root"],
                env=build["environment"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return {"status": None, "last_line": f"could not be started: {error.strerror}"}
        is_closed = threading.Event()
        threading.Thread(target=wait_for_end_of_input, args=[is_closed], daemon=True).start()
        while child.poll() is None and not is_closed.wait(0.02):
            pass
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
        child.wait()
    lines = output.read_text(errors="replace").strip().splitlines() or [""]
    return {"status": child.returncode, "last_line": lines[-1][:300]}


def wait_for_end_of_input(is_closed: threading.Event) -> None:
    """Wait in a thread: the engine writes nothing more, so a read returns when it closes the pipe or is gone."""
    os.read(0, 1)
    is_closed.set()


if __name__ == "__main__":
    main(json.loads(sys.stdin.readline()))
