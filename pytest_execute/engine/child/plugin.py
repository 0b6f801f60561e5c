"""pytest plugin that runs the tests of one job: it collects one file after the other, and has the tests run in forks.

| process | is forked from | for |
| --- | --- | --- |
| of the job | the process that has started pytest | one job |
| of a file | the process of the job, which collects the last file itself | one file: no other sees its imports |
| of tests | the process of the file, see `fork_runner.py` | all tests of the file, or one test |
"""

from __future__ import annotations

import functools
import importlib
import os
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import _pytest.pathlib
import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child import limits, preload, process_tree, snapshot
    from pytest_execute.engine.child.accesses import STDLIB_NAMES, AccessLog
    from pytest_execute.engine.child.exceptions import describe, unwrap
    from pytest_execute.engine.child.fork_runner import ForkRunner, Items
    from pytest_execute.engine.child.item_runner import ItemRunner
    from pytest_execute.engine.child.left_out import LeftOut
    from pytest_execute.engine.child.messages import JobMessage, SetupMessage, TimedOutcome
    from pytest_execute.engine.child.module_origin import OriginCheck, TreeFinder
    from pytest_execute.engine.child.mutation_run import MutationRun
    from pytest_execute.engine.child.partial_collection import (
        MissingTests,
        PartialCollection,
        take_arguments_as_files,
    )
    from pytest_execute.engine.child.partial_imports import PartialImports
    from pytest_execute.engine.child.results import JobResults
    from pytest_execute.engine.child.tree_guard import TreeGuard
else:
    import _execute_limits as limits
    import _execute_preload as preload
    import _execute_process_tree as process_tree
    import _execute_snapshot as snapshot
    from _execute_accesses import STDLIB_NAMES, AccessLog
    from _execute_exceptions import describe, unwrap
    from _execute_fork_runner import ForkRunner
    from _execute_item_runner import ItemRunner
    from _execute_left_out import LeftOut
    from _execute_module_origin import OriginCheck
    from _execute_mutation_run import MutationRun
    from _execute_partial_collection import MissingTests, PartialCollection, take_arguments_as_files
    from _execute_partial_imports import PartialImports
    from _execute_results import JobResults
    from _execute_tree_guard import TreeGuard

FILE_COMPLETED = 87
"""Exit status of a file's process when all tests were run. A test that ends the process would have to guess it."""
MARKERS = ("task(*ids, topic=None)", "stream(*ids, topic=None)", "gate(*names, topic=None)")


