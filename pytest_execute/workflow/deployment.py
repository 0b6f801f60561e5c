"""Artifacts and commands that the policy requires for the deployment."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.core.evidence import CommandResult
from pytest_execute.core.policy import Policy
from pytest_execute.core.verdict import Verdict
from pytest_execute.tools import process
from pytest_execute.workflow.context import Context

COMMAND_NOT_FOUND = 127
"""Status that shells give for a command that cannot be started."""


def artifacts(context: Context) -> dict[str, bool]:
    """Return `{path: is it a directory, or a file that is not empty?}` of the artifacts."""
    return {path: _is_built(context.root / path) for path in context.policy.deployment.artifacts}


def is_due(policy: Policy, verdict: Verdict) -> bool:
    """Return whether there are commands to run, and all other checks of the deployment pass."""
    gate = next((gate for gate in verdict.gates if gate.level == "deployment"), None)
    return bool(policy.deployment.commands) and gate is not None and gate.verdict == "passed"


def run_commands(context: Context) -> tuple[CommandResult, ...]:
    """Run the commands one after the other in the root directory."""
    return tuple(_run(command, context.root) for command in context.policy.deployment.commands)


def _is_built(path: Path) -> bool:
    return path.is_dir() or (path.is_file() and path.stat().st_size > 0)


def _run(command: tuple[str, ...], directory: Path) -> CommandResult:
    try:
        done = process.run(command, cwd=directory)
    except OSError as error:
        return CommandResult(command, COMMAND_NOT_FOUND, str(error))
    return CommandResult(command, done.returncode, process.last_line(done))
