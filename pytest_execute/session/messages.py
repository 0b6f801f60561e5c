"""What the parts of a run share: what each process is told, and what it keeps with pytest's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Scope
from pytest_execute.coverage.recorder import CoverageRecorder
from pytest_execute.distributed import bootstrap

if TYPE_CHECKING:
    from pytest_execute import workflow


class RunSettings(Struct, frozen=True):
    """What every process that runs tests must know, on whatever machine. `source` is relative to the root directory."""

    plan: Plan
    scope: Scope
    source: tuple[str, ...]
    branch: bool
    measured: bool
    coverage: str
    """The directory that every process of this machine writes its coverage to."""


COVERAGE_FILES = {"xml": "execute_coverage_xml", "lcov": "execute_lcov"}
"""The options that ask for a file of coverage, by its kind."""
shared_key = pytest.StashKey[RunSettings]()
prepared_key: pytest.StashKey[workflow.Context] = pytest.StashKey()
place_key = pytest.StashKey[Path]()
recorder_key = pytest.StashKey[CoverageRecorder]()
notices_key = pytest.StashKey[list[str]]()
handed_key = pytest.StashKey[bootstrap.WorkerInput]()


def has_cov(options: Any) -> bool:
    """Does pytest-cov measure this run? Two measurements in one process would spoil each other, so that we ride along."""
    return bool(getattr(options, "cov_source", None)) and not getattr(options, "no_cov", False)
