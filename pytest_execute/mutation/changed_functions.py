"""Which functions the topic added or changed: those whose own code base does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pytest_execute.mutation.functions import Function, functions

Sources = Mapping[str, str]
"""Source texts by their paths."""


def changed(base: Sources, head: Sources) -> dict[str, tuple[Function, ...]]:
    """`{path: functions}` of what head has and base has not.

    A function is the same where its path, its name and its own code are. One that keeps its own name and its code is the same too
    wherever it went, as long as it is gone from where it was: moved, or with another class around it.
    """
    before = _known(base)
    after = _known(head)
    left = Counter(_essence(function) for place, function in before.items() if not _same(function, after.get(place)))
    found: dict[str, list[Function]] = {}
    for (path, name), function in after.items():
        if _same(function, before.get((path, name))):
            continue
        if left[_essence(function)]:
            left[_essence(function)] -= 1
        else:
            found.setdefault(path, []).append(function)
    return {path: tuple(functions) for path, functions in found.items()}


def _known(sources: Sources) -> dict[tuple[str, str], Function]:
    return {(path, function.name): function for path, text in sources.items() for function in functions(text)}


def _same(function: Function, other: Function | None) -> bool:
    return other is not None and function.own == other.own


def _essence(function: Function) -> tuple[str, str]:
    """What stays of a function that is moved."""
    return function.name.rpartition(".")[2].partition("#")[0], function.own
