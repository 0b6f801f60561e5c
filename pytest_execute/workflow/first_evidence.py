"""Evidence that needs no step: results of the run, history, documents, and existence of the files in the plan."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import PurePosixPath

from pytest_execute import breakdown
from pytest_execute.core.detect_source import may_be_implementation
from pytest_execute.core.evidence import Evidence, History
from pytest_execute.tools.git import Tree
from pytest_execute.tools.git_diff import changed_files
from pytest_execute.workflow import deployment
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.request import Rerun, RunResult


def first_evidence(context: Context, run: RunResult, rerun: Rerun) -> Evidence:
    """Return the evidence that the steps add to."""
    config_file, _ = rerun.settings.pytest.config
    return Evidence(
        history=_history(context, config_file),
        manifest=run.manifest,
        results=run.results,
        documents=_documents(context),
        files=_named_files(context) | deployment.artifacts(context),
        weaker_keys=context.weaker_keys,
        unknown_code=unknown_code(context),
        out_of_scope=tuple(run.out_of_scope),
    )


def _history(context: Context, config_file: str) -> History:
    commits, layout, tree = context.commit_range, context.layout, context.tree
    uncommitted = changed_files(context.git, commits.head, commits.tree) if commits.snapshot is not None else ()
    settings = [path for path in (posixpath.normpath(layout.prefix + config_file),) if path in tree]
    return History(
        base=commits.base,
        head=commits.head,
        snapshot=commits.snapshot,
        shallow=commits.shallow,
        uncommitted=tuple(uncommitted),
        overlay_paths=(*layout.overlay_paths(tree), *settings),
        import_roots=(*layout.import_roots(tree), *context.older_roots),
        prefix=layout.prefix,
        prepare=context.policy.prepare,
    )


def unknown_code(context: Context) -> tuple[str, ...]:
    """Return the changed Python files of which nobody knows what they are; all where no implementation is known."""
    layout = context.layout
    everything = () if any(map(layout.is_source, context.tree)) else context.tree
    code = (*context.unknown_code, *(path for path in everything if may_be_implementation(path, layout)))
    return tuple(sorted({context.relative(path) for path in (*code, *_scripts(context))}))


def _scripts(context: Context) -> Iterator[str]:
    """Yield the changed Python scripts without an ending, which are neither measured nor tried."""
    paths = (path for path in context.changed_files if not PurePosixPath(path).suffix)
    for path, content in context.git.file_contents(context.tree, paths).items():
        first_line = content.partition(b"\n")[0]
        if first_line.startswith(b"#!") and b"python" in first_line and not context.layout.is_overlaid(path):
            yield path


def _documents(context: Context) -> dict[str, bool]:
    """Return `{path: has it text besides headings?}` of the documents beside the breakdown."""
    topic = context.request.topic
    documents = breakdown.written_documents(context.home, context.notes, topic)
    return {f"{context.notes}/{topic}/{name}": has_text for name, has_text in documents.items()}


def _named_files(context: Context) -> dict[str, bool]:
    """Return `{path: does it exist now, or did it at base?}` of the files and directories that the plan names."""
    paths = {ref.path for task in context.plan.tasks for ref in task.files}
    base = context.git.tree(context.commit_range.base) if paths else {}
    trees, home = (context.tree, base), context.layout.home
    return {path: any(_contains(tree, home + path) for tree in trees) for path in sorted(paths)}


def _contains(tree: Tree, path: str) -> bool:
    """Return whether a tree has a file or a directory at `path`."""
    path = path.rstrip("/")
    return path in tree or any(other.startswith(f"{path}/") for other in tree)
