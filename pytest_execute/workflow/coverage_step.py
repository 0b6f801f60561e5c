"""Coverage: measure the lines and branches that the tests of each gate have reached.

coverage.py is imported only where something was measured, to keep other runs short.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from pytest_execute.core.evidence import Evidence, LineSets, Missing, Proof
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.request import Rerun, RunResult


def add_coverage(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add a measure for each gate, or the reason why nothing was measured."""
    if isinstance(run.coverage, str):
        return replace(evidence, coverage=Missing(run.coverage))
    line_sets = _line_sets(context, run, run.coverage, evidence.proofs or {})
    measures = {gate: sets.measure() for gate, sets in line_sets.items()}
    return replace(evidence, line_sets=line_sets, coverage=measures)


def _line_sets(
    context: Context, run: RunResult, data_directory: Path, proofs: Mapping[str, Proof]
) -> dict[str, LineSets]:
    from pytest_execute.coverage import changed_lines, data, measure

    git, commits, layout, plan = context.git, context.commit_range, context.layout, context.plan
    sources = context.source_files
    changed = changed_lines.changed_lines(git, commits, layout, sources)
    ownership = Ownership(plan, turning_commits(plan, run.manifest, proofs), layout.prefix)
    request = measure.MeasureRequest(
        root=context.root,
        branch=context.policy.coverage.branch,
        sources=sources,
        changed=changed,
        owners=changed_lines.line_owners(git, commits, layout, ownership, changed),
        tasks_with_files=frozenset(task.id for task in plan.tasks if task.files),
        exclude=context.policy.coverage.exclude,
    )
    return measure.line_sets(plan, request, data.read(data_directory))


def write_coverage(context: Context, data_directory: Path, paths: Mapping[str, Path]) -> None:
    """Write the reports of coverage.py: "xml" and "lcov", each to its path."""
    if paths:
        from pytest_execute.coverage import export

        root = context.root.resolve()
        export.write(data_directory, [root / path for path in context.source_files], paths)
