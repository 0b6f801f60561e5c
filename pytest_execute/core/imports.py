"""Modules that sources import, and the files of a tree that they are.

All paths begin at the top of the repository; a root is a directory on the module path, "" being the top.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

# matches "from app.store import Store, load", "from app import (\n    store,\n)", "import app.store as store, sys"
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]+)|import[ \t]+([^\n#;]+))", re.MULTILINE
)


def imported_names(source: bytes) -> Iterator[str]:
    r"""Yield the dotted names that a source imports, and those that it imports from a module, which may be modules.

    >>> list(imported_names(b"from app.store import Store\nimport sys"))
    ['app.store', 'app.store.Store', 'sys']
    """
    for module, names, modules in _IMPORT.findall(source):
        base = module.decode(errors="replace")
        if base.startswith("."):
            continue
        if base:
            yield base
        for name in _listed(names or modules):
            yield f"{base}.{name}" if base else name


def _listed(names: bytes) -> Iterator[str]:
    for part in names.decode(errors="replace").strip("() \t").split(","):
        name = re.match(r"(?:\s|#.*\n)*([\w.]+)", part)
        if name is not None:
            yield name[1]


def find_module(name: str, root: str, files: Collection[str]) -> str | None:
    """Return the file of a module below a root; None where it is not there, or a directory without `__init__.py`."""
    path = f"{root}/{name.replace('.', '/')}".lstrip("/")
    return next((file for file in (f"{path}/__init__.py", f"{path}.py") if file in files), None)


def implementation_of(name: str, root: str, files: Collection[str]) -> str | None:
    """Return the entry of the implementation that a module below a root belongs to; None where it is not there.

    The entry is the outermost package, else the directory of the module, else, at the top of the root, the file.
    """
    file = find_module(name, root, files)
    if file is None:
        return None
    start = f"{root}/" if root else ""
    parents = file[len(start) :].split("/")[:-1]
    directories = [start + "/".join(parents[: depth + 1]) for depth in range(len(parents))]
    packages = (directory for directory in directories if f"{directory}/__init__.py" in files)
    return next(packages, directories[-1] if directories else file)
