"""Runs tests in composed trees, each tree and each test in a process of its own, and tells what became of each test.

It is started by its path and never imported, with nothing but the standard library and pytest: no module of this package may stand
in for one of the project's (the project may be this package). It waits, with pytest loaded, for orders: a line of JSON on standard
input each, answered by lines of JSON on the descriptor that the first argument names. An order is

    {"tree": "/tree", "root": "/tree/sub", "user": "/checkout", "roots": ["/tree/src"], "tops": ["app"],
     "environment": {...}, "arguments": ["-c", ...], "limits": {"tests/test_a.py::test_x": 10.5}, "memory": 4294967296,
     "code": "/directory", "alone": false}

The files are collected one after the other, each in a process of its own. The tests of a file run in one process, and each in one
of its own where the order says "alone". {"touched": path} says that a file of the tree was opened, see `touched.py`: before the
first {"file": path} for all, then for the tests of that file that are told after it.

A line is {"test": nodeid, "state": "passed|failed|skipped|timeout|crash|foreign", ...}, with the facts of what was raised:
"phase", "types" (the exception's class and its bases), "message", "frames" (files of the tree that the traceback passes),
"missing" ([module, name] of a symbol that is not there), "fixture". An order with "mutants" is for `stubbing.py`. A line {"end": true} says that all was done; the last line
is {"over": true} in any case. {"collected": true} says that tests begin: where the order ends after it and before its end, something ended what runs them;
{"fault": text} that the fault is here. {"spoilt": true} says that a test changed the tree, and that what is left was not run. A line {"group": id} before them names the process group of all that the order starts.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.machinery
import importlib.util
import json
import math
import os
import select
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

sys.path.pop(0)  # the directory of this file, whose modules are not the project's
import pytest

if TYPE_CHECKING:
    from pytest_execute.forks import bytecode, planting, stubbing, touched
    from pytest_execute.forks.places import look
    from pytest_execute.forks.raised import facts, foreign
else:

    def beside(name: str) -> Any:
        """A module of ours, under a name that no project has."""
        spec = importlib.util.spec_from_file_location(f"_execute_{name}", Path(__file__).with_name(f"{name}.py"))
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    ours = [beside(name) for name in ("bytecode", "raised", "places", "planting", "stubbing", "touched")]
    bytecode, raised, places, planting, stubbing, touched = ours
    facts, foreign, look = raised.facts, raised.foreign, places.look
    raised.LOOKED_AT.update((module.__name__, module.__file__) for module in ours)

Record = dict[str, Any]

OUT = int(sys.argv[1])
DONE = 87
"""How the process of a file ends when all its tests were run: a test that ends it has to guess."""
MARKERS = ("task(*ids, topic=None)", "stream(*ids, topic=None)", "gate(*names, topic=None)")
DIES_WITH_PARENT, TAKES_OVER = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of Linux
PRCTL = getattr(ctypes.CDLL(None), "prctl", None)


def tell(record: Record, out: int = OUT) -> None:
    """Write one line to the runner."""
    os.write(out, json.dumps(record).encode() + b"\n")


def die_with_parent() -> None:
    """Ask the system to end this process when the one that started it ends, however it ends."""
    if PRCTL is not None:
        PRCTL(DIES_WITH_PARENT, signal.SIGKILL)


def take_over() -> None:
    """Ask the system to make what processes below this one leave behind children of this one."""
    if PRCTL is not None:
        PRCTL(TAKES_OVER, 1)


def limit_memory(size: int) -> None:
    """What this process may write to; address space that is only reserved is free, as some libraries reserve a lot of it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def limit_cpu(seconds: float) -> None:
    """The time that this process may compute, which unlike the time that passes does not grow when the machine is busy."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds)))


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


# -- running


class Replay:
    """The pytest plugin that selects the tests, and gives each file its own process; each test where the order says alone."""

    def __init__(self, order: Record) -> None:
        self.order, self.root, self.tree = order, order["root"], order["tree"]
        self.open = dict(order["limits"])
        self.files = [
            file for file in dict.fromkeys(t.partition("::")[0] for t in self.open) if self.path(file).exists()
        ]
        self.touched = touched.Touched(self.tree, tell)
        self.raised: Record | None = None
        self.stubbing = stubbing.Stubbing(planting, order, tell, self.alone) if "mutants" in order else None

    def path(self, file: str) -> Path:
        return Path(self.root, file)

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

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self) -> Any:
        """pytest has put its own finder first by now, which would take modules that it rewrites away from the planter."""
        if self.stubbing:
            sys.meta_path.remove(self.stubbing.planter)
            sys.meta_path.insert(0, self.stubbing.planter)
        return (yield)

    def pytest_sessionstart(self, session: Any) -> None:
        if not self.stubbing:
            session.perform_collect = functools.partial(self.file_by_file, session)

    def file_by_file(self, session: Any) -> None:
        """Go on in a process for each file: what one imports, the next does not find imported."""
        for file in self.files:
            child = self.touched.fork()
            if not child:
                die_with_parent()
                take_over()
                tell({"file": file})
                session.config.args = [str(self.path(file))]
                type(session).perform_collect(session)
                return
            status = os.waitpid(child, 0)[1]
            end_all(set())
            if os.waitstatus_to_exitcode(status) != DONE:
                os._exit(0)  # without an end: what is left is run again
        tell({"end": True})
        os._exit(0)

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
        """Run the tests, and be gone: nothing was set up here, and what plugins do at the end of a session is not asked for."""
        tell({"collected": True})
        asked: dict[str, list[Any]] = {}
        for item in session.items:
            asked.setdefault(str(self.asked(item)), []).append(item)
        if self.stubbing:
            self.stubbing.run(asked)
            tell({"end": True})
            os._exit(0)
        guard = Guard(self.tree, self.order["environment"]["HOME"])
        groups: dict[str, list[str]] = {}
        for name in [name for name in asked if name in self.open]:
            groups.setdefault(name if self.order.get("alone") else name.partition("::")[0], []).append(name)
        for names in groups.values():
            while left := [name for name in names if name in self.open]:
                self.forked({name: asked[name] for name in left})
                guard.clean()
                if guard.is_spoilt():
                    tell({"spoilt": True})
                    os._exit(0)  # the tree is made whole, and what is left is run again
        os._exit(DONE)

    def alone(self, items: list[Any]) -> str:
        """How a test ends, with all its parameters, in a process of its own, of which only that is told."""
        name = str(self.asked(items[0]))
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            with contextlib.suppress(OSError):
                os.setpgid(0, 0)
            die_with_parent()
            limit_cpu(self.order["mutants"]["cpu"][name])
            states = (self.ran(item, None)["state"] for item in items)
            os.write(theirs, next((state for state in states if state != "passed"), "passed").encode())
            os._exit(0)
        os.close(theirs)
        try:
            if not select.select([ours], [], [], self.order["limits"][name])[0]:
                return "timeout"
            return os.read(ours, 100).decode() or "crash"
        finally:
            os.close(ours)
            kill(child)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)

    def forked(self, tests: dict[str, list[Any]]) -> None:
        """Run `tests` in one process until one of them spoils it; it is ended with all it started."""
        ours, theirs = os.pipe()
        child = self.touched.fork()
        if not child:
            os.close(ours)
            self.run_and_exit(tests, theirs)
        os.close(theirs)
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        try:
            self.listen(child, ours, next(iter(tests)))
        finally:
            kill(child)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
            os.close(ours)

    def run_and_exit(self, tests: dict[str, list[Any]], out: int) -> NoReturn:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent()
        watch, ours = Watch(self.tree), os.getpid()
        self.touched.tell = functools.partial(tell, out=out)
        items = [(name, item) for name, items in tests.items() for item in items]
        found: dict[str, Record] = {}
        for at, (name, item) in enumerate(items):
            following = items[at + 1] if at + 1 < len(items) else (None, None)
            os.write(out, json.dumps({"begins": name}).encode() + b"\n")
            became = self.ran(item, following[1])
            if os.getpid() != ours:
                os._exit(0)  # a copy that the test made of this process
            if found.get(name, {"state": "passed"})["state"] == "passed":
                found[name] = became
            stop = watch.spoilt or "builtins.MemoryError" in became.get("types", ())
            if stop or following[0] != name:
                os.write(out, json.dumps({"test": name, **found[name]}).encode() + b"\n")
            if stop:
                break
        os._exit(0)

    def ran(self, item: Any, following: Any) -> Record:
        """What became of `item` in this process."""
        from _pytest.runner import runtestprotocol

        self.raised = None
        try:
            outcomes = [report.outcome for report in runtestprotocol(item, log=False, nextitem=following)]
            stranger = foreign(self.order["user"], self.tree, frozenset(self.order["tops"]))
            if stranger:
                return {"state": "foreign", "message": f"{stranger[0]} came from {stranger[1]}"}
            if "failed" in outcomes:
                raised = self.raised or {"phase": "call", "message": "failed without an exception"}
                return {"state": "failed", **raised}
            return {"state": "skipped" if "skipped" in outcomes else "passed"}
        except BaseException as error:  # noqa: BLE001 - whatever a test raises is what became of it
            return {"state": "failed", **facts(error, "protocol", self.tree)}

    def listen(self, child: int, pipe: int, first: str) -> None:
        """Pass on what the process says; where it hangs or ends in the middle of a test, that is what became of the test."""
        text, gone, running = b"", False, first
        deadline = time.monotonic() + self.order["limits"][first]
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                self.pass_on(touched.rest(pipe, text))
                return self.record(running, state="timeout", message="it did not end within its time limit")
            if select.select([pipe], [], [], 0 if gone else min(left, 0.05))[0]:
                piece = os.read(pipe, 65536)
                gone = gone or not piece
                *lines, text = (text + piece).split(b"\n")
                for record in map(json.loads, lines):
                    if "begins" in record:
                        running = record["begins"]
                        deadline = time.monotonic() + self.order["limits"][running]
                    else:
                        self.pass_on([record])
                if piece:
                    continue
            if gone:
                if running in self.open:
                    self.record(running, state="crash", message="the test ended its process")
                return None
            gone = self.ended(child)

    def pass_on(self, records: list[Record]) -> None:
        for record in records:
            tell(record) if "touched" in record else self.record(**record)

    @staticmethod
    def ended(child: int) -> bool:
        try:
            return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True


class Guard:
    """What stood in the tree and in the home directory before the tests: what they add is taken away, what they spoil is told."""

    def __init__(self, tree: str, home: str) -> None:
        self.places = {tree: look(tree), home: look(home)}
        self.tree = tree
        self.children = set(children())

    def clean(self) -> None:
        """End what the tests have left running, and remove what they have left lying."""
        end_all(self.children)
        for place, before in self.places.items():
            for path in sorted(look(place).keys() - before.keys(), reverse=True):
                with contextlib.suppress(OSError):
                    os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)  # noqa: PTH106, PTH108, PTH112, PTH114

    def is_spoilt(self) -> bool:
        """Is something of the tree gone or changed?"""
        return not self.places[self.tree].items() <= look(self.tree).items()


class Watch:
    """Notes when this process removes or changes a file that stood in the tree."""

    EVENTS = frozenset(
        ("os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "shutil.rmtree", "shutil.move")
    )

    def __init__(self, tree: str) -> None:
        self.spoilt = False
        self.below = tree + os.sep
        self.stood = frozenset(look(tree))
        sys.addaudithook(self.note)

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        if event in self.EVENTS or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC)):
            with contextlib.suppress(Exception):
                path = os.path.abspath(os.fsdecode(args[0]))  # noqa: PTH100
                self.spoilt = self.spoilt or path in self.stood or path + os.sep == self.below


def children() -> list[int]:
    """The processes that this one started, or took over, as far as the system tells."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def end_all(but: set[int]) -> None:
    """End all processes below this one, but for those in `but`: what ends leaves its own to us."""
    while found := [pid for pid in children() if pid not in but]:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def conftest_failed(replay: Replay, error: Any) -> None:
    """A conftest that cannot be imported fails the tests below its directory."""
    directory = os.path.relpath(Path(error.path).resolve().parent, replay.root).replace(os.sep, "/")
    for test in [t for t in replay.open if directory == "." or t.startswith(directory + "/")]:
        replay.record(test, state="failed", **facts(error, "collect", replay.tree))


