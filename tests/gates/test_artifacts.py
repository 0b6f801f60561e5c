"""Check `artifacts`: what keeps a topic from being deployed."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.evidence import (
    CommandResult,
)
from pytest_execute.core.policy import DeploymentPolicy, Policy
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    reasons,
    verdicts,
)


def test_artifacts_commands_and_uncommitted_files() -> None:
    policy = Policy(deployment=DeploymentPolicy(("docs/index.md",), (("make", "dist"),)))
    evidence = replace(
        GOOD, files={**GOOD.files, "docs/index.md": False}, commands=(CommandResult(("make", "dist"), 2, "no rule"),)
    )
    verdict = judge(PLAN, policy, evidence)
    assert reasons(verdict, "deployment") == [
        "artifacts/failed/missing-artifact: docs/index.md is missing or empty",
        "artifacts/failed/command-failed: `make dist` exited with status 2: no rule",
    ]
    history = replace(GOOD.history, snapshot="worktree", uncommitted=("a.py", "b.py"))
    verdict = judge(PLAN, Policy(), replace(GOOD, history=history))
    assert verdicts(verdict)["deployment"] == verdict.verdict == "open"
    assert reasons(verdict, "deployment") == [
        "artifacts/open/uncommitted: 2 files are not committed: a.py, b.py; commit them, or let git ignore them"
    ]
