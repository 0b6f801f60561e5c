"""Runs tests in composed trees, each tree and each test in a process of its own, and tells what became of each test.

It is started by its path and never imported, with nothing but the standard library and pytest: no module of this package may stand
in for one of the project's (the project may be this package). It waits, with pytest loaded, for orders: a line of JSON on standard
input each, answered by lines of JSON on the descriptor that the first argument names. An order is

    {"tree": "/tree", "root": "/tree/sub", "user": "/checkout", "roots": ["/tree/src"], "tops": ["app"],
     "environment": {...}, "arguments": ["-c", ...], "limits": {"tests/test_a.py::test_x": 10.5}, "memory": 4294967296}

A line is {"test": nodeid, "state": "passed|failed|skipped|timeout|crash|foreign", ...}, with the facts of what was raised:
"phase", "types" (the exception's class and its bases), "message", "frames" (files of the tree that the traceback passes),
"missing" ([module, name] of a symbol that is not there), "fixture". A line {"end": true} says that all was done; the last line
is {"over": true} in any case. A line {"group": id} before them names the process group of all that the order starts.
"""

from __future__ import annotations

import contextlib
import ctypes
import dis
import importlib.machinery
import itertools
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

sys.path.pop(0)  # the directory of this file, whose modules are not the project's
import pytest

Record = dict[str, Any]

OUT = int(sys.argv[1])
MARKERS = ("task(*ids, topic=None)", "stream(*ids, topic=None)", "gate(*names, topic=None)")
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
PRCTL = getattr(ctypes.CDLL(None), "prctl", None)


def tell(record: Record) -> None:
    """Write one line to the runner."""
    os.write(OUT, json.dumps(record).encode() + b"\n")


def die_with_parent() -> None:
    """Ask the system to end this process when the one that started it ends, however it ends."""
    if PRCTL is not None:
        PRCTL(DIES_WITH_PARENT, signal.SIGKILL)


def limit_memory(size: int) -> None:
    """What this process may write to; address space that is only reserved is free, as some libraries reserve a lot of it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


class TreeOnly:
    """Finds the project's modules in the tree, and nowhere else: what the tree has not is missing."""

    def __init__(self, roots: list[str], tops: list[str]) -> None:
        self.roots, self.tops = roots, frozenset(tops)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.partition(".")[0] not in self.tops:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, self.roots if path is None else path)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return spec

    def invalidate_caches(self) -> None:
        importlib.machinery.PathFinder.invalidate_caches()


# -- what was raised, as facts


def origin(error: Any) -> BaseException:
    """The exception behind pytest's own wrapping of it."""
    inner = getattr(error, "cause", None) if type(error).__name__ == "ConftestImportFailure" else None
    if type(error).__name__ == "CollectError":
        inner = error.__cause__
    return origin(inner) if isinstance(inner, BaseException) else error


def frames(error: BaseException, tree: str) -> list[str]:
    """The files of the tree that the traceback of `error` passes, outermost first."""
    entry, found = error.__traceback__, []
    while entry is not None:
        path = os.path.realpath(entry.tb_frame.f_code.co_filename)
        if path.startswith(tree + os.sep):
            found.append(path[len(tree) + 1 :].replace(os.sep, "/"))
        entry = entry.tb_next
    return found


def imported_name(error: Any) -> str | None:
    """The name that `from module import name` did not find."""
    if getattr(error, "name_from", None):
        return str(error.name_from)
    entry = last = error.__traceback__
    while entry is not None:
        if "importlib" not in entry.tb_frame.f_code.co_filename:
            last = entry
        entry = entry.tb_next
    if last is None:
        return None
    code = dis.get_instructions(last.tb_frame.f_code)
    names: list[str] = [i.argval for i in code if i.offset == last.tb_lasti and i.opname == "IMPORT_FROM"]
    return names[0] if names else None


