"""Plugin of xdist's controller: sends each worker its input, refuses other checkouts, and receives coverage."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.distributed import bootstrap
from pytest_execute.distributed.worker_side import ERROR_KEY, FAILURE_KEY, IMPORTED_KEY, OUTPUT_KEY
from pytest_execute.tools.disk_errors import disk_problem

DEFAULT_SPEC = "execmodel=main_thread_only//"
"""Part that xdist 3.8 adds to every worker's spec."""
SHOWN_DIFFERENCES = 3


class SharedInput(NamedTuple):
    """Input that all workers get: settings for the session, and the files of the judged tree, relative to the root."""

    settings: bytes
    files: Sequence[str]


class ControllerSide:
    """Plugin for xdist's controller.

    `save_coverage` saves the data files of a worker, given with its name and its root directory.
    """

    def __init__(
        self, config: pytest.Config, shared: SharedInput, save_coverage: Callable[[list[bytes], str, str], None]
    ) -> None:
        self.config, self.shared, self.save_coverage = config, shared, save_coverage
        self.relative_root = os.path.relpath(config.rootpath, config.invocation_params.dir)
        self.roots: dict[str, str] = {}
        self.ended: set[str] = set()
        self.unchecked = 0
        self.problems: list[Problem] = []
        self.imported: dict[str, str] = {}

    @functools.cached_property
    def own_files(self) -> dict[str, str]:
        """Fingerprint of this checkout."""
        return bootstrap.fingerprint(str(self.config.rootpath), self.shared.files)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Generator[None]:
        """Report a machine that cannot be reached in one line: xdist 3.8 starts its workers in this hook."""
        from execnet import HostNotFound  # type: ignore[import-untyped, unused-ignore]  # execnet 2.1 has no types

        try:
            yield
        except (HostNotFound, ConnectionError, EOFError) as error:
            if not is_connection_error(error):
                raise
            reason = error or type(error).__name__
            remedy = "check that its server is running, and the addresses in --tx and --px"
            message = f"a worker cannot be reached: {reason}: {remedy}"
            raise pytest.UsageError(Problem("no-worker", message).usage) from None

    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        self.unchecked = len(specs)
        if any(is_other_checkout(spec) for spec in specs) and not self.config.getoption("rsyncdir", None):
            # xdist 3.8 (`make_reltoroot`) passes on only paths below a directory that it copies with --rsyncdir
            self._refuse(
                Problem(
                    "path-argument",
                    "workers in other checkouts cannot run a path of this one: "
                    "select tests with -k, -m or --execute-task",
                    word,
                )
                for word in map(str, self.config.invocation_params.args)
                if Path(word.split("::")[0]).exists()
            )

    def pytest_configure_node(self, node: Any) -> None:
        """Compare a worker's checkout before xdist's own code runs there; all are compared before any is refused."""
        gateway = node.gateway
        files = list(self.own_files) if is_other_checkout(gateway.spec) else None
        reply = send_input(gateway, bootstrap.WorkerInput(self.shared.settings, self.relative_root, files))
        self.roots[gateway.id] = reply.root
        if files is not None:
            self.problems += checkout_problems(worker_name(gateway), reply, self.own_files)
        self.unchecked -= 1
        if self.unchecked <= 0:
            self._refuse(self.problems)

    def _refuse(self, problems: Iterable[Problem]) -> None:
        problems = list(problems)
        if problems:
            raise pytest.UsageError(*(problem.usage for problem in problems))

    def pytest_testnodedown(self, node: Any) -> None:
        self.ended.add(node.gateway.id)
        worker_output: dict[str, Any] = getattr(node, "workeroutput", {})
        self.imported |= worker_output.pop(IMPORTED_KEY, {})
        if failure := worker_output.pop(FAILURE_KEY, ""):
            self.problems = list(dict.fromkeys([*self.problems, disk_problem(failure)]))
        if error := worker_output.pop(ERROR_KEY, None):
            self.problems.append(Problem("internal-error", error, worker_name(node.gateway)))
        output = worker_output.pop(OUTPUT_KEY, None)
        if output is not None:
            coverage, foreign = output
            self.save_coverage(coverage, node.gateway.id, self.roots[node.gateway.id])
            worker = worker_name(node.gateway)
            self.problems += [foreign_module_problem(worker, path, file) for path, file in foreign.items()]

    @property
    def have_all_ended(self) -> bool:
        """True if every worker has ended, so that no coverage is still to come."""
        return self.ended >= self.roots.keys()

    def check(self) -> None:
        """Raise ExecuteError if a worker has run code of another checkout, or could not end as it should."""
        if self.problems:
            raise ExecuteError(*self.problems)


class WorkerReply(NamedTuple):
    """Root directory of a worker, whether pytest has run in its process before, and the fingerprint of its files."""

    root: str
    has_run_pytest: bool
    files: dict[str, str]


def is_connection_error(error: BaseException) -> bool:
    """Return True if the error came from execnet, and not from the project's own code."""
    return any("execnet" in Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__))


def is_other_checkout(spec: Any) -> bool:
    """Return True if the worker may run in another directory than this process, or on another machine."""
    return not spec.popen or bool(spec.chdir or spec.via)


def worker_name(gateway: Any) -> str:
    return f"{gateway.id} ({str(gateway.spec).replace(DEFAULT_SPEC, '')})"


def send_input(gateway: Any, worker_input: bootstrap.WorkerInput) -> WorkerReply:
    """Send a worker its input, whose root is relative to the worker's directory; return its reply."""
    channel = gateway.remote_exec(bootstrap)
    channel.send(tuple(worker_input))
    reply = WorkerReply(*channel.receive())
    channel.waitclose()
    return reply


def checkout_problems(worker: str, reply: WorkerReply, own_files: Mapping[str, str]) -> list[Problem]:
    """Return the reasons why this worker would not run the code that is judged here."""
    problems = []
    if reply.has_run_pytest:
        remedy = "restart its server, or start workers behind it with --px id=p//socket=… --tx popen//via=p//chdir=…"
        problems.append(
            Problem("used-worker", f"its process has run tests before and may still hold old code: {remedy}", worker)
        )
    files = reply.files
    differences = [
        *(f"{path} differs" for path in own_files if path in files and own_files[path] != files[path]),
        *(f"{path} is missing" for path in own_files if path not in files),
        *(f"{path} exists only there" for path in files if path not in own_files),
    ]
    if differences:
        shown = ", ".join(differences[:SHOWN_DIFFERENCES])
        more = f" and {len(differences) - SHOWN_DIFFERENCES} more" if len(differences) > SHOWN_DIFFERENCES else ""
        remedy = "copy the files of this checkout there, then run again"
        message = f"its checkout has other files than this one: {shown}{more}: {remedy}"
        problems.append(Problem("other-checkout", message, worker))
    return problems


def foreign_module_problem(worker: str, path: str, file: str) -> Problem:
    remedy = "install the project there, or add its directories to pytest's `pythonpath`"
    return Problem("other-code", f"it imported {file} instead of {path} in its own checkout: {remedy}", worker)
