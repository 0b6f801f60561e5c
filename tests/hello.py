"""Smallest topic that passes: one task in four commits. For tests of commands and integrations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.repository import QUIET, Repository
from tests.topic import OWN_PLUGINS

BREAKDOWN = """
    # Greeting: Task Breakdown

    ## Stream A: Words (Parallel)

    ### 1. [{}] Greet

    - **Objective**: greet by name
    - **Files**: `src/hello.py`
    - **Tests**: `tests/test_hello.py`
    - **Dependencies**: None
    """
UNTESTED = """
    ### 2. [x] Take leave

    - **Objective**: say goodbye
    - **Files**: `src/hello.py`
    """
TEST = "from hello import greet\n\n\ndef test_greets():\n    assert greet('Ada') == 'Hello, Ada!'\n"
CODE = "def greet(name):\n    return f'Hello, {name}!'\n"
BROKEN = "def greet(name):\n    return f'Good day, {name}.'\n"
IGNORED = ".pytest_cache/\n__pycache__/\n"
SETTINGS = f"""
    [tool.pytest.ini_options]
    pythonpath = ["src"]
    addopts = {json.dumps(["-n0", *OWN_PLUGINS])}
    """
DONE = {"src/hello.py": CODE, "notes/hello/breakdown.md": BREAKDOWN.format("x")}
"""Files of the last commit: the code, and the tick."""


def begun(path: Path) -> Repository:
    """Make the topic with its failing test committed, and its task open."""
    repository = Repository(path)
    repository.commit("Begin", {"pyproject.toml": SETTINGS, ".gitignore": IGNORED})
    notes = {"breakdown.md": BREAKDOWN.format(" "), "research.md": "# R\n\nKnown.\n", "plan.md": "# P\n\nGreet.\n"}
    repository.commit("Plan", {f"notes/hello/{name}": text for name, text in notes.items()})
    repository.commit("Test", {"tests/test_hello.py": TEST})
    return repository


def done(path: Path) -> Repository:
    """Make the topic with its task done and committed."""
    repository = begun(path)
    repository.commit("Greet", dict(DONE))
    return repository


def flawed(path: Path) -> Repository:
    """Make the topic with a second task that is ticked and has no test."""
    repository = done(path)
    repository.commit("Claim more", {"notes/hello/breakdown.md": BREAKDOWN.format("x") + UNTESTED})
    return repository


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with this environment on the path; in one process, as the topic is small."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTEST_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    clean |= QUIET | {"PATH": path, "PYTEST_ADDOPTS": "-n0 -p no:randomly", **(env or {})}
    return subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
