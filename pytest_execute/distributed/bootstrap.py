"""Runs in a worker before pytest does: looks at the checkout there, and keeps in memory what the worker must know.

execnet carries this file over as source, so it needs the standard library alone. The environment would be the wrong place: every
process that a test starts would inherit it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

KEPT = "pytest_execute_handed"
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
CONFIGURATION = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")


class WorkerInput(NamedTuple):
    """What was handed over, the root directory here, and the files there should be; None in the starter's own checkout."""

    told: bytes
    root: str
    files: list[str] | None


def handed() -> WorkerInput | None:
    """What this process was given, if it is a worker of ours."""
    kept = getattr(sys, KEPT, None)
    return None if kept is None else WorkerInput(*kept)


def fingerprint(root: str, files: Iterable[str]) -> dict[str, str]:
    """`{path: digest}` of those `files` that are there, and of what stands beside them and could change what tests do."""
    paths = set(files)
    paths.update(path for directory in _directories(paths) for path in _telling(root, directory))
    digests = {path: _digest(os.path.join(root, path)) for path in sorted(paths)}  # noqa: PTH118
    return {path: digest for path, digest in digests.items() if digest}


def _directories(paths: Iterable[str]) -> set[str]:
    """The directories that lead to `paths`, "" being the root."""
    return {
        "",
        *("/".join(parts[:depth]) for parts in (path.split("/") for path in paths) for depth in range(len(parts))),
    }


def _telling(root: str, directory: str) -> Iterator[str]:
    """The modules and configuration files in a directory."""
    place = os.path.join(root, directory)  # noqa: PTH118
    for name in os.listdir(place) if os.path.isdir(place) else ():  # noqa: PTH112, PTH208
        if name.endswith(".py") or name in CONFIGURATION:
            yield f"{directory}/{name}".lstrip("/")


def _digest(path: str) -> str:
    if os.path.islink(path):  # noqa: PTH114
        return f"link to {os.readlink(path)}"  # noqa: PTH115
    if not os.path.isfile(path):  # noqa: PTH113
        return ""
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.sha256(file.read()).hexdigest()


def end_with_starter() -> None:
    """Ask the system to end this process with the one that started it, however that ends; a worker elsewhere may serve others."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if os.name == "posix" else None
    if prctl is not None:
        prctl(DIES_WITH_PARENT, signal.SIGKILL)


def receive(channel: Any) -> None:
    """Take what is handed over; answer with the root directory here, whether pytest has run here before, and the files."""
    told, way, files = channel.receive()
    if files is None:
        end_with_starter()
    root = os.path.realpath(way)
    used = "_pytest.config" in sys.modules
    setattr(sys, KEPT, (told, root, files))
    channel.send((root, used, {} if files is None else fingerprint(root, files)))


if __name__ == "__channelexec__":
    receive(channel)  # type: ignore[name-defined]  # noqa: F821 - execnet puts it there
