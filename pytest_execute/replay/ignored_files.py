"""Files that a test misses in every tree: git ignores them, as a build made them, or they are not in the checkout."""

from __future__ import annotations

import os
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


def python_path_of(outcome: TreeOutcome, python_path: str) -> str | None:
    """Return the directory of the variable PYTHONPATH that has the module which a failed test misses."""
    module, name = outcome.missing or (None, None)
    if module is None or name is not None:
        return None
    top_module = module.partition(".")[0]
    places = (place for place in python_path.split(os.pathsep) if place)
    return next(
        (place for place in places for suffix in (*SUFFIXES, "") if Path(f"{place}/{top_module}{suffix}").exists()),
        None,
    )


def with_python_path(detail: str, place: str | None) -> str:
    """Return the detail of a proof, with the directory of PYTHONPATH that the replay does not use, and the remedy."""
    remedy = "which is not a directory of the checkout: install the module, so that it can be replayed"
    return f"{detail}; it comes from PYTHONPATH, {place}, {remedy}" if place is not None else detail


def with_ignored_file(detail: str, path: str | None) -> str:
    """Return the detail of a proof, with the file that git ignores and the remedy."""
    remedy = "but git ignores it: name the command that makes it in the policy's `prepare`"
    return f"{detail}; {path} is here, {remedy}" if path is not None else detail