def obey(order: Record) -> None:
    """Run the tests of one order, in a process that was forked for it."""
    from _pytest.config import ConftestImportFailure, _prepareconfig

    die_with_parent()
    take_over()
    limit_memory(order["memory"])
    os.chdir(order["root"])
    os.environ.clear()
    os.environ.update(order["environment"])
    tempfile.tempdir = None
    sys.path[:0] = [order["root"], *order["roots"]]
    sys.meta_path.insert(0, TreeOnly(order["roots"], order["tops"]))
    sys.argv[:] = ["pytest"]
    bytecode.Store(order["code"], order["tree"]).serve()
    replay, ours = Replay(order), os.getpid()
    if not replay.stubbing:
        replay.touched.start()
    arguments = [*order["arguments"], *[str(replay.path(file)) for file in replay.files]]
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
    if os.getpid() != ours:
        os._exit(DONE)
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
        except Exception as error:  # noqa: BLE001 - ours, not the tree's
            tell({"fault": repr(error)})
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
    take_over()
    while True:
        ready = select.select([0, ended], [], [])[0]
        if 0 in ready:
            piece = os.read(0, 1 << 16)
            text += piece
            if not piece:
                kill(job) if job else None
                end_all(set())
                return
        if ended in ready:
            os.read(ended, 1 << 16)
        if job and os.waitpid(job, os.WNOHANG)[0]:
            kill(job)
            end_all(set())
            job = 0
            tell({"over": True})
        if not job and b"\n" in text:
            line, _, text = text.partition(b"\n")
            job = fork_for(json.loads(line))
            tell({"group": job})


os.set_inheritable(OUT, False)
serve()
