"""Rides along where pytest-cov measures: one measuring in a process, for both."""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Literal

import coverage
import pytest

from pytest_execute.coverage.recorder import context_of, for_children, own, restart
from pytest_execute.coverage.shared_collector import SharedCollector, why_not
from pytest_execute.coverage.split_data import marked, part
from pytest_execute.coverage.subprocesses import SubprocessCoverage, afresh

Role = Literal["controller", "worker", "alone"]


class BesidePytestCov:
    """To register before pytest-cov begins, in a process that runs tests (a "worker", or "alone") and in the "controller".

    `why_not` says why nothing can be known, "" where it can.
    """

    base: Path
    """pytest-cov's data file."""

    def __init__(self, source: Sequence[Path], branch: bool, directory: Path, role: Role) -> None:
        self.branch, self.directory, self.role = branch, directory, role
        self.wanted: Callable[[str], bool] = functools.partial(_within, [str(path) for path in source])
        self.own = own(source, branch, directory)
        self.ours = coverage.CoverageData(basename=str(directory / "data"), suffix=True)
        self.context, self.why_not = "", "--cov is given, and pytest-cov did not begin to measure"
        self.tees: list[SharedCollector] = []
        self.children: SubprocessCoverage | None = None
        self.settings: Any = None
        self.parts = role != "worker"

    # -- beginning

    def pytest_plugin_registered(self, plugin: Any, plugin_name: str) -> None:
        """pytest-cov begins as it is registered; in a worker, only for the time until the session starts, which it throws away."""
        if plugin_name == "_cov":
            self.meet(plugin.cov_controller, muted=self.role == "worker")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        plugin: Any = session.config.pluginmanager.getplugin("_cov")
        if plugin is not None:
            self.meet(plugin.cov_controller)
            self.parts |= (
                plugin.cov_controller.is_collocated is False
            )  # such a worker combines before the controller does

    def meet(self, controller: Any, muted: bool = False) -> None:
        """Ride on what has just begun to measure, once."""
        cov = getattr(controller, "cov", None)
        if cov is None or any(tee.coverage is cov for tee in self.tees):
            return
        self.why_not = why_not(cov, self.branch)
        self.settings, self.base = cov.config, Path(cov.config.data_file).absolute()
        if not self.why_not and self.role != "controller":
            self.tees.append(SharedCollector(cov, self.ours, self.wanted, self.branch, muted))
            self._watch_children(cov)

    # -- the processes that the tests start

    def _watch_children(self, cov: coverage.Coverage) -> None:
        """Where the user has them measured too, one measuring serves both, and is parted in the end."""
        if self.children is not None:
            self.children.end()
        if "subprocess" in cov.config.patch:
            self.children = SubprocessCoverage(cov.config, functools.partial(marked, cov.config.context), self._forked)
            self.children.config.branch = bool(cov.config.branch or self.branch)
        else:
            self.children = SubprocessCoverage(for_children(self.own), forked=self._forked)
        self.children.begin()

    def _forked(self) -> None:
        """In a child that was forked: as the user has it, and for us in any case."""
        patch = self.settings.patch
        if "fork" in patch:  # coverage.py has begun anew
            self.meet_again(coverage.Coverage.current())
        elif "_exit" in patch:  # pytest-cov's goes on, and is kept if the child ends so
            atexit.register(self._end_of_fork)
        else:
            afresh()

    def meet_again(self, cov: coverage.Coverage | None) -> None:
        if cov is not None and not why_not(cov, self.branch):
            self.tees = [SharedCollector(cov, self.ours, self.wanted, self.branch, muted=False)]

    def _end_of_fork(self) -> None:
        for tee in self.tees:
            tee.muted = True
            tee.flush()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Before pytest-cov combines what all processes wrote."""
        try:
            return (yield)
        finally:
            self._release()
            if self.parts and self.settings is not None and "subprocess" in self.settings.patch:
                part(self.base, self.directory, branch=self.branch, theirs=bool(self.settings.branch))

    def _release(self) -> None:
        self._flush()
        for tee in self.tees:
            tee.release()

    # -- measuring

    def switch(self, gates: Sequence[str]) -> None:
        context = context_of(gates)
        if context != self.context:
            self._flush()
            self.ours.set_context(context)
            self.context = context
        if self.children is not None:
            self.children.tell(context)

    def _flush(self) -> None:
        for tee in self.tees:
            tee.flush()
            if tee.collector.tracer_name() == "SysMonitor":
                restart()

    def stop(self) -> None:
        if self.children is not None:
            self.children.end()
        self._flush()
        self.ours.close(force=True)


def _within(source: Sequence[str], path: str) -> bool:
    return any(path == entry or path.startswith(f"{entry}/") for entry in source)
