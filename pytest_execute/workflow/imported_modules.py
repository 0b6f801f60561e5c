"""Check that tests import the project from the checkout that is judged, and not from a copy of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.core.policy import Policy
from pytest_execute.engine.installed_modules import installed_modules, project_name
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.tools.git import Tree
from pytest_execute.tools.own_libraries import OF_PYTEST

INSTALLED = ("site-packages", "dist-packages")
"""Names of directories that packages are installed in; the second is Debian's."""


IS_PYTESTS = (
    "pytest itself runs with {}, which here is the project's own, so tests cannot run with an older one: "
    'set `test-first` and `mutation.task` to "off" in the policy'
)
IS_MEASUREMENT = (
    "the judge measures with coverage, which here is the project's own: "
    "set `task`, `stream`, `system` and `changed` of [tool.pytest-execute.coverage] to 0"
)


class CheckedOut(NamedTuple):
    """Files of a checkout, whose directory is `top`."""

    layout: Layout
    tree: Tree
    top: Path


class Copy(NamedTuple):
    """Module that was imported from `file`, below `place`, though the checkout has it in `own`, below `root`."""

    module: str
    file: str
    place: str
    own: str
    root: str


def check_imports(checked_out: CheckedOut, imported: Mapping[str, str], *, have_run: bool = False) -> None:
    """Raise ExecuteError where modules of the project, in `imported` with their files, came from a copy.

    Tests that `have_run` may have made a copy by themselves, which is neither installed nor in another checkout.
    """
    copies = sorted(_copies(checked_out, imported), key=lambda copy: (copy.module.count("."), copy.module))
    if have_run:
        copies = [copy for copy in copies if _is_installed(copy) or _is_in_other_checkout(copy, checked_out.top)]
    if copies:
        raise ExecuteError(_problem(copies[0], checked_out, os.environ.get("PYTHONPATH", "")))


def refuse_modules_of_pytest(checked_out: CheckedOut, policy: Policy) -> None:
    """Raise ExecuteError where the project is a module of pytest, or of the measurement, that the policy requires."""
    layout, tree, top = checked_out
    names = {name.partition(".")[0] for name in layout.modules(tree)}
    of_pytest = sorted(names.intersection(OF_PYTEST))
    others = installed_modules(of_pytest, project_name(top / layout.prefix), top) if of_pytest else {}
    own = [name for name in of_pytest if name not in others]
    if own and (policy.test_first != "off" or policy.mutation.task):
        raise ExecuteError(Problem("own-library", IS_PYTESTS.format(own[0])))
    if "coverage" in names and policy.coverage.is_required:
        raise ExecuteError(Problem("own-library", IS_MEASUREMENT))


def _copies(checked_out: CheckedOut, imported: Mapping[str, str]) -> Iterator[Copy]:
    """Yield the modules with the path of a module of the implementation, whose file is none of the checkout's."""
    layout, tree, _ = checked_out
    roots = layout.import_roots(tree)
    for name, file in imported.items():
        path = name.replace(".", "/") + ("/__init__.py" if Path(file).name == "__init__.py" else ".py")
        owns = {f"{root}/{path}".lstrip("/"): root for root in roots}
        owns = {own: root for own, root in owns.items() if own in tree and layout.is_source(own)}
        if owns and file.replace(os.sep, "/").endswith(f"/{path}") and not _is_own(file, checked_out, owns):
            own, root = next(iter(owns.items()))
            yield Copy(name, file, file[: -len(path) - 1], str(checked_out.top / own), root)


def _is_own(file: str, checked_out: CheckedOut, owns: Iterable[str]) -> bool:
    """Return whether a file is one of the tree, or what one of the paths `owns` links to."""
    real, top = os.path.realpath(file), os.path.realpath(checked_out.top)
    if os.path.relpath(real, top).replace(os.sep, "/") in checked_out.tree:
        return True
    return real in {os.path.realpath(checked_out.top / own) for own in owns}


def _problem(copy: Copy, checked_out: CheckedOut, python_path: str) -> Problem:
    kind = "an installed copy" if _is_installed(copy) else "in another checkout"
    root = os.path.relpath(copy.root or ".", checked_out.layout.prefix or ".").replace(os.sep, "/")
    remedy = f'run `pip install -e .` here, or set pytest\'s `pythonpath = ["{root}"]`'
    if copy.place in python_path.split(os.pathsep):
        remedy = f"take {copy.place} out of PYTHONPATH"
    message = f"tests import {copy.module} from {copy.file}, {kind}, and not from {copy.own}: {remedy}"
    return Problem("other-code", message)


def _is_installed(copy: Copy) -> bool:
    return any(part in INSTALLED for part in Path(copy.file).parts)


def _is_in_other_checkout(copy: Copy, top: Path) -> bool:
    checkout = checkout_top(Path(copy.file).resolve().parent)
    return checkout is not None and checkout != top.resolve()
