"""Inside one pytest run: who does what in the process that is asked, in the workers, and hook by hook."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from pytest_execute import workflow
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import CollectedTest, Evidence, Manifest, Outcome, TestResult
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Scope
from pytest_execute.core.verdict import Verdict, Word, label
from pytest_execute.coverage import travel
from pytest_execute.coverage.recorder import Recorder
from pytest_execute.discovery import mapping
from pytest_execute.discovery.collect import describe
from pytest_execute.progress.board import Board, rows
from pytest_execute.progress.live import Progress
from pytest_execute.replay.prove import Order
from pytest_execute.reports import as_json, markdown, terminal
from pytest_execute.scheduling.durations import Durations, recall
from pytest_execute.scheduling.effort import hours
from pytest_execute.scheduling.queue import Work
from pytest_execute.scheduling.roles import distributes, role
from pytest_execute.tools.ledger import Ledger
from pytest_execute.tools.scratch import scratch
from pytest_execute.workers import there
from pytest_execute.workers.away import Away
from pytest_execute.workers.handover import Handover

OURS = "--execute-"
FILES = {"execute_report": as_json.render, "execute_summary": markdown.render}
"""The options that ask for a file, and what renders it."""
COVERAGE_FILES = {"xml": "execute_coverage_xml", "lcov": "execute_lcov"}
COLOURS: dict[Word, str] = {
    "passed": "green",
    "failed": "red",
    "blocked": "yellow",
    "unproven": "yellow",
    "open": "cyan",
}
LOST = ("failed", "error", "skipped", "xfailed", "xpassed")
"""How a test that is run again may end without having passed at all."""


class Shared(Struct, frozen=True):
    """What every process that runs tests must know, on whatever machine. `source` is relative to the root directory."""

    plan: Plan
    scope: Scope
    source: tuple[str, ...]
    branch: bool
    coverage: str
    """The directory that every process of this machine writes its coverage to."""


shared_key = pytest.StashKey[Shared]()
prepared_key = pytest.StashKey[workflow.Prepared]()
place_key = pytest.StashKey[Path]()
recorder_key = pytest.StashKey["Recorder | None"]()
notices_key = pytest.StashKey[list[str]]()
handed_key = pytest.StashKey[there.Handed]()


# -- beginning: before any conftest is loaded


def begin(config: pytest.Config, args: list[str]) -> None:
    """Get ready in whatever process this is; a broken plan or option ends pytest with status 4 and its problems."""
    options = config.known_args_namespace
    handed = there.handed()
    if "PYTEST_XDIST_WORKER" in os.environ and handed is not None:
        _begin_in_worker(config, handed)
    elif not options.collectonly:
        place = _place(config)
        config.stash[place_key] = place
        config.stash[prepared_key] = prepared = _prepare(config, place, _ledger(config))
        config.stash[shared_key] = shared = _shared(prepared, place)
        if not _parallel(config, args):
            _begin_to_run(config, shared, config.rootpath.resolve())
            _tell_of_idle_workers(config)


def _place(config: pytest.Config) -> Path:
    """A directory for this run, in pytest's cache directory where there is one."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    return stack.enter_context(scratch(_cache(config)))


def _cache(config: pytest.Config) -> Path | None:
    """Our part of pytest's cache directory; None where the user has switched that off."""
    from _pytest.cacheprovider import Cache

    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    cache = Path(Cache.cache_dir_from_config(config, _ispytest=True))
    if not cache.is_dir():
        Cache.for_config(config, _ispytest=True).mkdir("execute")
    return cache / "d" / "execute"


def _ledger(config: pytest.Config) -> Ledger:
    """What earlier runs have learnt; its faults are told with the verdict."""
    notices: list[str] = []
    config.stash[notices_key] = notices
    asked = config.known_args_namespace
    place = Path(asked.execute_ledger) if asked.execute_ledger else _cache(config)
    ledger = Ledger(None if asked.execute_no_cache else place, notices.append)
    config.add_cleanup(ledger.close)
    return ledger


def _prepare(config: pytest.Config, place: Path, ledger: Ledger) -> workflow.Prepared:
    options = config.known_args_namespace
    request = workflow.Request(
        topic=options.execute_topic,
        root=config.rootpath,
        notes=options.execute_notes or config.getini("execute_notes") or None,
        base=options.execute_base,
        scope=Scope(options.execute_scope == "claimed", tuple(options.execute_stream), tuple(options.execute_task)),
        repository=Path(options.execute_repository) if options.execute_repository else None,
        index=Path(options.execute_index) if options.execute_index else None,
        work_tree=Path(options.execute_work_tree) if options.execute_work_tree else None,
        patterns=tuple(config.getini("python_files")),
        testpaths=tuple(path.rstrip("/") for path in config.getini("testpaths")),
    )
    try:
        return workflow.prepare(request, place, ledger)
    except ExecuteError as error:
        raise pytest.UsageError(str(error)) from None


