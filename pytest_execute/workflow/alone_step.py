"""Second run for coverage: tests whose gate lacks lines that ran elsewhere are measured once more, each by itself.

A line that ran in another test, or on import, may be missing only because its value was cached by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import LineSets, Measure
from pytest_execute.core.layout import Layout
from pytest_execute.coverage import test_marks
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.replay_step import why_not_rerun
from pytest_execute.workflow.request import Rerun, RunResult

if TYPE_CHECKING:
    from pytest_execute.coverage.data import Recording


def measure_doubtful_tests(
    context: Context, run: RunResult, rerun: Rerun, line_sets: Mapping[str, LineSets], recording: Recording
) -> Recording | None:
    """Return what the tests of such gates run by themselves; None where no gate is in doubt or tests cannot be rerun.

    `recording` is that of the whole run.
    """
    from pytest_execute.coverage import alone

    if why_not_rerun(context, run):
        return None
    tests, paths = dict[str, float](), set[str]()
    for gate, measure in _short_gates(context, line_sets):
        if found := alone.ran_elsewhere(measure, context.home, recording):
            paths |= found
            tests |= {test: run.passed[test] for test in run.manifest.tests_for(gate) if test in run.passed}
    request = alone.AloneRequest(
        tree=context.commit_range.tree,
        sources={str((context.home / path).resolve()): _from_root(context.layout, path) for path in paths},
        branch=context.policy.coverage.branch,
        tests=tests,
        gates={test: test_marks.context_parts(test, gates) for test, gates in run.manifest.gates.items()},
        settings=rerun.settings,
    )
    return alone.measure_alone(context.git, request, rerun.directory, context.cache) if tests else None


def _from_root(layout: Layout, path: str) -> str:
    """Return a path from the home as seen from pytest's root directory."""
    return os.path.relpath(layout.home + path, layout.prefix or ".")


def _short_gates(context: Context, line_sets: Mapping[str, LineSets]) -> Iterator[tuple[str, Measure]]:
    """Yield the ticked tasks in the scope, and the streams, that reach less than the policy requires."""
    policy, plan = context.policy.coverage, context.plan
    tasks = [gate_ids.task(task.id) for task in plan.tasks if task.done and task.id in context.selected_tasks]
    required = dict.fromkeys(tasks, policy.task)
    required |= {gate_ids.stream(stream.id): policy.stream for stream in plan.streams}
    for gate, percent in required.items():
        if gate in line_sets and not (measure := line_sets[gate].measure()).reaches(percent):
            yield gate, measure
