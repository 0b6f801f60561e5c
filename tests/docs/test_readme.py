"""README: its examples are right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from pytest_execute.breakdown import read_text
from pytest_execute.core import policy
from tests import hello
from tests.docs.shown import TOP, block

README = "README.md"
LINES = (TOP / README).read_text(encoding="utf-8").splitlines()


def test_the_first_screen() -> None:
    """The first 30 lines have the two commands and the output of the demo, with one cut at most."""
    assert [line.strip() for line in LINES if line.startswith("    python3 -m venv")] == [
        "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/pytest-execute demo",
        (
            "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' "
            "&& .venv/bin/python -m pytest -n auto --dist loadfile"
        ),
    ]
    assert next(number for number, line in enumerate(LINES, 1) if line == "```") <= 30
    assert block(README, "output of the demo").splitlines().count("…") == 1


def test_the_whole_example_can_be_pasted(tmp_path: Path) -> None:
    """In one shell, in an empty directory; the output ends with what is shown, and then pytest's own line."""
    done = hello.run(["bash", "-e", "-c", block(README, "a whole example")], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = block(README, "output of the whole example").splitlines()
    assert done.stdout.splitlines()[-len(shown) - 1 : -1] == shown


def test_the_whole_example_fails_with_the_reason_that_is_named(tmp_path: Path) -> None:
    """When the commits of the test and of the code are swapped."""
    example = block(README, "a whole example")
    plan, test, code = re.findall(r".*?^git add [^\n]*\n", example, re.MULTILINE | re.DOTALL)
    (command,) = re.findall(r"^pytest .*$", example, re.MULTILINE)
    done = hello.run(["bash", "-e", "-c", plan + code + test + command], tmp_path)
    assert done.returncode == 1
    assert "(test-after)" in done.stdout


def test_the_breakdown_reads_without_problems() -> None:
    reading = read_text(block(README, "a breakdown"), "chat", "notes/chat/breakdown.md")
    assert reading.problems == ()
    assert reading.plan is not None
    assert reading.plan.edges() == {"1": (), "2": ("1",)}


def test_the_policy_is_valid_and_its_defaults_are_right() -> None:
    """The values that it calls defaults are the defaults."""
    read = policy.read_policy(block(README, "pyproject.toml"), "pyproject.toml")
    default = policy.Policy()
    assert (read.notes, read.test_first, read.coverage) == (default.notes, default.test_first, default.coverage)
    assert read.source == ("src/chat",)


def test_the_configuration_of_pre_commit_is_valid(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text(block(README, ".pre-commit-config.yaml"))
    done = hello.run(["pre-commit", "validate-config"], tmp_path, {"PRE_COMMIT_HOME": str(tmp_path / "home")})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_workflow_fits_githubs_schema(tmp_path: Path) -> None:
    (tmp_path / "chat.yml").write_text(block(README, ".github/workflows/chat.yml"))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", "chat.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_the_workflow_can_be_pasted(tmp_path: Path) -> None:
    """It names no placeholder but the topic, clones the history, and its last command judges."""
    workflow = block(README, ".github/workflows/chat.yml")
    assert "OWNER" not in workflow
    steps = yaml.safe_load(workflow)["jobs"]["chat"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 0
    command = steps[-1]["run"].replace("chat", "hello")
    repository, summary = hello.done(tmp_path / "work"), tmp_path / "summary.md"
    (repository.path / ".venv").symlink_to(sys.prefix)
    done = hello.run(["bash", "-e", "-c", command], repository.path, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert ": passed" in summary.read_text()


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)]+)\)", "\n".join(LINES))
    assert len(links) == 8
    assert all((TOP / link).is_file() for link in links)