def _parallel(config: pytest.Config, args: list[str]) -> bool:
    """Do workers run the tests? Where the user does not say, they do, as many as the machine has cores."""
    options = config.known_args_namespace
    if not config.pluginmanager.hasplugin("xdist") or options.usepdb:
        return False
    if options.numprocesses is None and not options.tx:
        args[:] = ["-n", "auto", *args]
        return True
    return bool(options.numprocesses or (options.numprocesses is None and (options.distload or options.dist != "no")))


def _tell_of_idle_workers(config: pytest.Config) -> None:
    options = config.known_args_namespace
    if getattr(options, "tx", None) and options.numprocesses is None:
        config.stash[notices_key].append("--tx names workers, but without -d this process ran the tests")


def _shared(prepared: workflow.Prepared, place: Path) -> Shared:
    source = tuple(os.path.relpath(entry, prepared.layout.prefix or ".") for entry in prepared.layout.source)
    scope = prepared.request.scope
    tasks = tuple(task for name in scope.tasks if (task := prepared.plan.find(name)) is not None)
    scope = msgspec.structs.replace(scope, tasks=tasks)
    return Shared(prepared.plan, scope, source, prepared.policy.coverage.branch, str(place / "coverage"))


def _begin_in_worker(config: pytest.Config, handed: there.Handed) -> None:
    shared = msgspec.json.decode(handed.told, type=Shared)
    if handed.files is not None:
        config.stash[handed_key] = handed
        shared = msgspec.structs.replace(shared, coverage=str(_place(config) / "coverage"))
    _begin_to_run(config, shared, Path(handed.root))


def _begin_to_run(config: pytest.Config, shared: Shared, root: Path) -> None:
    config.stash[shared_key] = shared
    source = [Path(os.path.normpath(root / entry)) for entry in shared.source]
    measured = not _has_cov(config.known_args_namespace)
    config.stash[recorder_key] = Recorder(source, shared.branch, Path(shared.coverage)) if measured else None


def _has_cov(options: Any) -> bool:
    """Does pytest-cov measure this run? Two measurements in one process would spoil each other."""
    return bool(getattr(options, "cov_source", None)) and not getattr(options, "no_cov", False)


# -- configuring: each process gets the plugins of its part


def register(config: pytest.Config) -> None:
    """Register what this process does."""
    shared = config.stash.get(shared_key, None)
    if shared is None:
        return
    plugins: list[object] = []
    if recorder_key in config.stash:
        plugins.append(Runner(config, shared))
    if handed_key in config.stash:
        plugins.append(Away(config, config.stash[handed_key], functools.partial(travel.pack, Path(shared.coverage))))
    if prepared_key in config.stash:
        plugins += [Referee(config), Progress(config), Durations(config.stash[prepared_key].ledger)]
        if distributes(config):
            plugins.append(_handover(config, shared))
    for plugin in plugins:
        config.pluginmanager.register(plugin, f"execute-{type(plugin).__name__.lower()}")
    describing, assigning = functools.partial(_describe, shared.plan.topic), functools.partial(_assign, config)
    scheduler = role(config, describing, assigning, label, config.option.execute_hang)
    config.pluginmanager.register(scheduler, "execute-scheduling")


def _handover(config: pytest.Config, shared: Shared) -> Handover:
    """What goes to the workers, and what becomes of that which they bring."""
    prepared = config.stash[prepared_key]
    files = [
        path.removeprefix(prepared.layout.prefix) for path in prepared.tree if path.startswith(prepared.layout.prefix)
    ]
    place, root = Path(shared.coverage), config.rootpath.resolve()

    def keep(coverage: list[bytes], worker: str, where: str) -> None:
        travel.unpack(coverage, place, worker, where, root)

    return Handover(config, msgspec.json.encode(shared), files, keep)


def _describe(topic: str, items: Sequence[pytest.Item]) -> bytes:
    return msgspec.json.encode(describe(items, topic))


def _assign(config: pytest.Config, about: bytes) -> Work:
    """What has to run, in which order: told to the referee, and handed to the scheduler."""
    plan = config.stash[shared_key].plan
    manifest = mapping.map_tests(plan, msgspec.json.decode(about, type=list[CollectedTest]))
    referee: Any = config.pluginmanager.getplugin("execute-referee")
    referee.manifest = manifest
    work = Work(
        mapping.needs(plan),
        {test: mapping.units(manifest, test) for test in manifest.tests},
        recall(config.stash[prepared_key].ledger, manifest.tests),
        {f"task:{task.id}": effort for task in plan.tasks if (effort := hours(task.effort)) is not None},
        config.option.execute_keep_going,
    )
    _show_progress(config, work)
    return work


