"""Runs tests in composed trees, each tree and each test in a process of its own, and tells what became of each test.

It is started by its path and never imported, with nothing but the standard library and pytest: no module of this package may stand
in for one of the project's (the project may be this package). The first line of standard input tells, as JSON, what all orders have in
common:

    {"tree": "/tree", "root": "/tree/sub", "user": "/checkout", "roots": ["/tree/src"], "tops": ["app"], "environment": {...},
     "arguments": ["-c", ...], "memory": 4294967296, "code": "/directory"}

It starts pytest with these, stops where pytest would look at the tree, and waits there for orders, a line each; every order goes on from
there in a fork, so that pytest starts once and the tree is looked at for each. Where that start has loaded a module of the project, which may be
another in the next tree, or fails, pytest is started for each order. An order is

    {"limits": {"tests/test_a.py::test_x": 10.5}, "computing": {"tests/test_a.py::test_x": 1.0}, "environment": {...}, "alone": false,
     "hiding": ["tarfile"]}

with the seconds that each test may take, and may compute, and the modules of Python that files of the tree could hide. It is answered by
lines of JSON on the descriptor that the first argument names.

The files are collected one after the other, each but the last in a process of its own. The tests of a file run in one process, and each in one
of its own where the order says "alone". {"touched": [word, ...]} says what of the tree was looked at, see `accesses.py`: before the
first {"file": path} for all, then for the tests of that file that are told after it.

A line is {"test": nodeid, "state": "passed|failed|skipped|timeout|crash|foreign", ...}, with the facts of what was raised:
"phase", "types" (the exception's class and its bases), "message", "frames" (files of the tree that the traceback passes),
"missing" ([module, name] of a symbol that is not there), "raiser" (the file of the tree whose own `raise` it was), "fixture", and
"seconds", what it computed or was given. An order with "mutants" is for `mutating.py`. A line {"end": true} says that all was done; the
last line is {"over": true} in any case. {"collected": true} says that tests begin: where the order ends after it and before its end, something ended what runs them;
{"fault": text} that the fault is here. {"spoilt": true} says that a test changed the tree, and that what is left was not run. A line {"group": id} before them names the process group of all that the order starts;
{"loaded": names} before the first order names packages, not Python's own, that were loaded for all orders.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.machinery
import importlib.util
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

sys.path.pop(0)  # the directory of this file, whose modules are not the project's
import pdb  # noqa: F401, T100 - pytest imports it for each order, as it does readline

with contextlib.suppress(ImportError):
    import readline  # noqa: F401

import pytest  # noqa: F401 - so that every fork has it

if TYPE_CHECKING:
    from pytest_execute.engine.child import bytecode, exceptions, fixtures, plugin, preload, system
else:

    def beside(name: str) -> Any:
        """A module of ours, under a name that no project has."""
        spec = importlib.util.spec_from_file_location(f"_execute_{name}", Path(__file__).with_name(f"{name}.py"))
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    FIRST = ("exceptions", "bytecode", "snapshot", "instrument", "fixtures", "system")
    PARTS = (*FIRST, "preload", "mutating", "accesses", "tree_guard", "plugin")
    OURS = {name: beside(name) for name in PARTS}
    bytecode, exceptions, fixtures, plugin, preload, system = (
        OURS[name] for name in ("bytecode", "exceptions", "fixtures", "plugin", "preload", "system")
    )
    for module in OURS.values():
        exceptions.look_at(module.__name__, module)

Record = dict[str, Any]

OUT = system.own_output(int(sys.argv[1]))
COLD = 88
"""How the process ends in which pytest should have been started once for all orders, and could not be."""


def tell(record: Record) -> None:
    """Write one line to the runner."""
    system.write(OUT, record)


def tell_if_heard(record: Record) -> None:
    """The same from where it is noticed, too, that the runner is gone: what runs must be ended then."""
    with contextlib.suppress(BrokenPipeError):
        tell(record)


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


def conftest_failed(tests: plugin.TreePlugin, error: Any) -> None:
    """A conftest that cannot be imported fails the tests below its directory."""
    directory = os.path.relpath(Path(error.path).resolve().parent, tests.root).replace(os.sep, "/")
    tests.fail("" if directory == "." else directory, error, "collect")


def settle(place: Record) -> None:
    """Have this process, and all that it forks, at home in the place."""
    os.chdir(place["root"])
    os.environ.clear()
    os.environ.update(place["environment"])
    sys.path[:0] = [place["root"], *place["roots"]]
    sys.meta_path.insert(0, TreeOnly(place["roots"], place["tops"]))
    sys.argv[:] = ["pytest"]
    bytecode.Store(place["code"], place["tree"]).serve()


def obey(tests: plugin.TreePlugin) -> None:
    """Start pytest, which asks for the order as soon as it needs one, and run what the order asks for."""
    from _pytest.config import ConftestImportFailure, _prepareconfig

    try:
        config = _prepareconfig([*tests.place["arguments"]], [tests])
    except ConftestImportFailure as error:
        conftest_failed(tests, error)
        if tests.open:
            return  # without an end: what is left is run again, file by file
    except Exception as error:  # noqa: BLE001 - whatever plugins and settings raise is what became of the tests
        tests.fail("", error, "start")
    else:
        try:
            config.hook.pytest_cmdline_main(config=config)
        finally:
            config._ensure_unconfigure()
    if tests.is_copy():
        os._exit(plugin.DONE)
    if tests.order:
        tell({"end": True})


def obey_and_exit(place: Record, ask: Callable[[plugin.TreePlugin, Any], Record], *, looking: bool = True) -> NoReturn:
    """Obey the order that `ask` gives, in the process that it gives it in; `looking` at the tree, maybe, before it is asked."""
    tests = plugin.TreePlugin(place, tell, lambda config: ask(tests, config))
    if looking:
        tests.touched.start()
    try:
        obey(tests)
    except Exception as error:  # noqa: BLE001 - ours, not the tree's
        if tests.order:
            tell({"fault": repr(error)})
    finally:
        os._exit(0 if tests.order else COLD)


def hear_nothing() -> None:
    """Have standard input empty from here on."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)


