"""`pytest-execute explain`: replay one test on every tree and describe its proof."""

from __future__ import annotations

import argparse
import functools
import os
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.commands.pytest_run import RunLocation, cache_directory, create_empty, project_directory, run_pytest
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import Evidence, Missing
from pytest_execute.core.verdict import NOT_PASSED, PASSED
from pytest_execute.reports import evidence_json
from pytest_execute.reports import explain as report
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import project_policy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("test", metavar="TEST", help="nodeid of the test")
    parser.add_argument("--topic", metavar="NAME", help="the topic (default: the only one)")


def run(options: argparse.Namespace) -> int:
    """Print the proof of one test. The exit status is 0 where the test is proven, 1 where it is not."""
    git = Git.find(Path.cwd())
    project = project_directory(Path.cwd().resolve(), git.work_tree.resolve())
    topic = options.topic or _only_topic(project)
    evidence = _replay(project, topic, options.test)
    proof = (evidence.proofs or {}).get(options.test) if evidence is not None else None
    if proof is None or evidence is None:
        missing = evidence.proofs if evidence is not None else None
        reason = missing.reason if isinstance(missing, Missing) else ""
        hint = (
            reason
            or f"not a passing test of a task of {topic}: run `pytest --execute-topic={topic}` to see its outcome"
        )
        raise ExecuteError(Problem("not-replayed", hint, options.test))
    subject = functools.partial(_subject, git)
    print(report.as_json(proof) if options.json else report.render(proof, evidence.history, subject), end="")
    return PASSED if proof.found == "turned" else NOT_PASSED


def _replay(project: Path, topic: str, test: str) -> Evidence | None:
    """Run and replay one test in a child process and return the evidence; None where nothing was judged."""
    with scratch(cache_directory(project)) as directory, Path(os.devnull).open("w") as devnull:
        file = create_empty(directory / "evidence")
        options = [f"--execute-topic={topic}", f"--execute-evidence={file}", "--execute-turns", test]
        run_pytest(options, RunLocation(project), devnull)
        text = file.read_bytes()
    return evidence_json.read(text, file.name).evidence() if text else None


def _only_topic(root: Path) -> str:
    """Return the only topic of a project. Raises ExecuteError where there are several, or none."""
    notes = project_policy(root).notes
    topics = breakdown.find_topics(root / notes)
    if len(topics) != 1:
        message = f"name the topic with --topic: {', '.join(topics) or 'there is none'}"
        raise ExecuteError(Problem("usage", message, notes))
    return topics[0]


def _subject(git: Git, commit: str) -> str | None:
    """Return the first line of a commit's message, or None where there is no such commit."""
    return git.try_run_text("log", "-1", "--format=%s", commit, "--") if git.find_commit(commit) else None
