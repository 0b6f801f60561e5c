"""Explanation of a source file: the tasks that it belongs to, and how their tests reach and notice it."""

from __future__ import annotations

import json

from pytest_execute.core.evidence import Evidence, History, LineSets, Manifest, Mutant, MutantState
from pytest_execute.core.plan import FileRef, Plan, Task
from pytest_execute.core.verdict import Check, Gate, Reason, Verdict
from pytest_execute.reports.explain_source import as_json, explain_source, render

PATH, TEST = "src/app/new.py", "tests/test_a.py::test_new"


def task(number: str, *files: str) -> Task:
    return Task(id=number, title=f"Title {number}", line=1, done=True, files=tuple(FileRef(path, 1) for path in files))


PLAN = Plan(topic="t", path="b", tasks=(task("1", PATH), task("2", PATH), task("3", "src/app/other.py")))


def sets(lines: set[int], covered: set[int]) -> LineSets:
    both = {"src/app/other.py": frozenset({1})}
    return LineSets(lines={PATH: frozenset(lines), **both}, covered={PATH: frozenset(covered), **both})


def mutant(name: str, stub: str, state: MutantState, *tasks: str, killed_by: str | None = None) -> Mutant:
    return Mutant(
        function=f"app.new:{name}", path=PATH, line=3, tasks=tasks, stub=stub, state=state, killed_by=killed_by
    )


LINE_SETS = {"task:1": sets({1, 2, 3}, {1, 2}), "task:3": LineSets(), "changed": sets({1, 2, 3, 4}, {1, 2})}
MUTANTS = (
    mutant("f", "raise", "killed", "1", killed_by=TEST),
    mutant("f", "none", "killed", "1", killed_by=TEST),
    mutant("g", "raise", "killed", "1", killed_by=TEST),
    mutant("g", "none", "survived", "1"),
    mutant("h", "raise", "not-reached"),
    Mutant(function="app.other:x", path="src/app/other.py", line=1, tasks=("3",), state="survived", stub="none"),
)
EVIDENCE = Evidence(
    history=History(base="0" * 40, head="1" * 40), manifest=Manifest(), line_sets=LINE_SETS, mutants=MUTANTS
)


def gate(name: str, *checks: Check) -> Gate:
    return Gate(id=name, level="task" if ":" in name else "system", title=name, verdict="failed", checks=checks)


LOW = Reason("coverage-too-low", "66 % of lines reached")
VERDICT = Verdict(
    topic="t",
    verdict="failed",
    gates=(
        gate("task:1", Check("plan", "failed"), Check("coverage", "failed", (LOW,)), Check("mutation", "passed")),
        gate("task:2", Check("coverage", "unproven", (Reason("no-files", "nothing is known"),))),
        gate("task:3", Check("coverage", "failed", (Reason("coverage-too-low", "other"),))),
        gate("system", Check("mutation", "passed")),
    ),
)


def test_lines_and_functions_are_shown_by_task() -> None:
    explained = explain_source(PATH, PLAN, EVIDENCE, VERDICT)
    assert explained is not None
    assert render(explained).splitlines() == [
        "src/app/new.py: failed",
        "task 1  Title 1",
        "  2 of 3 lines reached, not 3",
        f"  app.new:f: {TEST} fails without its body",
        "  app.new:g: no test fails when its body is replaced by `return None`",
        "  coverage: 66 % of lines reached (coverage-too-low)",
        "task 2  Title 2",
        "  no line or function of it belongs to this task",
        "  coverage: nothing is known (no-files)",
        "changed, of any task or none",
        "  2 of 4 lines reached, not 3, 4",
        "  app.new:h: no test that passed runs it",
    ]


def test_json_has_the_same() -> None:
    explained = explain_source(PATH, PLAN, EVIDENCE, VERDICT)
    assert explained is not None
    answer = json.loads(as_json(explained))
    assert (answer["target"], answer["verdict"]) == (PATH, "failed")
    assert [part["gate"] for part in answer["parts"]] == ["task:1", "task:2", "system"]
    assert answer["parts"][0]["lines"]["missing"] == {PATH: [3]}
    assert [each["function"] for each in answer["parts"][2]["mutants"]] == ["app.new:h"]


def test_a_file_that_no_task_has_and_the_topic_did_not_change_is_not_explained() -> None:
    assert explain_source("src/app/nothing.py", PLAN, EVIDENCE, VERDICT) is None


def test_the_verdict_is_that_of_its_tasks() -> None:
    passed = Verdict(topic="t", verdict="failed", gates=(gate("task:1", Check("coverage", "passed")), VERDICT.gates[2]))
    plan = Plan(topic="t", path="b", tasks=PLAN.tasks[:1])
    explained = explain_source(PATH, plan, EVIDENCE, passed)
    assert explained is not None
    assert explained.verdict == "passed"
    explained = explain_source(PATH, plan, EVIDENCE, Verdict(topic="t", verdict="failed"))
    assert explained is not None
    assert explained.verdict == "unproven", "no check looked at it"
