"""Loads modules of Python that files of a tree name, once for all orders. Loaded by its path in the processes that run tests.

Only such as do nothing when they are loaded but take long to.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Collection, Iterator

MODULES = (
    *(
        "asyncio",
        "concurrent.futures",
        "ctypes",
        "doctest",
        "html.parser",
        "http.client",
        "http.server",
        "multiprocessing",
    ),
    *("sqlite3", "ssl", "tarfile", "unittest.mock", "urllib.request", "xml.etree.ElementTree"),
)
MOST = 4 << 20
"""Bytes of sources that are looked through."""
LOADED: set[str] = set()


def load(tree: str) -> None:
    """Load what files of this tree name, none of it from there."""
    before, path = set(sys.modules), sys.path[:]
    sys.path[:] = [each for each in path if not (each + os.sep).startswith(tree + os.sep)]
    try:
        for name in named(tree):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    finally:
        sys.path[:] = path
    LOADED.update(sys.modules.keys() - before)


def forget(hidden: Collection[str]) -> None:
    """Have them all loaded anew where one of these could come in place of one: modules, without packages around them."""
    if any(name.partition(".")[0] in hidden for name in LOADED):
        for name in LOADED:
            sys.modules.pop(name, None)
        LOADED.clear()


def named(tree: str) -> list[str]:
    """Those of the modules whose last name occurs in the sources."""
    texts = list(sources(tree))
    return [name for name in MODULES if any(name.rpartition(".")[2].encode() in text for text in texts)]


def sources(tree: str) -> Iterator[bytes]:
    left = MOST
    for directory, _, files in os.walk(tree):
        for file in files:
            if file.endswith(".py") and left > 0:
                with contextlib.suppress(OSError), open(os.path.join(directory, file), "rb") as source:  # noqa: PTH118, PTH123
                    text = source.read(left)
                    left -= len(text)
                    yield text
