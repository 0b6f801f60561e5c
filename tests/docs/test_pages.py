"""Run the commands and the code that the pages show."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests import hello
from tests.docs.shown import TOP, block, blocks, first_cells

PAGES = sorted(path.relative_to(TOP).as_posix() for path in (TOP / "docs").glob("*/*.md"))


def test_the_first_topic_can_be_pasted(tmp_path: Path) -> None:
    """Run all commands of the page in one shell; the output has the part that the page shows."""
    page = "docs/tutorial/first-topic.md"
    done = hello.run(["bash", "-e", "-c", "\n".join(blocks(page, "sh"))], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (shown,) = blocks(page, "text")
    assert shown in done.stdout


def test_the_programs_for_the_json_report_run(tmp_path: Path) -> None:
    """Run the page's programs on a topic with a task that has no test."""
    repository = hello.flawed(tmp_path / "work")
    command = ["pytest-execute", "gate", "hello", "--report", str(tmp_path / "report.json")]
    assert hello.run(command, repository.path).returncode == 1
    page = "docs/how-to/json-report.md"
    reasons = hello.run(["python", "-c", block(page, "python: reasons")], tmp_path).stdout.splitlines()
    assert [line.split("\t")[:3] for line in reasons][:2] == [
        ["task:2", "tests", "no-tests"],
        ["task:2", "test-first", "no-tests"],
    ]
    proofs = hello.run(["python", "-c", block(page, "python: proofs")], tmp_path).stdout.splitlines()
    green = repository.git("rev-parse", "HEAD^")
    assert proofs == [f"tests/test_hello.py::test_greets\tproven\tbefore\t{green}"]


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_can_be_parsed(page: str) -> None:
    for text in blocks(page, "python"):
        ast.parse(text)


def test_the_hook_is_shown_as_in_the_readme() -> None:
    name = ".pre-commit-config.yaml"
    assert block("docs/how-to/pre-commit.md", name) == block("README.md", name)


def test_the_inputs_and_outputs_of_the_action_are_documented() -> None:
    action = (TOP / "action.yml").read_text(encoding="utf-8").partition("\nruns:")[0]
    assert first_cells("docs/how-to/github-actions.md") == re.findall(r"^  ([a-z-]+):$", action, re.MULTILINE)


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^(\w.*)\n: ", (TOP / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) > 30
