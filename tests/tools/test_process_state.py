"""State of the process that tests change is put back as it was."""

from __future__ import annotations

import contextlib
import decimal
import json
import os
import pathlib
import resource
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_execute.tools import process_state
from pytest_execute.tools.output_files import umask
from pytest_execute.tools.process_state import Limits, ProcessState


@pytest.fixture
def state() -> Iterator[ProcessState]:
    """Return the state, and put all of it back after the test."""
    state = ProcessState()
    yield state
    state.restore()
    with state.in_place():
        kept = process_state._read(process_state.SHARED)
    process_state._write(process_state.SHARED, kept)


def broken(*_: object) -> None:
    raise LookupError


BLOCKED: Any = sys.modules
CHANGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "function": (lambda: setattr(json, "dumps", broken), lambda: json.dumps),
    "method": (lambda: setattr(pathlib.Path, "exists", broken), lambda: pathlib.Path.exists),
    "added method": (lambda: setattr(pathlib.PosixPath, "exists", broken), lambda: pathlib.PosixPath.exists),
    "removed name": (lambda: delattr(os, "getcwd"), lambda: getattr(os, "getcwd", None)),
    "module": (lambda: sys.modules.update({"json": sys}), lambda: sys.modules["json"]),
    "blocked module": (lambda: BLOCKED.update(graphlib=None), lambda: "graphlib" in sys.modules),
    "module of a module": (lambda: setattr(tempfile, "_os", None), lambda: vars(tempfile)["_os"]),
    "constant": (lambda: setattr(os, "sep", "+"), lambda: os.sep),
    "own code": (lambda: setattr(process_state, "_read", broken), lambda: process_state._read),
    "umask": (lambda: os.umask(0o777), umask),
    "decimal context": (lambda: setattr(decimal.getcontext(), "prec", 3), lambda: decimal.getcontext().prec),
    "signal": (lambda: signal.signal(signal.SIGUSR1, broken), lambda: signal.getsignal(signal.SIGUSR1)),
    "timer": (lambda: signal.setitimer(signal.ITIMER_REAL, 999), lambda: signal.getitimer(signal.ITIMER_REAL)),
    "recursion": (lambda: sys.setrecursionlimit(900), sys.getrecursionlimit),
    "warnings": (lambda: warnings.simplefilter("error", ImportWarning), lambda: list(warnings.filters)),
    "stream": (lambda: setattr(sys, "stdin", None), lambda: sys.stdin),
}
BORROWED: dict[str, tuple[Callable[[Path], object], Callable[[], object]]] = {
    "directory": (os.chdir, os.getcwd),
    "environment": (lambda path: os.environ.update(ADDED=str(path)), lambda: os.environ.get("ADDED")),
    "environment object": (lambda _: setattr(os, "environ", {}), lambda: os.environ),
    "module path": (lambda path: sys.path.insert(0, str(path)), lambda: list(sys.path)),
    "module path object": (lambda _: setattr(sys, "path", []), lambda: sys.path),
    "finder": (lambda _: sys.meta_path.pop(), lambda: list(sys.meta_path)),
    "temporary directory": (lambda path: setattr(tempfile, "tempdir", str(path / "gone")), lambda: tempfile.tempdir),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_only_tests_need_is_put_back_for_good(state: ProcessState, name: str) -> None:
    change, read = CHANGES[name]
    before = read()
    change()
    assert read() != before
    state.restore()
    assert read() == before


@pytest.mark.parametrize("name", BORROWED)
def test_what_hooks_of_others_may_need_is_put_back_for_a_while(state: ProcessState, tmp_path: Path, name: str) -> None:
    change, read = BORROWED[name]
    before = read()
    change(tmp_path)
    after = read()
    assert after != before
    with contextlib.suppress(LookupError), state.in_place():
        assert read() == before
        raise LookupError
    assert read() == after


def test_a_directory_that_is_gone_keeps_nothing_else_from_being_put_back(state: ProcessState, tmp_path: Path) -> None:
    before = Path.cwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    with state.in_place():
        assert Path.cwd() == before
    os.chdir(before)


def test_limits_are_put_back_for_a_while() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limits = Limits()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    with limits.in_place():
        assert resource.getrlimit(resource.RLIMIT_FSIZE) == (soft, hard)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == (4096, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_limits_that_cannot_be_put_back_are_known(state: ProcessState, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an ordinary user: root may raise a hard limit again."""
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (9, 9) if kind == resource.RLIMIT_NOFILE else (1, 1))
    assert "RLIMIT_NOFILE" in state.lost_limits()
    monkeypatch.undo()
    assert state.lost_limits() == []
