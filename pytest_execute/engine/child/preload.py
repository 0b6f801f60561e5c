"""Loads what the files of a tree import and the tree has not itself, once for all orders. Loaded by its path in the processes that run tests.

Of Python only modules that are known to do nothing when they are loaded, but take long to; of other packages what does no more than load, as
a process shows that tries it.
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
    from pytest_execute.engine.child import system
    from pytest_execute.engine.child.accesses import AccessLog
else:
    import _execute_system as system

MODULES = (
    *("asyncio", "concurrent.futures", "ctypes", "doctest", "html.parser", "http.client", "http.server"),
    *("multiprocessing", "sqlite3", "ssl", "tarfile", "unittest.mock", "urllib.request", "xml.etree.ElementTree"),
)
MOST, LONGEST = 4 << 20, 5.0
"""Bytes of sources that are looked through; seconds that a package may take to load."""
IMPORT = re.compile(rb"^(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)
REWRITES = (b"register_assert_rewrite", b"pytest_plugins")
"""Where these stand, pytest may want to load packages in its own way."""
LOADED: set[str] = set()


def load(tree: str, code: Collection[str], watch: AccessLog) -> None:
    """Load what tests of this tree and the modules at `code`, paths without suffixes, name; none of it from the tree."""
    before, path = set(sys.modules), sys.path[:]
    texts, own = look(tree, tuple(code))
    sys.path[:] = [each for each in path if not (each + os.sep).startswith(tree + os.sep)]
    try:
        for name in MODULES:
            if any(name.rpartition(".")[2].encode() in text for text in texts):
                attempt(name)
        names = others(texts, own)
        while names:
            clean, names = tried(names, watch)
            for name in clean:
                attempt(name)
    finally:
        sys.path[:] = path
    LOADED.update(sys.modules.keys() - before)


def packages() -> set[str]:
    """What was loaded that is not Python's own."""
    return {name.partition(".")[0] for name in LOADED} - sys.stdlib_module_names


def attempt(name: str) -> None:
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def forget(hidden: Collection[str]) -> None:
    """Have them all loaded anew where one of these could come in place of one: modules, without packages around them."""
    if any(name.partition(".")[0] in hidden for name in LOADED):
        for name in LOADED:
            sys.modules.pop(name, None)
        LOADED.clear()


def look(tree: str, code: tuple[str, ...]) -> tuple[list[bytes], set[str]]:
    """The sources of a tree's tests and code, and what it calls its files and directories, without suffixes."""
    texts, names, left = list[bytes](), set[str](), MOST
    for directory, within, files in os.walk(tree):
        names |= {each.partition(".")[0] for each in (*within, *files)}
        for path in (os.path.join(directory, file) for file in files if file.endswith(".py")):  # noqa: PTH118
            if left > 0 and ("test" in path[len(tree) :] or path.startswith(code)):
                with contextlib.suppress(OSError), open(path, "rb") as source:  # noqa: PTH123
                    texts.append(source.read(left))
                    left -= len(texts[-1])
    return texts, names


def others(texts: Sequence[bytes], own: Collection[str]) -> list[str]:
    """The modules of other packages to be tried, none where pytest may want to load them in its own way."""
    if any(word in text for word in REWRITES for text in texts):
        return []
    return [name for name in imported(texts) if (top := name.partition(".")[0]) not in own and not is_compiled(top)]


def imported(texts: Sequence[bytes]) -> list[str]:
    """The modules that are not Python's own, and not loaded yet."""
    found = {
        name.strip().partition(b" ")[0]
        for text in texts
        for one in IMPORT.findall(text)
        for name in (one[0] or one[1]).split(b",")
    }
    names = sorted(name.decode() for name in found if name)
    own = sys.stdlib_module_names | sys.modules.keys()
    return [name for name in names if name not in own and name.partition(".")[0] not in sys.stdlib_module_names]


def is_compiled(package: str) -> bool:
    """Has it code that is not Python, or is it not there?"""
    with contextlib.suppress(Exception):
        spec = importlib.util.find_spec(package)
        places = (spec.submodule_search_locations or []) if spec is not None else None
        if places is not None:
            files = (file for place in places for _, _, found in os.walk(place) for file in found)
            return any(file.endswith(tuple(EXTENSION_SUFFIXES)) for file in files)
    return True


def tried(names: Sequence[str], watch: AccessLog) -> tuple[list[str], list[str]]:
    """Those that can be loaded, up to the first that does more than that, and those after it; a process of its own loads them."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        system.own_group()
        system.die_with_parent()
        try:
            for line in loading(names, watch):
                os.write(theirs, line.encode() + b"\n")
        finally:
            os._exit(0)
    os.close(theirs)
    text = b""
    while select.select([ours], [], [], LONGEST)[0] and (piece := os.read(ours, 1 << 16)):
        text += piece
    os.close(ours)
    system.end(child)
    system.end_all(set())
    lines = text.decode().split()
    begun = [line[1:] for line in lines if line.startswith("?")]
    return [line[1:] for line in lines if line.startswith("!")], list(names[len(begun) or len(names) :])


def loading(names: Sequence[str], watch: AccessLog) -> Iterator[str]:
    """Loads one after the other: "?name" before, and "!name" where it did no more."""
    watch.start()
    asked = heard_environment()
    for name in names if not watch.told else ():
        yield f"?{name}"
        before = state(watch, asked)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                importlib.import_module(name)
                loaded = True
            except ImportError:
                loaded = False
        if said or state(watch, asked) != before:
            return
        if loaded:
            yield f"!{name}"


def heard_environment() -> list[str]:
    """What is asked of the environment from here on: a test's own settings come later."""
    asked = list[str]()
    environment: Any = type(os.environ)
    plain = environment.__getitem__

    def heard(self: Any, name: str) -> Any:
        asked.append(name)
        return plain(self, name)

    environment.__getitem__ = heard
    return asked


def state(watch: AccessLog, asked: list[str]) -> object:
    """What of this process others could see, and what it has asked for and looked at."""
    before = len(asked)
    there = [os.listdir(place) for place in ("/proc/self/fd", os.environ.get("HOME", "")) if os.path.isdir(place)]  # noqa: PTH112, PTH208
    found = [*map(len, there)], threading.active_count(), len(watch.told), os.getcwd(), {**os.environ}, before  # noqa: PTH109
    del asked[before:]
    return found
