"""`pytest-execute explain`: the proof of one test, with commands that show it by hand."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.commands import explain
from pytest_execute.commands.explain import find_topic
from pytest_execute.core.errors import ExecuteError
from pytest_execute.workflow import find_project
from tests import hello
from tests.repository import Repository
from tests.topic import ADDOPTS

TEST = "tests/test_hello.py::test_greets"


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return hello.done(tmp_path_factory.mktemp("explain") / "work")


@pytest.fixture(scope="module")
def explanation(passing: Repository) -> str:
    before = passing.state()
    done = hello.run(["pytest-execute", "explain", TEST], passing.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert passing.state() == before
    return done.stdout


def test_the_explanation_shows_the_failure_the_commits_and_the_commands(passing: Repository, explanation: str) -> None:
    red, green = (passing.git("rev-parse", "--short=7", name) for name in ("HEAD^", "HEAD"))
    assert explanation.startswith(
        f"{TEST}: turned, before\n"
        f"  fails at    {red} Test\n"
        "              missing-symbol: hello does not exist\n"
        "              tests/test_hello.py:1: in <module>\n"
        "                  from hello import greet\n"
        "              ModuleNotFoundError: No module named 'hello'\n"
        f"  passes with {green} Greet\n"
        "  the test existed in the commit before, and failed there\n"
        f"  all turns: passes with {green}\n"
        "by hand:\n"
    )


def by_hand(explanation: str, repository: Repository, tmp_path: Path) -> tuple[list[str], str]:
    """Run the commands in a shell; return the outcome of each pytest, and all output."""
    commands = explanation.partition("by hand:\n")[2].replace("/tmp/replay", str(tmp_path / "replay"))
    script = commands.replace("python -m pytest", f"{sys.executable} -m pytest -p no:cacheprovider")
    done = subprocess.run(["bash", "-c", script], cwd=repository.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return re.findall(r"(\d (?:error|passed|failed)) in", done.stdout), done.stdout


def test_its_commands_show_the_failure_and_the_pass(passing: Repository, explanation: str, tmp_path: Path) -> None:
    """The first pytest fails for the reason given, the second passes."""
    outcomes, output = by_hand(explanation, passing, tmp_path)
    assert outcomes == ["1 error", "1 passed"]
    assert "No module named 'hello'" in output
    assert passing.git("worktree", "list").count("\n") == 0


def test_its_commands_build_the_trees_where_the_policy_does(tmp_path: Path) -> None:
    """Without what is built both runs would end in the same error."""
    repository = Repository(tmp_path / "work")
    settings = (
        f"[tool.pytest.ini_options]\n{ADDOPTS}pythonpath = ['src']\n"
        "[tool.pytest-execute]\nprepare = ['python', 'build it.py']\n"
    )
    build = (
        "import pathlib\n"
        "pathlib.Path('src').mkdir(exist_ok=True)\n"
        "pathlib.Path('src/words.py').write_text('HELLO = 1')\n"
    )
    ignored = f"{hello.IGNORED}words.py\n"
    repository.commit("Begin", {"pyproject.toml": settings, ".gitignore": ignored, "build it.py": build})
    notes = {
        "breakdown.md": hello.BREAKDOWN.format("x"),
        "research.md": "# R\n\nKnown.\n",
        "plan.md": "# P\n\nGreet.\n",
    }
    repository.commit("Plan", {f"notes/hello/{name}": text for name, text in notes.items()})
    repository.commit("Test", {"tests/test_hello.py": f"import words\n{hello.TEST}"})
    repository.commit("Greet", {"src/hello.py": hello.CODE})
    repository.put("src/words.py", "HELLO = 1\n")
    done = hello.run(["pytest-execute", "explain", TEST], repository.path)
    assert f"{TEST}: turned, before\n" in done.stdout, done.stderr
    assert by_hand(done.stdout, repository, tmp_path)[0] == ["1 error", "1 passed"]


def test_json_has_all_turns(tmp_path: Path) -> None:
    repository = hello.done(tmp_path / "work")
    green = repository.git("rev-parse", "HEAD")
    broken = repository.commit("Break", {"src/hello.py": hello.BROKEN})
    mended = repository.commit("Mend", {"src/hello.py": hello.CODE})
    done = hello.run(["pytest-execute", "explain", TEST, "--topic", "hello", "--json"], repository.path)
    assert done.returncode == 0, done.stderr
    proof = json.loads(done.stdout)
    assert (proof["found"], proof["order"], proof["after"]) == ("turned", "before", green)
    turns = [
        {"commit": green, "passes": True},
        {"commit": broken, "passes": False},
        {"commit": mended, "passes": True},
    ]
    assert proof["turns"] == turns
    command = ["pytest-execute", "gate", "hello", "--json", "--", "--execute-turns"]
    report = json.loads(hello.run(command, repository.path).stdout)
    assert report["proofs"][0]["turns"] == turns
    reasons = [check["reasons"] for check in report["gates"][1]["checks"] if check["name"] == "test-first"]
    assert [reason["code"] for reason in reasons[0]] == ["turned-again"]
    assert report["verdict"] == "passed"


MORE = """from hello import greet
import pytest


@pytest.mark.parametrize("name", ["Ada", "Ben"])
def test_greets_all(name):
    assert greet(name) == f"Hello, {name}!"


