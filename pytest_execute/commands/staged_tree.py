"""Write the staged files to a directory of their own, for pytest to run in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.commands.pytest_run import RunLocation
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.engine.checkout import write_tree
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import policy, source_of


@contextlib.contextmanager
def staged_tree(repository: Git, here: Path, cache: Path | None) -> Iterator[RunLocation]:
    """Yield the location of the project `here`, in a directory that holds the staged files and nothing else."""
    with scratch(cache) as private:
        git = repository.within(private)
        index = _index_file(git)
        tree = git.tree(git.staged(index))
        directory = private / "staged"
        directory.mkdir()
        write_tree(git, tree, directory)
        below = here.relative_to(git.work_tree.resolve())
        root = directory / below
        if not root.is_dir():
            hint = "nothing of this project is staged: run `git add` first"
            raise ExecuteError(Problem("not-staged", hint, str(here)))
        (private / "pytest.ini").write_text("[pytest]\n")  # so that none further up counts where none is staged
        options = (
            f"--rootdir={root}",
            f"--execute-repository={git.work_tree}",
            f"--execute-index={index}",
            f"--execute-work-tree={directory}",
            *([f"--execute-ledger={cache}"] if cache is not None else []),
            *("-p", "no:cacheprovider"),
        )
        roots = _import_roots(root, f"{below.as_posix()}/" if below.parts else "", tuple(tree))
        path = os.pathsep.join(str(directory / each) for each in roots)
        yield RunLocation(
            root,
            options,
            {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "GIT_CEILING_DIRECTORIES": str(private)},
        )


def _index_file(git: Git) -> Path:
    """The index that is to be committed: a hook is from_hook of it where it is not the usual one."""
    from_hook = os.environ.get("GIT_INDEX_FILE")
    path = Path(from_hook) if from_hook else git.git_dir / "index"
    path = path if path.is_absolute() else git.work_tree / path
    if not path.exists():
        raise ExecuteError(Problem("no-index", "nothing is staged: run `git add` first", str(git.work_tree)))
    return path


def _import_roots(root: Path, prefix: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Where the staged modules are imported from, so that no installed checkout stands in for them."""
    return Layout(prefix=prefix, source=source_of(policy(root), paths, prefix)).import_roots(paths)
