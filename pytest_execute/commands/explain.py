"""`pytest-execute explain`: replay tests on every tree, and describe their proofs and what the gate makes of them."""

from __future__ import annotations

import argparse
import contextlib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.project_layout import project_layout
from pytest_execute.commands.pytest_run import RunLocation, create_empty, project_directory, run_pytest
from pytest_execute.commands.staged_tree import committed_tree
from pytest_execute.core import gate_ids
from pytest_execute.core.closing import describe_closing
from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.evidence import Missing
from pytest_execute.core.nodeids import file_of, function_of
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import NOT_PASSED, PASSED, Verdict, worst
from pytest_execute.gates.judge import judge
from pytest_execute.gates.reason_codes import is_refusal
from pytest_execute.reports import evidence_json
from pytest_execute.reports import explain as report
from pytest_execute.reports import explain_source as source_report
from pytest_execute.reports.evidence_json import EvidenceFile
from pytest_execute.reports.explain import ExplainedTest, Explanation
from pytest_execute.reports.explain_source import ExplainedSource, explain_source
from pytest_execute.tools import pytest_cache
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import Project, closing_commit, find_project, judged_commit, prefix_of

TARGETS = "explain takes a test, a file of tests, a source file that the topic changed, or a task"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    target_help = "nodeid of a test, with or without its parameters; a file of tests or source; or the id of a task"
    parser.add_argument(
        "target", metavar="TEST|FILE|TASK", nargs="+", help=f"{target_help}; a topic may come before it"
    )
    add_topic(parser, "--topic", metavar="NAME", help="the topic (default: the only one)")


def run(options: argparse.Namespace) -> int:
    """Print the proofs of a target. The exit status is 0 where the gate accepts all of it, 1 where it does not."""
    topics, name = split_names(options)
    git = Git.find(Path.cwd())
    directory = project_directory(Path.cwd().resolve(), git.work_tree.resolve())
    project = find_project(directory, options.notes)
    topic = find_topic(project, topics)
    plan = breakdown.load_plan(project.home, project.notes, topic)
    with _location(git, directory, judged_commit(git, project, topic), topic) as location:
        target = _find_target(location.directory, directory, plan, name)
        file = _replay(location, target, topic, options.notes)
    if target.kind == "source" and not _tests_in(file, target.name):
        source = _explain_source(file, target, prefix_of(directory, project.home))
        text, verdict = (source_report.as_json if options.json else source_report.render)(source), source.verdict
    else:
        explained = _explain(file, target)
        subject = functools.partial(_subject, git)
        text = report.as_json(explained) if options.json else report.render(explained, file.history, subject)
        verdict = explained.verdict
    print(text, end="")
    return PASSED if verdict == "passed" else NOT_PASSED


def split_names(options: argparse.Namespace) -> tuple[str | None, str]:
    """Return the topic, None where none is named, and the target. Raises ExecuteError where there are more."""
    *topics, target = options.target
    topics += [options.topic] if options.topic else []
    if len(topics) > 1:
        raise ExecuteError(Problem("unknown-test", f"is one name too many: {TARGETS}", topics[1]))
    return next(iter(topics), None), target


class Target(Struct, frozen=True):
    """Task, by its id, or tests or a source file, as seen from the project, that are to be explained."""

    name: str
    kind: Literal["task", "tests", "source"]


def find_topic(project: Project, named: str | None) -> str:
    """Return the topic that is named, or the only one that is not closed. Raises ExecuteError where several may be."""
    topics = breakdown.find_topics(project.home / project.notes)
    not_closed = [topic for topic in topics if closing_commit(project, topic) is None]
    found = [named] if named is not None else not_closed if len(not_closed) == 1 else topics
    if len(found) != 1:
        message = f"name the topic with --topic: {', '.join(topics) or 'there is none'}"
        raise ExecuteError(Problem("usage", message, project.notes))
    return found[0]


@contextlib.contextmanager
def _location(git: Git, directory: Path, closed: str | None, topic: str) -> Iterator[RunLocation]:
    """Yield the project's directory, or a tree of the commit that a closed topic is judged at."""
    if closed is None:
        yield RunLocation(directory)
    else:
        print(describe_closing(topic, closed), file=sys.stderr)
        with committed_tree(git, directory, directory / pytest_cache.NAME, closed) as location:
            yield location


def _find_target(judged: Path, project: Path, plan: Plan, name: str) -> Target:
    """Return what a name means; of a file the path from the project, also where it was given from this directory.

    `judged` is the directory of the project whose files are judged.
    """
    file, colons, names = name.partition("::")
    here = (Path.cwd() / file).resolve()
    if (judged / file).exists():
        return _file_target(judged, file.removeprefix("./"), colons + names)
    if here.is_relative_to(project) and (judged / here.relative_to(project)).exists():
        return _file_target(judged, here.relative_to(project).as_posix(), colons + names)
    task = plan.find(name.removeprefix("task:").removeprefix("task").strip())
    if task is not None:
        return Target(task, "task")
    if "/" in name or ".py" in name:
        raise _unknown(name, "no such file", _test_files(judged))
    tasks = ", ".join(task.id for task in plan.tasks)
    raise _unknown(name, f"no such test, file or task: tasks here are {tasks}", ())


def _file_target(judged: Path, path: str, names: str) -> Target:
    """Return a file with the names of tests in it, "" where there are none; it is source if it is not named like tests.

    Such a file may hold tests all the same.
    """
    layout, _ = project_layout(judged)
    is_source = path.endswith(".py") and not names and not layout.is_test(path)
    return Target(f"{path}{names}", "source" if is_source else "tests")


