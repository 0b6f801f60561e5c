"""Whole text of the reports for people: the terminal summary and the Markdown page."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.evidence import CollectedTest, Evidence, History, Manifest, Measure, Mutant, MutantState, Proof
from pytest_execute.core.plan import Plan, Stream, Task
from pytest_execute.core.verdict import Check, Gate, Reason, Verdict
from pytest_execute.reports import markdown, terminal

PLAN = Plan(
    topic="chat",
    path="notes/chat/breakdown.md",
    title="Chat <1>",
    streams=(Stream(id="A", title="Storage", line=1),),
    tasks=(Task(id="1", title="Model", line=2, stream="A"),),
)
TEST = "tests/test_a.py::test_x"
EVIDENCE = Evidence(
    history=History(base="a" * 40, head="b" * 40, snapshot="worktree"),
    manifest=Manifest(tests={TEST: CollectedTest(TEST, "tests/test_a.py", 3)}, gates={TEST: ("task:1",)}),
    proofs={TEST: Proof(test=TEST, found="turned")},
    coverage={"task:1": Measure(lines=4, covered=3, branches=2, covered_branches=1)},
)
REASONS = tuple(Reason("failed", f"{TEST}[{n}] failed", "tests/test_a.py", 3, f"{TEST}[{n}]") for n in range(7))
VERDICT = Verdict(
    topic="chat",
    verdict="failed",
    gates=(
        Gate(id="prerequisites", level="prerequisites", title="research, plan and breakdown", verdict="passed"),
        Gate(
            id="task:1",
            level="task",
            title="Model",
            verdict="failed",
            stream="A",
            checks=(
                Check("tests", "failed", REASONS),
                Check("coverage", "failed", (Reason("coverage-too-low", "3 | 4 `lines`", "src/m.py", 9),)),
            ),
        ),
        Gate(id="stream:A", level="stream", title="Storage", verdict="failed", stream="A"),
        Gate(id="gate:Gate 1", level="gate", title="all is well", verdict="open"),
    ),
)


def test_the_terminal_summary() -> None:
    lines = [text for text, _ in terminal.render(VERDICT, PLAN, EVIDENCE)]
    assert lines == [
        "notes/chat/breakdown.md: 1 task in 1 stream, 1 test, aaaaaaa..bbbbbbb and uncommitted work",
        "",
        "failed    Stream A  Storage",
        "  failed      1  Model  (1 test, 1 proven, 3/4 lines, 1/2 branches)",
        *(f"            tests: {TEST}[{n}] failed (failed)" for n in range(5)),
        "            tests: and 2 more, all in the JSON report",
        "            coverage: src/m.py:9: 3 | 4 `lines` (coverage-too-low)",
        "",
        "passed    prerequisites: research, plan and breakdown",
        "open      Gate 1: all is well",
        "",
        "chat: failed (gates: 2 failed, 1 open, 1 passed)",
    ]


def test_a_test_that_is_refused_for_its_order_is_not_counted_as_proven() -> None:
    late = Check("test-first", "failed", (Reason("same-commit", "too late", test=TEST), Reason("turned-again", "so")))
    gates = tuple(replace(gate, checks=(late,)) if gate.id == "task:1" else gate for gate in VERDICT.gates)
    lines = [text for text, _ in terminal.render(replace(VERDICT, gates=gates), PLAN, EVIDENCE)]
    assert lines[3] == "  failed      1  Model  (1 test, 3/4 lines, 1/2 branches)"


def mutant(
    name: str, state: MutantState, stub: str = "raise", tasks: tuple[str, ...] = ("1",), detail: str = ""
) -> Mutant:
    function = f"chat.m:{name}"
    return Mutant(function=function, path="src/m.py", line=1, tasks=tasks, stub=stub, state=state, detail=detail)


def test_the_terminal_counts_the_functions_of_each_task_and_lists_the_exempt() -> None:
    mutants = (
        mutant("kept", "killed"),
        mutant("kept", "killed", "none"),
        mutant("hollow", "killed"),
        mutant("hollow", "survived", "none"),
        mutant("log", "exempt", "", detail="it only writes a log"),
        mutant("shape", "not-applicable", "", detail="abstract: it has no body"),
        mutant("far", "exempt", "", (), "made by a generator"),
    )
    lines = [text for text, _ in terminal.render(VERDICT, PLAN, replace(EVIDENCE, mutants=mutants))]
    assert lines[3] == "  failed      1  Model  (1 test, 1 proven, 3/4 lines, 1/2 branches, 1/2 functions)"
    assert lines[10:14] == [
        "            coverage: src/m.py:9: 3 | 4 `lines` (coverage-too-low)",
        "            mutation: chat.m:log is exempt: it only writes a log",
        "",
        "passed    prerequisites: research, plan and breakdown",
    ]
    assert lines[14:16] == [
        "open      Gate 1: all is well",
        "          mutation: chat.m:far is exempt: made by a generator",
    ]


def test_the_markdown_page_escapes_titles() -> None:
    verdict = replace(VERDICT, gates=(VERDICT.gates[0], replace(VERDICT.gates[1], checks=VERDICT.gates[1].checks[1:])))
    assert markdown.render(verdict, PLAN, EVIDENCE) == (
        "## Chat &lt;1&gt;: failed\n\n`notes/chat/breakdown.md`, aaaaaaa..bbbbbbb\n\n"
        "| gate | verdict | title |\n| --- | --- | --- |\n"
        "| prerequisites | passed | research, plan and breakdown |\n| task:1 | failed | Model |\n"
        "\n### task:1: failed\n\n- **coverage** (coverage-too-low) `src/m.py:9`: 3 \\| 4 \\`lines\\`\n"
    )


def test_the_markdown_page_lists_what_a_gate_tells_although_it_passed() -> None:
    guard = Check("test-first", "passed", (Reason("guard", "tests/test_a.py::test_x is a guard"),))
    verdict = replace(VERDICT, gates=(VERDICT.gates[0], replace(VERDICT.gates[1], verdict="passed", checks=(guard,))))
    assert markdown.render(verdict, PLAN, EVIDENCE).endswith(
        "\n### task:1: passed\n\n- **test-first** (guard): tests/test\\_a.py::test\\_x is a guard\n"
    )
