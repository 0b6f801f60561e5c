"""Plugin of every process: what tests left behind is put back for the judge, and no error of ours is a verdict."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pytest_execute.session.state import RunState
from pytest_execute.tools import internal_error


class Safeguard:
    """Plugin whose hooks come before all others."""

    def __init__(self, config: pytest.Config, state: RunState) -> None:
        self.config, self.state = config, state

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        # pytest (8.4 to 9.2) tears down what is still set up in this hook: that needs the state of the tests
        session._setupstate.teardown_exact(None)
        self.state.process_state.restore()
        try:
            yield
        except Exception as error:
            end_if_ours(self.config, error)
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if self.state.role == "worker":
            return  # xdist sends the traceback to the controller, which ends as after any error of a worker
        end_if_ours(self.config, excinfo.value)


def end_if_ours(config: pytest.Config, error: BaseException) -> None:
    """End pytest with the status of an internal error, and with one line, if this package made the error."""
    if internal_error.is_ours(error):
        line = internal_error.describe(error, config.known_args_namespace.execute_debug_file, "--execute-debug-file")
        pytest.exit(line, returncode=pytest.ExitCode.INTERNAL_ERROR)
