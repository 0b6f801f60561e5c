"""Table of all reason codes: the check that gives each, its verdicts, what it means, and what to do.

A code keeps its meaning from version to version. `docs/reference/reason-codes.md` has the same rows.
Each check has a file of rows.
"""

from __future__ import annotations

from pytest_execute.gates.reasons import artifacts, coverage, dependencies, mutation, plan, review, testfirst, tests

TABLE = (
    *plan.ROWS,
    *tests.ROWS,
    *dependencies.ROWS,
    *testfirst.ROWS,
    *coverage.ROWS,
    *mutation.ROWS,
    *review.ROWS,
    *artifacts.ROWS,
)