def missing(error: BaseException) -> list[str | None] | None:
    """[module, name] of the symbol whose absence raised `error`, name None for a whole module; None for any other error."""
    if isinstance(error, ImportError):
        return (
            [error.name, None if isinstance(error, ModuleNotFoundError) else imported_name(error)]
            if error.name
            else None
        )
    if isinstance(error, AttributeError) and getattr(error, "name", None):
        owner = error.obj
        if type(owner) is type(sys):
            return [owner.__name__, error.name]
        kind = owner if isinstance(owner, type) else type(owner)
        return [kind.__module__, f"{kind.__qualname__}.{error.name}"]
    if isinstance(error, NameError) and getattr(error, "name", None) and error.__traceback__ is not None:
        entry = error.__traceback__
        while entry.tb_next is not None:
            entry = entry.tb_next
        return [str(entry.tb_frame.f_globals.get("__name__")), error.name]
    return None


def facts(error: BaseException, phase: str, tree: str) -> Record:
    error = origin(error)
    text = str(error).strip().splitlines() or [""]
    return {
        "phase": phase,
        "types": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__],
        "message": f"{type(error).__name__}: {text[0]}"[:300],
        "frames": frames(error, tree),
        "missing": missing(error),
        "fixture": getattr(error, "argname", None) if type(error).__name__ == "FixtureLookupError" else None,
    }


def foreign(user: str, tree: str) -> tuple[str, str] | None:
    """A module of the user's checkout that was imported from outside the tree: (name, file), or None."""
    installed = (tree + os.sep, os.path.realpath(sys.prefix) + os.sep)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        path = os.path.realpath(path) if isinstance(path, str) else ""
        inside = path.startswith(user + os.sep) and not path.startswith(installed) and "site-packages" not in path
        if inside and module is not sys.modules["__main__"] and name != "__mp_main__":
            return name, path
    return None


# -- running


class Replay:
    """The pytest plugin that selects the tests and gives each its own process."""

    def __init__(self, order: Record) -> None:
        self.order, self.root, self.tree = order, order["root"], order["tree"]
        self.open = dict(order["limits"])
        self.raised: Record | None = None

    def record(self, test: str, **facts: object) -> None:
        if self.open.pop(test, None) is not None:
            tell({"test": test, **facts})

    def pytest_addoption(self, parser: Any) -> None:
        parser.addini("execute_notes", "directory of the plans", default="notes")

    def pytest_configure(self, config: Any) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_exception_interact(self, node: Any, call: Any) -> None:
        """A file or class that could not be collected fails all its tests."""
        if call.when == "collect":
            below = node.nodeid
            raised = facts(call.excinfo.value, "collect", self.tree)
            for test in [t for t in self.open if not below or t == below or t.startswith((below + "::", below + "/"))]:
                self.record(test, state="failed", **raised)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        config.hook.pytest_deselected(items=[item for item in items if self.asked(item) is None])
        items[:] = [item for item in items if self.asked(item) is not None]

    def asked(self, item: Any) -> str | None:
        """What `item` was asked for as: itself, or its function, whatever its parameters."""
        names = (item.nodeid, item.nodeid.partition("[")[0])
        return next((name for name in names if name in self.order["limits"]), None)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, call: Any) -> Any:
        report = yield
        if report.failed and self.raised is None and call.excinfo is not None:
            self.raised = facts(call.excinfo.value, call.when, self.tree)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> NoReturn:
        """Run each test, and be gone: nothing was set up here, and what plugins do at the end of a session is not asked for."""
        for name, items in itertools.groupby(session.items, self.asked):
            if name is not None and name in self.open:
                self.record(name, **self.first_red(items))
        tell({"end": True})
        os._exit(0)

    def first_red(self, items: Iterable[Any]) -> Record:
        """What became of the first that does not pass; else of the last."""
        found: Record = {}
        for item in items:
            found = self.forked(item)
            if found["state"] != "passed":
                break
        return found

    def forked(self, item: Any) -> Record:
        """What became of `item` in a process of its own, which is ended with all it started."""
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            self.run_and_exit(item, theirs)
        os.close(theirs)
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        try:
            return self.listen(child, ours, time.monotonic() + self.order["limits"][self.asked(item)])
        finally:
            kill(child)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
            os.close(ours)

    def run_and_exit(self, item: Any, out: int) -> NoReturn:
        from _pytest.runner import runtestprotocol

        try:
            with contextlib.suppress(OSError):
                os.setpgid(0, 0)
            die_with_parent()
            outcomes = [report.outcome for report in runtestprotocol(item, log=False, nextitem=None)]
            record: Record = {
                "state": "failed" if "failed" in outcomes else "skipped" if "skipped" in outcomes else "passed"
            }
            stranger = foreign(self.order["user"], self.tree)
            if stranger:
                record = {"state": "foreign", "message": f"{stranger[0]} came from {stranger[1]}"}
            elif record["state"] == "failed":
                record.update(self.raised or {"phase": "call", "message": "failed without an exception"})
        except BaseException as error:  # noqa: BLE001 - whatever a test raises is what became of it
            record = {"state": "failed", **facts(error, "protocol", self.tree)}
        os.write(out, json.dumps(record).encode() + b"\n")
        os._exit(0)

    def listen(self, child: int, pipe: int, deadline: float) -> Record:
        text, gone = b"", False
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0:
                return {"state": "timeout", "message": "it did not end within its time limit"}
            if select.select([pipe], [], [], 0 if gone else min(left, 0.05))[0]:
                piece = os.read(pipe, 65536)
                text += piece
                gone = gone or not piece
            if gone and not text.endswith(b"\n"):
                return {"state": "crash", "message": "the test ended its process"}
            gone = gone or self.ended(child)
        record: Record = json.loads(text)
        return record

    @staticmethod
    def ended(child: int) -> bool:
        try:
            return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True


