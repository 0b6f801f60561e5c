"""Files that a test misses in every tree, because git ignores them: a build has made them in the user's checkout."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.tools.git import Tree

MISSING_FILE = re.compile(r"No such file or directory: ['\"]([^'\"]+)['\"]")
SUFFIXES = (".py", "/__init__.py", *EXTENSION_SUFFIXES)


def ignored_file(outcome: TreeOutcome, roots: Sequence[str], prefix: str, today: Tree, work_tree: Path) -> str | None:
    """Return the path of the file that a failed test misses, if it is in the work tree, but not in `today`."""
    paths = map(posixpath.normpath, _missing_paths(outcome, roots, prefix))
    return next(
        (path for path in paths if not path.startswith("../") and path not in today and (work_tree / path).is_file()),
        None,
    )


def _missing_paths(outcome: TreeOutcome, roots: Sequence[str], prefix: str) -> Iterator[str]:
    """Yield the paths of a missing module, and of a missing file as seen from the top and from the root directory."""
    module, name = outcome.missing or (None, None)
    if module is not None:
        stem = f"{module}.{name}" if name else module
        yield from (f"{root}/{stem.replace('.', '/')}{suffix}".lstrip("/") for root in roots for suffix in SUFFIXES)
    for path in MISSING_FILE.findall(outcome.message):
        if not posixpath.isabs(path):
            yield from (path, prefix + path)


def with_ignored_file(detail: str, path: str | None) -> str:
    """Return the detail of a proof, with the file that git ignores and the remedy."""
    remedy = "but git ignores it: name the command that makes it in the policy's `prepare`"
    return f"{detail}; {path} is here, {remedy}" if path is not None else detail
