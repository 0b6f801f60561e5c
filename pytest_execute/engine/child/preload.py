"""Imports modules that tests of a tree need, and that are not of the tree, once for all jobs.

| module | is preloaded if |
| --- | --- |
| of the standard library | it is one of `STDLIB_MODULES` and a source has its name |
| of another package | a source imports it, no file of the tree has its name, it is pure Python and harmless |

An import is tried in a process of its own. It is harmful if it touches the tree, reads or sets environment variables,
warns, starts a thread, leaves a file open, writes to the home directory, changes the working directory or ends the
process.

| limit | value |
| --- | --- |
| bytes of sources that are read | `MAX_SOURCE_BYTES` |
| seconds between two messages of a trial process | `TRIAL_SECONDS` |
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import select
import sys
import threading
import warnings
from collections.abc import Collection, Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child import process_tree
    from pytest_execute.engine.child.accesses import AccessLog
else:
    import _execute_process_tree as process_tree

STDLIB_MODULES = (
    *("asyncio", "concurrent.futures", "ctypes", "doctest", "html.parser", "http.client", "http.server"),
    *("multiprocessing", "sqlite3", "ssl", "tarfile", "unittest.mock", "urllib.request", "xml.etree.ElementTree"),
)
"""Modules that take long to import, and do nothing else."""
MAX_SOURCE_BYTES, TRIAL_SECONDS = 4 << 20, 5.0
IMPORT = re.compile(rb"^(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)
PYTEST_LOADS = (b"register_assert_rewrite", b"pytest_plugins")
"""Words of sources that have pytest import packages with rewritten assertions: nothing else may import them before."""
PRELOADED: set[str] = set()
"""Names of modules that were imported here."""


def preload(tree: str, code: Collection[str], project: Collection[str], log: AccessLog) -> None:
    """Import what the tests of the tree, and the modules at `code` (paths without suffix), name.

    Modules with a name in `project` are left out: another tree may have them.
    """
    before, path = set(sys.modules), sys.path[:]
    sources, tree_names = read_sources(tree, tuple(code))
    sys.path[:] = [entry for entry in path if not (entry + os.sep).startswith(tree + os.sep)]
    try:
        for name in STDLIB_MODULES:
            if any(name.rpartition(".")[2].encode() in source for source in sources):
                try_import(name)
        names = package_modules(sources, tree_names.union(project))
        while names:
            harmless, names = run_trial(names, log)
            for name in harmless:
                try_import(name)
    finally:
        sys.path[:] = path
    PRELOADED.update(sys.modules.keys() - before)


def preloaded_packages() -> set[str]:
    """Return the packages that were preloaded, without the standard library's."""
    return {name.partition(".")[0] for name in PRELOADED} - sys.stdlib_module_names


def try_import(name: str) -> None:
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def unload_if_shadowed(shadowed: Collection[str]) -> None:
    """Unload all that was preloaded, if a file of the tree may shadow one of it: tests import the right one then.

    All, as a module that stays would keep its references to the shadowed one.
    """
    if any(name.partition(".")[0] in shadowed for name in PRELOADED):
        for name in PRELOADED:
            sys.modules.pop(name, None)
        PRELOADED.clear()


# -- what sources import


def read_sources(tree: str, code: tuple[str, ...]) -> tuple[list[bytes], set[str]]:
    """Return the sources of tests and code, and the names of all files and directories without suffixes."""
    sources, names, bytes_left = list[bytes](), set[str](), MAX_SOURCE_BYTES
    for directory, subdirectories, files in os.walk(tree):
        names |= {each.partition(".")[0] for each in (*subdirectories, *files)}
        for path in (f"{directory}{os.sep}{file}" for file in files if file.endswith(".py")):
            if bytes_left > 0 and ("test" in path[len(tree) :] or path.startswith(code)):
                with contextlib.suppress(OSError), open(path, "rb") as file:  # noqa: PTH123 - in large trees
                    sources.append(file.read(bytes_left))
                    bytes_left -= len(sources[-1])
    return sources, names


