"""Judging: in the process that was asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_execute import workflow
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import Evidence, Manifest, TestResult
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import Verdict, Word
from pytest_execute.replay.prove import ReplayRequest
from pytest_execute.reports import json_report, markdown, terminal
from pytest_execute.session.messages import COVERAGE_FILES, has_cov, notices_key, place_key, prepared_key, shared_key
from pytest_execute.session.outcomes import merged

OURS = "--execute-"


def _evidence(verdict: Verdict, plan: Plan, evidence: Evidence) -> str:
    """All that was seen, as JSON."""
    return msgspec.json.format(msgspec.json.encode(evidence)).decode() + "\n"


FILES = {"execute_report": json_report.render, "execute_summary": markdown.render, "execute_evidence": _evidence}
"""The options that ask for a file, and what renders it."""
COLOURS: dict[Word, str] = {
    "passed": "green",
    "failed": "red",
    "blocked": "yellow",
    "unproven": "yellow",
    "open": "cyan",
}


class JudgingPlugin:
    """Gathers what the tests did, has it judged, and shows the verdict."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.manifest = Manifest()
        self.results: dict[str, TestResult] = {}
        self.ended: set[str] = set()
        self.verdict: Verdict | None = None
        self.evidence: Evidence | None = None
        self.error = ""

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.results[report.nodeid] = merged(self.results.get(report.nodeid), report)
        if report.when == "teardown":
            self.ended.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            return
        try:
            exitstatus = self._conclude(exitstatus)
            self._write_files()
        except ExecuteError as error:
            self.error = str(error)
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        else:
            assert self.verdict is not None
            session.exitstatus = status(self.verdict, exitstatus)

    def _conclude(self, exitstatus: int) -> int:
        """Have it judged; the exit status is that of an interruption where the user broke off the replay."""
        handover: Any = self.config.pluginmanager.getplugin("execute-controllerside")
        if handover is not None:
            handover.check()
        prepared = self.config.stash[prepared_key]
        order, place = order_of(self.config), self.config.stash[place_key] / "trees"
        run = self._run(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        if not workflow.not_proven(prepared, run):
            commits, base = len(prepared.stretch.commits), prepared.stretch.base[:7]
            self._say(f"execute: replaying on the {commits} commits since {base} …")
        progress: Any = self.config.pluginmanager.getplugin("execute-progress")
        try:
            with progress.counting("trees replayed") as tell:
                self.verdict, self.evidence = workflow.conclude(prepared, run, order, place, tell)
        except KeyboardInterrupt:  # what the tests have shown is still told
            run = msgspec.structs.replace(run, interrupted=True)
            self.verdict, self.evidence = workflow.conclude(prepared, run, order, place)
            return pytest.ExitCode.INTERRUPTED
        return exitstatus

    def _say(self, text: str) -> None:
        """A line for a person who waits."""
        reporter: Any = self.config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None and reporter.verbosity >= 0:
            reporter.ensure_newline()
            if reporter._tw.width_of_current_line:  # letters of tests, of which the reporter does not know
                reporter._tw.line()
            reporter.write_line(text)

    def _run(self, interrupted: bool) -> workflow.RunResult:
        known = {
            test: result
            for test, result in self.results.items()
            if test in self.manifest.tests and (result.outcome != "passed" or test in self.ended)  # not only set up
        }
        coverage = self._measured()
        return workflow.RunResult(manifest=self.manifest, results=known, coverage=coverage, interrupted=interrupted)

    def _measured(self) -> Path | str:
        """Where the raw data of the coverage is, or why there is none."""
        rider: Any = self.config.pluginmanager.getplugin("execute-rider")
        if rider is not None and rider.obstacle:
            return str(rider.obstacle)
        if not self.config.stash[shared_key].measured:
            return "the policy asks for no coverage"
        handover: Any = self.config.pluginmanager.getplugin("execute-controllerside")
        if handover is not None and not handover.all_ended:
            return "the run was broken off before its workers had told what they measured"
        return Path(self.config.stash[shared_key].coverage)

    def _write_files(self) -> None:
        plan = self.config.stash[prepared_key].plan
        assert self.verdict is not None
        assert self.evidence is not None
        for option, render in FILES.items():
            if name := self.config.getoption(option):
                write(self.config.invocation_params.dir / name, render(self.verdict, plan, self.evidence))
        self._write_coverage(self._measured())

    def _write_coverage(self, measured: Path | str) -> None:
        asked = {kind: self.config.getoption(option) for kind, option in COVERAGE_FILES.items()}
        paths = {kind: self.config.invocation_params.dir / name for kind, name in asked.items() if name}
        if isinstance(measured, Path):
            workflow.write_coverage(self.config.stash[prepared_key], measured, paths)
        else:
            notices = [f"{path.name} is not written: {measured}" for path in paths.values()]
            self.config.stash[notices_key].extend(notices)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.error:
            terminalreporter.write_line(f"ERROR: {self.error}", red=True)
        if self.verdict is None or self.evidence is None:
            return
        plan = self.config.stash[prepared_key].plan
        for notice in self.config.stash[notices_key]:
            terminalreporter.write_line(f"execute: {notice}", yellow=True)
        terminalreporter.section(f"execute: {plan.title or plan.topic}")
        for text, word in terminal.render(self.verdict, plan, self.evidence):
            terminalreporter.write_line(text, **({COLOURS[word]: True} if word in COLOURS else {}))


def write(path: Path, text: str) -> None:
    """Write a report, its directory included."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", str(path))) from None


def status(verdict: Verdict, exitstatus: int) -> int:
    """pytest's own status, 1 where a gate did not pass, 0 where nothing had to run and all is well."""
    mild = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    if exitstatus not in mild:
        return exitstatus
    return pytest.ExitCode.OK if verdict.passed else pytest.ExitCode.TESTS_FAILED


def order_of(config: pytest.Config) -> ReplayRequest:
    """How the replay is to run pytest: with today's configuration, without options of ours."""
    file = config.inipath
    options = [str(option) for option in config.getini("addopts")]
    options += ["--cov-reset"] if has_cov(config.option) else []  # as if there were no --cov among them
    return ReplayRequest(
        tests={},
        config=(file.name, file.read_bytes()) if file is not None else ("pytest.ini", b"[pytest]\n"),
        arguments=tuple(_without_ours(options)),
        workers=config.getoption("numprocesses", None) or os.cpu_count() or 1,
        turns=config.getoption("execute_turns"),
    )


def _without_ours(options: Sequence[str]) -> Iterator[str]:
    """Options without `--execute-…`, whether the value follows after `=` or as the next word."""
    words = iter(options)
    for word in words:
        if not word.startswith(OURS):
            yield word
        elif "=" not in word:
            next(words, None)