def _show_progress(config: pytest.Config, work: Work) -> None:
    """From here on people see how far each stream is."""
    shared, progress = config.stash[shared_key], config.pluginmanager.getplugin("execute-progress")
    scope = shared.scope
    tasks = shared.plan.select(scope.streams, scope.tasks) if scope.partial else {task.id for task in shared.plan.tasks}
    workers = len(config.getoption("tx", None) or [""])
    assert progress is not None
    progress.begin(Board(rows(shared.plan, tasks), work.units, work.needs, work.seconds, workers))


# -- running: in every process that runs tests


class Runner:
    """Leaves out tests that are not asked for, and tells the coverage which gates each test counts for."""

    def __init__(self, config: pytest.Config, shared: Shared) -> None:
        self.config, self.shared = config, shared
        self.gates: dict[str, tuple[str, ...]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        plan, scope = self.shared.plan, self.shared.scope
        manifest = mapping.map_tests(plan, describe(items, plan.topic))
        self.gates = manifest.gates
        if scope.partial:
            chosen = mapping.chosen(plan, manifest, scope.streams, scope.tasks)
            self.config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
            items[:] = [item for item in items if item.nodeid in chosen]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        recorder = self.config.stash[recorder_key]
        if recorder is not None and item.nodeid in self.gates:
            recorder.switch(self.gates[item.nodeid])
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        recorder = self.config.stash[recorder_key]
        if recorder is not None:
            recorder.stop()


# -- judging: in the process that was asked


class Referee:
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
        handover: Any = self.config.pluginmanager.getplugin("execute-handover")
        if handover is not None:
            handover.check()
        prepared = self.config.stash[prepared_key]
        order, place = order_of(self.config), self.config.stash[place_key] / "trees"
        run = self._run(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        self._say(
            f"execute: replaying on the {len(prepared.stretch.commits)} commits since {prepared.stretch.base[:7]} …"
        )
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

    def _run(self, interrupted: bool) -> workflow.Run:
        known = {
            test: result
            for test, result in self.results.items()
            if test in self.manifest.tests and (result.outcome != "passed" or test in self.ended)  # not only set up
        }
        coverage = self._measured()
        return workflow.Run(manifest=self.manifest, results=known, coverage=coverage, interrupted=interrupted)

    def _measured(self) -> Path | str:
        """Where the raw data of the coverage is, or why there is none."""
        if _has_cov(self.config.option):
            return "--cov measures this run already: run without it, or with --no-cov"
        return Path(self.config.stash[shared_key].coverage)

    def _write_files(self) -> None:
        plan = self.config.stash[prepared_key].plan
        assert self.verdict is not None
        assert self.evidence is not None
        texts = {option: render(self.verdict, plan, self.evidence) for option, render in FILES.items()}
        texts["execute_evidence"] = msgspec.json.format(msgspec.json.encode(self.evidence)).decode() + "\n"
        for option, text in texts.items():
            name = self.config.getoption(option)
            if name:
                write(self.config.invocation_params.dir / name, text)
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


def order_of(config: pytest.Config) -> Order:
    """How the replay is to run pytest: with today's configuration, without options of ours."""
    file = config.inipath
    options = [str(option) for option in config.getini("addopts")]
    return Order(
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


def merged(known: TestResult | None, report: pytest.TestReport) -> TestResult:
    """What a test has come to with one more of its reports: the first thing that goes wrong stays."""
    outcome = outcome_of(report)
    seconds = (known.seconds if known else 0.0) + (report.duration if report.when == "call" else 0.0)
    if known is not None and known.outcome != "passed" and not (known.outcome == "rerun" and outcome in LOST):
        return msgspec.structs.replace(known, seconds=seconds)
    return TestResult(report.nodeid, outcome, seconds, "" if outcome == "passed" else _message(report))


def outcome_of(report: pytest.TestReport) -> Outcome:
    """How one phase of a test ended."""
    if hasattr(report, "blocked_by") or hasattr(report, "not_run"):
        return "blocked" if hasattr(report, "blocked_by") else "not-run"
    if str(report.outcome) == "rerun":  # pytest-rerunfailures'
        return "rerun"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.passed:
        return "passed"
    if report.skipped:
        return "skipped"
    return "error" if report.when in ("setup", "teardown") else "failed"


def _message(report: pytest.TestReport) -> str:
    """The first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = (
        crash.message
        if crash is not None
        else str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    )
    return (text.strip().splitlines() or [""])[0].removeprefix("blocked: ").removeprefix("not run: ")[:300]
