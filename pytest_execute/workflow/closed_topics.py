"""Closed topics: the commit at which a topic is judged from then on."""

from __future__ import annotations

from pytest_execute.core.closing import FILE_NAME, read_closing
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.documents import SETTINGS, exists, read
from pytest_execute.tools.git import Git
from pytest_execute.workflow.project import Project, prefix_of


def closing_commit(project: Project, topic: str) -> str | None:
    """Return the commit that the record of a topic names; None where the topic is not closed."""
    file = project.home / project.notes / topic / FILE_NAME
    name = f"{project.notes}/{topic}/{FILE_NAME}"
    return read_closing(read(file, name, SETTINGS), name) if exists(file) else None


def judged_commit(git: Git, project: Project, topic: str) -> str | None:
    """Return the commit that a closed topic is judged at; None where it is not closed.

    Raises ExecuteError where HEAD lacks that commit, or the breakdown is another than there.
    """
    commit = closing_commit(project, topic)
    if commit is not None:
        _check_closing(git, project, topic, commit)
    return commit


def _check_closing(git: Git, project: Project, topic: str, commit: str) -> None:
    directory = f"{project.notes}/{topic}"
    path = f"{prefix_of(project.home, git.work_tree)}{directory}/breakdown.md"
    judged, head = git.find_commit(commit), git.find_commit("HEAD")
    if judged is None:
        problem = "names a commit that is not here: fetch it, or close the topic again"
    elif head is None or judged not in git.merge_bases(judged, head):
        problem = "names a commit that HEAD does not have: close the topic again"
    elif git.contents(commit, [path]).get(path, b"").splitlines() != (git.work_tree / path).read_bytes().splitlines():
        problem = "the breakdown has changed since the topic was closed: remove this file to go on, or restore it"
    else:
        return
    raise ExecuteError(Problem("bad-record", problem, f"{directory}/{FILE_NAME}"))


def refuse_closed(project: Project, topic: str) -> None:
    """Raise ExecuteError where a topic is closed: it is not judged with the work that came later."""
    if commit := closing_commit(project, topic):
        remedy = (
            f"run `pytest-execute gate {topic}`, which judges it there, or remove this file to go on with the topic"
        )
        path = f"{project.notes}/{topic}/{FILE_NAME}"
        raise ExecuteError(Problem("closed", f"the topic was closed at {commit[:7]}: {remedy}", path))
