"""Partial runs: a task or a stream is judged there as in the whole run, with the same reasons."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.repository import Repository
from tests.topic import ADDOPTS, environment, run

PROJECT = f'[tool.pytest.ini_options]\n{ADDOPTS}pythonpath = ["src"]\ntestpaths = ["tests"]\n'
TASKS: dict[str, dict[str, tuple[str, ...]]] = {
    "A": {
        "1": ("[x] f", "src/shared.py", "test_f"),
        "2": ("[x] g", "src/shared.py", "test_g"),
        "3": ("[x] g of g", "src/shared.py", "test_gg", "2"),
    },
    "B": {
        "4": ("[x] low", "src/both.py", "test_low"),
        "5": ("[x] high", "src/both.py", "test_high"),
        "6": ("[x] noticed elsewhere", "src/noticed.py", "test_own"),
        "7": ("[x] made by others", "src/made.py", "test_late"),
        "8": ("[x] makes it", "src/made.py", "test_made"),
    },
    "C": {
        "9": ("[x] wrong", "src/wrong.py", "test_wrong"),
        "10": ("[x] waits", "src/wrong.py", "test_waits", "9"),
        "11": ("[ ] begun", "src/shared.py", "test_begun"),
        "12": ("[x] short", "src/shared.py", "test_short"),
        "13": ("[x] guard", "src/old.py", "test_guard"),
    },
}
"""Tasks of each stream: box and title, file, test, and the tasks that it depends on."""
IN_STREAMS = {task: stream for stream, tasks in TASKS.items() for task in tasks}
HISTORY: list[dict[str, str]] = [
    {"tests/test_f.py": "from shared import f\n\n\ndef test_f():\n    assert f(4) == 8\n"},
    {"src/shared.py": "def f(x):\n    return 2 * x\n"},
    {"tests/test_g.py": "import shared\n\n\ndef test_g():\n    assert shared.g(4) == 12\n"},
    {"src/shared.py": "def f(x):\n    return 2 * x\n\n\ndef g(x):\n    return 3 * x\n"},
    {"tests/test_gg.py": "import shared\n\n\ndef test_gg():\n    assert shared.gg(1) == 9\n"},
    {
        "src/shared.py": "def f(x):\n    return 2 * x\n\n\ndef g(x):\n    return 3 * x\n\n\n"
        "def gg(x):\n    return g(g(x))\n"
    },
    {
        "tests/test_low.py": "import both\n\n\ndef test_low():\n    assert both.side(1) == 'low'\n",
        "tests/test_high.py": "import both\n\n\ndef test_high():\n    assert both.side(9) == 'high'\n"
        "    assert both.twice(2) == 4\n",
    },
    {
        "src/both.py": "def side(x):\n    if x > 5:\n        return 'high'\n    return 'low'\n\n\n"
        "def twice(x):\n    return x + x\n"
    },
    {
        "tests/test_own.py": "import noticed as it\n\n\ndef test_own():\n    it.log(1)\n    assert it.make(1) == [1]\n",
        "tests/test_suite.py": "def test_log():\n    import noticed\n\n    assert noticed.log(2) == 2\n",
    },
    {"src/noticed.py": "def make(x):\n    return [x]\n\n\ndef log(x):\n    return x\n"},
    {
        "tests/test_late.py": "import other\n\n\ndef test_late():\n    assert other.VALUE == 1\n",
        "tests/test_made.py": "import made\n\n\ndef test_made():\n    assert made.made() == 'made'\n",
    },
    {"src/made.py": "def made():\n    return 'made'\n"},
    {"src/other.py": "VALUE = 1\n"},
    {
        "tests/test_wrong.py": "import wrong\n\n\ndef test_wrong():\n    assert wrong.wrong() == 2\n",
        "tests/test_waits.py": "import wrong\n\n\ndef test_waits():\n    assert wrong.waits() == 3\n",
    },
    {"src/wrong.py": "def wrong():\n    return 1\n\n\ndef waits():\n    return 3\n"},
    {"tests/test_begun.py": "import shared\n\n\ndef test_begun():\n    assert shared.begun() == 5\n"},
    {"tests/test_short.py": "import shared\n\n\ndef test_short():\n    assert shared.short(1) == 1\n"},
    {
        "src/shared.py": "def f(x):\n    return 2 * x\n\n\ndef g(x):\n    return 3 * x\n\n\n"
        "def gg(x):\n    return g(g(x))\n\n\ndef short(x):\n    if x < 0:\n        y = -x\n        y += 1\n"
        "        y += 2\n        return y\n    return x\n"
    },
    {"tests/test_guard.py": "import old\n\n\ndef test_guard():\n    assert old.old(1) == 3\n"},
    {"src/old.py": "def old(x):\n    y = x\n    return helper(y)\n\n\ndef helper(y):\n    return y + 2\n"},
]
"""Contents of files, commit by commit. The tests of the tasks 9 and 11 stay red."""


def breakdown() -> str:
    """Return the breakdown of all tasks."""
    parts = ["# Parts\n"]
    for stream, tasks in TASKS.items():
        parts.append(f"## Stream {stream}: Part {stream} (Parallel)\n")
        for task, (title, file, test, *depends) in tasks.items():
            box, _, name = title.partition("] ")
            parts.append(f"### {task}. {box}] {name}\n")
            fields = {"Objective": "x", "Files": f"`{file}`", "Tests": f"`tests/{test}.py::{test}`"}
            fields["Dependencies"] = ", ".join(f"Task {each}" for each in depends) or "None"
            parts.append("".join(f"- **{key}**: {value}\n" for key, value in fields.items()))
    return "\n".join(parts)


Reasons = tuple[str, list[tuple[str, str, str, str]]]


class Judged(NamedTuple):
    """Repository, and the verdict with its reasons of each task and stream in the whole run."""

    path: Path
    gates: dict[str, Reasons]


def reasons(report: dict[str, Any]) -> dict[str, Reasons]:
    """Return the verdict and the reasons of each task and stream in a report."""
    return {gate["id"]: (gate["verdict"], _reasons(gate)) for gate in report["gates"] if ":" in gate["id"]}


def _reasons(gate: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (check["name"], check["verdict"], reason["code"], reason["message"])
        for check in gate["checks"]
        for reason in check["reasons"]
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    repo = Repository(tmp_path_factory.mktemp("partial") / "work")
    base = {"src/old.py": "def old(x):\n    return x + 2\n", ".gitignore": "__pycache__/\n.pytest_cache/\n"}
    repo.commit("base", {"pyproject.toml": PROJECT, **base})
    notes = {"research": "# R\n\nFound.\n", "plan": "# P\n\nDo.\n"}
    repo.commit("plan", {f"notes/t/{name}.md": text for name, text in notes.items()})
    repo.put("notes/t/breakdown.md", breakdown())
    for number, files in enumerate(HISTORY):
        repo.commit(f"step {number}", dict(files))
    return Judged(repo.path, reasons(run(repo.path, "-n0", topic="t").report))


def test_the_whole_run_has_each_kind_of_verdict(whole: Judged) -> None:
    """Else the comparisons would compare nothing."""
    tasks = {gate.removeprefix("task:"): word for gate, (word, _) in whole.gates.items() if gate.startswith("task:")}
    assert tasks == {
        **dict.fromkeys("1234568", "passed"),
        "7": "failed",
        "9": "failed",
        "10": "blocked",
        "11": "open",
        "12": "failed",
        "13": "failed",
    }


@pytest.mark.parametrize("task", ["6", "7", "12"])
def test_a_task_is_judged_as_in_the_whole_run(whole: Judged, task: str) -> None:
    ran = run(whole.path, "-n0", "-q", f"--execute-task={task}", topic="t")
    assert reasons(ran.report) == {f"task:{task}": whole.gates[f"task:{task}"]}, ran.text
    assert [test["tasks"] for test in ran.report["tests"]] == [[task]], "tests of others are not listed"


def test_a_stream_is_judged_as_in_the_whole_run(whole: Judged) -> None:
    ran = run(whole.path, "-n2", "-q", "--execute-stream=C", topic="t")
    gates = {*(f"task:{task}" for task in TASKS["C"]), "stream:C"}
    expected = {gate: found for gate, found in whole.gates.items() if gate in gates}
    # what the whole run could not measure, as tests of base waited for others, is left out of this one
    word, found = expected["task:13"]
    expected["task:13"] = (
        word,
        [
            (check, verdict, "partial-run" if code == "not-measured" else code, text)
            for check, verdict, code, text in found
        ],
    )
    assert reasons(ran.report) == expected, ran.text


@pytest.mark.parametrize("words", [["gate", "t", "--task=4"], ["explain", "1"]])
def test_the_commands_judge_a_task_as_the_whole_run(whole: Judged, words: list[str]) -> None:
    command = [sys.executable, "-m", "pytest_execute", *words, "--json"]
    env = environment(PYTEST_ADDOPTS="-n0")
    done = subprocess.run(command, cwd=whole.path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["verdict"] == "passed"


LAZILY = "def test():\n    import {0}\n\n    assert {1}\n"
UNLOADED: list[dict[str, str]] = [
    {"tests/test_a.py": LAZILY.format("a", "a.a() == 1")},
    {"src/a.py": "def a():\n    return 1\n", "src/extra.py": "def extra():\n    return 7\n"},
    {"tests/test_b.py": LAZILY.format("extra, b", "b.b() == extra.extra()")},
    {"src/b.py": "def b():\n    return 7\n"},
    {"tests/test_c.py": LAZILY.format("b", "b.c() == 7"), "tests/test_d.py": LAZILY.format("c", "c.C == 1")},
    {"src/b.py": "def b():\n    return 7\n\n\ndef c():\n    return 7\n", "src/c.py": "C = 1\n"},
]
"""Task a brings code that only the test of task b loads; task c brings a constant that only a test of no task loads."""


def test_code_that_only_tests_left_out_load_is_undecided(tmp_path: Path) -> None:
    """In the whole run the first task fails, as its tests do not reach all that it brought, and the other passes."""
    repo = Repository(tmp_path / "work")
    fields = "- **Objective**: x\n- **Files**: `src/{0}.py`\n- **Tests**: `tests/test_{0}.py`\n"
    tasks = [f"### {number}. [x] {name}\n\n{fields.format(name)}" for number, name in enumerate("abc", 1)]
    repo.commit("base", {"pyproject.toml": PROJECT})
    repo.commit("plan", {"notes/t/breakdown.md": "\n".join(["# T\n", *tasks])})
    for files in UNLOADED:
        repo.commit("step", dict(files))
    ran = run(repo.path, "-n0", "-q", "--execute-task=1", "--execute-task=3", topic="t")
    message = "a part of the topic cannot tell: no test of this run loads {}, and tests that it leaves out may do so"
    assert reasons(ran.report) == {
        f"task:{task}": (
            "unproven",
            [("coverage", "unproven", "partial-run", f"{message.format(path)}: judge the whole topic")],
        )
        for task, path in (("1", "src/extra.py"), ("3", "src/c.py"))
    }
