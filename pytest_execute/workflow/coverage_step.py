"""Coverage as evidence: what the tests of each gate have reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pytest_execute.core.evidence import Measure, Proof
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.workflow.context import policy_at_base
from pytest_execute.workflow.request import Context, RunResult


def coverage(prepared: Context, run: RunResult, proofs: Mapping[str, Proof]) -> dict[str, Measure] | None:
    if isinstance(run.coverage, str):
        return None
    from pytest_execute.coverage import changed_lines, data, measure

    git, what, layout, plan = prepared.git, prepared.stretch, prepared.layout, prepared.plan
    sources = _sources(prepared)
    changed = changed_lines.changed_lines(git, what, layout, sources)
    ownership = Ownership(plan, turning_commits(plan, run.manifest, proofs), layout.prefix)
    request = measure.MeasureRequest(
        root=prepared.request.root,
        branch=prepared.policy.coverage.branch,
        sources=sources,
        changed=changed,
        owners=changed_lines.line_owners(git, what, layout, ownership, changed),
        tasks_with_files=frozenset(task.id for task in plan.tasks if task.files),
        exclude=policy_at_base(prepared).coverage.exclude,
    )
    return measure.measure(plan, request, data.read(run.coverage))


def _sources(prepared: Context) -> tuple[str, ...]:
    """All files of the implementation, relative to the root directory."""
    layout = prepared.layout
    return tuple(_below(layout.prefix, (path for path in prepared.tree if layout.is_source(path))))


def write_coverage(prepared: Context, measured: Path, paths: Mapping[str, Path]) -> None:
    """Write what coverage.py can: "xml" and "lcov", each to its path."""
    if paths:
        from pytest_execute.coverage import export

        root = prepared.request.root.resolve()
        export.write(measured, [root / path for path in _sources(prepared)], paths)


def _below(prefix: str, paths: Iterable[str]) -> list[str]:
    return [path[len(prefix) :] for path in paths if path.startswith(prefix)]