class JobPlugin:
    """Plugin of one job, which has begun, or which `receive_job(plugin, config)` returns, in a fork made for it."""

    def __init__(
        self,
        setup: SetupMessage,
        finder: TreeFinder,
        send_out: Callable[[Any], None],
        receive_job: Callable[[JobPlugin, Any], JobMessage] | None = None,
    ) -> None:
        self.setup, self.root, self.tree, self.receive_job = setup, setup["root"], setup["tree"], receive_job
        # Both list directories for us; pytest 8.4 to 9 lists each directory on the way to a file that it collects.
        self.log = AccessLog(self.tree, send_out, [_pytest.pathlib.scandir.__code__, snapshot.take_snapshot.__code__])
        self.origins = OriginCheck(setup, finder)
        self.left_out = LeftOut(self.root, setup["top_modules"])
        self.imports = PartialImports(self.tree, setup["top_modules"])
        self.runner = ItemRunner(self.tree, self.origins, self.left_out, self.imports)
        self.results = JobResults((), self.log.send)
        self.job_pid = 0

    def plugins(self) -> list[Any]:
        """Return the plugins of pytest that this one works with, itself included."""
        return [
            self,
            self.runner,
            PartialCollection(self.imports, self.report_uncollected),
            MissingTests(self.report_uncollected),
        ]

    @property
    def has_begun(self) -> bool:
        return self.job_pid != 0

    def is_copy(self) -> bool:
        """Return whether this process is a fork of the job's process, of a file or made by the project."""
        return self.has_begun and os.getpid() != self.job_pid

    def begin(self, job: JobMessage) -> None:
        """Begin the job in this process."""
        self.job, self.job_pid = job, os.getpid()
        self.runs_in_process = job.get("in_process", False)
        self.results = JobResults(job["wall_limits"], self.log.send)
        process_tree.end_with_parent()
        if not self.runs_in_process:
            process_tree.adopt_orphans()
        limits.limit_memory(self.setup["memory"])
        os.chdir(self.root)
        os.environ.update(job["environment"])
        tempfile.tempdir = os.environ["TMPDIR"]
        importlib.invalidate_caches()
        preload.unload_if_shadowed(job["shadowed_modules"])
        names = dict.fromkeys(test.partition("::")[0] for test in job["wall_limits"])
        self.files = [name for name in names if Path(self.root, name).exists()]
        self.forks = ForkRunner(job, self.log, self.results, self.runner)
        mutation = job.get("mutation")
        self.mutation = MutationRun(mutation, self.tree, self.log, self.forks) if mutation else None
        if not mutation:
            self.imports.install(job["test_modules"])
        self.log.start()
        self.log.log(STDLIB_NAMES)
        for name in preload.preloaded_packages():
            self.log.log(f"?{name}")
            self.log.log(f"?{name}.py")

    def report_failure(self, prefix: str, error: BaseException, phase: str, kept: Collection[str] = ()) -> None:
        """Report all tests of a directory, a file, a class or a function as failed, but `kept`; with "" all tests."""
        facts = describe(error, phase, self.tree)
        outcome: TimedOutcome = {"state": "failed", "seconds": 0.0, "left_out": self.left_out.names, **facts}
        self.results.report_below(prefix, outcome, kept)

    def report_uncollected(self, test: str, error: BaseException, kept: Collection[str] = ()) -> None:
        """Report the tests of a function or class that could not be made, but `kept`."""
        self.report_failure(test, self.left_out.cause(error, test), "collect", kept)

    # -- hooks in the order of their calls

    def pytest_addoption(self, parser: Any, pluginmanager: Any) -> None:
        """Declare the ini option of pytest-execute, whose own plugin is switched off here.

        This is the first hook: no other plugin of the project was loaded before.
        """
        parser.addini("execute_notes", "directory of the plans", default="notes")
        self.left_out.watch(pluginmanager)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any, args: list[str]) -> Any:
        """Receive the job: up to here pytest has looked at nothing of the tree.

        Its assertion rewriting is installed already, which must come after the finder that instruments modules.
        """
        if self.receive_job is not None:
            self.begin(self.receive_job(self, early_config))
        files = [str(Path(self.root, file)) for file in self.files]
        args.extend(files)
        early_config.known_args_namespace.file_or_dir = files  # pytest 8.4 to 9 looks for the conftests of these
        result = yield
        self.left_out.forgive_settings(early_config, args)
        return result

    def pytest_configure(self, config: Any) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_sessionstart(self, session: Any) -> None:
        session.config.args = [str(Path(self.root, file)) for file in self.files]
        take_arguments_as_files()
        if not self.mutation and not self.runs_in_process:
            session.perform_collect = functools.partial(self.collect_file_by_file, session)

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self) -> bool:
        """Ignore all files of a directory: pytest does not call this hook for paths on its command line."""
        return True

    def pytest_exception_interact(self, node: Any, call: Any) -> None:
        """Report the tests of a file or class that cannot be collected as failed."""
        if call.when == "collect":
            self.report_uncollected(node.nodeid, self.imports.cause(unwrap(call.excinfo.value)))

    def pytest_internalerror(self, excinfo: Any) -> None:
        """Report all tests as failed where a hook of a plugin or a conftest raises."""
        self.report_failure("", excinfo.value, "start")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        config.hook.pytest_deselected(items=[item for item in items if self.test_of(item) is None])
        items[:] = [item for item in items if self.test_of(item) is not None]
        self.left_out.drop_missing_fixtures(config, items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> NoReturn:
        """Run the tests and exit: plugins have set up nothing in this process that they would have to take down."""
        self.imports.is_active = False
        tests: Items = {}
        for item in session.items:
            tests.setdefault(str(self.test_of(item)), []).append(item)
        self.log.send({"collected": list(tests)})
        guard = TreeGuard(self.tree, self.job["environment"]["HOME"])
        if self.mutation:
            self.mutation.run(tests)
            self.log.send({"modified": True} if guard.is_modified() else {})
            self.exit()
        open_tests = {name: items for name, items in tests.items() if name in self.results.open}
        if self.runs_in_process:
            self.forks.run_and_exit(open_tests, self.log.send_out, guard)
        if not self.forks.run(open_tests, guard):
            self.log.send({"modified": True})
            os._exit(0)  # without "completed": the engine restores the tree and runs what is left again
        self.exit()

    # -- files

    def collect_file_by_file(self, session: Any) -> None:
        """Collect each file but the last in a fork, and the last here. It replaces session.perform_collect."""
        if not self.files:
            self.exit()
        *others, last = self.files
        for file in others:
            child = self.log.fork()
            if not child:
                process_tree.end_with_parent()
                process_tree.adopt_orphans()
                return self.collect_file(session, file)
            status = os.waitpid(child, 0)[1]
            process_tree.kill_children()
            if os.waitstatus_to_exitcode(status) != FILE_COMPLETED:
                os._exit(0)  # without "completed": the engine runs what is left again
        return self.collect_file(session, last)

    def collect_file(self, session: Any, file: str) -> None:
        self.log.send({"file": file})
        session.config.args = [str(Path(self.root, file))]  # pytest 8.4 to 9: perform_collect reads it
        type(session).perform_collect(session)

    def exit(self) -> NoReturn:
        """Exit from the process of a file, or complete the job in its own process."""
        if self.is_copy():
            os._exit(FILE_COMPLETED)
        self.log.send({"completed": True})
        os._exit(0)

    def test_of(self, item: Any) -> str | None:
        """Return the job's name of an item: its node id, or that of its function without parameters."""
        file, colons, names = item.nodeid.partition("::")
        names = (item.nodeid, f"{file}{colons}{names.partition('[')[0]}")
        return next((name for name in names if name in self.job["wall_limits"]), None)
