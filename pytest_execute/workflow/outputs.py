"""Files that the user requests: none of them may be a part of the work that is judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pytest_execute.core.code_files import is_code, is_program
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.tools import output_files
from pytest_execute.tools.git import Git
from pytest_execute.workflow.project import Project, find_project

PLANS = (".md", ".toml")
"""Endings of a topic's documents and records."""


def check_outputs(start: Path, notes: str | None, outputs: Mapping[str, Path]) -> None:
    """Raise ExecuteError with each output that cannot be written or is a part of the work; messages have the keys."""
    git = Git.find(start)
    project = find_project(start, notes, git.work_tree)
    reasons = {
        title: output_files.why_unwritable(path) or _why_work(git, project, path.resolve())
        for title, path in outputs.items()
    }
    problems = [
        Problem("unwritable", f"{title} {reason}: name a file that can be written")
        for title, reason in reasons.items()
        if reason
    ]
    if problems:
        raise ExecuteError(*problems)


def _why_work(git: Git, project: Project, path: Path) -> str:
    """Return the reason why a file is a part of the work, or of git, or ""."""
    if path.is_relative_to(git.git_dir.resolve()):
        return "is in git's own directory"
    top = git.work_tree.resolve()
    if not path.is_file() or not path.is_relative_to(top):
        return ""
    name = path.relative_to(top).as_posix()
    if is_program(name):
        return "is a program or a file of settings"
    is_plan = path.is_relative_to(project.home.resolve() / project.notes) and path.suffix in PLANS
    is_work = is_plan or is_code(name, Layout(source=project.policy_from(git.work_tree).source))
    return "is a file of the project, which git tracks" if is_work and _is_tracked(git, name) else ""


def _is_tracked(git: Git, name: str) -> bool:
    return bool(git.user.run("--literal-pathspecs", "ls-files", "-z", "--", name))
