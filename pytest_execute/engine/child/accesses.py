"""Tells what of the tree a process has looked at, as it goes. Loaded by its path in the processes that run tests.

It tells words, see `dependencies.py`: files that were opened, paths that were asked for, directories that were listed, modules that were looked
for. Where that cannot be known, it tells that it may be all: another program was started, or code that is not Python looks at files by itself.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import stat
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable
from importlib.machinery import EXTENSION_SUFFIXES, FileFinder
from types import CodeType
from typing import Any

Record = dict[str, Any]

ANY = "*"
"""Said in place of a path: any file may have been read."""
STDLIB = "?"
"""Said where modules of Python were there before, which files of the tree could hide."""
PATHS = "/"
"""Said in place of paths: it may have been asked of any whether it is there."""
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
LISTS = ("os.listdir", "os.scandir")
PATHED = frozenset(
    [
        *(
            "os.chdir",
            "os.mkdir",
            "os.rmdir",
            "os.remove",
            "os.rename",
            "os.link",
            "os.symlink",
            "os.truncate",
            "os.utime",
        ),
        *("os.chmod", "os.chown", "os.lchown", "os.getxattr", "os.listxattr", "os.setxattr", "os.removexattr"),
    ]
)
"""What comes out otherwise where a path is there, and is told of."""
ASKS = ("stat", "lstat", "access", "readlink", "statvfs")
"""What is not told of."""
KNOWN = sys.platform == "linux" and sys.version_info >= (3, 11)
"""Can we know who asks for paths? Before 3.11 pathlib has `os.stat` for itself, and elsewhere other functions ask."""
TRUSTED = ("coverage",)
"""Packages whose compiled modules open nothing."""


class AccessLog:
    """Tells each word once: with what is told next, or at once where the process may be ended in the middle (`eager`).

    `out` writes a line. Who lists a directory in `ours`, the code of functions, makes nothing of what is there.
    """

    def __init__(self, tree: str, out: Callable[[Record], None], ours: Iterable[CodeType]) -> None:
        self.below, self.out = os.path.realpath(tree) + os.sep, out
        self.ours = {FileFinder._fill_cache.__code__, *ours}  # type: ignore[attr-defined]
        self.told: set[str] = set()
        self.new: list[str] = []
        self.started = self.eager = self.forks = False
        self.ways: dict[str, tuple[str, ...]] = {}
        self.real: dict[str, str] = {}
        self.modules: set[str] = set()
        self.resolving: set[int] = set()
        if KNOWN:
            stand_in(self)

    def start(self) -> None:
        """Watch from here on, if not yet."""
        if self.started:
            return
        self.started = True
        with contextlib.suppress(ImportError):
            self.watch_starts()
        sys.addaudithook(self.note)
        self.look_back()
        if not KNOWN:
            self.say(PATHS)

    def look_back(self) -> None:
        """Look through the modules that are loaded and were not yet looked at, for compiled ones."""
        new = sys.modules.keys() - self.modules
        self.modules |= new
        files = [str(getattr(sys.modules[name], "__file__", None)) for name in new]
        if not all(self.trusted(file) for file in files if file.endswith(tuple(EXTENSION_SUFFIXES))):
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
        self.flush()
        self.forks = True
        try:
            return os.fork()
        finally:
            self.forks = False

    # -- hearing

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        with contextlib.suppress(Exception):
            if event == "open":
                self.opened(args[0], args[1])
            elif event == "import":
                if args[1] and not self.trusted(str(args[1])):
                    self.say(ANY)
            elif event in LISTS:
                if sys._getframe(1).f_code not in self.ours:
                    self.look("." if args[0] is None else args[0], "/")
            elif event in PATHED:
                self.ways, self.real = {}, {}  # links may lead elsewhere now
                for path in args[:2]:
                    self.look(path, adrift=True)
            elif event in OTHERS and not self.forks:
                self.say(ANY)

    def opened(self, file: Any, mode: str | None) -> None:
        self.look(file, adrift=mode is None)
        if mode is None:  # and may be listed by its descriptor
            self.look(file, "/", adrift=True)

    def asked(self, path: Any, directory: int | None) -> None:
        """Was asked for, maybe relative to the descriptor of a directory."""
        if self.started:
            with contextlib.suppress(Exception):
                self.look(path, adrift=directory is not None)

    def looked_for(self, directory: str, module: str) -> None:
        """A module was looked for in a directory."""
        if self.started:
            for way in self.way(directory):
                self.say((way + "/" if way != "." else "") + module.rpartition(".")[2])

    @staticmethod
    def trusted(file: str) -> bool:
        """Is it a compiled module of Python itself, or of a package that opens nothing?"""
        if os.path.basename(file).startswith(("_dbm", "_gdbm")):  # noqa: PTH119
            return False
        return file.startswith(EXTENSIONS) or any(f"{os.sep}{name}{os.sep}" in file for name in TRUSTED)

    # -- telling

    def look(self, at: Any, mark: str = "", *, adrift: bool = False) -> None:
        """Say a path; by its name, where it is `adrift`: if it is relative, then maybe to a descriptor."""
        if not isinstance(at, str | bytes | os.PathLike):
            return
        path = os.fsdecode(at)
        if adrift and not os.path.isabs(path):  # noqa: PTH117
            self.say(f"?{os.path.basename(path)}{mark}")  # noqa: PTH119
            return
        for way in self.way(path):
            self.say(way + mark)

    def way(self, path: str) -> tuple[str, ...]:
        """The ways from the top of the tree to `path`, where it is below it: as it says, and as links lead."""
        if not path.startswith(os.sep):
            path = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118
        known, me = self.ways.get(path), threading.get_ident()
        if known is not None or me in self.resolving:  # which asks for paths itself
            return known or ()
        self.resolving.add(me)
        try:
            ways = {way for way in self.resolved(path) if (way + os.sep).startswith(self.below)}
        finally:
            self.resolving.discard(me)
        found = self.ways[path] = tuple(way[len(self.below) :].replace(os.sep, "/") or "." for way in ways)
        return found

    def resolved(self, path: str) -> tuple[str, ...]:
        """An absolute path without and with its links followed, and what it goes up from."""
        plain = os.path.abspath(path)  # noqa: PTH100
        if plain != path:
            before, up, _ = path.rpartition("/../")
            return plain, os.path.realpath(path), os.path.realpath(before) if up else plain
        above, name = os.path.split(path)
        real = self.real[above] = self.real.get(above) or os.path.realpath(above)
        with contextlib.suppress(OSError):
            if stat.S_ISLNK(lstat(path).st_mode):
                return path, os.path.realpath(path)
        return path, os.path.join(real, name)  # noqa: PTH118

    def say(self, what: str) -> None:
        if what not in self.told and ANY not in self.told:
            self.told.add(what)
            self.new.append(what)
            if self.eager:
                self.flush()

    def flush(self) -> None:
        """Tell what is still to be told."""
        words = [self.new.pop() for _ in range(len(self.new))]
        if words:
            with contextlib.suppress(Exception):
                self.out({"touched": words})

    def tell(self, record: Record) -> None:
        """Tell this, after all that was looked at before."""
        self.flush()
        self.out(record)


class Asking:
    """Stands in for a function that asks the system for a path, and is none itself: in a class it is no method, as those are none."""

    def __init__(self, function: Callable[..., Any], touched: AccessLog) -> None:
        self.function, self.heard = function, touched.asked
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.heard(args[0] if args else named.get("path"), named.get("dir_fd"))
        return self.function(*args, **named)


def stand_in(touched: AccessLog) -> None:
    """Have all that looks for paths and modules from here on heard."""
    asking = {function: Asking(function, touched) for name in ASKS if (function := getattr(os, name, None))}
    for module in [module for name, module in sys.modules.items() if name != __name__]:
        for name, value in [*getattr(module, "__dict__", {}).items()]:
            if type(value) is BUILTIN and value in asking:
                setattr(module, name, asking[value])
    for able in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
        able |= {asking[function] for function in able & asking.keys()}
    find_spec = FileFinder.find_spec

    @functools.wraps(find_spec)
    def heard(finder: FileFinder, fullname: str, target: Any = None) -> Any:
        touched.looked_for(finder.path, fullname)
        return find_spec(finder, fullname, target)

    FileFinder.find_spec = heard  # type: ignore[assignment,method-assign]


def rest(pipe: int, text: bytes) -> list[Record]:
    """What a process that is ended now has still said of the files that it opened."""
    while select.select([pipe], [], [], 0)[0] and (piece := os.read(pipe, 65536)):
        text += piece
    return [record for record in map(json.loads, text.split(b"\n")[:-1]) if "touched" in record]


EXTENSIONS = os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")  # noqa: PTH118
BUILTIN = type(os.stat)
lstat = os.lstat
