"""GitHub Action: checked with GitHub's schema, and its script run with bash as GitHub runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests import hello
from tests.repository import Repository

FILE = Path(__file__).parents[2] / "action.yml"
ACTION: dict[str, Any] = yaml.safe_load(FILE.read_text())
(STEP,) = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"^\$\{\{ inputs\.([a-z-]+) \}\}$")


class FinishedStep(NamedTuple):
    """Exit status, summary, outputs and log of the step."""

    status: int
    summary: str
    outputs: dict[str, str]
    log: str


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return hello.done(tmp_path_factory.mktemp("action") / "work")


def run_step(repository: Repository, directory: Path, **given: str) -> FinishedStep:
    """Run the script of the step with the inputs in its environment, as GitHub does."""
    inputs = {name: str(settings.get("default", "")) for name, settings in ACTION["inputs"].items()} | {
        "python": sys.executable
    }
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    env = {name: inputs[match[1]] for name, value in STEP["env"].items() if (match := EXPRESSION.match(value))}
    files = {name: directory / name.lower() for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.write_text("")
    script = directory / "step.sh"
    script.write_text(STEP["run"])
    env |= {name: str(file) for name, file in files.items()} | {"RUNNER_TEMP": str(directory)}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = hello.run(command, repository.path / inputs["working-directory"], env)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return FinishedStep(done.returncode, files["GITHUB_STEP_SUMMARY"].read_text(), outputs, done.stdout + done.stderr)


def test_the_action_fits_githubs_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_inputs_reach_the_script_as_variables_only() -> None:
    """No input is part of the script's text, and the script uses every one of them."""
    assert "${{" not in STEP["run"]
    used = {match[1] for value in STEP["env"].values() if (match := EXPRESSION.match(value))}
    assert used | {"working-directory"} == set(ACTION["inputs"])
    assert all(f'"${name}"' in STEP["run"] or f'="${name}"' in STEP["run"] for name in STEP["env"])


def test_a_passing_topic_ends_with_0(passing: Repository, tmp_path: Path) -> None:
    step = run_step(passing, tmp_path, topic="hello", arguments="-q\n-k\ngreets or nothing\n")
    assert step.status == 0, step.log
    assert step.summary.startswith("## Greeting: Task Breakdown: passed\n\n`notes/hello/breakdown.md`, ")
    assert step.outputs["verdict"] == "passed"
    assert json.loads(Path(step.outputs["report"]).read_text())["verdict"] == "passed"
    assert set(step.outputs) == {"verdict", "report"} == set(ACTION["outputs"])


def test_a_failing_topic_ends_with_1(tmp_path: Path) -> None:
    step = run_step(hello.flawed(tmp_path / "work"), tmp_path, topic="hello", scope="claimed", base="HEAD~3")
    assert step.status == 1, step.log
    assert step.outputs["verdict"] == "failed"
    message = 'no test counts for this task: name one in its Tests field, or mark one with task("2")'
    assert f"- **tests** (no-tests) `notes/hello/breakdown.md:12`: {message.replace('`', '')}\n" in step.summary


@pytest.mark.parametrize("topic", ["nothing", "$(touch made)", "; touch made", '"`touch made`"', "--json"])
def test_a_name_that_is_no_topic_ends_with_2_and_runs_nothing(passing: Repository, tmp_path: Path, topic: str) -> None:
    """A topic's name is never run by the shell, whatever is in it."""
    before = passing.state()
    step = run_step(passing, tmp_path, topic=topic)
    assert (step.status, step.summary, step.outputs) == (2, "", {}), step.log
    assert "Traceback" not in step.log
    assert passing.state() == before
    assert not list(passing.path.rglob("made"))
