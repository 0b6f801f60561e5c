"""The steps of a judgement, in order: prepare, before any test runs; conclude, after all have."""

from pytest_execute.workflow.again import not_proven
from pytest_execute.workflow.concluding import conclude
from pytest_execute.workflow.measuring import write_coverage
from pytest_execute.workflow.preparing import policy, prepare, source_of
from pytest_execute.workflow.values import Prepared, Request, Run

__all__ = ["Prepared", "Request", "Run", "conclude", "not_proven", "policy", "prepare", "source_of", "write_coverage"]
