"""Child process of the engine: runs one job after the other, each in a tree; see docs/explanation/engine.md.

It is started by its path and uses nothing but the standard library, pytest and the modules beside it, which it loads
under names that no project has: the project may be this package. Its first argument is the descriptor for replies;
`messages.py` declares these and what comes on standard input.

pytest is started once, up to the point where it would look at the tree. Each job goes on from there in a fork. If this
start loads a module of the project (it may be another one in the next tree), misses one or fails, pytest is started for
each job instead.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

sys.path.pop(0)  # the directory of this file, in which the project's modules must not be searched
import pdb  # noqa: F401, T100 - pytest's debugging plugin imports it in each session (pytest 8.4 to 9)

with contextlib.suppress(ImportError):
    import readline  # noqa: F401 - pytest's capture plugin imports it in each session (pytest 8.4 to 9)

import pytest

if TYPE_CHECKING:
    from pytest_execute.engine.child import bytecode, fixture_scan, job_server, plugin, preload, process_tree
    from pytest_execute.engine.child.message_pipe import reserve_output, write_message
    from pytest_execute.engine.child.messages import JobMessage, SetupMessage, SetupWithJobMessage
    from pytest_execute.engine.child.module_origin import TreeFinder
else:

    def load_sibling(name: str) -> Any:
        """Load the module beside this one as `_execute_<name>`."""
        spec = importlib.util.spec_from_file_location(f"_execute_{name}", Path(__file__).with_name(f"{name}.py"))
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    # Each after those that it imports.
    BASE = (
        "message_pipe",
        "process_tree",
        "limits",
        "snapshot",
        "bytecode",
        "instrument",
        "fixture_scan",
        "module_origin",
    )
    SECOND = (
        "exceptions",
        "left_out",
        "missing_values",
        "module_statements",
        "partial_imports",
        "partial_collection",
        "accesses",
        "tree_guard",
        "results",
        "preload",
        "item_runner",
        "fork_runner",
        "mutation_run",
    )
    SIBLINGS = {name: load_sibling(name) for name in (*BASE, *SECOND, "job_server", "plugin")}
    bytecode, fixture_scan, job_server = (SIBLINGS[name] for name in ("bytecode", "fixture_scan", "job_server"))
    plugin, preload, process_tree = (SIBLINGS[name] for name in ("plugin", "preload", "process_tree"))
    reserve_output, write_message = SIBLINGS["message_pipe"].reserve_output, SIBLINGS["message_pipe"].write_message
    TreeFinder = SIBLINGS["module_origin"].TreeFinder

OUT = reserve_output(int(sys.argv[1]))
START_ERRORS = (Exception, SystemExit, pytest.skip.Exception, pytest.exit.Exception)
"""Errors that plugins, conftests and settings may raise: with them, pytest cannot start."""
START_PER_JOB = 88
"""Exit status of the process that was to start pytest for all jobs, and could not."""


def send(message: Any) -> None:
    """Send a message to the engine."""
    write_message(OUT, message)


def prepare_process(setup: SetupMessage) -> TreeFinder:
    """Make directory, environment and import system of this process those of the tree; forks inherit them."""
    os.chdir(setup["root"])
    os.environ.clear()
    os.environ.update(setup["environment"])
    sys.path[:0] = [setup["root"], *setup["source_roots"]]
    sys.argv[:] = ["pytest"]
    bytecode.BytecodeCache(setup["bytecode_cache"], setup["tree"]).install()
    finder = TreeFinder(setup["tree"], setup["source_roots"], setup["top_modules"], setup["installed"])
    finder.install()
    return finder


def run_pytest(job_plugin: plugin.JobPlugin) -> None:
    """Start pytest and run the job that `job_plugin` has, or receives on the way."""
    from _pytest.config import _prepareconfig

    try:
        # pytest 8.4 to 9: as pytest.main does it, which would print errors and lose the exceptions.
        config = _prepareconfig([*job_plugin.setup["arguments"]], job_plugin.plugins())
    except START_ERRORS as error:
        job_plugin.report_failure("", error, "start")
    else:
        try:
            config.hook.pytest_cmdline_main(config=config)
        finally:
            config._ensure_unconfigure()
    if job_plugin.is_copy():
        os._exit(plugin.FILE_COMPLETED)
    if job_plugin.has_begun:
        send({"completed": True})


def run_and_exit(job_plugin: plugin.JobPlugin) -> NoReturn:
    """Run the job of the plugin, and exit with START_PER_JOB if it has received none."""
    try:
        run_pytest(job_plugin)
    except Exception as error:  # noqa: BLE001 - an error of the engine, not of the tree
        if job_plugin.has_begun:
            send({"internal_error": repr(error)})
    finally:
        os._exit(0 if job_plugin.has_begun else START_PER_JOB)


def run_job_and_exit(setup: SetupMessage, finder: TreeFinder, job: JobMessage) -> NoReturn:
    """Start pytest for one job. What its start accesses in the tree counts for each test."""
    job_plugin = plugin.JobPlugin(setup, finder, send)
    job_plugin.begin(job)
    run_and_exit(job_plugin)


def serve_from_started_pytest(job_plugin: plugin.JobPlugin, config: Any) -> JobMessage:
    """Return each job in a fork, from within the start of pytest; exit if it has looked for a module of the project."""
    setup = job_plugin.setup
    process_tree.adopt_orphans()
    code = [f"{root}/{name}" for root in setup["source_roots"] for name in setup["top_modules"]]
    preload.preload(setup["tree"], code, setup["top_modules"], job_plugin.log)
    send({"preloaded": sorted(preload.preloaded_packages())})
    if job_plugin.origins.is_project_loaded() or job_plugin.left_out.names:
        os._exit(START_PER_JOB)
    job_plugin.log.check_modules()
    fixture_scan.shorten_scans(config)
    gc.collect()
    gc.freeze()  # so that no collection in a fork copies the pages of all objects
    return job_server.JobServer(send).serve()


def main() -> None:
    """Start pytest once for all jobs; if that is not possible, once for each."""
    os.set_inheritable(OUT, False)
    setup: SetupWithJobMessage = json.loads(job_server.read_line())
    finder = prepare_process(setup)
    if "job" in setup:
        job_server.empty_input()
        run_job_and_exit(setup, finder, setup["job"])
    process_tree.adopt_orphans()
    started = os.fork()
    if not started:
        process_tree.end_with_parent()
        run_and_exit(plugin.JobPlugin(setup, finder, send, serve_from_started_pytest))
    status = os.waitpid(started, 0)[1]
    process_tree.kill_children()
    if os.waitstatus_to_exitcode(status) == START_PER_JOB:
        run_job_and_exit(setup, finder, job_server.JobServer(send).serve())


main()
