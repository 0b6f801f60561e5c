"""State of this process that tests share with the judge: read before any test, and put back for the judge.

| part | put back |
| --- | --- |
| patched code, signals, limits, umask, decimal context, streams, … | for good, when the tests have ended |
| current directory, environment, module path, locale, … | while this package works: hooks of others may need theirs |
"""

from __future__ import annotations

import contextlib
import decimal
import gc
import locale
import os
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pytest_execute.tools.original_code import OriginalCode
from pytest_execute.tools.output_files import umask

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # a module, or None

LISTS = ("path", "meta_path", "path_hooks")
"""Lists of `sys` that decide what an import finds."""
STREAMS = ("stdin", "stdout", "stderr")

Part = tuple[Callable[[], Any], Callable[[Any], object]]
"""Functions that read and write one part of the state."""


class ProcessState:
    """State of this process at the moment when this is made."""

    def __init__(self) -> None:
        self._code = OriginalCode()
        self._own, self._shared = _read(OWN), _read(SHARED)

    def restore(self) -> None:
        """Put back all that no hook of others needs as the tests left it."""
        self._code.restore()
        _write(OWN, self._own)

    def lost_limits(self) -> list[str]:
        """Return the names of limits that cannot be put back: an ordinary user cannot raise a hard limit."""
        before, now = self._own[OWN.index(LIMITS)] or {}, _limits()
        known = (name for name in sorted(dir(resource), reverse=True) if name.startswith("RLIMIT_"))
        names = {getattr(resource, name): name for name in known}  # the first of two names in the alphabet
        return sorted(names[kind] for kind in before if before[kind] != now[kind])

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Put back the rest for a while."""
        now = _read(SHARED)
        _write(SHARED, self._shared)
        try:
            yield
        finally:
            _write(SHARED, now)


class Limits:
    """Limits of this process, such as that of open files, at the moment when this is made."""

    def __init__(self) -> None:
        self._limits = _limits()

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Put them back for a while."""
        now = _limits()
        if now == self._limits:
            yield
            return
        _set_limits(self._limits)
        try:
            yield
        finally:
            _set_limits(now)


def _read(parts: Sequence[Part]) -> list[Any]:
    """Return the value of each part, None where it cannot be read, as of a current directory that is gone."""
    values: list[Any] = []
    for read, _ in parts:
        try:
            values.append(read())
        except (OSError, ValueError):
            values.append(None)
    return values


def _write(parts: Sequence[Part], values: Sequence[Any]) -> None:
    """Write each part that can be written; a hard limit that was lowered cannot be raised by an ordinary user."""
    for (_, write), value in zip(parts, values, strict=True):
        if value is not None:
            with contextlib.suppress(OSError, ValueError, RecursionError, locale.Error):
                write(value)


def _limits() -> dict[int, tuple[int, int]]:
    if resource is None:
        return {}
    kinds = {getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
    return {kind: resource.getrlimit(kind) for kind in kinds}


def _set_limits(limits: Mapping[int, tuple[int, int]]) -> None:
    """Set both limits, or at least the one that counts."""
    for kind, (soft, hard) in limits.items():
        now = resource.getrlimit(kind)
        if now != (soft, hard):
            try:
                resource.setrlimit(kind, (soft, hard))
            except (OSError, ValueError):
                allowed = now[1] if soft == resource.RLIM_INFINITY else min(soft, now[1])
                resource.setrlimit(kind, (allowed, now[1]))


def _signals() -> dict[int, Any]:
    """Return the handlers; None is one that Python did not set, as that of faulthandler."""
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    return {number: handler for number, handler in handlers.items() if handler is not None}


def _set_signals(handlers: Mapping[int, Any]) -> None:
    """Set the handlers in the main thread; others cannot. A timer that still runs would end this process."""
    if threading.current_thread() is not threading.main_thread():
        return
    if hasattr(signal, "setitimer"):
        for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
    for number, handler in handlers.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _lists() -> dict[str, tuple[list[Any], list[Any]]]:
    """Return the lists, each with a copy."""
    return {name: (getattr(sys, name), [*getattr(sys, name)]) for name in LISTS}


def _set_lists(lists: Mapping[str, tuple[list[Any], list[Any]]]) -> None:
    for name, (found, entries) in lists.items():
        found[:] = entries
        setattr(sys, name, found)


def _set_attributes(owner: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(owner, name, value)


def _environment() -> tuple[Any, dict[str, str]]:
    return os.environ, dict(os.environ)


def _set_environment(value: tuple[Any, dict[str, str]]) -> None:
    os.environ, variables = value  # a test may have replaced the object
    if dict(os.environ) != variables:
        for name in os.environ.keys() - variables.keys():
            del os.environ[name]
        os.environ.update(variables)
    if hasattr(time, "tzset"):
        time.tzset()


LIMITS: Part = (_limits, _set_limits)
OWN: tuple[Part, ...] = (
    LIMITS,
    (umask, os.umask),
    (_signals, _set_signals),
    (
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        lambda mask: signal.pthread_sigmask(signal.SIG_SETMASK, mask),
    ),
    (lambda: decimal.getcontext().copy(), lambda context: decimal.setcontext(context.copy())),
    (lambda: {name: getattr(sys, name) for name in STREAMS}, lambda streams: _set_attributes(sys, streams)),
    (lambda: [*warnings.filters], lambda filters: _set_attributes(warnings, {"filters": [*filters]})),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (gc.isenabled, lambda is_enabled: gc.enable() if is_enabled else gc.disable()),
)
"""Parts that are put back for good."""
SHARED: tuple[Part, ...] = (
    (os.getcwd, os.chdir),
    (_environment, _set_environment),
    (_lists, _set_lists),
    (lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)),
    (lambda: {"tempdir": tempfile.tempdir}, lambda values: _set_attributes(tempfile, values)),
)
"""Parts that are put back for a while."""
