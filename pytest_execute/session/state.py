"""State of this process during the run: made before any conftest is loaded, read when the plugins are registered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_execute.core.evidence import Evidence
from pytest_execute.core.process_role import ProcessRole
from pytest_execute.core.verdict import Verdict
from pytest_execute.session.run_settings import RunSettings
from pytest_execute.tools.process_state import ProcessState

if TYPE_CHECKING:
    from pytest_execute import workflow
    from pytest_execute.coverage.beside_pytest_cov import BesidePytestCov
    from pytest_execute.coverage.item_contexts import ItemContexts
    from pytest_execute.coverage.recorder import CoverageRecorder
    from pytest_execute.discovery.collected import Collection
    from pytest_execute.distributed.bootstrap import WorkerInput
    from pytest_execute.distributed.controller_side import ControllerSide
    from pytest_execute.progress.plugin import ProgressPlugin
    from pytest_execute.session.outcomes import OutcomeCollector


@dataclass
class MainProcess:
    """State of the process that the user started, which judges the run.

    `directory` is the run's own directory. `notices` are lines for the terminal summary. `controller_side` is None
    without workers. `collection` is None until the tests are collected. `judgement` is None before the end, and after
    an `error` that kept the run from being judged.
    """

    directory: Path
    context: workflow.Context
    notices: list[str]
    outcomes: OutcomeCollector
    progress: ProgressPlugin
    controller_side: ControllerSide | None = None
    collection: Collection | None = None
    judgement: tuple[Verdict, Evidence] | None = None
    error: str = ""


@dataclass
class RunState:
    """State of one process, made by `start.begin`, which decides its role.

    Whether xdist really starts workers is known only later: see `scheduling.select_plugin.is_distributed`.

    | attribute           | None in |
    | ------------------- | ------- |
    | `recorder`          | a controller, which runs no tests |
    | `beside_pytest_cov` | a run without `--cov`, or without a measure of ours |
    | `worker_input`      | all processes but a worker in another checkout |
    | `main`              | a worker |
    | `contexts`          | a process that measures nothing |
    """

    role: ProcessRole
    settings: RunSettings
    recorder: CoverageRecorder | None = None
    beside_pytest_cov: BesidePytestCov | None = None
    worker_input: WorkerInput | None = None
    main: MainProcess | None = None
    contexts: ItemContexts | None = None


state_key = pytest.StashKey[RunState]()
process_state_key = pytest.StashKey[ProcessState]()
"""State of the process before any test, which tests may change and the judge needs as it was."""
