"""Pytest plugin: options and markers. Without `--execute-topic` it imports nothing else of this package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator

import pytest
from _pytest.config import ConftestImportFailure

MARKERS = (
    "task(*ids, topic=None): the test counts for these tasks of the breakdown",
    "stream(*ids, topic=None): the test is an integration test of these streams",
    'gate(*names, topic=None): the test counts for "system", "deployment" or a gate that the breakdown names',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("execute", "judge a topic of plan-driven, test-first work")
    option = group.addoption
    option("--execute-topic", metavar="NAME", help="judge the work on notes/NAME/breakdown.md")
    option(
        "--execute-notes",
        metavar="DIR",
        help="directory of the topics (default: ini value execute_notes, then the policy's notes, then notes)",
    )
    option(
        "--execute-stream", metavar="ID", action="append", default=[], help="judge this stream only; may be repeated"
    )
    option("--execute-task", metavar="ID", action="append", default=[], help="judge this task only; may be repeated")
    option(
        "--execute-base",
        metavar="REV",
        help="judge the commits after REV (default: REV is the parent of the commit that added the breakdown)",
    )
    option(
        "--execute-scope",
        choices=("all", "claimed"),
        default="all",
        help="tasks that count: all, or only those that the breakdown marks as done (claimed)",
    )
    option("--execute-report", metavar="PATH", help="write the JSON report to PATH")
    option("--execute-summary", metavar="PATH", help="write a Markdown summary to PATH")
    option("--execute-evidence", metavar="PATH", help="write all facts that the verdict is based on to PATH, as JSON")
    option("--execute-coverage-xml", metavar="PATH", help="write coverage to PATH, in Cobertura's XML format")
    option("--execute-lcov", metavar="PATH", help="write coverage to PATH, in lcov's format")
    option("--execute-no-cache", action="store_true", help="neither use results of earlier runs nor save new ones")
    option(
        "--execute-keep-going",
        action="store_true",
        help="also run tests whose task depends on a failed one; their task stays blocked",
    )
    option(
        "--execute-hang",
        metavar="SECONDS",
        type=_seconds,
        help="kill a worker whose test runs for more than SECONDS, and fail the test; 0: no limit (default: 30 times "
        "the known duration of the test, at least 10 minutes; no limit if it is unknown, or if pytest-timeout has one)",
    )
    option(
        "--execute-turns",
        action="store_true",
        help="replay each test on all commits, and report its changes between failing and passing, if several",
    )
    option(
        "--execute-debug-file",
        metavar="PATH",
        help="file for the traceback of an internal error (default: a temporary one)",
    )
    option("--execute-repository", help=argparse.SUPPRESS)
    option("--execute-cache-dir", help=argparse.SUPPRESS)
    option("--execute-output", action="append", default=[], help=argparse.SUPPRESS)
    option("--execute-commit", help=argparse.SUPPRESS)
    option("--execute-index", help=argparse.SUPPRESS)
    option("--execute-work-tree", help=argparse.SUPPRESS)
    parser.addini("execute_notes", "directory of the topics", default="")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError
    return seconds


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None, object, object]:
    """Read the plan and start coverage, before any conftest is loaded and so before the project's code is imported."""
    if early_config.known_args_namespace.execute_topic:
        from pytest_execute.tools import own_libraries

        try:
            with own_libraries.imported_from_elsewhere(early_config.rootpath):
                from pytest_execute import session

                session.begin(early_config, args)
        except own_libraries.OwnLibraryError as error:
            raise pytest.UsageError(str(error)) from None
        except KeyboardInterrupt:
            _end("interrupted: nothing was judged", pytest.ExitCode.INTERRUPTED)
        except (pytest.UsageError, pytest.exit.Exception):
            raise
        except Exception as error:  # noqa: BLE001 - the net below all: pytest would end with 1, which is a verdict
            from pytest_execute.tools import internal_error

            file = early_config.known_args_namespace.execute_debug_file
            _end(internal_error.describe(error, file, "--execute-debug-file"), pytest.ExitCode.INTERNAL_ERROR)
    try:
        return (yield)
    except ConftestImportFailure:
        options = early_config.known_args_namespace
        if not options.execute_topic or options.collectonly:
            raise
        # pytest (8.4 to 9.2) loads it again to collect its directory, which is reported, and so becomes part of the
        # verdict; here pytest would end before anything is judged
        return None


def _end(message: str, status: pytest.ExitCode) -> None:
    """End this process with one line: pytest has no session yet that could."""
    sys.stderr.write(f"{message}\n")
    raise SystemExit(int(status))


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.option.execute_topic:
        from pytest_execute import session

        session.register(config)
