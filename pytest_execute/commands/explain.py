"""`pytest-execute explain`: replay one test on every tree and describe its proof."""

from __future__ import annotations

import argparse
import functools
import os
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.commands.pytest_run import RunLocation, cache_directory, create_empty, project_directory, run_pytest
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import Missing
from pytest_execute.core.verdict import NOT_PASSED, PASSED
from pytest_execute.reports import evidence_json
from pytest_execute.reports import explain as report
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import policy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("test", metavar="TEST", help="its nodeid")
    parser.add_argument("--topic", metavar="NAME", help="the topic (default: the only one)")
    parser.add_argument("--json", action="store_true", help="print the proof as JSON")


def run(options: argparse.Namespace) -> int:
    return explain(options.test, options.topic, as_json=options.json)


def explain(test: str, topic: str | None, *, as_json: bool) -> int:
    """Tell the proof of one test: the test is run, and replayed on every tree. 0 where it is proven, 1 where not."""
    git = Git.find(Path.cwd())
    location = RunLocation(project_directory(Path.cwd().resolve(), git.work_tree.resolve()))
    name = topic or _only_topic(location.directory)
    with scratch(cache_directory(location.directory)) as directory, Path(os.devnull).open("w") as devnull:
        file = create_empty(directory / "evidence")
        options = [f"--execute-topic={name}", f"--execute-evidence={file}", "--execute-turns", test]
        run_pytest(options, location, devnull)
        text = file.read_bytes()
        evidence = evidence_json.read(text, file.name).evidence() if text else None
    proof = (evidence.proofs or {}).get(test) if evidence is not None else None
    if proof is None or evidence is None:
        why = evidence.proofs.reason if evidence is not None and isinstance(evidence.proofs, Missing) else ""
        hint = why or f"not a passing test of a task of {name}: `pytest --execute-topic={name}` says what it is"
        raise ExecuteError(Problem("not-replayed", hint, test))
    subject = functools.partial(_subject, git)
    print(report.as_json(proof) if as_json else report.render(proof, evidence.history, subject), end="")
    return PASSED if proof.found == "turned" else NOT_PASSED


def _only_topic(root: Path) -> str:
    """The topic, where there is but one."""
    notes = policy(root).notes
    found = breakdown.topics(root / notes)
    if len(found) != 1:
        raise ExecuteError(
            Problem("usage", f"name the topic with --topic: {', '.join(found) or 'there is none'}", notes)
        )
    return found[0]


def _subject(git: Git, commit: str) -> str | None:
    return git.try_ask("log", "-1", "--format=%s", commit, "--") if git.commit(commit) else None
