"""Log of what a process accesses in the tree. `engine/tree_contents.py` describes how accesses are written.

| source | accesses |
| --- | --- |
| audit events | files opened, directories listed, paths changed, programs started, compiled modules loaded |
| stand-ins for `os.stat` and such, which raise no event | paths queried |
| a stand-in for `FileFinder.find_spec` | modules searched for |
| a stand-in for `_posixsubprocess.fork_exec` | processes of multiprocessing |
"""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable
from importlib.machinery import EXTENSION_SUFFIXES, FileFinder
from types import CodeType
from typing import Any

WHOLE_TREE = "*"
"""Access of a process that may have read any file: it started a program, or loaded compiled code."""
STDLIB_NAMES = "?"
"""Access of a process that had modules of the standard library loaded, which files of the tree may shadow."""
ALL_PATHS = "/"
"""Access of a process that may have queried any path."""
OPAQUE_EVENTS = frozenset(
    [
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
        *("pty.spawn", "_winapi.CreateProcess", "ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle"),
        *("sqlite3.connect", "sqlite3.connect/handle"),
    ]
)  # fmt: skip
"""Audit events after which files may be read unseen."""
LISTING_EVENTS = ("os.listdir", "os.scandir")
PATH_EVENTS = frozenset(
    [
        *("os.chdir", "os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate"),
        *("os.utime", "os.chmod", "os.chown", "os.lchown", "os.getxattr", "os.listxattr"),
        *("os.setxattr", "os.removexattr"),
    ]
)  # fmt: skip
"""Audit events of functions that fail, or not, as the path exists."""
QUERY_FUNCTIONS = ("stat", "lstat", "access", "readlink", "statvfs")
"""Functions of `os` that raise no audit event (CPython 3.10 to 3.14)."""
CAN_SEE_QUERIES = sys.platform == "linux" and sys.version_info >= (3, 11)
"""True if all path queries of Python code go through these functions.

Before CPython 3.11 pathlib holds `os.stat` as an attribute of a class; on Windows `os.path` calls functions of `nt`.
"""
TRUSTED_PACKAGES = ("coverage",)
"""Packages whose compiled modules open no files."""
TRUSTED_DIRECTORY = os.path.join(sysconfig.get_path("stdlib"), "lib-dynload")  # noqa: PTH118 - compared with str
BUILTIN = type(os.stat)
lstat = os.lstat  # not the stand-in, which is put into all modules but this one


class TreePaths:
    """Paths as seen from the top of the tree. Links may lead into it, and out of it."""

    def __init__(self, tree: str) -> None:
        self.prefix = os.path.realpath(tree) + os.sep
        self.clear()
        self.resolving_threads: set[int] = set()

    def clear(self) -> None:
        """Forget where paths led: a link may have changed."""
        self.found: dict[str, tuple[str, ...]] = {}
        self.real_directories: dict[str, str] = {}

    def find(self, path: str) -> tuple[str, ...]:
        """Return the path relative to the tree, as given and with links followed; () for a path outside of it."""
        if not path.startswith(os.sep):
            path = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 - in each access
        found, thread = self.found.get(path), threading.get_ident()
        if found is not None or thread in self.resolving_threads:  # realpath calls lstat: that is no access
            return found or ()
        self.resolving_threads.add(thread)
        try:
            paths = {each for each in self._resolve(path) if (each + os.sep).startswith(self.prefix)}
        finally:
            self.resolving_threads.discard(thread)
        relative = tuple(each[len(self.prefix) :].replace(os.sep, "/") or "." for each in paths)
        self.found[path] = relative
        return relative

    def _resolve(self, path: str) -> tuple[str, ...]:
        """Return an absolute path with and without its links followed, and the directory that a ".." leaves."""
        normalized = os.path.abspath(path)  # noqa: PTH100 - in each access
        if normalized != path:
            before, up, _ = path.rpartition("/../")
            return normalized, os.path.realpath(path), os.path.realpath(before) if up else normalized
        directory, name = os.path.split(path)
        real = self.real_directories[directory] = self.real_directories.get(directory) or os.path.realpath(directory)
        with contextlib.suppress(OSError):
            if stat.S_ISLNK(lstat(path).st_mode):
                return path, os.path.realpath(path)
        return path, os.path.join(real, name)  # noqa: PTH118 - in each access


