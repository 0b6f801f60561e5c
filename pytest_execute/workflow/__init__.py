"""The steps of a judgement, in order: prepare, before any test runs; conclude, after all have."""

from pytest_execute.workflow.context import policy, prepare, source_of
from pytest_execute.workflow.coverage_step import write_coverage
from pytest_execute.workflow.gather import conclude
from pytest_execute.workflow.request import Context, Request, RunResult
from pytest_execute.workflow.rerun_steps import not_proven

__all__ = [
    "Context",
    "Request",
    "RunResult",
    "conclude",
    "not_proven",
    "policy",
    "prepare",
    "source_of",
    "write_coverage",
]