def test_greets():
    assert greet("Ada") == "Hello, Ada!"
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Make the topic with one test that came before the code, and two that came with it."""
    repository = hello.begun(tmp_path_factory.mktemp("explain") / "mixed")
    repository.commit("Greet", hello.DONE | {"tests/test_hello.py": MORE})
    return repository


@pytest.mark.parametrize(
    ("target", "status", "told"),
    [
        ("tests/test_hello.py::test_greets", 0, ["tests/test_hello.py::test_greets: turned, before"]),
        (
            "tests/test_hello.py::test_greets_all",
            1,
            [
                "tests/test_hello.py::test_greets_all[Ada]: turned, same-commit",
                "tests/test_hello.py::test_greets_all[Ben]: turned, same-commit",
                "  the gate refuses it: tests/test_hello.py::test_greets_all[Ada] came together with the code, in",
            ],
        ),
        (
            "tests/test_hello.py",
            1,
            [
                "tests/test_hello.py::test_greets_all[Ben]: turned, same-commit",
                "tests/test_hello.py::test_greets: turned, before",
            ],
        ),
        ("1", 1, ["task 1  Greet: failed", "tests/test_hello.py::test_greets: turned, before"]),
    ],
)
def test_a_function_a_file_and_a_task_are_explained_with_the_status_of_the_gate(
    mixed: Repository, target: str, status: int, told: list[str]
) -> None:
    done = hello.run(["pytest-execute", "explain", target], mixed.path)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == ""
    for line in told:
        assert any(each.startswith(line) for each in done.stdout.splitlines()), done.stdout


def test_json_of_several_tests_has_each(mixed: Repository) -> None:
    done = hello.run(["pytest-execute", "explain", "test_hello.py::test_greets_all", "--json"], mixed.path / "tests")
    answer = json.loads(done.stdout)
    assert (answer["target"], answer["verdict"]) == ("tests/test_hello.py::test_greets_all", "failed")
    assert [(test["test"][-5:], test["found"], test["outcome"], test["verdict"]) for test in answer["tests"]] == [
        ("[Ada]", "turned", "passed", "failed"),
        ("[Ben]", "turned", "passed", "failed"),
    ]
    assert [reason["code"] for reason in answer["tests"][0]["reasons"]] == ["same-commit"]


def test_the_only_topic_that_is_not_closed_is_meant(tmp_path: Path) -> None:
    for name in ("new", "old", "older"):
        (tmp_path / "notes" / name).mkdir(parents=True)
        (tmp_path / "notes" / name / "breakdown.md").write_text("### 1. [ ] One\n")
    project = find_project(tmp_path)
    with pytest.raises(ExecuteError, match="notes: error: name the topic with --topic: new, old, older"):
        find_topic(project, None)
    for name in ("old", "older"):
        (tmp_path / "notes" / name / "closed.toml").write_text(f'commit = "{"a" * 40}"\n')
    assert (find_topic(project, None), find_topic(project, "old")) == ("new", "old")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "tests/test_hello.py::test_greet",
            "no such test (did you mean tests/test_hello.py::test_greets?) (unknown-test)",
        ),
        ("tests/test_helo.py", "no such file (did you mean tests/test_hello.py?) (unknown-test)"),
        ("2", "no such test, file or task: tasks here are 1 (unknown-test)"),
    ],
)
def test_an_unknown_target_names_the_nearest(mixed: Repository, target: str, message: str) -> None:
    done = hello.run(["pytest-execute", "explain", target], mixed.path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{target}: error: {message}\n"


def test_a_topic_may_come_before_the_target() -> None:
    parser = argparse.ArgumentParser()
    explain.add_arguments(parser)
    assert [explain.split_names(parser.parse_args(names.split())) for names in ("1", "sums 1", "1 --topic sums")] == [
        (None, "1"),
        ("sums", "1"),
        ("sums", "1"),
    ]
    for names in ("sums more 1", "sums 1 --topic more"):
        with pytest.raises(ExecuteError, match="more: error: is one name too many"):
            explain.split_names(parser.parse_args(names.split()))


def test_a_source_file_is_explained_by_its_tasks(passing: Repository) -> None:
    done = hello.run(["pytest-execute", "explain", "src/hello.py"], passing.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "src/hello.py: passed\n"
        "task 1  Greet\n"
        "  1 of 1 line reached\n"
        f"  hello:greet: {TEST} fails without its body\n"
        "changed, of any task or none\n"
        "  2 of 2 lines reached\n"
    )
    done = hello.run(["pytest-execute", "explain", "pyproject.toml"], passing.path)
    message = "explain takes a test, a file of tests, a source file that the topic changed, or a task"
    assert (done.returncode, done.stderr) == (2, f"pyproject.toml: error: has no test: {message} (not-counted)\n")


def test_what_does_not_pass_today_is_told(passing: Repository, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(passing.path, copy)
    (copy / "tests/test_hello.py").write_text("def test_greets():\n    assert True\n")
    done = hello.run(["pytest-execute", "explain", TEST], copy)
    assert done.returncode == 1
    assert f"{TEST}: never-red\n" in done.stdout
    (copy / "tests/test_hello.py").write_text("import nowhere\n")
    done = hello.run(["pytest-execute", "explain", "tests/test_hello.py"], copy)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "tests/test_hello.py: not-collected"
    assert "No module named 'nowhere'" in done.stdout
    (copy / "notes/hello/breakdown.md").write_text("# Nothing\n")
    done = hello.run(["pytest-execute", "explain", TEST], copy)
    assert done.returncode == 2
    message = "notes/hello/breakdown.md:1: error: no task here: write one as `### 1. [ ] Title` (no-task)\n"
    assert done.stderr == message
