"""Libraries of this package, beside a project that is one of them: the judge imports its own, and tests the project's.

`python -m pytest`, an editable install and pytest's `pythonpath` put the checkout on the module path. This module
imports the standard library alone, and what does the same.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pytest_execute.tools.checkout_top import checkout_top

OWN = {"markdown_it": "markdown-it-py", "mdurl": "mdurl", "msgspec": "msgspec", "tomli": "tomli"}
"""Libraries that this package alone imports, by their modules; the values are their names on PyPI."""
OF_PYTEST = ("_pytest", "execnet", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "xdist")
"""Modules that pytest has imported before any plugin."""
PACKAGE = "pytest_execute"
NOT_IMPORTED = ("pytest_execute.demo.", "pytest_execute.engine.child.", "pytest_execute.__main__")
"""Modules that no run imports by these names."""


class OwnLibraryError(Exception):
    """Error that says which library has no copy but the project's own."""

    def __init__(self, module: str) -> None:
        remedy = f"run `pip install --force-reinstall {OWN[module]}`, and let tests find the project's by `pythonpath`"
        super().__init__(
            f"error: the judge itself needs {module}, which here is the project's own: {remedy} (own-library)"
        )


@contextlib.contextmanager
def imported_from_elsewhere(root: Path) -> Iterator[None]:
    """Let imports find the libraries of this package anywhere but in the checkout around `root`.

    Raises OwnLibraryError where there is no other copy.
    """
    root = root.resolve()
    top = checkout_top(root) or root
    path = sys.path[:]
    hidden = [entry for entry in path if _is_inside(Path(entry), top) and any(_holds(entry, name) for name in OWN)]
    loaded = {name: sys.modules.pop(name) for name in _modules(OWN) if is_from(name, top)}
    sys.path[:] = [entry for entry in path if entry not in hidden]
    try:
        yield
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        if not hidden or name not in OWN:
            raise
        raise OwnLibraryError(name) from None
    finally:
        sys.path[:] = path
    for name in OWN:
        if is_from(name, top):
            raise OwnLibraryError(name)
    for name, module in loaded.items():
        sys.modules[name] = module


def leave_to_project(top_modules: Collection[str]) -> None:
    """Let the tests import their own copies of those libraries that are modules of the project.

    All of this package is imported before, as it could not import its own copies any more.
    """
    names = OWN.keys() & top_modules
    if not names:
        return
    for module in pkgutil.walk_packages(sys.modules[PACKAGE].__path__, f"{PACKAGE}."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    for name in _modules(names):
        del sys.modules[name]


def is_from(name: str, top: Path) -> bool:
    """Return whether a module is loaded from the checkout at `top`."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and _is_inside(Path(file), top)


def _modules(names: Iterable[str]) -> list[str]:
    tops = set(names)
    return [name for name in sys.modules if name.partition(".")[0] in tops]


def _is_inside(path: Path, top: Path) -> bool:
    """Return whether a path is in the checkout, and not in an environment or a directory of packages in it."""
    path = path.resolve()
    if not path.is_relative_to(top) or {"site-packages", "dist-packages"}.intersection(path.parts):
        return False
    directories = [each for each in (path, *path.parents) if each.is_relative_to(top)]
    return not any(any(directory.glob("*.dist-info")) for directory in directories)


def _holds(entry: str, name: str) -> bool:
    return Path(entry, name).is_dir() or Path(entry, f"{name}.py").is_file()
