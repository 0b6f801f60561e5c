"""Run the whole suite of a tree in a process of its own, with the tree's own configuration, and measure its lines."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.coverage_patterns import source_pattern
from pytest_execute.engine.builds import BuildFailed, Builds
from pytest_execute.engine.checkout import Checkout
from pytest_execute.engine.settings import Settings, tree_environment
from pytest_execute.tools import process
from pytest_execute.tools.git import Git, Tree

COVERAGE_SETTINGS = """\
[run]
parallel = true
patch = subprocess
include =
    {include}
"""
MEASURED = (0, 1)
"""Exit statuses of a pytest that ran all tests: OK and TESTS_FAILED of `pytest.ExitCode`."""
NO_TESTS = 5


class Suite(Struct, frozen=True, kw_only=True):
    """Tree with the paths of its implementation, and the directories that modules are imported from."""

    tree: Tree
    source: tuple[str, ...]
    roots: tuple[str, ...]


class SuiteFailed(Exception):
    """Reason why the tests of a tree could not be measured."""


def run_suite(git: Git, suite: Suite, settings: Settings, directory: Path, seconds: float) -> Path:
    """Run all tests of a tree, and return the directory that it was written to.

    The data files of coverage.py are in `directory`, with names that begin with `data.`. Raises SuiteFailed where not
    all tests ran within so many seconds.
    """
    directory = directory.resolve()
    top, home = directory / "tree", directory / "home"
    home.mkdir(parents=True)
    checkout = Checkout(git, top)
    environment = tree_environment(top, home, [str(top / root) for root in suite.roots])
    with contextlib.closing(checkout.contents):
        try:
            checkout.switch_to(Builds(git, settings).built(suite.tree, checkout, environment))
        except BuildFailed as error:
            raise SuiteFailed(str(error)) from None
    configuration = directory / "coverage.ini"
    include = "\n    ".join(source_pattern(top / entry) for entry in suite.source)
    configuration.write_text(COVERAGE_SETTINGS.format(include=include))
    command = _command(configuration, directory / "data", settings)
    status = process.run_silently(command, cwd=top / settings.prefix, env=environment, seconds=seconds)
    if status not in MEASURED:
        raise SuiteFailed(_reason(status, seconds))
    return top


def _command(configuration: Path, data: Path, settings: Settings) -> list[str]:
    """Return the command; options at its end count before those in the tree's own configuration.

    That may switch plugins off: those whose options are used here are loaded all the same.
    """
    without_cov = ["-p", "pytest_cov", "--no-cov"] if importlib.util.find_spec("pytest_cov") else []
    plugins = ["-p", "no:cacheprovider", "-p", "no:randomly", "-p", "xdist"]
    # xdist runs no test after an error in the collection, and pytest ends with status 1 as if tests had failed (3.8)
    options = [*plugins, *without_cov, "--continue-on-collection-errors", f"-n{settings.pytest.workers}"]
    coverage = [sys.executable, "-m", "coverage", "run", f"--rcfile={configuration}", f"--data-file={data}"]
    return [*coverage, "-m", "pytest", *options]


def _reason(status: int | None, seconds: float) -> str:
    if status is None:
        return f"they did not end within {seconds:.0f} s"
    return "it has no tests" if status == NO_TESTS else f"pytest ended with status {status}"
