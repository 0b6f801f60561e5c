"""`pytest-execute init`: write the three documents of a new topic and the table of the policy."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.breakdown.template import starting_texts
from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.project_layout import read_pytest_settings
from pytest_execute.commands.pytest_run import project_directory
from pytest_execute.core.detect_source import may_be_implementation
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.core.new_files import module_name, new_module_path, new_test_path
from pytest_execute.core.policy import policy_table
from pytest_execute.core.verdict import CANNOT_JUDGE, PASSED
from pytest_execute.tools import output_files
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.tools.documents import SETTINGS, decode, exists, read_bytes
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_work_tree
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import Project, directories_in, find_project, prefix_of, project_layout

POLICY_FILE, TABLE = "pyproject.toml", "[tool.pytest-execute]"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_topic(parser, "topic", metavar="TOPIC")
    help_text = "write a plan in the canonical form: Markdown, a tasks.json of task-master, or a directory of a plan"
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE|DIR", help=help_text)


def run(options: argparse.Namespace) -> int:
    project = find_project(Path.cwd(), options.notes)
    status, text = init(_home(project), project.notes, options.topic, options.source)
    print(text, file=sys.stderr if status else sys.stdout)
    return status


def _home(project: Project) -> Path:
    """Return the home of a project; without topics and a policy that is the nearest directory with settings."""
    is_new = project.home == Path.cwd().resolve() and not (project.home / project.notes).is_dir()
    top = checkout_top(project.home)
    return project_directory(project.home, top) if is_new and top is not None else project.home


def init(root: Path, notes: str, topic: str, source: Path | None = None) -> tuple[int, str]:
    """Write the documents and the policy's table where they are missing; return the status and a line per file.

    All of them are written or, after an error, none. `source` is a foreign plan, which becomes the breakdown.
    """
    try:
        breakdown.check_topic_name(notes, topic)
        found = _starting_point(root, topic)
        texts = starting_texts(topic, found.module, found.test)
        if source is not None:
            texts["breakdown.md"] = breakdown.adopt_file(source, topic, str(source))
        documents = {f"{Path(notes).as_posix()}/{topic}/{name}": text for name, text in texts.items()}
        table = _with_table(root / POLICY_FILE, notes)
        missing = {path: text for path, text in documents.items() if not _is_there(root / path)}
        missing |= {POLICY_FILE: table} if table is not None else {}
        output_files.write_all(root, {path: text.encode(errors="surrogateescape") for path, text in missing.items()})
    except ExecuteError as error:
        return CANNOT_JUDGE, str(error)
    lines = [f"{'wrote' if path in missing else 'kept'} {path}" for path in documents]
    kept, added = f"kept {TABLE} in {POLICY_FILE}", f"added {TABLE} to {POLICY_FILE}{found.hint}"
    return PASSED, "\n".join([*lines, kept if table is None else added])


class StartingPoint(Struct, frozen=True):
    """Hint at where the implementation of a project is, and paths for the first module and test of a topic.

    The paths are as seen from the home of the project.
    """

    hint: str
    module: str
    test: str


def _starting_point(home: Path, topic: str) -> StartingPoint:
    """Return what fits the project that is there; what is usual where it is no repository, or has bad settings."""
    try:
        layout, files, directories = _layout(home)
    except ExecuteError:
        layout, files, directories = Layout(), (), ()
    name = module_name(topic)
    module, test = new_module_path(name, files, layout), new_test_path(name, files, layout, directories)
    return StartingPoint(_hint(layout, files), module.removeprefix(layout.home), test.removeprefix(layout.home))


def _hint(layout: Layout, files: Collection[str]) -> str:
    """Say what was detected. It is not written to the policy: a list there would leave out what comes later."""
    if layout.source:
        names = ", ".join(entry.removeprefix(layout.home) for entry in layout.source)
        return f"; the implementation is {names}: set `source` if it lies elsewhere"
    if any(may_be_implementation(path, layout) for path in files):
        return "; no implementation was found: set `source` to where it lies"
    return ""


def _layout(home: Path) -> tuple[Layout, Collection[str], tuple[str, ...]]:
    """Return the layout of the project in the current directory, below `home`, and the files of its repository.

    The third value holds the directories that pytest looks for tests in, if they are set.
    """
    here = Path.cwd().resolve()
    root = project_directory(here, home.resolve()) if here.is_relative_to(home.resolve()) else home
    with scratch() as directory:
        git = Git.find(root).with_scratch(directory)
        tree = git.tree(write_work_tree(git, git.find_commit("HEAD") or git.empty_tree()))
        settings = read_pytest_settings(root)
        known = Layout(
            prefix=prefix_of(root, git.work_tree),
            home=prefix_of(home, git.work_tree),
            patterns=settings.files or Layout().patterns,
            roots=directories_in(git.work_tree, (root.resolve() / path for path in settings.module_path)),
        )
        directories = directories_in(git.work_tree, (root.resolve() / path for path in settings.directories))
        return project_layout(git, tree, find_project(root).policy_from(git.work_tree), known), tree, directories


def _is_there(path: Path) -> bool:
    """Return whether a document must not be overwritten: a file, or a link that leads nowhere."""
    return path.is_file() or path.is_symlink()


def _with_table(file: Path, notes: str) -> str | None:
    """Return the text of pyproject.toml with the policy's table at its end, or None where it has the table already."""
    try:
        text = decode(read_bytes(file, file.name, SETTINGS), file.name) if exists(file) else ""
        if policy_table(text, file.name) is not None:
            return None
        longer = _append(text, TABLE, f"notes = {json.dumps(notes)}")
        policy_table(longer, file.name)  # `tool` may be an inline table, which cannot be continued
    except ExecuteError:
        message = "not valid TOML: correct it, then run `pytest-execute init` again"
        raise ExecuteError(Problem("bad-toml", message, file.name)) from None
    return longer


def _append(text: str, *lines: str) -> str:
    """Return a text with more lines after an empty one; all lines end as the text's do."""
    end = "\r\n" if "\r\n" in text else "\n"
    missing = (not text.endswith("\n")) + (not text.endswith(("\n\n", "\n\r\n"))) if text else 0
    return f"{text}{end * missing}{''.join(line + end for line in lines)}"