def package_modules(sources: Sequence[bytes], tree_names: Collection[str]) -> list[str]:
    """Return modules of pure Python packages that the sources import; none if pytest may have to import some."""
    if any(word in source for word in PYTEST_LOADS for source in sources):
        return []
    names = (name for name in imported_modules(sources) if name.partition(".")[0] not in tree_names)
    return [name for name in names if is_pure_python(name.partition(".")[0])]


def imported_modules(sources: Sequence[bytes]) -> list[str]:
    """Return the modules that the sources import, without the standard library's and those that are loaded already."""
    found = {
        name.strip().partition(b" ")[0]
        for source in sources
        for from_name, import_names in IMPORT.findall(source)
        for name in (from_name or import_names).split(b",")
    }
    names = sorted(name.decode() for name in found if name)
    excluded = sys.stdlib_module_names | sys.modules.keys()
    return [name for name in names if name not in excluded and name.partition(".")[0] not in sys.stdlib_module_names]


def is_pure_python(package: str) -> bool:
    """Return whether a package is installed and has no extension modules."""
    with contextlib.suppress(Exception):
        spec = importlib.util.find_spec(package)
        if spec is not None:
            locations = spec.submodule_search_locations or []
            files = (file for location in locations for _, _, names in os.walk(location) for file in names)
            return not any(file.endswith(tuple(EXTENSION_SUFFIXES)) for file in files)
    return False


# -- what an import does


def run_trial(names: Sequence[str], log: AccessLog) -> tuple[list[str], list[str]]:
    """Import modules in a trial process. Return the harmless ones, and the names after the first harmful one."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        process_tree.lead_group()
        process_tree.end_with_parent()
        try:
            for line in trial_imports(names, log):
                os.write(write_end, line.encode() + b"\n")
        finally:
            os._exit(0)
    os.close(write_end)
    text = b""
    while select.select([read_end], [], [], TRIAL_SECONDS)[0] and (piece := os.read(read_end, 1 << 16)):
        text += piece
    os.close(read_end)
    process_tree.end_group(child)
    process_tree.kill_children()
    lines = text.decode().split()
    started = [line[1:] for line in lines if line.startswith("?")]
    return [line[1:] for line in lines if line.startswith("!")], list(names[len(started) or len(names) :])


def trial_imports(names: Sequence[str], log: AccessLog) -> Iterator[str]:
    """Yield "?name" before each import, and "!name" after a harmless one; end after a harmful one."""
    log.start()
    variables_read = log_environment_reads()
    for name in names if not log.logged else ():
        yield f"?{name}"
        before = process_state(log, variables_read)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                importlib.import_module(name)
                is_imported = True
            except ImportError:
                is_imported = False
        if caught or process_state(log, variables_read) != before:
            return
        if is_imported:
            yield f"!{name}"


def log_environment_reads() -> list[str]:
    """Return a list that grows with each environment variable that is read: tests may set it before they import."""
    variables_read = list[str]()
    environment: Any = type(os.environ)
    get = environment.__getitem__

    def logged_get(self: Any, name: str) -> Any:
        variables_read.append(name)
        return get(self, name)

    environment.__getitem__ = logged_get
    return variables_read


def process_state(log: AccessLog, variables_read: list[str]) -> object:
    """Return what an import could change: open files, home, threads, accesses, directory and environment."""
    reads_before = len(variables_read)
    directories = [
        os.listdir(directory)  # noqa: PTH208 - only counted
        for directory in ("/proc/self/fd", os.environ.get("HOME", ""))
        if os.path.isdir(directory)  # noqa: PTH112 - "" is no directory, but Path("") is
    ]
    counts = [*map(len, directories), threading.active_count(), len(log.logged), reads_before]
    state = counts, os.getcwd(), {**os.environ}  # noqa: PTH109 - compared only
    del variables_read[reads_before:]
    return state
