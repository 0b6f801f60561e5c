"""pytest plugin for a copy of the judged tree: measures each test, with the test's id as the context.

`alone.py` has pytest load it by this module's name. The data goes to a directory outside of the tree.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import msgspec
import pytest

from pytest_execute.coverage.recorder import Recorder
from pytest_execute.tools import json_values

OPTION = "--execute-measure-alone"


class AloneSettings(msgspec.Struct, frozen=True):
    """Value of the option, as JSON: files to measure, relative to the root directory, and a directory for the data."""

    sources: tuple[str, ...]
    branch: bool
    directory: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, dest="execute_measure_alone")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    settings = json_values.decode(item.config.getoption("execute_measure_alone"), AloneSettings)
    sources = [Path(os.path.normpath(item.config.rootpath / path)) for path in settings.sources]
    recorder = Recorder(sources, settings.branch, Path(settings.directory))
    recorder.switch([item.nodeid])
    try:
        return (yield)
    finally:
        recorder.stop()
