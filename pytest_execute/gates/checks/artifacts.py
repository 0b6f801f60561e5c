"""Check `artifacts`: the files of a deployment exist, all work is committed, and the commands succeeded."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import Finding, finding


def check_deployment(context: JudgeContext) -> Iterator[Finding]:
    """Find what keeps the topic from being deployed."""
    for path in context.policy.deployment.artifacts:
        if not context.evidence.files.get(path, False):
            yield finding("missing-artifact", f"{path} is missing or empty", (path, None))
    history = context.evidence.history
    if history.snapshot == "worktree":  # what is staged is judged as the commit that it is about to be
        count, files = len(history.uncommitted), ", ".join(history.uncommitted[:5])
        subject = "1 file is" if count == 1 else f"{count} files are"
        yield finding("uncommitted", f"{subject} not committed: {files}; commit them, or let git ignore them")
    for command in context.evidence.commands:
        if command.status:
            message = f"`{' '.join(command.command)}` exited with status {command.status}: {command.output}"
            yield finding("command-failed", message)
