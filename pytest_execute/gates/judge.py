"""judge(plan, policy, evidence) -> verdict: which checks each gate is asked, and what the answers come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_execute.core import gate_ids, graph
from pytest_execute.core.evidence import Evidence
from pytest_execute.core.plan import NamedGate, Plan, Stream, Task
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.verdict import Check, Gate, Verdict, Word, worst
from pytest_execute.gates import checks
from pytest_execute.gates.checks import Case, check


def judge(plan: Plan, policy: Policy, evidence: Evidence, scope: Scope = Scope()) -> Verdict:  # noqa: B008 - frozen
    """The verdict on a topic: pure, so the same evidence always gets the same one."""
    case = Case(plan, policy, evidence, scope, {})
    for gate in _gates(case):
        case.decided[gate.id] = gate
    shown = tuple(gate for gate in _in_plan_order(case) if _is_asked(case, gate))
    words = [gate.verdict for gate in shown if not (scope.claimed and gate.verdict == "open")]
    return Verdict(topic=plan.topic, verdict=worst(words), gates=shown)


def _gates(case: Case) -> Iterator[Gate]:
    """Every gate, after those that it waits for."""
    yield _gate(gate_ids.PREREQUISITES, [check("plan", checks.documents(case))], title="research, plan and breakdown")
    tasks = {task.id: task for task in case.plan.tasks}
    for task_id in graph.order(case.plan.edges()):
        yield _task(case, tasks[task_id])
    for stream in case.plan.streams:
        yield _stream(case, stream)
    for named in case.plan.gates:
        yield _named(case, named)
    yield _system(case)
    yield _deployment(case)


def _task(case: Case, task: Task) -> Gate:
    asked = [
        check("plan", checks.plan_of_task(case, task)),
        check("tests", checks.tests_of_task(case, task)),
        check("dependencies", checks.dependencies_of_task(case, task)),
    ]
    if case.policy.test_first != "off":
        asked.append(check("test-first", checks.test_first(case, task)))
    nothing = "no implementation is known: name its files in its Files field"
    gate = gate_ids.task(task.id)
    asked.append(check("coverage", checks.coverage(case, gate, case.policy.coverage.task, case.tests(gate), nothing)))
    if case.policy.mutation.task:
        asked.append(check("mutation", checks.mutation(case, task.id, case.tests(gate))))
    word: Word | None = None if task.done else "open"
    return _gate(gate, asked, title=task.title, stream=task.stream, agent=task.agent or None, word=word)


def _stream(case: Case, stream: Stream) -> Gate:
    gate = gate_ids.stream(stream.id)
    tasks = [gate_ids.task(task.id) for task in case.plan.tasks_of(stream.id)]
    asked = [check("dependencies", checks.parts(case, tasks))]
    if _is_claimed(case, tasks):
        asked.append(check("tests", checks.outcomes(case, case.tests(gate))))
        tests = [test for part in (gate, *tasks) for test in case.tests(part)]
        asked.append(check("coverage", checks.coverage(case, gate, case.policy.coverage.stream, tests)))
    return _gate(gate, asked, title=stream.title, stream=stream.id)


def _named(case: Case, named: NamedGate) -> Gate:
    asked = [check("dependencies", checks.parts(case, named.waits()))]
    if _is_claimed(case, named.waits()):
        asked.append(check("tests", checks.named_gate(case, named)))
    return _gate(gate_ids.named(named.name), asked, title=named.text)


def _system(case: Case) -> Gate:
    whole = [gate_ids.stream(stream.id) for stream in case.plan.streams]
    whole += [gate_ids.task(task.id) for task in case.plan.tasks if task.stream is None]
    whole += [gate_ids.named(gate.name) for gate in case.plan.gates]
    asked = [
        check("dependencies", checks.parts(case, [gate_ids.PREREQUISITES, *whole])),
        check("tests", [*checks.unknown_markers(case), *checks.whole_suite(case)]),
    ]
    if _is_claimed(case, whole):
        findings = [
            *checks.coverage(case, gate_ids.SYSTEM, case.policy.coverage.system, case.evidence.manifest.tests),
            *checks.coverage(case, gate_ids.CHANGED, case.policy.coverage.changed, case.evidence.manifest.tests),
        ]
        asked.append(check("coverage", findings))
        if case.policy.mutation.task:
            asked.append(check("mutation", checks.mutation(case, None, case.evidence.manifest.tests)))
    if case.policy.reviewers:
        asked.append(check("review", checks.review(case)))
    return _gate(gate_ids.SYSTEM, asked, title="all streams, the whole suite")


def _deployment(case: Case) -> Gate:
    asked = [check("dependencies", checks.parts(case, [gate_ids.SYSTEM]))]
    if _is_claimed(case, [gate_ids.SYSTEM]):
        asked.append(check("tests", checks.outcomes(case, case.tests(gate_ids.DEPLOYMENT))))
        asked.append(check("artifacts", checks.artifacts(case)))
    return _gate(gate_ids.DEPLOYMENT, asked, title="artifacts, everything ticked, nothing uncommitted")


def _is_claimed(case: Case, parts: Iterable[str]) -> bool:
    """Is it to be asked at all? In the claimed scope, not while a part of it is open."""
    return not case.scope.claimed or all(case.decided[part].verdict != "open" for part in parts)


def _gate(
    gate_id: str,
    asked: list[Check],
    *,
    title: str,
    stream: str | None = None,
    agent: str | None = None,
    word: Word | None = None,
) -> Gate:
    """A gate with the worst verdict of its checks, or with `word`."""
    verdict = word or worst(each.verdict for each in asked)
    return Gate(
        id=gate_id,
        level=gate_ids.level(gate_id),
        title=title,
        verdict=verdict,
        stream=stream,
        agent=agent,
        checks=tuple(asked),
    )


def _in_plan_order(case: Case) -> list[Gate]:
    """Prerequisites, then stream after stream with its tasks before it, then the rest."""
    ids = [gate_ids.PREREQUISITES, *(gate_ids.task(task.id) for task in case.plan.tasks if task.stream is None)]
    for stream in case.plan.streams:
        ids += [*(gate_ids.task(task.id) for task in case.plan.tasks_of(stream.id)), gate_ids.stream(stream.id)]
    return [case.decided[gate] for gate in dict.fromkeys([*ids, *case.decided])]


def _is_asked(case: Case, gate: Gate) -> bool:
    scope = case.scope
    if not scope.partial:
        return True
    if gate.level == "task":
        return gate.stream in scope.streams or gate_ids.name(gate.id) in scope.tasks
    return gate.id == gate_ids.PREREQUISITES or (gate.level == "stream" and gate.stream in scope.streams)