def conftest_failed(replay: Replay, error: Any) -> None:
    """A conftest that cannot be imported fails the tests below its directory."""
    directory = os.path.relpath(Path(error.path).resolve().parent, replay.root).replace(os.sep, "/")
    for test in [t for t in replay.open if directory == "." or t.startswith(directory + "/")]:
        replay.record(test, state="failed", **facts(error, "collect", replay.tree))


def obey(order: Record) -> None:
    """Run the tests of one order, in a process that was forked for it."""
    from _pytest.config import ConftestImportFailure, _prepareconfig

    die_with_parent()
    limit_memory(order["memory"])
    os.chdir(order["root"])
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None
    sys.path[:0] = [order["root"], *order["roots"]]
    sys.meta_path.insert(0, TreeOnly(order["roots"], order["tops"]))
    sys.argv[:] = ["pytest"]
    replay = Replay(order)
    files = dict.fromkeys(Path(order["root"], test.split("::")[0]) for test in order["limits"])
    arguments = [*order["arguments"], *[str(file) for file in files if file.exists()]]
    try:
        config = _prepareconfig(arguments, [replay])
    except ConftestImportFailure as error:
        conftest_failed(replay, error)
        if replay.open:
            return  # without an end: what is left is run again, file by file
    except Exception as error:  # noqa: BLE001 - whatever plugins and settings raise is what became of the tests
        for test in list(replay.open):
            replay.record(test, state="failed", **facts(error, "start", replay.tree))
    else:
        try:
            config.hook.pytest_cmdline_main(config=config)
        finally:
            config._ensure_unconfigure()
    tell({"end": True})


def fork_for(order: Record) -> int:
    """A process that obeys `order` and ends, in a group of its own."""
    job = os.fork()
    if not job:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        try:
            obey(order)
        finally:
            os._exit(0)
    with contextlib.suppress(OSError):
        os.setpgid(job, job)
    return job


def kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def serve() -> None:
    """Obey order after order; when the other end of standard input goes, end with all that runs."""
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    text = b""
    job = 0
    while True:
        ready = select.select([0, ended], [], [])[0]
        if 0 in ready:
            piece = os.read(0, 1 << 16)
            text += piece
            if not piece:
                kill(job) if job else None
                return
        if ended in ready:
            os.read(ended, 1 << 16)
        if job and os.waitpid(job, os.WNOHANG)[0]:
            kill(job)
            job = 0
            tell({"over": True})
        if not job and b"\n" in text:
            line, _, text = text.partition(b"\n")
            job = fork_for(json.loads(line))
            tell({"group": job})


os.set_inheritable(OUT, False)
serve()
