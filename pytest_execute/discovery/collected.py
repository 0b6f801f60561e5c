"""Conversion of pytest's items to plain values."""

from __future__ import annotations

import sys
from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Iterator

import pytest
from msgspec import Struct

from pytest_execute.core.evidence import CollectedTest

MARKERS = ("task", "stream", "gate")


class Collection(Struct, frozen=True):
    """Tests of a run, those that an option, a plugin or a conftest has deselected, and those out of a partial scope.

    `imported` are the files of the project's modules that were imported for that, by their names.
    """

    tests: list[CollectedTest]
    deselected: list[CollectedTest]
    out_of_scope: list[CollectedTest]
    imported: dict[str, str]


def imported_files(top_modules: AnyCollection[str]) -> dict[str, str]:
    """Return `{module: its file}` of the imported modules whose first name is one of these."""
    modules = [(name, module) for name, module in list(sys.modules.items()) if name.partition(".")[0] in top_modules]
    files = {name: getattr(module, "__dict__", {}).get("__file__") for name, module in modules}
    return {name: file for name, file in files.items() if isinstance(file, str)}


def collected_tests(items: Iterable[pytest.Item], topic: str) -> list[CollectedTest]:
    """Return the collected tests, each with its markers for `topic` or for no topic."""
    return [
        CollectedTest(
            item.nodeid, item.nodeid.split("::")[0], (item.location[1] or 0) + 1, tuple(_markers(item, topic))
        )  # pytest counts lines in `Item.location` from 0
        for item in items
    ]


def _markers(item: pytest.Item, topic: str) -> Iterator[tuple[str, str]]:
    """Yield (marker, id) pairs.

    pytest-bdd turns a tag `@task:1` into a marker named `task:1`, which means the same as `task("1")`.
    """
    for mark in item.iter_markers():
        name, colon, value = mark.name.partition(":")
        if name in MARKERS and mark.kwargs.get("topic") in (None, topic):
            yield from ((name, str(each)) for each in ([value] if colon else mark.args))
