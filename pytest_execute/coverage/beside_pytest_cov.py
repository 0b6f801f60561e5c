"""Records coverage in a process where pytest-cov measures too: both share one collector of coverage.py.

What is used of pytest-cov (as of 7.1; the oldest that is allowed is 7):

| process | when pytest-cov starts its Coverage | `cov_controller` |
| --- | --- | --- |
| alone, or controller | as its plugin "_cov" is registered | `Central`, `DistMaster` |
| worker | as "_cov" is registered, and again in `pytest_sessionstart` | `Central`, then `DistWorker` |

The data of a worker's first Coverage is thrown away. `cov_controller.cov` is the Coverage that is running.
pytest-cov combines all data files around `pytest_runtestloop`. Before that, files that subprocesses wrote for both are
split.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import coverage
import pytest

from pytest_execute.core.process_role import ProcessRole
from pytest_execute.coverage.recorder import context_name, make_coverage, restart_line_events, subprocess_config
from pytest_execute.coverage.shared_collector import SharedCollector, find_obstacle
from pytest_execute.coverage.split_data import mark_context, split_files
from pytest_execute.coverage.subprocesses import SubprocessCoverage, restart_in_fork


class BesidePytestCov:
    """Plugin and recorder, to be registered before pytest-cov starts.

    `obstacle` is the reason why nothing can be measured, "" where there is none.
    """

    def __init__(self, source: Sequence[Path], branch: bool, directory: Path, role: ProcessRole) -> None:
        self.obstacle = "--cov is given, but pytest-cov did not start to measure"
        self._branch, self._directory, self._role = branch, directory, role
        self._is_our_source: Callable[[str], bool] = functools.partial(_is_below, [str(path) for path in source])
        self._own_coverage = make_coverage(source, branch, directory)  # only for the settings of subprocesses
        self._data = coverage.CoverageData(basename=str(directory / "data"), suffix=True)
        self._context = ""
        self._collectors: list[SharedCollector] = []
        self._subprocesses: SubprocessCoverage | None = None
        self._their_config: Any = None
        self._their_data_file = Path()
        self._splits_files = role != "worker"

    # -- start

    def pytest_plugin_registered(self, plugin: Any, plugin_name: str) -> None:
        if plugin_name == "_cov":
            self._attach(plugin.cov_controller, is_muted=self._role == "worker")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        plugin: Any = session.config.pluginmanager.getplugin("_cov")
        if plugin is not None:
            self._attach(plugin.cov_controller)
            # A worker on another machine combines its files itself, and sends the result to the controller.
            self._splits_files |= plugin.cov_controller.is_collocated is False

    def _attach(self, controller: Any, is_muted: bool = False) -> None:
        """Share the collector of the Coverage that pytest-cov has started, unless that is done."""
        cov = getattr(controller, "cov", None)
        if cov is None or any(shared.coverage is cov for shared in self._collectors):
            return
        self.obstacle = find_obstacle(cov, self._branch)
        self._their_config, self._their_data_file = cov.config, Path(cov.config.data_file).absolute()
        if not self.obstacle and self._role != "controller":
            self._collectors.append(self._share(cov, is_muted))
            self._measure_subprocesses(cov)

    def _share(self, cov: coverage.Coverage, is_muted: bool = False) -> SharedCollector:
        return SharedCollector(cov, self._data, self._is_our_source, self._branch, is_muted)

    # -- processes that the tests start

    def _measure_subprocesses(self, cov: coverage.Coverage) -> None:
        """Have subprocesses measured once: for both where the user's settings ask for it, otherwise for us."""
        if self._subprocesses is not None:
            self._subprocesses.stop()
        if "subprocess" in cov.config.patch:
            mark = functools.partial(mark_context, cov.config.context)
            self._subprocesses = SubprocessCoverage(cov.config, mark, self._after_fork)
            self._subprocesses.config.branch = bool(cov.config.branch or self._branch)
        else:
            config = subprocess_config(self._own_coverage)
            self._subprocesses = SubprocessCoverage(config, after_fork=self._after_fork)
        self._subprocesses.start()

    def _after_fork(self) -> None:
        """Measure on in a forked child: for pytest-cov as the user's `patch` says, and for us in any case."""
        patch = self._their_config.patch
        if "fork" in patch:  # coverage.py's own hook ran before this one, and has started a new Coverage
            self._share_after_fork(coverage.Coverage.current())
        elif "_exit" in patch:  # pytest-cov's Coverage goes on, and is saved if the child ends with `os._exit`
            atexit.register(self._flush_for_us)
        else:
            restart_in_fork()

    def _share_after_fork(self, cov: coverage.Coverage | None) -> None:
        if cov is not None and not find_obstacle(cov, self._branch):
            self._collectors = [self._share(cov)]

    def _flush_for_us(self) -> None:
        for shared in self._collectors:
            shared.is_muted = True
            shared.flush()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Write all data and split shared files before pytest-cov combines them: its wrapper is around ours."""
        try:
            return (yield)
        finally:
            self._flush()
            for shared in self._collectors:
                shared.write_held_back()
            if self._splits_files and self._their_config is not None and "subprocess" in self._their_config.patch:
                their_branch = bool(self._their_config.branch)
                split_files(self._their_data_file, self._directory, our_branch=self._branch, their_branch=their_branch)

    # -- recording

    def switch(self, gates: Sequence[str]) -> None:
        context = context_name(gates)
        if context != self._context:
            self._flush()
            self._data.set_context(context)
            self._context = context
        if self._subprocesses is not None:
            self._subprocesses.set_context(context)

    def _flush(self) -> None:
        for shared in self._collectors:
            shared.flush()
            if shared.collector.tracer_name() == "SysMonitor":
                restart_line_events()

    def stop(self) -> None:
        if self._subprocesses is not None:
            self._subprocesses.stop()
        self._flush()
        self._data.close(force=True)


def _is_below(entries: Sequence[str], path: str) -> bool:
    return any(path == entry or path.startswith(f"{entry}/") for entry in entries)
