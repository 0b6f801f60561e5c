"""judge(plan, policy, evidence) -> verdict: the checks of each gate, and the verdict that they come to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pytest_execute.core import gate_ids, graph
from pytest_execute.core.evidence import Evidence
from pytest_execute.core.plan import NamedGate, Plan, Stream, Task
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.verdict import Check, Gate, Verdict, worst
from pytest_execute.gates.checks import (
    artifacts,
    coverage,
    dependencies,
    mutation,
    plan,
    review,
    testfirst,
    tests,
    without_tests,
)
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import build_check


def judge(plan: Plan, policy: Policy, evidence: Evidence, scope: Scope = Scope()) -> Verdict:  # noqa: B008 - frozen
    """Return the verdict on a topic: pure, so the same evidence always gets the same one."""
    context = JudgeContext(plan, policy, evidence, scope, {})
    for gate in _gates(context):
        context.decided[gate.id] = gate
    shown = tuple(gate for gate in _in_plan_order(context) if _is_shown(gate, scope))
    counted = [gate.verdict for gate in shown if not (scope.claimed and gate.verdict == "open")]
    return Verdict(topic=plan.topic, verdict=worst(counted), gates=shown)


def _gates(context: JudgeContext) -> Iterator[Gate]:
    """Decide every gate, after those that it waits for."""
    yield _prerequisites(context)
    tasks = {task.id: task for task in context.plan.tasks}
    for task_id in graph.order(context.plan.edges()):
        yield _task(context, tasks[task_id])
    for stream in context.plan.streams:
        yield _stream(context, stream)
    for named in context.plan.gates:
        yield _named(context, named)
    yield _system(context)
    yield _deployment(context)


def _prerequisites(context: JudgeContext) -> Gate:
    checks = [build_check("plan", plan.check_topic(context))]
    return _gate(gate_ids.PREREQUISITES, "research, plan and breakdown", checks)


def _task(context: JudgeContext, task: Task) -> Gate:
    checks = [
        build_check("plan", plan.check_task(context, task)),
        build_check("tests", tests.check_task(context, task)),
        build_check("dependencies", dependencies.check_task(context, task)),
    ]
    if context.is_without_tests(task):
        checks.append(build_check("artifacts", without_tests.check_files(context, task)))
    else:
        checks += _checks_of_tests(context, task)
    decided = replace(_gate(gate_ids.task(task.id), task.title, checks), stream=task.stream, agent=task.agent or None)
    return decided if task.done else replace(decided, verdict="open")


def _checks_of_tests(context: JudgeContext, task: Task) -> Iterator[Check]:
    """Check what the tests of a task prove, reach and notice."""
    gate, policy = gate_ids.task(task.id), context.policy
    own_tests = context.tests(gate)
    no_files = "no implementation is known for this task: list its files in its Files field"
    if policy.test_first != "off":
        yield build_check("test-first", testfirst.check_task(context, task))
    yield build_check("coverage", coverage.check_share(context, gate, policy.coverage.task, own_tests, no_files))
    if policy.mutation.task:
        yield build_check("mutation", mutation.check_functions(context, task.id, own_tests))


def _stream(context: JudgeContext, stream: Stream) -> Gate:
    gate = gate_ids.stream(stream.id)
    members = context.plan.tasks_of(stream.id)
    tasks = [gate_ids.task(task.id) for task in members]
    checks = [build_check("dependencies", dependencies.check_parts(context, tasks))]
    if context.is_in_scope(tasks):
        all_tests = [test for part in (gate, *tasks) for test in context.tests(part)]
        checks += [
            build_check("tests", tests.check_outcomes(context, context.tests(gate))),
        ]
        if not members or not all(map(context.is_without_tests, members)):
            findings = coverage.check_share(context, gate, context.policy.coverage.stream, all_tests)
            checks.append(build_check("coverage", findings))
    return replace(_gate(gate, stream.title, checks), stream=stream.id)


def _named(context: JudgeContext, named: NamedGate) -> Gate:
    checks = [build_check("dependencies", dependencies.check_parts(context, named.awaited_gates()))]
    if context.is_in_scope(named.awaited_gates()):
        checks.append(build_check("tests", tests.check_named_gate(context, named)))
    return _gate(gate_ids.named(named.name), named.text, checks)


def _system(context: JudgeContext) -> Gate:
    required, all_tests = context.policy.coverage, context.evidence.manifest.tests
    parts = [gate_ids.stream(stream.id) for stream in context.plan.streams]
    parts += [gate_ids.task(task.id) for task in context.plan.tasks if task.stream is None]
    parts += [gate_ids.named(gate.name) for gate in context.plan.gates]
    checks = [
        build_check("dependencies", dependencies.check_parts(context, [gate_ids.PREREQUISITES, *parts])),
        build_check("tests", [*tests.check_markers(context), *tests.check_suite(context)]),
    ]
    if context.is_in_scope(parts):
        findings = [
            *coverage.check_system(context, all_tests),
            *coverage.check_share(context, gate_ids.CHANGED, required.changed, all_tests),
        ]
        checks.append(build_check("coverage", findings))
        if context.policy.mutation.task:
            checks.append(build_check("mutation", mutation.check_functions(context, None, all_tests)))
    if context.policy.reviewers:
        checks.append(build_check("review", review.check_reviewers(context)))
    return _gate(gate_ids.SYSTEM, "all streams, the whole suite", checks)


def _deployment(context: JudgeContext) -> Gate:
    checks = [build_check("dependencies", dependencies.check_parts(context, [gate_ids.SYSTEM]))]
    if context.is_in_scope([gate_ids.SYSTEM]):
        checks += [
            build_check("tests", tests.check_outcomes(context, context.tests(gate_ids.DEPLOYMENT))),
            build_check("artifacts", artifacts.check_deployment(context)),
        ]
    return _gate(gate_ids.DEPLOYMENT, "artifacts, everything ticked, nothing uncommitted", checks)


def _gate(gate_id: str, title: str, checks: list[Check]) -> Gate:
    """Return a gate with the worst verdict of its checks."""
    verdict = worst(check.verdict for check in checks)
    return Gate(id=gate_id, level=gate_ids.level(gate_id), title=title, verdict=verdict, checks=tuple(checks))


def _in_plan_order(context: JudgeContext) -> list[Gate]:
    """Return the prerequisites, then stream after stream with its tasks before it, then the rest."""
    plan = context.plan
    ids = [gate_ids.PREREQUISITES, *(gate_ids.task(task.id) for task in plan.tasks if task.stream is None)]
    for stream in plan.streams:
        ids += [*(gate_ids.task(task.id) for task in plan.tasks_of(stream.id)), gate_ids.stream(stream.id)]
    return [context.decided[gate] for gate in dict.fromkeys([*ids, *context.decided])]


def _is_shown(gate: Gate, scope: Scope) -> bool:
    """Return whether a gate is in the scope that is judged."""
    if not scope.is_partial:
        return True
    if gate.level == "task":
        return gate.stream in scope.streams or gate_ids.name(gate.id) in scope.tasks
    return gate.id == gate_ids.PREREQUISITES or (gate.level == "stream" and gate.stream in scope.streams)
