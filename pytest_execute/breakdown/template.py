"""Writer of the canonical form: a plan as a breakdown, and the documents of a new topic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Task, TestRef


def render(plan: Plan) -> str:
    """Return a plan as a breakdown, which reads back as the same plan, with other line numbers."""
    lines = [f"# {plan.title}", ""] if plan.title else []
    for task in (task for task in plan.tasks if task.stream is None):
        lines += _task(task)
    for stream in plan.streams:
        lines += [_stream(stream), ""]
        for task in plan.tasks_of(stream.id):
            lines += _task(task)
    if plan.gates:
        lines += ["## Quality Gates", "", *map(_gate, plan.gates), ""]
    return "\n".join(lines)


# matches "A", "2", "3.5", "4a"; another id of a stream is its title, or begins the ids of its tasks
_STREAM_ID = late_pattern(r"\d+(?:\.\d+)*[a-z]?|[A-Z]\d*")


def _stream(stream: Stream) -> str:
    waits = [*(f"Stream {other}" for other in stream.after), *(f"Task {task}" for task in stream.depends)]
    note = f"Depends on {', '.join(waits)}" if waits else "Parallel"
    word = "Stream " if _STREAM_ID.fullmatch(stream.id) else ""
    name = stream.title if stream.id == stream.title and not word else f"{word}{stream.id}: {stream.title}"
    return f"## {name} ({note})"


def _task(task: Task) -> list[str]:
    effort = f" [{task.effort}]" if task.effort else ""
    steps = [f"- [{'x' if step.done else ' '}] {f'{step.id} {step.title}'.strip()}" for step in task.substeps]
    box = "x" if task.done else _BOXES[task.state]
    return [f"### {task.id}. [{box}] {task.title}{effort}", "", *_fields(task), *steps, ""]


_BOXES = {"open": " ", "begun": "-", "blocked": "!"}
_SPECIFICATIONS = {
    "acceptance": "Acceptance",
    "test": "Testing",
    "security": "Security",
    "integration": "Integration",
    "end-to-end": "End-to-end",
    "performance": "Performance",
}
"""Labels of specifications by their kind, one word each: a formatter cannot break them."""


def _fields(task: Task) -> Iterator[str]:
    """Yield one bullet for each field with a value, and always the dependencies."""
    if task.objective:
        yield f"- **Objective**: {task.objective}"
    if task.files:
        yield f"- **Files**: {', '.join(f'`{_file(ref)}`' for ref in task.files)}"
    if task.tests:
        yield f"- **Tests**: {', '.join(f'`{test.target}`' for test in task.tests)}"
    elif task.no_tests is not None:
        yield f"- **Tests**: none{f' ({task.no_tests})' if task.no_tests else ''}"
    yield f"- **Dependencies**: {_dependencies(task)}"
    for scenario in task.behaviour:
        yield f"- **Behavior**: {scenario}"
    for kind, each in groupby(task.specifications, key=lambda specification: specification.kind):
        yield f"- **{_SPECIFICATIONS[kind]}**:"
        yield from (f"  - {specification.text}" for specification in each)
    if task.agent:
        yield f"- **Agent**: {task.agent}"
    if task.commit:
        yield f"- **Commit**: `{task.commit}`"


def _dependencies(task: Task) -> str:
    if not task.depends:
        return "None"
    return f"Task{'s' if len(task.depends) > 1 else ''} {', '.join(task.depends)}"


def _file(ref: FileRef) -> str:
    return ref.path if ref.first is None else f"{ref.path}:{ref.first}-{ref.last or ref.first}"


def _gate(gate: NamedGate) -> str:
    return f"- **{gate.name}**: {gate.text}"


def starting_texts(topic: str, module: str, test: str) -> dict[str, str]:
    """Return `{name: text}` of a new topic's documents: two with questions, and a breakdown without problems.

    `module` and `test` are the paths of its first files.
    """
    return {
        "research.md": _questions(
            topic, "Research", ("What is there already?", "What was found out?", "What is still open?")
        ),
        "plan.md": _questions(topic, "Plan", ("What shall be built?", "How?", "What is left out?")),
        "breakdown.md": render(_first_plan(topic, module, test)),
    }


def _questions(topic: str, name: str, questions: tuple[str, ...]) -> str:
    """Return a document with headings only, which `check` reports as empty until somebody answers."""
    return "\n\n".join([f"# {topic}: {name}", *(f"## {question}" for question in questions)]) + "\n"


def _first_plan(topic: str, module: str, test: str) -> Plan:
    task = Task(
        id="1",
        title="Name the first task",
        line=0,
        stream="A",
        objective="say in one sentence what is true when it is done",
        files=(FileRef(module, 0),),
        tests=(TestRef(test, 0),),
        behaviour=("Given a start, when something happens, then this is seen",),
        effort="1 hour",
    )
    stream = Stream(id="A", title="Name the first stream", line=0)
    gate = NamedGate(name="Gate 1", text="the whole suite passes (after Stream A)", line=0)
    return Plan(topic=topic, path="", title=f"{topic}: Task Breakdown", streams=(stream,), tasks=(task,), gates=(gate,))
