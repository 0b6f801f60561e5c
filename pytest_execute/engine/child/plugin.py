"""The pytest plugin that runs the tests of an order in a tree. Loaded by its path in the processes that run tests."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import select
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import _pytest.pathlib
import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child import accesses, instrument, mutating, preload, snapshot, system
    from pytest_execute.engine.child.exceptions import facts, foreign
    from pytest_execute.engine.child.tree_guard import TreeGuard
else:
    import _execute_accesses as accesses
    import _execute_instrument as instrument
    import _execute_mutating as mutating
    import _execute_preload as preload
    import _execute_snapshot as snapshot
    import _execute_system as system
    from _execute_exceptions import facts, foreign
    from _execute_tree_guard import TreeGuard

Record = dict[str, Any]

DONE = 87
"""How the process of a file ends when all its tests were run: a test that ends it has to guess."""
MARKERS = ("task(*ids, topic=None)", "stream(*ids, topic=None)", "gate(*names, topic=None)")


class TreePlugin:
    """Selects the tests, and gives each file its own process; each test where the order says alone.

    `tell` writes a line to the runner. `ask` gives the order, and may do so in a process that it forks for it.
    """

    def __init__(self, place: Record, tell: Callable[[Record], None], ask: Callable[[Any], Record]) -> None:
        self.place, self.root, self.tree, self.ask = place, place["root"], place["tree"], ask
        self.order: Record = {}
        self.open: dict[str, float] = {}
        self.touched = accesses.AccessLog(
            self.tree, tell, [_pytest.pathlib.scandir.__code__, snapshot.take_snapshot.__code__]
        )
        self.tell = self.touched.tell
        self.raised: Record | None = None
        self.outcomes: list[str] = []
        self.stubbing: mutating.MutationRun | None = None

    def begin(self, order: Record) -> None:
        """Take the order, in the process that runs its tests from here on."""
        self.pid = os.getpid()
        self.order, self.open = {**self.place, **order}, dict(order["limits"])
        self.is_here = bool(order.get("here"))
        system.die_with_parent()
        if not self.is_here:
            system.take_over()
        system.limit_memory(self.place["memory"])
        os.chdir(self.root)
        os.environ.update(order["environment"])
        tempfile.tempdir = os.environ["TMPDIR"]
        importlib.invalidate_caches()
        preload.forget(order["hiding"])
        names = dict.fromkeys(test.partition("::")[0] for test in self.open)
        self.files = [name for name in names if self.path(name).exists()]
        if "mutants" in order:
            self.stubbing = mutating.MutationRun(instrument, self.order, self.tell, self.touched.fork, self.alone)
        self.touched.start()
        self.touched.say(accesses.STDLIB)
        for name in preload.packages():
            self.touched.say(f"?{name}")
            self.touched.say(f"?{name}.py")

    def is_copy(self) -> bool:
        """Is this a copy of the process, which the project made?"""
        return bool(self.order) and os.getpid() != self.pid

    def path(self, file: str) -> Path:
        return Path(self.root, file)

    def record(self, test: str, **facts: object) -> None:
        if self.open.pop(test, None) is not None:
            self.tell({"test": test, **facts})

    def fail(self, below: str, error: BaseException, phase: str) -> None:
        """All tests of this file, class or directory have failed with `error`; with "" all there are."""
        raised = facts(error, phase, self.tree)
        for test in [t for t in self.open if not below or t == below or t.startswith((below + "::", below + "/"))]:
            self.record(test, state="failed", **raised)

    # -- as pytest goes

    def pytest_addoption(self, parser: Any) -> None:
        parser.addini("execute_notes", "directory of the plans", default="notes")

    def pytest_configure(self, config: Any) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self) -> bool:
        """Leave out what stands beside the files that were asked for: of these pytest does not ask."""
        return True

    def pytest_exception_interact(self, node: Any, call: Any) -> None:
        """A file or class that could not be collected fails all its tests."""
        if call.when == "collect":
            self.fail(node.nodeid, call.excinfo.value, "collect")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any, args: list[str]) -> Any:
        """Up to here pytest has looked at nothing of the tree. (Its own finder is in place, which would hide modules from the planter.)"""
        self.begin(self.ask(early_config))
        files = [str(self.path(file)) for file in self.files]
        args.extend(files)
        early_config.known_args_namespace.file_or_dir = files
        return (yield)

    def pytest_sessionstart(self, session: Any) -> None:
        if not self.stubbing and not self.is_here:
            session.perform_collect = functools.partial(self.file_by_file, session)

    def file_by_file(self, session: Any) -> None:
        """Go on in a process for each file, the last in this one: what one imports, the next does not find imported."""
        if not self.files:
            self.end()
        *others, last = self.files
        for file in others:
            child = self.touched.fork()
            if not child:
                system.die_with_parent()
                system.take_over()
                return self.collect(session, file)
            status = os.waitpid(child, 0)[1]
            system.end_all(set())
            if os.waitstatus_to_exitcode(status) != DONE:
                os._exit(0)  # without an end: what is left is run again
        return self.collect(session, last)

    def collect(self, session: Any, file: str) -> None:
        self.tell({"file": file})
        session.config.args = [str(self.path(file))]
        type(session).perform_collect(session)

    def end(self) -> NoReturn:
        """Be gone: from the process of a file, and from that of the order with its end."""
        if self.is_copy():
            os._exit(DONE)
        self.tell({"end": True})
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
        self.outcomes.append(report.outcome)
        if report.failed and self.raised is None and call.excinfo is not None:
            self.raised = facts(call.excinfo.value, call.when, self.tree)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> bool:
        """Run it within what plugins put around it, and tell none of them what became of it."""
        from _pytest.assertion import util
        from _pytest.runner import runtestprotocol

        util._reprcompare = None  # nobody reads how two values differ, which takes longer than the test
        runtestprotocol(item, log=False, nextitem=nextitem)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> NoReturn:
        """Run the tests, and be gone: nothing was set up here, and what plugins do at the end of a session is not asked for."""
        asked: dict[str, list[Any]] = {}
        for item in session.items:
            asked.setdefault(str(self.asked(item)), []).append(item)
        self.tell({"collected": True, **({"tests": list(asked)} if self.is_here else {})})
        if self.stubbing:
            guard = TreeGuard(self.tree, self.order["environment"]["HOME"])
            self.stubbing.run(asked)
            self.tell({"spoilt": True} if guard.is_spoilt() else {})
            self.end()
        tests = {name: items for name, items in asked.items() if name in self.open}
        if self.is_here:
            self.run_and_exit(tests, self.touched.out, TreeGuard(self.tree, self.order["environment"]["HOME"]))
        self.run_all(tests)
        self.end()

    # -- running

    def run_all(self, tests: dict[str, list[Any]]) -> None:
        guard = TreeGuard(self.tree, self.order["environment"]["HOME"])
        groups: dict[str, list[str]] = {}
        for name in tests:
            groups.setdefault(name if self.order.get("alone") else name.partition("::")[0], []).append(name)
        foreign(self.order["user"], self.tree, frozenset(self.order["tops"]))
        gc.freeze()
        for names in groups.values():
            while left := [name for name in names if name in self.open]:
                self.forked({name: tests[name] for name in left}, guard)
                if not guard.clean():
                    self.tell({"spoilt": True})
                    os._exit(0)  # the tree is made whole, and what is left is run again

    def alone(self, items: list[Any], computing: float | None = None) -> tuple[str, float, list[str]]:
        """How a test ends, with all its parameters, in a process of its own that may compute so long; the seconds that it did, and the
        files of the tree that it opened.
        """
        name = str(self.asked(items[0]))
        ours, theirs = os.pipe()
        child = self.touched.fork()
        if not child:
            system.own_group()
            system.die_with_parent()
            self.touched.out, self.touched.eager = functools.partial(system.write, theirs), True
            states = (self.ran(item, None)["state"] for item in items)
            state = next((state for state in states if state != "passed"), "passed")
            self.tell({"state": state, "seconds": time.process_time()})
            os._exit(0)
        os.close(theirs)
        try:
            return mutating.end_of(child, ours, self.limit(child, name, computing))
        finally:
            os.close(ours)
            system.end(child)

    def forked(self, tests: dict[str, list[Any]], guard: TreeGuard) -> None:
        """Run `tests` in one process until one of them spoils it; it is ended with all it started."""
        ours, theirs = os.pipe()
        child = self.touched.fork()
        if not child:
            os.close(ours)
            gc.unfreeze()  # and is old: of what a test leaves behind only the new is looked through
            self.run_and_exit(tests, functools.partial(system.write, theirs), guard)
        os.close(theirs)
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        try:
            self.listen(child, ours, next(iter(tests)))
        finally:
            system.end(child)
            os.close(ours)

    def run_and_exit(self, tests: dict[str, list[Any]], out: Callable[[Record], None], guard: TreeGuard) -> NoReturn:
        """Run `tests` in this process until one of them spoils it."""
        system.own_group()
        system.die_with_parent()
        watch, ours = guard.watch(), os.getpid()
        self.touched.out, self.touched.eager = out, True
        items = [(name, item) for name, items in tests.items() for item in items]
        found: dict[str, Record] = {}
        for at, (name, item) in enumerate(items):
            following = items[at + 1] if at + 1 < len(items) else (None, None)
            self.tell({"begins": name})
            became = self.ran(item, following[1])
            if os.getpid() != ours:
                os._exit(0)  # a copy that the test made of this process
            if found.get(name, {"state": "passed"})["state"] == "passed":
                found[name] = became
            stop = watch.spoilt or "builtins.MemoryError" in became.get("types", ())
            if stop or following[0] != name:
                self.tell({"test": name, **found[name]})
            if stop:
                break
        os._exit(0)

    def ran(self, item: Any, following: Any) -> Record:
        """What became of `item` in this process."""
        self.raised, self.outcomes, began = None, [], time.process_time()
        became = self.outcome(item, following)
        return {**became, "seconds": time.process_time() - began}

    def outcome(self, item: Any, following: Any) -> Record:
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            stranger = foreign(self.order["user"], self.tree, frozenset(self.order["tops"]))
            if stranger:
                return {"state": "foreign", "message": f"{stranger[0]} came from {stranger[1]}"}
            if not self.outcomes:
                return {"state": "failed", "message": "nothing of it was run"}
            if "failed" in self.outcomes:
                raised = self.raised or {"phase": "call", "message": "failed without an exception"}
                return {"state": "failed", **raised}
            return {"state": "skipped" if "skipped" in self.outcomes else "passed"}
        except BaseException as error:  # noqa: BLE001 - whatever a test raises is what became of it
            return {"state": "failed", **facts(error, "protocol", self.tree)}

    def listen(self, child: int, pipe: int, first: str) -> None:
        """Pass on what the process says; where it hangs or ends in the middle of a test, that is what became of the test."""
        text, gone, running = b"", False, first
        limit = self.limit(child, first)
        while True:
            if (took := limit()) is not None:
                self.pass_on(accesses.rest(pipe, text))
                why = "it did not end within its time limit"
                return self.record(running, state="timeout", message=why, seconds=took)
            if select.select([pipe], [], [], 0 if gone else 0.02)[0]:
                piece = os.read(pipe, 65536)
                gone = gone or not piece
                *lines, text = (text + piece).split(b"\n")
                for record in map(json.loads, lines):
                    if "begins" in record:
                        running = record["begins"]
                        limit = self.limit(child, running)
                    else:
                        self.pass_on([record])
                if piece:
                    continue
            if gone:
                if running in self.open:
                    self.record(running, state="crash", message="the test ended its process")
                return None
            gone = system.ended(child)

    def limit(self, child: int, test: str, computing: float | None = None) -> Callable[[], float | None]:
        """Tells the seconds that `test`, which begins now, has passed or computed, once that is too much."""
        computing = self.order["computing"][test] if computing is None else computing
        return system.limit(child, self.order["limits"][test], computing)

    def pass_on(self, records: list[Record]) -> None:
        for record in records:
            self.tell(record) if "touched" in record else self.record(**record)