class AccessLog:
    """Log that sends each access once: with the next message, or at once if `sends_at_once`.

    `sends_at_once` is for a process that may be killed. `send_out` sends a message. Listings by functions whose code is
    in `ignored_listers` are left out.
    """

    def __init__(self, tree: str, send_out: Callable[[Any], None], ignored_listers: Iterable[CodeType]) -> None:
        self.send_out, self.sends_at_once = send_out, False
        self.paths = TreePaths(tree)
        # CPython 3.10 to 3.14: FileFinder lists a directory to find a module in it, which is logged as a search.
        fill_cache: Any = FileFinder._fill_cache  # type: ignore[attr-defined]  # private, so not in typeshed
        self.ignored_listers = {fill_cache.__code__, *ignored_listers}
        self.logged: set[str] = set()
        self.pending: list[str] = []
        self.checked_modules: set[str] = set()
        self.is_started = self.is_forking = False
        if CAN_SEE_QUERIES:
            replace_query_functions(self)

    def start(self) -> None:
        """Log accesses from now on."""
        if self.is_started:
            return
        self.is_started = True
        with contextlib.suppress(ImportError):
            self._replace_fork_exec()
        sys.addaudithook(self.on_event)
        self.check_modules()
        if not CAN_SEE_QUERIES:
            self.log(ALL_PATHS)

    def check_modules(self) -> None:
        """Log `WHOLE_TREE` if a compiled module was loaded, since the last call, that may open files."""
        new = sys.modules.keys() - self.checked_modules
        self.checked_modules |= new
        files = [str(getattr(sys.modules[name], "__file__", None)) for name in new]
        if not all(is_trusted(file) for file in files if file.endswith(tuple(EXTENSION_SUFFIXES))):
            self.log(WHOLE_TREE)

    def _replace_fork_exec(self) -> None:
        """Notice processes of multiprocessing: it calls this function without an audit event (CPython 3.10 to 3.14)."""
        import _posixsubprocess

        fork_exec = _posixsubprocess.fork_exec

        def logged_fork_exec(*args: Any) -> Any:
            self.log(WHOLE_TREE)
            return fork_exec(*args)

        _posixsubprocess.fork_exec = logged_fork_exec

    # -- sources

    def on_event(self, event: str, args: tuple[Any, ...]) -> None:
        """Log the accesses of an audit event."""
        with contextlib.suppress(Exception):
            if event == "open":
                self._on_open(args[0], args[1])
            elif event == "import":
                if args[1] and not is_trusted(str(args[1])):  # only an extension module's event has its file name
                    self.log(WHOLE_TREE)
            elif event in LISTING_EVENTS:
                if sys._getframe(1).f_code not in self.ignored_listers:
                    self.log_path("." if args[0] is None else args[0], "/")
            elif event in PATH_EVENTS:
                self.paths.clear()
                for path in args[:2]:
                    self.log_path(path, may_be_relative=True)
            elif event in OPAQUE_EVENTS and not self.is_forking:
                self.log(WHOLE_TREE)

    def _on_open(self, file: Any, mode: str | None) -> None:
        self.log_path(file, may_be_relative=mode is None)
        if mode is None:  # os.open, also of a directory, which may then be listed by its descriptor
            self.log_path(file, "/", may_be_relative=True)

    def on_query(self, path: Any, directory: int | None) -> None:
        """Log that a path was queried, maybe relative to the descriptor of a directory."""
        if self.is_started:
            with contextlib.suppress(Exception):
                self.log_path(path, may_be_relative=directory is not None)

    def on_module_search(self, directory: str, module: str) -> None:
        """Log that a module was searched for in a directory."""
        if self.is_started:
            for path in self.paths.find(directory):
                self.log((path + "/" if path != "." else "") + module.rpartition(".")[2])

    # -- log

    def log_path(self, file: Any, suffix: str = "", *, may_be_relative: bool = False) -> None:
        """Log a path; only its name, if it is relative and `may_be_relative` to the descriptor of a directory."""
        if not isinstance(file, str | bytes | os.PathLike):
            return
        path = os.fsdecode(file)
        if may_be_relative and not os.path.isabs(path):  # noqa: PTH117 - in each access
            self.log(f"?{os.path.basename(path)}{suffix}")  # noqa: PTH119 - in each access
            return
        for found in self.paths.find(path):
            self.log(found + suffix)

    def log(self, access: str) -> None:
        """Log an access, if it is new."""
        if access not in self.logged and WHOLE_TREE not in self.logged:
            self.logged.add(access)
            self.pending.append(access)
            if self.sends_at_once:
                self.flush()

    def flush(self) -> None:
        """Send the accesses that were not sent yet."""
        accesses = [self.pending.pop() for _ in range(len(self.pending))]  # another thread may append meanwhile
        if accesses:
            with contextlib.suppress(Exception):
                self.send_out({"accesses": accesses})

    def send(self, message: Any) -> None:
        """Send a message after all accesses that came before it."""
        self.flush()
        self.send_out(message)

    def fork(self) -> int:
        """Fork without logging it: it is the engine's fork, not a test's."""
        self.flush()
        self.is_forking = True
        try:
            return os.fork()
        finally:
            self.is_forking = False


def is_trusted(file: str) -> bool:
    """Return whether an extension module opens no files: the standard library's do not, apart from databases."""
    if os.path.basename(file).startswith(("_dbm", "_gdbm")):  # noqa: PTH119 - in each import
        return False
    return file.startswith(TRUSTED_DIRECTORY) or any(f"{os.sep}{name}{os.sep}" in file for name in TRUSTED_PACKAGES)


class LoggedQuery:
    """Stand-in for a query function. An instance, as a Python function in a class would become a method."""

    def __init__(self, function: Callable[..., Any], log: AccessLog) -> None:
        self.function, self.on_query = function, log.on_query
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.on_query(args[0] if args else named.get("path"), named.get("dir_fd"))
        return self.function(*args, **named)


def replace_query_functions(log: AccessLog) -> None:
    """Replace the query functions in all modules, and have searches for modules logged."""
    stand_ins = {
        function: LoggedQuery(function, log) for name in QUERY_FUNCTIONS if (function := getattr(os, name, None))
    }
    for module in [module for name, module in sys.modules.items() if name != __name__]:
        for name, value in [*getattr(module, "__dict__", {}).items()]:
            if type(value) is BUILTIN and value in stand_ins:
                setattr(module, name, stand_ins[value])
    # Programs look in these sets for functions that take a descriptor.
    for functions in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
        functions |= {stand_ins[function] for function in functions & stand_ins.keys()}
    find_spec = FileFinder.find_spec

    @functools.wraps(find_spec)
    def logged_find_spec(finder: FileFinder, fullname: str, target: Any = None) -> Any:
        log.on_module_search(finder.path, fullname)
        return find_spec(finder, fullname, target)

    FileFinder.find_spec = logged_find_spec  # type: ignore[assignment,method-assign]  # replaced on purpose
