"""The pytest door: options, markers, and the way to the session where a topic is named. It imports nothing until then."""

from __future__ import annotations

import argparse
from collections.abc import Generator

import pytest

MARKERS = (
    "task(*ids, topic=None): the tasks of the breakdown that this test counts for",
    "stream(*ids, topic=None): an integration test of these streams",
    'gate(*names, topic=None): counts for "system", "deployment" or a gate that the breakdown names',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("execute", "judge a topic of plan-driven, test-first work")
    option = group.addoption
    option("--execute-topic", metavar="NAME", help="judge the work on notes/NAME/breakdown.md")
    option("--execute-notes", metavar="DIR", help="directory of the topics (default: the policy's, else notes)")
    option("--execute-stream", metavar="ID", action="append", default=[], help="only this stream; may be repeated")
    option("--execute-task", metavar="ID", action="append", default=[], help="only this task; may be repeated")
    option("--execute-base", metavar="REV", help="judge what came after REV (default: after the topic began)")
    option("--execute-scope", choices=("all", "claimed"), default="all", help="claimed: only ticked tasks count")
    option("--execute-report", metavar="PATH", help="write the JSON report there")
    option("--execute-summary", metavar="PATH", help="write a Markdown summary there")
    option("--execute-evidence", metavar="PATH", help="write all that was seen there, as JSON")
    option("--execute-coverage-xml", metavar="PATH", help="write what was covered there, as Cobertura's XML")
    option("--execute-lcov", metavar="PATH", help="write what was covered there, as lcov")
    option(
        "--execute-no-cache", action="store_true", help="use nothing of what earlier runs have learnt, and keep nothing"
    )
    option("--execute-keep-going", action="store_true", help="run what depends on a failed task, too: it stays blocked")
    option(
        "--execute-hang",
        metavar="SECONDS",
        type=_seconds,
        help="a worker whose test runs for longer is ended; 0: never (default: 30 times what the test is known to take, at "
        "least 10 minutes; never where that is not known, or pytest-timeout has a limit)",
    )
    option(
        "--execute-turns",
        action="store_true",
        help="replay each test on all trees, and tell all turns of those that turned again",
    )
    option("--execute-repository", help=argparse.SUPPRESS)
    option("--execute-ledger", help=argparse.SUPPRESS)
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
    """Before any conftest, hence before the project's code: read the plan, start the coverage."""
    if early_config.known_args_namespace.execute_topic:
        from pytest_execute import session

        session.begin(early_config, args)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.option.execute_topic:
        from pytest_execute import session

        session.register(config)
