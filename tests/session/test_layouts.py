"""Topics whose code lies where real projects have it: each task passes, and code that nothing tests does not."""

from __future__ import annotations

from pathlib import Path

from tests.repository import Repository
from tests.topic import ADDOPTS, Ran, run

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
    project = f'[tool.pytest.ini_options]\n{ADDOPTS}pythonpath = ["src"]\ntestpaths = ["tests"]\n'
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


INSERTED = "import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).parent.parent / 'tools'))\n"
TASKS = {
    "backend/app/it.py": "tests/test_it.py",
    "katas/bowling/bowling.py": "katas/bowling/test_bowling.py",
    "tools/billing.py": "tests/test_billing.py",
    "bin/report.py": "tests/test_report.py",
}
SCRIPT = "import sys\n\n\ndef main(text):\n    print(text.upper())\n\n\nmain(sys.argv[1])\n"
TEST_OF_SCRIPT = """import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "bin" / "report.py"


def test_report():
    ran = subprocess.run([sys.executable, SCRIPT, "a"], capture_output=True, text=True)
    assert ran.stdout == "A\\n"
"""


def test_code_wherever_it_lies_is_found_without_a_policy(tmp_path: Path) -> None:
    """Directories without `__init__.py`, `pythonpath`, beside the test, by a conftest, a script; then with more code.

    The conftest's directory, `tools`, is known from what ran, the script from the plan.
    """
    project = f'[tool.pytest.ini_options]\n{ADDOPTS}pythonpath = ["backend"]\n'
    repo = topic(tmp_path / "repo", project, {"tests/conftest.py": INSERTED}, TASKS)
    tests = [a_test_of("app.it", "it"), a_test_of("bowling", "bowl"), a_test_of("billing", "bill"), TEST_OF_SCRIPT]
    code = [function("it"), function("bowl"), function("bill"), SCRIPT]
    for (file, test_file), text, test in zip(TASKS.items(), code, tests, strict=True):
        repo.commit("test", {test_file: test})
        repo.commit("feat", {file: text})
    ran = run(repo.path, "-n0")
    assert (reasons(ran), ran.status) == ({}, 0), ran.text
    assert {mutant["path"] for mutant in ran.report["mutants"]} == {*TASKS}
    never = "\n\ndef never(n):\n    return n / 0\n"
    repo.put("backend/app/never.py", never.lstrip())
    repo.put("tools/billing.py", function("bill") + never)
    repo.put("bin/report.py", SCRIPT + never)
    found = run(repo.path, "-n0")
    short, dead = ("coverage", "coverage-too-low"), ("mutation", "not-reached")
    failed = reasons(found)
    assert (failed["task:3"], failed["task:4"], failed["system"][-2:]) == ([short, dead], [short, dead], [short, dead])
    assert "backend/app/never.py:1: app.never:never is run by no passing test" in found.text


def test_code_that_nothing_knows_is_not_passed(tmp_path: Path) -> None:
    """A module that no test imports and no task names: nothing was looked at."""
    repo = topic(tmp_path / "repo", "", {}, {"data/rates.json": "tests/test_rates.py"})
    test = "import json\n\n\ndef test_rates():\n    assert json.load(open('data/rates.json')) == [1]\n"
    repo.commit("test", {"tests/test_rates.py": test})
    repo.commit("feat", {"data/rates.json": "[1]\n"})
    assert run(repo.path, "-n0").status == 0, "data alone is nothing to measure"
    repo.commit("more", {"backend/app/never.py": "def never(n):\n    return n / 0\n"})
    ran = run(repo.path, "-n0")
    assert ran.codes("system") == [("coverage", "no-files"), ("coverage", "no-files")], ran.text
    assert "backend/app/never.py" in ran.text


def test_doctests_of_the_implementation_beside_the_tests_of_a_task(tmp_path: Path) -> None:
    """In the replay they would take the code with them to the older trees, for all tests."""
    settings = 'pythonpath = ["src"]\ntestpaths = ["src", "tests"]\naddopts = "--doctest-modules"\n'
    tasks = {"src/app/sums.py": "tests/test_sums.py`, `src/app/sums.py"}
    repo = topic(tmp_path / "repo", f"[tool.pytest.ini_options]\n{settings}", {"src/app/__init__.py": ""}, tasks)
    repo.commit("test: two", {"tests/test_sums.py": a_test_of("app.sums", "two")})
    docstring = '    """\n    >>> two(1)\n    2\n    """\n'
    repo.commit("feat: two", {"src/app/sums.py": f"def two(a):\n{docstring}    return a + 1\n"})
    ran = run(repo.path, "-n0")
    assert (reasons(ran), ran.status) == ({"task:1": [("test-first", "doctest")]}, 0), ran.text
    assert [(proof["verdict"], proof["code"]) for proof in ran.report["proofs"]] == [
        ("unproven", "doctest"),
        ("proven", None),
    ]
