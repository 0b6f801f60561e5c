"""The steps of a judgement, in order: prepare, before any test runs; conclude, after all have."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import CommandResult, Evidence, History, Manifest, Measure, Mutant, Proof, TestResult
from pytest_execute.core.layout import Layout, detect_source
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Exemption, Policy, Scope
from pytest_execute.core.policy import read as read_policy
from pytest_execute.core.verdict import Verdict
from pytest_execute.gates.judge import judge
from pytest_execute.replay import prove as replay
from pytest_execute.tools import process
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.history import Stretch, stretch
from pytest_execute.tools.ledger import Ledger

T = TypeVar("T")


class Request(Struct, frozen=True, kw_only=True):
    """What is asked for: the topic, where it is, how much of it, and what pytest's configuration says of tests.

    For what is staged, `work_tree` is a directory that holds just that, `index` the index file that it was written from, and
    `repository` the checkout whose history counts.
    """

    topic: str
    root: Path
    notes: str | None = None
    base: str | None = None
    scope: Scope = Scope()
    repository: Path | None = None
    index: Path | None = None
    work_tree: Path | None = None
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    testpaths: tuple[str, ...] = ()


class Prepared(Struct, frozen=True, kw_only=True):
    """All that is known before the first test runs."""

    request: Request
    plan: Plan
    policy: Policy
    git: Git
    stretch: Stretch
    layout: Layout
    tree: Tree
    ledger: Ledger


class Run(Struct, frozen=True, kw_only=True):
    """What the run of the tests brought. `coverage` is the directory of the raw data, or says why there is none."""

    manifest: Manifest
    results: dict[str, TestResult]
    coverage: Path | str
    interrupted: bool = False


# -- before the run


def prepare(request: Request, scratch: Path, ledger: Ledger) -> Prepared:
    """Read the plan, the policy and the history; ExecuteError with the problems of all three."""
    problems: list[Problem] = []
    git = _attempt(problems, lambda: _repository(request, scratch))
    rules = _attempt(problems, lambda: policy(request.root))
    notes = request.notes or (rules.notes if rules is not None else "notes")
    plan = _attempt(problems, lambda: breakdown.load(request.root, notes, request.topic))
    if git is None or rules is None or plan is None:
        raise ExecuteError(*problems)
    _check_scope(plan, request.scope)
    prefix = _prefix(git, request.root)
    what = stretch(git, prefix + plan.path, request.base, request.index)
    tree = git.tree(what.tree)
    source = source_of(rules, tree, prefix)
    layout = Layout(
        prefix=prefix,
        source=source,
        tests=tuple(prefix + path for path in request.testpaths if not _holds_source(prefix + path, source)),
        patterns=request.patterns,
        notes=prefix + notes,
    )
    return Prepared(
        request=request, plan=plan, policy=rules, git=git, stretch=what, layout=layout, tree=tree, ledger=ledger
    )


def _attempt(problems: list[Problem], step: Callable[[], T]) -> T | None:
    """The value of a step, or None and its problems kept, so that one pass tells them all."""
    try:
        return step()
    except ExecuteError as error:
        problems.extend(error.problems)
        return None


def _repository(request: Request, scratch: Path) -> Git:
    if request.repository is None or request.work_tree is None:
        return Git.find(request.root).within(scratch)
    theirs = Git.find(request.repository)
    return Git(theirs.git_dir, request.work_tree, scratch)


def policy(root: Path) -> Policy:
    """The policy of the project at `root`, the default one where it has none."""
    file = root / "pyproject.toml"
    try:
        return read_policy(file.read_text(encoding="utf-8"), file.name) if file.exists() else Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise ExecuteError(Problem("broken-toml", f"cannot be read: {error}", file.name)) from None


def source_of(rules: Policy, paths: Iterable[str], prefix: str) -> tuple[str, ...]:
    """What counts as implementation: what the policy names, else what looks like it among `paths`."""
    return tuple(prefix + entry.rstrip("/") for entry in rules.source) or detect_source(paths, prefix)


def _check_scope(plan: Plan, scope: Scope) -> None:
    streams = {stream.id for stream in plan.streams}
    problems = [
        Problem("unknown-stream", f"--execute-stream={name}: streams here are {', '.join(sorted(streams))}", plan.path)
        for name in scope.streams
        if name not in streams
    ]
    problems += [
        Problem("unknown-task", f"--execute-task={name}: no task has this id", plan.path)
        for name in scope.tasks
        if plan.find(name) is None
    ]
    if problems:
        raise ExecuteError(*problems)


def _prefix(git: Git, root: Path) -> str:
    """The way from the top of the repository to the root directory."""
    try:
        way = root.resolve().relative_to(git.work_tree.resolve()).as_posix()
    except ValueError:
        hint = f"pytest's root directory is not in the repository at {git.work_tree}: start in it, or pass --rootdir"
        raise ExecuteError(Problem("no-git", hint, str(root))) from None
    return "" if way == "." else f"{way}/"


def _holds_source(path: str, source: Iterable[str]) -> bool:
    return path in ("", ".") or any(entry == path or entry.startswith(f"{path}/") for entry in source)


# -- after the run


def conclude(
    prepared: Prepared, run: Run, order: replay.Order, place: Path, tell: replay.Tell | None = None
) -> tuple[Verdict, Evidence]:
    """Prove, measure and judge. `order` says how to replay; what is written goes below `place`; `tell` hears how far it is."""
    proofs, why_not = _proofs(prepared, run, order, place, tell)
    mutants, no_mutants = _mutants(prepared, run, order, proofs or {}, place)
    evidence = Evidence(
        history=_history(prepared, order.config[0]),
        manifest=run.manifest,
        results=run.results,
        proofs=proofs,
        proofs_missing=why_not,
        coverage=_coverage(prepared, run, proofs or {}),
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


def _proofs(
    prepared: Prepared, run: Run, order: replay.Order, place: Path, tell: replay.Tell | None
) -> tuple[dict[str, Proof] | None, str]:
    """A proof for each test of a task that passed; or None, and why."""
    if prepared.policy.test_first == "off":
        return None, "the policy does not ask for it"
    why_not = _not_run(prepared, run)
    if why_not:
        return None, why_not
    tests = {
        test: result.seconds
        for test, result in run.results.items()
        if result.outcome == "passed" and any(gate.startswith("task:") for gate in run.manifest.gates.get(test, ()))
    }
    order = msgspec.structs.replace(order, tests=tests)
    return replay.prove(prepared.git, prepared.stretch, prepared.layout, order, place, prepared.ledger, tell), ""


def _not_run(prepared: Prepared, run: Run) -> str:
    """Why nothing can be run again, and compared with base; "" where it can."""
    if prepared.stretch.shallow:
        return "the clone is shallow, so its history is missing: run `git fetch --unshallow` (in CI, fetch-depth: 0)"
    if run.interrupted:
        return "the run was interrupted"
    return "" if hasattr(os, "fork") else f"the replay needs fork, which {sys.platform} does not have"


def _mutants(
    prepared: Prepared, run: Run, order: replay.Order, proofs: Mapping[str, Proof], place: Path
) -> tuple[tuple[Mutant, ...] | None, str]:
    """What became of the stubs of each function that the topic added or changed; or None, and why."""
    what, scope = prepared.stretch, prepared.request.scope
    if not prepared.policy.mutation.task:
        return (), ""
    why_not = _not_run(prepared, run)
    if why_not:
        return None, why_not
    from pytest_execute.mutation import mutate, targets

    tasks = {task.id: run.manifest.of(f"task:{task.id}") for task in prepared.plan.tasks}
    asked = prepared.plan.select(scope.streams, scope.tasks) if scope.partial else set(tasks)
    ticked = {task.id for task in prepared.plan.tasks if task.done}
    turned = targets.turned_by(proofs, tasks, what.commits)
    found = [
        target
        for target in targets.targets(prepared.git, what, prepared.layout, prepared.plan, turned)
        if asked & ticked & set(target.tasks) or (not target.tasks and not scope.partial)
    ]
    exempt = targets.reasons(_exempt_at_base(prepared))
    ours, others = targets.sorted_out(found, exempt)
    mutating = mutate.Order(
        tree=what.tree,
        targets=ours,
        tests={test: run.results[test].seconds for test in run.manifest.tests if _passed(run, test)},
        own=tasks,
        config=order.config,
        arguments=order.arguments,
        workers=order.workers,
    )
    mutants = mutate.mutate(prepared.git, prepared.layout, mutating, place, prepared.ledger)
    new = targets.reasons(prepared.policy.mutation.exempt).keys() - exempt
    marked = [msgspec.structs.replace(mutant, ignored=mutant.function in new) for mutant in mutants]
    prefix = prepared.layout.prefix
    return tuple(msgspec.structs.replace(m, path=m.path.removeprefix(prefix)) for m in (*marked, *others)), ""


def _passed(run: Run, test: str) -> bool:
    return test in run.results and run.results[test].outcome == "passed"


def _exempt_at_base(prepared: Prepared) -> tuple[Exemption, ...]:
    """The exemptions of the policy at base: what the topic itself exempts does not count."""
    git, path = prepared.git, f"{prepared.layout.prefix}pyproject.toml"
    entry = git.tree(prepared.stretch.base).get(path)
    if entry is None:
        return ()
    try:
        return read_policy(git.blobs([entry.oid])[entry.oid].decode(errors="replace"), path).mutation.exempt
    except ExecuteError:
        return ()


def _history(prepared: Prepared, config: str) -> History:
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
    )


def _coverage(prepared: Prepared, run: Run, proofs: Mapping[str, Proof]) -> dict[str, Measure] | None:
    if isinstance(run.coverage, str):
        return None
    from pytest_execute.coverage import data, history, measure

    git, what, layout, plan = prepared.git, prepared.stretch, prepared.layout, prepared.plan
    sources = _sources(prepared)
    changed = history.changed_lines(git, what, layout, sources)
    request = measure.Request(
        root=prepared.request.root,
        branch=prepared.policy.coverage.branch,
        sources=sources,
        changed=changed,
        owners=history.owners_of(git, what, layout, plan, run.manifest, proofs, changed),
        named=frozenset(task.id for task in plan.tasks if task.files),
        exclude=_allowed(prepared),
    )
    return measure.measure(plan, request, data.read(run.coverage))


def _sources(prepared: Prepared) -> tuple[str, ...]:
    """All files of the implementation, relative to the root directory."""
    layout = prepared.layout
    return tuple(_below(layout.prefix, (path for path in prepared.tree if layout.is_source(path))))


def write_coverage(prepared: Prepared, measured: Path, paths: Mapping[str, Path]) -> None:
    """Write what coverage.py can: "xml" and "lcov", each to its path."""
    if paths:
        from pytest_execute.coverage import files

        root = prepared.request.root.resolve()
        files.write(measured, [root / path for path in _sources(prepared)], paths)


def _allowed(prepared: Prepared) -> tuple[str, ...]:
    """The exclusions that the policy allowed before the topic began: what it allows now, the topic may have written itself."""
    path = prepared.layout.prefix + "pyproject.toml"
    entry = prepared.git.tree(prepared.stretch.base).get(path)
    if entry is None:
        return ()
    text = prepared.git.blobs([entry.oid])[entry.oid].decode(errors="replace")
    try:
        return read_policy(text, path).coverage.exclude
    except ExecuteError:
        return ()


def _below(prefix: str, paths: Iterable[str]) -> list[str]:
    return [path[len(prefix) :] for path in paths if path.startswith(prefix)]


def _documents(prepared: Prepared) -> dict[str, bool]:
    request = prepared.request
    notes = prepared.layout.notes[len(prepared.layout.prefix) :]
    found = breakdown.documents(request.root, notes, request.topic)
    return {f"{notes}/{request.topic}/{name}": says for name, says in found.items()}


def _files(prepared: Prepared) -> dict[str, bool]:
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


def _may_deploy(prepared: Prepared, verdict: Verdict) -> bool:
    """The commands of the deployment run only where nothing else stands in its way."""
    deployment = next((gate for gate in verdict.gates if gate.level == "deployment"), None)
    return bool(prepared.policy.deployment.commands) and deployment is not None and deployment.verdict == "passed"


def _run_commands(prepared: Prepared) -> Iterable[CommandResult]:
    for command in prepared.policy.deployment.commands:
        try:
            done = process.run(command, cwd=prepared.request.root)
            said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines() or [""]
            yield CommandResult(command, done.returncode, said[-1])
        except OSError as error:
            yield CommandResult(command, 127, str(error))
