"""Tells which files of the tree a process has opened, as it goes. Loaded by its path in the processes that run tests.

Where that cannot be known, it tells that any file may have been: another program was started, or code that is not Python looks at
files by itself. What is there, and what it is called, is no part of this: that is compared as a whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import sysconfig
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES
from typing import Any

Record = dict[str, Any]

ANY = "*"
"""Said in place of a path: any file may have been read."""
OTHERS = frozenset(
    [
        *(
            "subprocess.Popen",
            "os.system",
            "os.exec",
            "os.posix_spawn",
            "os.spawn",
            "os.fork",
            "os.forkpty",
            "pty.spawn",
            "_winapi.CreateProcess",
        ),
        *("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "sqlite3.connect", "sqlite3.connect/handle"),
    ]
)
TRUSTED = ("coverage",)
"""Packages whose compiled modules open nothing."""


class Touched:
    """Tells each file below `tree` once; a file that was opened relative to a descriptor as "?name"."""

    def __init__(self, tree: str, tell: Callable[[Record], None]) -> None:
        self.below, self.tell = os.path.realpath(tree) + os.sep, tell
        self.told: set[str] = set()
        self.ours = False

    def start(self) -> None:
        with contextlib.suppress(ImportError):
            self.watch_starts()
        sys.addaudithook(self.note)
        loaded = [str(getattr(module, "__file__", None)) for module in list(sys.modules.values())]
        for file in loaded:
            if file.startswith(self.below):
                self.opened(file, "r")
        if not all(self.trusted(file) for file in loaded if file.endswith(tuple(EXTENSION_SUFFIXES))):
            self.say(ANY)

    def watch_starts(self) -> None:
        import _posixsubprocess

        fork_exec = _posixsubprocess.fork_exec

        def noted(*args: Any) -> Any:
            self.say(ANY)
            return fork_exec(*args)

        _posixsubprocess.fork_exec = noted  # multiprocessing calls it, and nothing tells of that

    def fork(self) -> int:
        """A fork of our own, which is not the test's."""
        self.ours = True
        try:
            return os.fork()
        finally:
            self.ours = False

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            with contextlib.suppress(Exception):
                self.opened(args[0], args[1])
        elif event == "import":
            if args[1] and not self.trusted(str(args[1])):
                self.say(ANY)
        elif event in OTHERS and not self.ours:
            self.say(ANY)

    def opened(self, file: Any, mode: str | None) -> None:
        if isinstance(file, int):
            return
        path = os.fsdecode(file)
        if mode is None and not os.path.isabs(path):  # noqa: PTH117 - relative to a descriptor, maybe
            self.say("?" + os.path.basename(path))  # noqa: PTH119
            return
        for way in {os.path.abspath(path), os.path.realpath(path)}:  # noqa: PTH100
            if way.startswith(self.below):
                self.say(way[len(self.below) :].replace(os.sep, "/"))

    @staticmethod
    def trusted(file: str) -> bool:
        """Is it a compiled module of Python itself, or of a package that opens nothing?"""
        if os.path.basename(file).startswith(("_dbm", "_gdbm")):  # noqa: PTH119
            return False
        return file.startswith(STDLIB) or any(f"{os.sep}{name}{os.sep}" in file for name in TRUSTED)

    def say(self, what: str) -> None:
        if what not in self.told and ANY not in self.told:
            self.told.add(what)
            with contextlib.suppress(Exception):
                self.tell({"touched": what})


def rest(pipe: int, text: bytes) -> list[Record]:
    """What a process that is ended now has still said of the files that it opened."""
    while select.select([pipe], [], [], 0)[0] and (piece := os.read(pipe, 65536)):
        text += piece
    return [record for record in map(json.loads, text.split(b"\n")[:-1]) if "touched" in record]


STDLIB = os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")  # noqa: PTH118
