"""Implementation and tests of a project, as far as the run shows: what pytest collected from, and what tests ran."""

from __future__ import annotations

import contextlib
import functools

from msgspec.structs import replace

from pytest_execute.core.tests_in_source import holds_tests
from pytest_execute.tools.git import BlobReader
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.request import RunResult


def with_run(context: Context, run: RunResult) -> Context:
    """Return the context with a layout that knows what only the run shows."""
    context = _with_collected(context, run)
    return replace(context, layout=replace(context.layout, files=(*context.layout.files, *_executed(context, run))))


def _executed(context: Context, run: RunResult) -> tuple[str, ...]:
    """Return the changed files that tests imported or started, in directories that no setting names."""
    if isinstance(run.coverage, str) or not context.unknown_code:
        return ()
    from pytest_execute.coverage.data import files_that_ran  # without coverage it needs no database

    ran, root = files_that_ran(run.coverage), context.home.resolve()
    return tuple(path for path in context.unknown_code if str(root / context.relative(path)) in ran)


def _with_collected(context: Context, run: RunResult) -> Context:
    """Return the context with a layout that knows the files which pytest collected tests from.

    Below the source a name alone makes no test, and a doctest does not make one of the implementation. Files of base
    are looked at as well: the replay needs to know what was a test there.
    """
    layout, request = context.layout, context.request
    tree = context.git.tree(context.commit_range.base) | context.tree
    collected = {layout.prefix + test.path for test in run.manifest.tests.values()}
    with contextlib.closing(BlobReader(context.git)) as reader:

        @functools.cache
        def has_tests(path: str) -> bool:
            entry = tree.get(path)
            return entry is None or holds_tests(reader.content(entry.oid), request.functions, request.classes)

        unnamed = (path for path in collected if not layout.is_test(path))
        layout = replace(layout, collected=tuple(sorted(p for p in unnamed if not layout.is_source(p) or has_tests(p))))
        layout = layout.with_code_named_like_tests(tree, lambda path: path in collected or has_tests(path))
    return replace(context, layout=layout)
