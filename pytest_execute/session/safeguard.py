"""Plugin of every process: what tests left behind is put back for the judge, and no error of ours is a verdict."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest
from _pytest._code.code import ExceptionRepr

from pytest_execute.core.process_role import ProcessRole
from pytest_execute.distributed.worker_side import ERROR_KEY
from pytest_execute.session.state import process_state_key
from pytest_execute.tools import internal_error

LINE = re.compile(r"^internal error: .*", re.MULTILINE)


class Safeguard:
    """Plugin whose hooks come before all others."""

    def __init__(self, config: pytest.Config, role: ProcessRole) -> None:
        self.config, self.role = config, role

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        # pytest (8.4 to 9.2) tears down what is still set up in this hook: that needs the state of the tests
        session._setupstate.teardown_exact(None)
        self.config.stash[process_state_key].restore()
        try:
            yield
        except KeyboardInterrupt:
            pytest.exit("interrupted: nothing was judged", returncode=pytest.ExitCode.INTERRUPTED)
        except Exception as error:
            if internal_error.is_ours(error):
                end(describe(self.config, error))
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: ExceptionRepr, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """End the run with one line. A worker adds this line to its traceback, which xdist sends to the controller."""
        self.config.stash[process_state_key].restore()
        line = describe(self.config, excinfo.value) if internal_error.is_ours(excinfo.value) else None
        if self.role == "worker" and line:
            excrepr.addsection("pytest-execute", line)
        elif self.role == "controller" and (sent := LINE.search(str(excinfo.value))):
            end(sent[0])
        elif line:
            end(line)


class WorkerSafeguard:
    """Plugin of a worker, whose hook is called inside of all others, so that xdist still sends what it notes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, data of this worker may be lost
            self.config.workeroutput[ERROR_KEY] = describe(self.config, error)  # type: ignore[attr-defined]  # xdist's


def describe(config: pytest.Config, error: BaseException) -> str:
    lost = ", ".join(config.stash[process_state_key].lost_limits())
    if lost:  # then coverage.py cannot write, or git cannot start
        remedy = "let the test change the soft limit alone, or do it in a process of its own"
        return f"internal error: {error}, as a test lowered {lost} of this process for good: {remedy}"
    return internal_error.describe(error, config.known_args_namespace.execute_debug_file, "--execute-debug-file")


def end(line: str) -> None:
    """End pytest with the status of an internal error, and with one line."""
    pytest.exit(line, returncode=pytest.ExitCode.INTERNAL_ERROR)
