"""Judging at the end of the run, in the main process."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pytest_execute import workflow
from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.file_names import is_utf_8
from pytest_execute.core.verdict import Verdict
from pytest_execute.discovery.collected import imported_files
from pytest_execute.scheduling.durations import known_durations
from pytest_execute.session.observed_run import observed_run
from pytest_execute.session.phases import Phases
from pytest_execute.session.pytest_options import pytest_options
from pytest_execute.session.report_files import write_files
from pytest_execute.session.state import MainProcess, RunState, process_state_key
from pytest_execute.tools.disk_errors import disk_errors_reported, disk_problem

UNKNOWN_SECONDS = 3.0
"""Time that a test may take that was never run before."""


class JudgingPlugin:
    """Plugin that has the run judged, writes the requested files, and sets the exit status."""

    def __init__(self, config: pytest.Config, state: RunState, main: MainProcess) -> None:
        self.config, self.state, self.main = config, state, main

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            return
        try:
            with self.config.stash[process_state_key].in_place(), disk_errors_reported():
                exitstatus, verdict = self._judge(session, exitstatus)
                write_files(self.config, self.main, self._measured_coverage())
        except ExecuteError as error:
            self.main.error = "\n".join(error.usage)
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        else:
            session.exitstatus = final_status(verdict, exitstatus)

    def _judge(self, session: pytest.Session, exitstatus: int) -> tuple[int, Verdict]:
        """Judge the run; return pytest's exit status, that of an interruption if the user interrupts the replay."""
        controller_side = self.main.controller_side
        if controller_side is not None:
            controller_side.check()
        if self.state.contexts is not None and self.state.contexts.failure:
            raise ExecuteError(disk_problem(self.state.contexts.failure))
        imported = controller_side.imported if controller_side else imported_files(self.state.settings.top_modules)
        workflow.check_imports(self.main.context.checked_out, imported, have_run=True)
        run = self._run_result(session, is_interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        context = self.main.context = workflow.with_run(self.main.context, run)
        settings = context.rerun_settings(pytest_options(self.config))
        directory = self.main.directory / "trees"
        phases = Phases(self.config, self.main.progress)
        try:
            self.main.judgement = workflow.judge_run(context, run, workflow.Rerun(settings, directory, phases))
        except KeyboardInterrupt:  # judge by what the tests have shown so far
            run = msgspec.structs.replace(run, interrupted=True)
            self.main.judgement = workflow.judge_run(context, run, workflow.Rerun(settings, directory))
            exitstatus = pytest.ExitCode.INTERRUPTED
        return exitstatus, self.main.judgement[0]

    def _run_result(self, session: pytest.Session, is_interrupted: bool) -> workflow.RunResult:
        manifest, results = observed_run(session, self.main, is_interrupted)
        return workflow.RunResult(
            manifest=manifest,
            results=results,
            coverage=self._measured_coverage(),
            workers=len(self.config.getoption("tx")) if self.main.controller_side is not None else 1,
            interrupted=is_interrupted,
            out_of_scope=self._out_of_scope(),
            keep_going=self.config.option.execute_keep_going,
        )

    def _out_of_scope(self) -> dict[str, float]:
        """Return the tests that a partial run leaves out, with the seconds that each may take."""
        tests = [test.id for test in self.main.collection.out_of_scope] if self.main.collection else []
        return dict.fromkeys(tests, UNKNOWN_SECONDS) | known_durations(self.main.context.cache, tests)

    def _measured_coverage(self) -> Path | str:
        """Return the directory of the data files, or the reason why there is none."""
        beside, controller_side = self.state.beside_pytest_cov, self.main.controller_side
        if beside is not None and beside.obstacle:
            return beside.obstacle
        if not self.state.settings.is_measured:
            return "the policy requires no coverage"
        if not is_utf_8(str(self.config.rootpath)):
            return "coverage.py measures nothing below a directory whose name is not UTF-8: move the checkout"
        if controller_side is not None and not controller_side.have_all_ended:
            return "the run was interrupted before all workers had sent their coverage"
        return Path(self.state.settings.coverage)


def final_status(verdict: Verdict, exitstatus: int) -> int:
    """Return pytest's own status if it is an error, else 0 if all gates passed (also without any test), else 1."""
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return exitstatus
    return pytest.ExitCode.OK if verdict.passed else pytest.ExitCode.TESTS_FAILED