def fork() -> int:
    """A process for an order, in a group of its own; 0 in the process itself."""
    job = os.fork()
    if not job:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        hear_nothing()
    else:
        with contextlib.suppress(OSError):
            os.setpgid(job, job)
    return job


def serve() -> Record:
    """Have order after order obeyed, each by a fork, which this gives the order to; when the other end of standard input goes, end with
    all that runs.
    """
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    text = b""
    job = 0
    system.take_over()
    while True:
        ready = select.select([0, ended], [], [])[0]
        if 0 in ready:
            piece = os.read(0, 1 << 16)
            text += piece
            if not piece:
                system.kill(job) if job else None
                system.end_all(set())
                os._exit(0)
        if ended in ready:
            os.read(ended, 1 << 16)
        if job and os.waitpid(job, os.WNOHANG)[0]:
            system.kill(job)
            system.end_all(set())
            job = 0
            tell_if_heard({"over": True})
        if not job and b"\n" in text:
            line, _, text = text.partition(b"\n")
            job = fork()
            if not job:
                order: Record = json.loads(line)
                return order
            tell_if_heard({"group": job})


def serve_warm(tests: plugin.TreePlugin, config: Any) -> Record:
    """Serve from within the start of pytest, unless it has loaded something of the project, which stays the same in all trees then."""
    place = tests.place
    system.take_over()
    preload.load(place["tree"], [f"{root}/{top}" for root in place["roots"] for top in place["tops"]], tests.touched)
    tell({"loaded": sorted(preload.packages())})
    if exceptions.is_loaded(place["user"], place["tree"], frozenset(place["tops"])):
        os._exit(COLD)
    tests.touched.look_back()
    fixtures.spare(config)
    gc.collect()
    gc.freeze()  # else what each fork collects, it copies
    return serve()


def first_line() -> bytes:
    """The first line of standard input, and nothing after it."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def main() -> None:
    """Start pytest once for all orders; where that does not do, once for each."""
    os.set_inheritable(OUT, False)
    place: Record = json.loads(first_line())
    settle(place)
    if "order" in place:
        hear_nothing()
        obey_and_exit(place, lambda *_: place["order"])
    system.take_over()
    warm = os.fork()
    if not warm:
        system.die_with_parent()
        obey_and_exit(place, serve_warm, looking=False)
    status = os.waitpid(warm, 0)[1]
    system.end_all(set())
    if os.waitstatus_to_exitcode(status) == COLD:
        order = serve()
        obey_and_exit(place, lambda *_: order)


main()
