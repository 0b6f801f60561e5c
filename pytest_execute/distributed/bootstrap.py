"""Prepare a worker before pytest runs there: compare its checkout, and keep the run's settings in its memory.

execnet sends this file as source and runs it (`remote_exec`), so it imports the standard library alone. The environment
would be the wrong place for the settings, as every process that a test starts would inherit them.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

ATTRIBUTE = "pytest_execute_worker_input"
"""Attribute of `sys` that keeps the input: this module is not imported under its name here."""
PR_SET_PDEATHSIG = 1  # prctl(2) of Linux: send this process a signal when its parent ends
CONFIGURATION = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")


class WorkerInput(NamedTuple):
    """Settings for the session, the root directory here, and the files that should be here.

    `files` is None in the checkout of the process that the user started, where nothing is compared.
    """

    settings: bytes
    root: str
    files: list[str] | None


def received_input() -> WorkerInput | None:
    """Return the input of this process; None if it is no worker of ours."""
    received = getattr(sys, ATTRIBUTE, None)
    return None if received is None else WorkerInput(*received)


def fingerprint(root: str, files: Iterable[str]) -> dict[str, str]:
    """Return `{path: digest}` of those `files` that exist, and of the modules and configuration files beside them."""
    paths = set(files)
    paths.update(path for directory in _directories(paths) for path in _code_files(root, directory))
    files_here = ((path, os.path.join(root, path)) for path in sorted(paths))  # noqa: PTH118 - execnet sends strings
    return {path: digest for path, file in files_here if (digest := _digest(file))}


def _directories(paths: Iterable[str]) -> set[str]:
    """Return the directories that contain `paths`, with their parents; "" is the root."""
    return {
        "",
        *("/".join(parts[:depth]) for parts in (path.split("/") for path in paths) for depth in range(len(parts))),
    }


def _code_files(root: str, directory: str) -> Iterator[str]:
    """Yield the modules and configuration files in a directory, relative to the root."""
    path = os.path.join(root, directory)  # noqa: PTH118 - execnet sends strings
    for name in os.listdir(path) if os.path.isdir(path) else ():  # noqa: PTH112, PTH208 - execnet sends strings
        if name.endswith(".py") or name in CONFIGURATION:
            yield f"{directory}/{name}".lstrip("/")


def _digest(path: str) -> str:
    if os.path.islink(path):  # noqa: PTH114 - execnet sends strings
        return f"link to {os.readlink(path)}"  # noqa: PTH115 - execnet sends strings
    if not os.path.isfile(path):  # noqa: PTH113 - execnet sends strings
        return ""
    with open(path, "rb") as file:  # noqa: PTH123 - execnet sends strings
        return hashlib.sha256(file.read()).hexdigest()


def end_with_parent() -> None:
    """Make the system kill this process when the process that started it ends, however that ends."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if os.name == "posix" else None
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def receive(channel: Any) -> None:
    """Receive the input; send the root directory here, whether pytest has run in this process before, and the files."""
    settings, relative_root, files = channel.receive()
    if files is None:  # a worker in another checkout may belong to a server that serves others
        end_with_parent()
    root = os.path.realpath(relative_root)
    has_run_pytest = "_pytest.config" in sys.modules
    setattr(sys, ATTRIBUTE, (settings, root, files))
    channel.send((root, has_run_pytest, {} if files is None else fingerprint(root, files)))


if __name__ == "__channelexec__":  # the name that execnet 2.1 gives a module in `remote_exec`
    receive(channel)  # type: ignore[name-defined]  # noqa: F821 - execnet defines `channel`
