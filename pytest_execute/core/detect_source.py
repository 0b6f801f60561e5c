"""Detection of the implementation where the policy does not name it, and of the directories it is imported from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.imports import find_module, implementation_of
from pytest_execute.core.layout import TOOL_FILES, Layout, is_below
from pytest_execute.core.plan import Plan


class Import(Struct, frozen=True):
    """Dotted name that a test imports; pytest puts the directory `beside` on the module path for that test."""

    name: str
    beside: str


def detect_source(
    files: Collection[str], layout: Layout, declared: Iterable[str] = (), imports: Iterable[Import] = ()
) -> tuple[str, ...]:
    """Return the directories and files of the implementation.

    1. what build settings declare, else `src`, else the packages and modules at the top
    2. what tests import from the tree

    None of them is named like a test. Where the root directory holds nothing but tests, the home is searched.
    """
    has_code = any(path.startswith(layout.prefix) and may_be_implementation(path, layout) for path in files)
    start = layout.prefix if has_code else layout.home
    code = [path for path in files if path.endswith(".py") and path.startswith(start)]
    found = {layout.prefix + entry for entry in declared} or {*_usual(code, start)}
    found |= {*_imported(code, layout, imports)}
    entries = sorted(entry for entry in found if _has_code(entry, code, layout))
    return tuple(entry for entry in entries if not any(is_below(entry, each) for each in entries if each != entry))


def with_named_files(layout: Layout, plan: Plan, files: Collection[str], changed: Collection[str]) -> Layout:
    """Return the layout with the Python files that tasks with tests name, wherever they lie, as implementation.

    Of a directory that a task names, the files count that the topic `changed`.
    """
    paths = [layout.home + ref.path.rstrip("/") for task in plan.tasks if task.no_tests is None for ref in task.files]
    named = {path for path in paths if path in files}
    named |= {file for file in changed if any(is_below(file, path) for path in paths)}
    new = sorted(path for path in named if may_be_implementation(path, layout) and not layout.is_source(path))
    return replace(layout, files=tuple(new))


def import_roots(files: Collection[str], layout: Layout, imports: Iterable[Import]) -> tuple[str, ...]:
    """Return the roots of `layout`, and those that imports of tests show for directories that are no packages.

    A directory without `__init__.py` can be a root, or a part of modules' names, as in namespace packages.
    """
    plain = [entry for entry in layout.source if not entry.endswith(".py") and f"{entry}/__init__.py" not in files]
    candidates = dict.fromkeys(root for entry in plain for root in _upwards(entry, layout.prefix.rstrip("/")))
    names = {each.name for each in imports}
    modules = {root: {file for name in names if (file := find_module(name, root, files))} for root in candidates}
    shown = [root for root, found in modules.items() if any(is_below(file, each) for file in found for each in plain)]
    return tuple(dict.fromkeys((*layout.roots, *shown)))


def _usual(code: Iterable[str], prefix: str) -> Iterator[str]:
    inside = [path.removeprefix(prefix) for path in code]
    if any(path.startswith("src/") for path in inside):
        yield f"{prefix}src"
        return
    for path in inside:
        directory, _, name = path.rpartition("/")
        if name == "__init__.py" and directory and "/" not in directory:
            yield prefix + directory
        elif not directory and name != "__main__.py":
            yield prefix + name


def _imported(code: Collection[str], layout: Layout, imports: Iterable[Import]) -> Iterator[str]:
    """Yield the entries of what tests import, from beside them, or from the roots that are known."""
    files, top = frozenset(code), layout.prefix.rstrip("/")
    roots = dict.fromkeys((*layout.roots, f"{layout.prefix}src", top))
    for each in set(imports):
        entries = (implementation_of(each.name, root, files) for root in (each.beside, *roots))
        if entry := next(filter(None, entries), None):
            is_directory = not entry.endswith(".py") or "/" not in entry.removeprefix(layout.prefix)
            yield entry if is_directory else entry.rpartition("/")[0]


def _has_code(entry: str, code: Iterable[str], layout: Layout) -> bool:
    return any(is_below(path, entry) and may_be_implementation(path, layout) for path in code)


def may_be_implementation(path: str, layout: Layout) -> bool:
    """Return whether a file may be implementation: Python that is no test, and that no tool of the project runs."""
    *directories, name = path.removeprefix(layout.home).split("/")
    is_tools = name in TOOL_FILES or (name == "conf.py" and not {"doc", "docs"}.isdisjoint(directories))
    return path.endswith(".py") and path.startswith(layout.home) and not layout.is_overlaid(path) and not is_tools


def _upwards(entry: str, top: str) -> Iterator[str]:
    """Yield a directory and those above it, up to `top`."""
    while is_below(entry, top):
        yield entry
        if entry == top:
            return
        entry = entry.rpartition("/")[0]