def _unknown(name: str, message: str, known: tuple[str, ...]) -> ExecuteError:
    return ExecuteError(Problem("unknown-test", f"{message}{did_you_mean(name, known)}", name))


def _test_files(project: Path) -> tuple[str, ...]:
    return tuple(path.relative_to(project).as_posix() for path in sorted(project.rglob("*.py")))


def _replay(location: RunLocation, target: Target, topic: str, notes: str | None) -> EvidenceFile:
    """Run and replay tests in a child process and return the evidence. Raises ExecuteError where nothing was judged."""
    with scratch(location.directory / pytest_cache.NAME) as directory:
        file, output = create_empty(directory / "evidence"), directory / "output"
        options = [*location.options, f"--execute-topic={topic}", f"--execute-evidence={file}"]
        options += [f"--execute-notes={notes}"] if notes else []
        options += {
            "task": ["--execute-turns", f"--execute-task={target.name}"],
            "tests": ["--execute-turns", target.name],
            "source": [],  # any test of the topic may reach it
        }[target.kind]
        with output.open("w+") as text:
            run_pytest(options, location, text, text)
        evidence, lines = file.read_bytes(), output.read_text(errors="replace").splitlines()
    found = evidence_json.read(evidence, file.name) if evidence else None
    if "::" in target.name and not (found and _tests_in(found, target.name)):
        known = tuple(_collected(location, file_of(target.name)))
        if target.name not in known:
            raise _unknown(target.name, "no such test", known)
    if found is not None:
        return found
    if "::" not in target.name and any("not found: " in line for line in lines):
        raise ExecuteError(Problem("not-counted", f"has no test: {TARGETS}", target.name))
    raise ExecuteError(Problem("not-judged", f"pytest could not run: {last_error(lines)}", target.name))


def last_error(lines: list[str]) -> str:
    """Return the last error that pytest printed, or else its last line."""
    printed = [line for line in lines if line.strip()] or ["it printed nothing"]
    errors = [line for line in printed if line.startswith("ERROR: ")]
    return (errors or printed)[-1].removeprefix("ERROR: ")


def _collected(location: RunLocation, file: str) -> Iterator[str]:
    """Yield the nodeids of a file's tests, with and without parameters."""
    with scratch(location.directory / pytest_cache.NAME) as directory, (directory / "output").open("w+") as output:
        options = ["--collect-only", "-q", "-n0", "-o", "addopts=", "-p", "no:cacheprovider", file]
        run_pytest(options, RunLocation(location.directory, environment=location.environment), output, output)
        output.seek(0)
        for line in output.read().split("\n"):  # names may have other separators
            if "::" in line:
                yield from (function_of(line), line)


def _explain(file: EvidenceFile, target: Target) -> Explanation:
    """Return the tests of a target, with their proofs and what the judge says of them."""
    evidence = file.evidence()
    verdict = judge(file.plan, file.policy, evidence, file.scope)
    gate = gate_ids.task(target.name) if target.kind == "task" else None
    tests = evidence.manifest.tests_for(gate) if gate else _tests_of(file, target.name)
    if isinstance(evidence.proofs, Missing):
        raise ExecuteError(Problem("not-replayed", evidence.proofs.reason, target.name))
    explained = tuple(_explained(file, verdict, test) for test in tests)
    if gate:
        found = next(each for each in verdict.gates if each.id == gate)
        return Explanation(target.name, found.verdict, explained, found)
    return Explanation(target.name, worst(test.verdict for test in explained), explained)


def _explain_source(file: EvidenceFile, target: Target, prefix: str) -> ExplainedSource:
    """Return what is known of a source file; `prefix` leads to the project from where the plan sees paths."""
    evidence = file.evidence()
    verdict = judge(file.plan, file.policy, evidence, file.scope)
    explained = explain_source(f"{prefix}{target.name}", file.plan, evidence, verdict)
    if explained is None:
        message = f"no task of {file.topic} has a part in it, and the topic did not change it: {TARGETS}"
        raise ExecuteError(Problem("not-counted", message, target.name))
    return explained


def _tests_in(file: EvidenceFile, name: str) -> list[str]:
    inside = tuple(f"{name.rstrip('/')}{separator}" for separator in ("::", "[", "/"))
    return [test for test in file.manifest.tests if test == name or test.startswith(inside)]


def _tests_of(file: EvidenceFile, name: str) -> tuple[str, ...]:
    """Return the tests of a nodeid or file that count for a task. Raises ExecuteError where there is none."""
    tests = _tests_in(file, name)
    counted = tuple(test for test in tests if any(map(gate_ids.is_task, file.manifest.gates[test])))
    if not counted:
        message = f"counts for no task of {file.topic}: name it in a Tests field, or mark it with the task"
        raise ExecuteError(Problem("not-counted", message if tests else f"has no test: {TARGETS}", name))
    return counted


def _explained(file: EvidenceFile, verdict: Verdict, test: str) -> ExplainedTest:
    checks = [
        check for gate in verdict.gates for check in gate.checks if gate.level == "task" and check.name in report.CHECKS
    ]
    reasons = {
        reason: check.verdict
        for check in checks
        for reason in check.reasons
        if reason.test == test and is_refusal(reason.code)
    }
    result = file.results.get(test)
    return ExplainedTest(
        test=test,
        outcome=result.outcome if result is not None else "not-run",
        verdict=worst(reasons.values()),
        reasons=tuple(reasons),
        proof=(file.proofs or {}).get(test),
    )


def _subject(git: Git, commit: str) -> str | None:
    """Return the first line of a commit's message, or None where there is no such commit."""
    return git.subject(commit) if git.find_commit(commit) else None
