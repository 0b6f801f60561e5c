"""After the run: the evidence is gathered, and judged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pytest_execute import breakdown
from pytest_execute.core.evidence import CommandResult, Evidence, History
from pytest_execute.core.verdict import Verdict
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.gates.judge import judge
from pytest_execute.replay.prove import ProgressCallback
from pytest_execute.tools import process
from pytest_execute.tools.git import Tree
from pytest_execute.workflow import coverage_step, rerun_steps
from pytest_execute.workflow.request import Context, RunResult


def conclude(
    prepared: Context,
    run: RunResult,
    options: PytestOptions,
    place: Path,
    tell: ProgressCallback | None = None,
) -> tuple[Verdict, Evidence]:
    """Prove, measure and judge. `options` say how tests are run again; what is written goes below `place`; `tell` hears how far it is."""
    settings = settings_for(prepared.git, prepared.layout, prepared.tree, options, prepared.policy.prepare)
    proofs, why_not = rerun_steps.proofs(prepared, run, settings, place, tell)
    mutants, no_mutants = rerun_steps.mutants(prepared, run, settings, proofs or {}, place)
    evidence = Evidence(
        history=_history(prepared, options.config[0]),
        manifest=run.manifest,
        results=run.results,
        proofs=proofs,
        proofs_missing=why_not,
        coverage=coverage_step.coverage(prepared, run, proofs or {}),
        coverage_missing=run.coverage if isinstance(run.coverage, str) else "",
        mutants=mutants,
        mutants_missing=no_mutants,
        documents=_documents(prepared),
        files=_files(prepared),
    )
    verdict = judge(prepared.plan, prepared.policy, evidence, prepared.request.scope)
    if _may_deploy(prepared, verdict):
        evidence = msgspec.structs.replace(evidence, commands=tuple(_run_commands(prepared)))
        verdict = judge(prepared.plan, prepared.policy, evidence, prepared.request.scope)
    return verdict, evidence


def _history(prepared: Context, config: str) -> History:
    what = prepared.stretch
    uncommitted = prepared.git.changed_files(what.head, what.tree) if what.snapshot is not None else ()
    layout = prepared.layout
    settings = [path for path in (layout.prefix + config,) if path in prepared.tree]
    return History(
        base=what.base,
        head=what.head,
        snapshot=what.snapshot,
        shallow=what.shallow,
        uncommitted=tuple(uncommitted),
        held=(*layout.held(prepared.tree), *settings),
        roots=layout.roots(prepared.tree),
        prefix=layout.prefix,
        prepare=prepared.policy.prepare,
    )


def _documents(prepared: Context) -> dict[str, bool]:
    request = prepared.request
    notes = prepared.layout.notes[len(prepared.layout.prefix) :]
    found = breakdown.documents(request.root, notes, request.topic)
    return {f"{notes}/{request.topic}/{name}": says for name, says in found.items()}


def _files(prepared: Context) -> dict[str, bool]:
    """Whether the files that the plan names were ever there, and whether the artifacts are, with something in them."""
    prefix, git = prepared.layout.prefix, prepared.git
    named = {ref.path for task in prepared.plan.tasks for ref in task.files}
    base = git.tree(prepared.stretch.base) if named else {}
    found = {path: _has(prepared.tree, prefix + path) or _has(base, prefix + path) for path in sorted(named)}
    for path in prepared.policy.deployment.artifacts:
        target = prepared.request.root / path
        found[path] = target.is_dir() or (target.is_file() and target.stat().st_size > 0)
    return found


def _has(tree: Tree, path: str) -> bool:
    path = path.rstrip("/")
    return path in tree or any(other.startswith(f"{path}/") for other in tree)


def _may_deploy(prepared: Context, verdict: Verdict) -> bool:
    """The commands of the deployment run only where nothing else stands in its way."""
    deployment = next((gate for gate in verdict.gates if gate.level == "deployment"), None)
    return bool(prepared.policy.deployment.commands) and deployment is not None and deployment.verdict == "passed"


def _run_commands(prepared: Context) -> Iterable[CommandResult]:
    for command in prepared.policy.deployment.commands:
        try:
            done = process.run(command, cwd=prepared.request.root)
            said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines() or [""]
            yield CommandResult(command, done.returncode, said[-1])
        except OSError as error:
            yield CommandResult(command, 127, str(error))
