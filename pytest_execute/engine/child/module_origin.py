"""Origin of modules: the project's come from the tree, and from nowhere else."""

from __future__ import annotations

import contextlib
import functools
import importlib.machinery
import os
import sys
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child.messages import SetupMessage

OWN_PREFIX = "_execute_"
"""Prefix of the modules that `main.py` loads from beside it. If the project is this one, they are in its checkout."""


def real_path(file: str) -> str:
    """Return the path with links followed; links in a directory's path are followed once for all files in it."""
    directory, name = os.path.split(file)
    if os.path.islink(file):  # noqa: PTH114 - for every module and every frame of a traceback
        return os.path.realpath(file)
    return os.path.join(real_directory(directory), name)  # noqa: PTH118 - likewise


real_directory = functools.cache(os.path.realpath)


class TreeFinder:
    """Meta path finder that finds the project's modules in the tree.

    A module that the tree does not have is missing, wherever else there is one of its name. The exception is a
    dependency, which a later commit has taken into the tree: it comes from the directory in `installed`.

    The directories of the tree are searched in Python's order: pytest puts that of a test before the others, and what
    lies there may have the name of a directory elsewhere.
    """

    def __init__(self, tree: str, source_roots: list[str], top_modules: list[str], installed: dict[str, str]) -> None:
        self.tree_prefix, self.source_roots = tree + os.sep, source_roots
        self.top_modules, self.installed = frozenset(top_modules), installed

    def install(self) -> None:
        """Become the first finder, and the only one of the project's modules, also for those that pytest rewrites."""
        import _pytest.assertion.rewrite

        others = [OtherFinder(finder, self) for finder in sys.meta_path if hasattr(finder, "find_spec")]
        sys.meta_path[:] = [self, *others]
        hook: Any = _pytest.assertion.rewrite.AssertionRewritingHook
        hook._find_spec = staticmethod(self.find_file)  # pytest 8.4 to 9: it would ask PathFinder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not self.is_project(name):
            return None
        if path is None and self.is_dependency(name):
            return importlib.machinery.PathFinder.find_spec(name, [self.installed[name]])
        return importlib.machinery.PathFinder.find_spec(name, self.import_path() if path is None else path)

    def find_file(self, name: str, path: Any = None) -> Any:
        """Return the spec of any module that has a file."""
        finder = self if self.is_project(name) else importlib.machinery.PathFinder
        return finder.find_spec(name, path)

    def is_project(self, name: str) -> bool:
        """Return whether a module has a name of the project's."""
        return name.partition(".")[0] in self.top_modules

    def has_code(self, name: str) -> bool:
        """Return whether the tree has a file or a directory of this module."""
        paths = [f"{root}/{name.replace('.', '/')}" for root in self.source_roots]
        return any(os.path.exists(path) or os.path.exists(f"{path}.py") for path in paths)  # noqa: PTH110 - likewise

    def is_dependency(self, name: str, file: str = "") -> bool:
        """Return whether a module, with this file, is installed and of a name that the tree has no code for."""
        top_module = name.partition(".")[0]
        directory = self.installed.get(top_module)
        if directory is None or (file and not file.startswith(os.path.realpath(directory) + os.sep)):
            return False
        spec = importlib.machinery.PathFinder.find_spec(top_module, self.import_path())
        return spec is None or spec.origin is None

    def import_path(self) -> list[str]:
        """Return the directories of the tree on the module path, and the roots that a test has removed from it."""
        path = [
            entry for entry in sys.path if isinstance(entry, str) and f"{entry}{os.sep}".startswith(self.tree_prefix)
        ]
        return [*path, *(root for root in self.source_roots if root not in path)]

    def invalidate_caches(self) -> None:
        importlib.machinery.PathFinder.invalidate_caches()


class OtherFinder:
    """Meta path finder that finds what `finder` finds, but for modules of the project."""

    def __init__(self, finder: Any, project: TreeFinder) -> None:
        self.finder, self.project = finder, project

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return None if self.project.is_project(name) else self.finder.find_spec(name, path, target)

    def __getattr__(self, name: str) -> Any:
        """Return another attribute of the finder: `importlib.metadata` looks for `find_distributions`."""
        return getattr(self.finder, name)


class OriginCheck:
    """Check of loaded modules, each of which is looked at once."""

    def __init__(self, setup: SetupMessage, finder: TreeFinder) -> None:
        self.finder = finder
        self.tree_prefix, self.work_tree_prefix = setup["tree"] + os.sep, setup["work_tree"] + os.sep
        self.installed_prefix = os.path.realpath(sys.prefix) + os.sep
        self.checked: dict[str, weakref.ref[Any]] = {}
        self.checked_ids: list[int] = []
        for name, module in sys.modules.items():
            if name.startswith(OWN_PREFIX):
                self.mark_checked(name, module)

    def mark_checked(self, name: str, module: Any) -> None:
        """Look at this module no more. It is not kept alive: a test may unload it."""
        with contextlib.suppress(TypeError):
            self.checked[name] = weakref.ref(module)

    def is_project_loaded(self) -> bool:
        """Return whether a module of the project is loaded, from the tree or from elsewhere.

        A dependency with such a name is the project's in another tree.
        """
        modules = list(sys.modules.values())
        files = [real_path(str(file)) for module in modules if (file := getattr(module, "__file__", None))]
        is_named_so = any(map(self.finder.is_project, list(sys.modules)))
        return is_named_so or self.find_foreign() is not None or any(f.startswith(self.tree_prefix) for f in files)

    def find_foreign(self) -> tuple[str, str] | None:
        """Return (name, file) of a module that is the project's or the checkout's, but is not from the tree."""
        ids = [*map(id, sys.modules.values())]
        if ids == self.checked_ids:
            return None
        for name, module in list(sys.modules.items()):
            if (reference := self.checked.get(name)) is not None and reference() is module:
                continue
            path = getattr(module, "__file__", None)
            is_main = module is sys.modules["__main__"] or name == "__mp_main__"  # main.py of the child
            if isinstance(path, str) and not is_main:
                path = real_path(path)
                if self._is_foreign(path, (own_name(module, name), *([name] if self.finder.has_code(name) else []))):
                    return name, path
            self.mark_checked(name, module)
        self.checked_ids = ids
        return None

    def _is_foreign(self, path: str, names: Iterable[str]) -> bool:
        """Return whether a module in the file `path` is the project's, by one of its names, or the checkout's."""
        if path.startswith(self.tree_prefix):
            return False
        if any(self.finder.is_project(name) and not self.finder.is_dependency(name, path) for name in names):
            return True
        is_installed = path.startswith(self.installed_prefix) or "site-packages" in path
        return path.startswith(self.work_tree_prefix) and not is_installed


def own_name(module: Any, key: str) -> str:
    """Return the name that a module was loaded by; its key in `sys.modules` may be an alias."""
    names = (getattr(getattr(module, "__spec__", None), "name", None), getattr(module, "__name__", None))
    return next((name for name in names if isinstance(name, str)), key)
