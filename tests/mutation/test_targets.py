"""Functions to be stubbed, and their tasks: by the same rule as for lines, on a real history."""

from __future__ import annotations

from pathlib import Path

from tests.repository import Repository
from tests.topic import CODE, SKELETON, TESTS, run

NEGATED = "\n\ndef negated(a):\n    return -a\n"
TAKE = "from app.add import add, negated\n\n\ndef take(a, b):\n    return add(a, negated(b))\n"
ZERO = "def is_zero(a):\n    return a == 0\n"
UNDO = "from app.zero import is_zero\n\n\ndef undo(a, b):\n    return a if is_zero(b - b) else b\n"


def test_a_function_and_its_lines_belong_to_the_task_whose_commit_brought_them(tmp_path: Path) -> None:
    """Task 2 adds a function to the file of task 1, and task 3 a file that no task names."""
    repo = Repository(tmp_path / "repo")
    repo.commit("plan", dict(SKELETON))
    add = CODE["src/app/add.py"]
    code: dict[str, dict[str, str | None]] = {
        "add": {"src/app/add.py": add},
        "take": {"src/app/add.py": add + NEGATED, "src/app/take.py": TAKE},
        "undo": {"src/app/undo.py": UNDO, "src/app/zero.py": ZERO},
    }
    for name, files in code.items():
        repo.commit(f"test({name})", {f"tests/test_{name}.py": TESTS[f"tests/test_{name}.py"]})
        repo.commit(f"feat({name})", files)
    ran = run(repo.path, "-n0")
    assert {(row["function"], row["task"]) for row in ran.report["mutants"]} == {
        ("app.add:add", "1"),
        ("app.add:negated", "2"),
        ("app.take:take", "2"),
        ("app.undo:undo", "3"),
        ("app.zero:is_zero", "3"),
    }
    lines = {gate: measure["lines"] for gate, measure in ran.report["coverage"].items()}
    assert {gate: lines[gate] for gate in ("task:1", "task:2", "task:3")} == {"task:1": 1, "task:2": 2, "task:3": 2}
    assert ran.report["verdict"] == "passed", ran.text
