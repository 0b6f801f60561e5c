"""Topics whose code lies where real projects have it: each task passes, and code that nothing tests does not."""

from __future__ import annotations

from pathlib import Path

from tests.repository import Repository
from tests.topic import Ran, run

DOCUMENTS = {"notes/sums/research.md": "# Research\n\nText.\n", "notes/sums/plan.md": "# Plan\n\nText.\n"}


def topic(path: Path, project: str, files: dict[str, str], tasks: dict[str, str]) -> Repository:
    """Make a repository with `files`, and a topic with a task for each `{file of the code: test file}`."""
    breakdown = "# Sums: Task Breakdown\n\n" + "\n".join(
        f"### {number}. [x] Task {number}\n\n- **Objective**: it\n- **Files**: `{code}`\n- **Tests**: `{test}`\n"
        for number, (code, test) in enumerate(tasks.items(), 1)
    )
    repo = Repository(path)
    repo.commit("begin", {"pyproject.toml": project, ".gitignore": "__pycache__/\n.pytest_cache/\n", **files})
    repo.commit("plan", {**DOCUMENTS, "notes/sums/breakdown.md": breakdown})
    return repo


def function(name: str) -> str:
    return f"def {name}(a):\n    return a + 1\n"


def a_test_of(module: str, name: str) -> str:
    return f"from {module} import {name}\n\n\ndef test_{name}():\n    assert {name}(1) == 2\n"


def reasons(ran: Ran) -> dict[str, list[tuple[str, str]]]:
    """Return {gate: (check, code) of its reasons} of the tasks and the system."""
    gates = [gate["id"] for gate in ran.report["gates"] if gate["id"].startswith("task:")]
    return {gate: found for gate in [*gates, "system"] if (found := ran.codes(gate))}


def test_code_that_is_named_like_tests(tmp_path: Path) -> None:
    project = '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'
    tasks = {"src/app/ab_test.py": "tests/test_ab.py", "src/app/test/client.py": "tests/test_client.py"}
    repo = topic(tmp_path / "repo", project, {"src/app/__init__.py": "", "src/app/test/__init__.py": ""}, tasks)
    repo.commit("test: variants", {"tests/test_ab.py": a_test_of("app.ab_test", "variant")})
    repo.commit("feat: variants", {"src/app/ab_test.py": function("variant")})
    repo.commit("test: client", {"tests/test_client.py": a_test_of("app.test.client", "call")})
    repo.commit("feat: client", {"src/app/test/client.py": function("call")})
    ran = run(repo.path, "-n0")
    assert (reasons(ran), ran.status) == ({}, 0), ran.text
    assert {mutant["path"] for mutant in ran.report["mutants"]} == set(tasks)


def test_a_file_that_is_not_named_like_tests_is_a_test_where_pytest_collects_from_it(tmp_path: Path) -> None:
    tests = "import calc\n\n\ndef test_two():\n    assert helper() == 2\n\n\ndef helper():\n    return calc.two()\n"
    repo = topic(tmp_path / "repo", "", {"calc.py": ""}, {"calc.py": "test.py"})
    repo.commit("test: two", {"test.py": tests})
    repo.commit("feat: two", {"calc.py": "def two():\n    return 2\n"})
    ran = run(repo.path, "-n0", "test.py")
    assert (reasons(ran), ran.status) == ({}, 0), ran.text
    assert {mutant["path"] for mutant in ran.report["mutants"]} == {"calc.py"}
