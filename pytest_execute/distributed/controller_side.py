"""The controller's side: gives each worker what it must know, refuses one that would run something else, takes what it brings."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.distributed import bootstrap
from pytest_execute.distributed.worker_side import KEY

DEFAULT = "execmodel=main_thread_only//"
SHOWN = 3


class ControllerSide:
    """To register in xdist's controller, in `pytest_configure`.

    `told` is for the session in the worker; `files` are those of the tree that is judged, relative to the root directory;
    `keep` takes coverage that a worker brought, with its name and its root directory.
    """

    def __init__(
        self, config: pytest.Config, told: bytes, files: Sequence[str], keep: Callable[[list[bytes], str, str], None]
    ) -> None:
        self.config, self.told, self.files, self.keep = config, told, files, keep
        self.way = os.path.relpath(config.rootpath, config.invocation_params.dir)
        self.roots: dict[str, str] = {}
        self.ended: set[str] = set()
        self.awaited = 0
        self.problems: list[Problem] = []

    @functools.cached_property
    def here(self) -> dict[str, str]:
        """The files of this checkout."""
        return bootstrap.fingerprint(str(self.config.rootpath), self.files)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Generator[None]:
        """xdist starts the workers in here; a machine that cannot be reached is told in one line."""
        from execnet import HostNotFound  # type: ignore[import-untyped, unused-ignore]

        try:
            yield
        except (HostNotFound, ConnectionError, EOFError) as error:
            if not from_execnet(error):
                raise
            what = (
                f"a worker cannot be reached: {error or type(error).__name__}: see that it listens, and --tx and --px"
            )
            raise pytest.UsageError(str(ExecuteError(Problem("no-worker", what)))) from None

    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        self.awaited = len(specs)
        if any(foreign(spec) for spec in specs) and not self.config.getoption("rsyncdir", None):
            self._refuse(
                Problem("path-argument", "workers elsewhere take no paths: choose with -k, -m or --execute-task", word)
                for word in map(str, self.config.invocation_params.args)
                if Path(word.split("::")[0]).exists()
            )

    def pytest_configure_node(self, node: Any) -> None:
        """Before xdist's own code runs there; all workers are looked at before any is refused."""
        gateway = node.gateway
        files = list(self.here) if foreign(gateway.spec) else None
        root, used, found = greet(gateway, self.told, self.way, files)
        self.roots[gateway.id] = root
        if files is not None:
            self.problems += problems(called(gateway), used, self.here, found)
        self.awaited -= 1
        if self.awaited <= 0:
            self._refuse(self.problems)

    def _refuse(self, found: Any) -> None:
        found = list(found)
        if found:
            raise pytest.UsageError(str(ExecuteError(*found)))

    def pytest_testnodedown(self, node: Any) -> None:
        self.ended.add(node.gateway.id)
        brought = getattr(node, "workeroutput", {}).pop(KEY, None)
        if brought is not None:
            coverage, strangers = brought
            self.keep(coverage, node.gateway.id, self.roots[node.gateway.id])
            self.problems += [stranger(called(node.gateway), path, file) for path, file in strangers.items()]

    @property
    def all_ended(self) -> bool:
        """Has every worker come to its end, so that nothing of what it measured is still to come?"""
        return self.ended >= self.roots.keys()

    def check(self) -> None:
        """ExecuteError where a worker has run code of another checkout."""
        if self.problems:
            raise ExecuteError(*self.problems)


def from_execnet(error: BaseException) -> bool:
    """Did it come out of a connection to a worker, and not out of the project's own code?"""
    return any("execnet" in Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__))


def foreign(spec: Any) -> bool:
    """May the worker stand in another directory than ours, or on another machine?"""
    return not spec.popen or bool(spec.chdir or spec.via)


def called(gateway: Any) -> str:
    return f"{gateway.id} ({str(gateway.spec).replace(DEFAULT, '')})"


def greet(gateway: Any, told: bytes, way: str, files: list[str] | None) -> tuple[str, bool, dict[str, str]]:
    """Hand `told` over; give what is there: the root directory, whether pytest has run there before, and the files."""
    channel = gateway.remote_exec(bootstrap)
    channel.send((told, way, files))
    root, used, found = channel.receive()
    channel.waitclose()
    return root, used, found


def problems(worker: str, used: bool, ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[Problem]:
    """Why this worker would not run what is judged here."""
    found = []
    if used:
        remedy = "restart the server, or start workers behind it with --px id=p//socket=… --tx popen//via=p//chdir=…"
        found.append(
            Problem("used-worker", f"its process has run tests before and may hold old code: {remedy}", worker)
        )
    differences = [
        *(f"differs in {path}" for path in ours if path in theirs and ours[path] != theirs[path]),
        *(f"lacks {path}" for path in ours if path not in theirs),
        *(f"has {path} besides" for path in theirs if path not in ours),
    ]
    if differences:
        shown = ", ".join(differences[:SHOWN])
        more = f" and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
        what = f"its checkout is another: it {shown}{more}: bring it to the same files as here, then run again"
        found.append(Problem("other-checkout", what, worker))
    return found


def stranger(worker: str, path: str, file: str) -> Problem:
    remedy = "install the project there, or name its directories in pytest's `pythonpath`"
    return Problem("other-code", f"it ran {path} not from its own checkout but from {file}: {remedy}", worker)
