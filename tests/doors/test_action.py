"""The GitHub Action: its form against GitHub's schema, its script run with bash as GitHub would run it."""

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


class Ended(NamedTuple):
    """What a run of the step left."""

    status: int
    summary: str
    outputs: dict[str, str]
    said: str


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return hello.done(tmp_path_factory.mktemp("action") / "work")


def run_step(repository: Repository, place: Path, **given: str) -> Ended:
    """Run the step's script with the inputs in its environment, as GitHub does."""
    inputs = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()} | {
        "python": sys.executable
    }
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    env = {name: inputs[match[1]] for name, value in STEP["env"].items() if (match := EXPRESSION.match(value))}
    files = {name: place / name.lower() for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.write_text("")
    script = place / "step.sh"
    script.write_text(STEP["run"])
    env |= {name: str(file) for name, file in files.items()} | {"RUNNER_TEMP": str(place)}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = hello.run(command, repository.path / inputs["working-directory"], env)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Ended(done.returncode, files["GITHUB_STEP_SUMMARY"].read_text(), outputs, done.stdout + done.stderr)


def test_github_would_accept_it() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_no_input_is_part_of_the_script() -> None:
    """Every input reaches the script as a variable, and every one of them is used."""
    assert "${{" not in STEP["run"]
    handed = {match[1] for value in STEP["env"].values() if (match := EXPRESSION.match(value))}
    assert handed | {"working-directory"} == set(ACTION["inputs"])
    assert all(f'"${name}"' in STEP["run"] or f'="${name}"' in STEP["run"] for name in STEP["env"])


def test_a_topic_that_passes(passing: Repository, tmp_path: Path) -> None:
    ended = run_step(passing, tmp_path, topic="hello", arguments="-q\n-k\ngreets or nothing\n")
    assert ended.status == 0, ended.said
    assert ended.summary.startswith("## Greeting: Task Breakdown: passed\n\n`notes/hello/breakdown.md`, ")
    assert ended.outputs["verdict"] == "passed"
    assert json.loads(Path(ended.outputs["report"]).read_text())["verdict"] == "passed"
    assert set(ended.outputs) == {"verdict", "report"} == set(ACTION["outputs"])


def test_a_topic_that_fails(tmp_path: Path) -> None:
    ended = run_step(hello.flawed(tmp_path / "work"), tmp_path, topic="hello", scope="claimed", base="HEAD~3")
    assert ended.status == 1, ended.said
    assert ended.outputs["verdict"] == "failed"
    message = 'no test counts for this task: name one in its Tests field, or mark one with task("2")'
    assert f"- **tests** (no-tests) `notes/hello/breakdown.md:12`: {message.replace('`', '')}\n" in ended.summary


@pytest.mark.parametrize("topic", ["nothing", "$(touch made)", "; touch made", '"`touch made`"', "--json"])
def test_a_topic_that_cannot_be_judged(passing: Repository, tmp_path: Path, topic: str) -> None:
    """Whatever the topic's name holds, it is a name: nothing of it is run."""
    before = passing.state()
    ended = run_step(passing, tmp_path, topic=topic)
    assert (ended.status, ended.summary, ended.outputs) == (2, "", {}), ended.said
    assert "Traceback" not in ended.said
    assert passing.state() == before
    assert not list(passing.path.rglob("made"))
