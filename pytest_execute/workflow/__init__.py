"""Steps of a judgement: read the context before the first test runs, gather the evidence after the last, judge it."""

from pytest_execute.workflow.closed_topics import closing_commit, judged_commit
from pytest_execute.workflow.context import Context, read_context
from pytest_execute.workflow.coverage_step import write_coverage
from pytest_execute.workflow.gather import judge_run
from pytest_execute.workflow.implementation import with_run
from pytest_execute.workflow.imported_modules import check_imports, refuse_modules_of_pytest
from pytest_execute.workflow.layout import directories_in, project_layout
from pytest_execute.workflow.outputs import check_outputs
from pytest_execute.workflow.project import Project, find_project, prefix_of, project_policy
from pytest_execute.workflow.request import Request, Rerun, RunResult

__all__ = [
    "Context",
    "Project",
    "Request",
    "Rerun",
    "RunResult",
    "check_imports",
    "check_outputs",
    "closing_commit",
    "directories_in",
    "find_project",
    "judge_run",
    "judged_commit",
    "prefix_of",
    "project_layout",
    "project_policy",
    "read_context",
    "refuse_modules_of_pytest",
    "with_run",
    "write_coverage",
]
