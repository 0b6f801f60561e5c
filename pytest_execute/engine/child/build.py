"""Runs the command that builds what a tree needs, and ends it where the one that asked is gone. Started by its path.

An order is a line of JSON on standard input: {"command": [...], "root": "/tree", "environment": {...}, "log": file for what it prints,
"said": file for {"status": how it ended, null where it could not be started, "last": the last line that it printed}}.
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
from typing import Any


def main(order: dict[str, Any]) -> None:
    with Path(order["log"]).open("wb") as log:
        try:
            child = subprocess.Popen(
                order["command"],
                cwd=order["root"],
                env=order["environment"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return say(order, None, f"could not be started: {error.strerror}")
        closed = threading.Event()
        threading.Thread(target=wait_for_end, args=[closed], daemon=True).start()
        while child.poll() is None and not closed.wait(0.02):
            pass
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
        child.wait()
    lines = Path(order["log"]).read_text(errors="replace").strip().splitlines() or [""]
    return say(order, child.returncode, lines[-1][:300])


def wait_for_end(closed: threading.Event) -> None:
    """In a thread: nothing more is ever written to standard input, so what comes is its end."""
    os.read(0, 1)
    closed.set()


def say(order: dict[str, Any], status: int | None, last: str) -> None:
    Path(order["said"]).write_text(json.dumps({"status": status, "last": last}))


if __name__ == "__main__":
    main(json.loads(sys.stdin.readline()))
