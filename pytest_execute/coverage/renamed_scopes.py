"""Functions and classes that got another name, and are otherwise as they were: what only mentions them is no change.

1. A function or class is gone and a new one stands in the same file, with the same statements but for names.
2. Each name in it that differs is one of those that were renamed.
3. The old name of none that is renamed is defined anywhere today, and its new one was defined nowhere before.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pytest_execute.coverage.statements import Statement

Place = tuple[str, str]
"""Path of a file, and the qualified name of a function or class in it, "" for the module."""
Scopes = Mapping[Place, Sequence[Statement]]
Names = dict[str, str]
"""Old names, with the new ones that they stand for."""


def rename_scopes(old: Scopes, new: Scopes, former: Mapping[str, str]) -> dict[Place, tuple[Statement, ...]]:
    """Return the scopes of the old version by the names of today; `former` are the old paths of files.

    A statement that is there today as it was, with an old name that means something else in it, stays as it is.
    """
    names = find_names(old, new, former)
    todays = {each.fingerprint for statements in new.values() for each in statements} if names else frozenset()
    return {
        (path, ".".join(names.get(part, part) for part in scope.split("."))): tuple(
            each if each.fingerprint in todays else replace(each, names=_translated(each, names)) for each in statements
        )
        for (path, scope), statements in old.items()
    }


def find_names(old: Scopes, new: Scopes, former: Mapping[str, str]) -> Names:
    """Return the names of functions and classes that were renamed since the old version."""
    candidates = dict(_candidates(old, new, former))
    uses = Counter(itertools.chain.from_iterable(candidates))
    renamed = {pair: differing for pair, differing in candidates.items() if max(uses[name] for name in pair) == 1}
    while wrong := [pair for pair, differing in renamed.items() if not differing <= renamed.keys()]:
        for pair in wrong:
            del renamed[pair]
    return dict(renamed.keys())


def _candidates(
    old: Scopes, new: Scopes, former: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], set[tuple[str, str]]]]:
    """Yield the old and the new name of what may have been renamed, with all pairs of names that differ in it."""
    before, after = set(map(_last_name, old)), set(map(_last_name, new))
    gone: dict[tuple[str, tuple[str, ...]], list[Place]] = {}
    for place in old:
        if _last_name(place) not in after:
            gone.setdefault((place[0], _shapes(old[place])), []).append(place)
    for place in new:
        same = gone.get((former[place[0]], _shapes(new[place])), [])
        if _last_name(place) not in before and len(same) == 1:
            yield (_last_name(same[0]), _last_name(place)), _differing(old[same[0]], new[place])


def _differing(old: Iterable[Statement], new: Iterable[Statement]) -> set[tuple[str, str]]:
    names = [(one, other) for a, b in zip(old, new, strict=True) for one, other in zip(a.names, b.names, strict=True)]
    return {pair for pair in names if pair[0] != pair[1]}


def _translated(statement: Statement, names: Names) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in statement.names)


def _shapes(statements: Iterable[Statement]) -> tuple[str, ...]:
    return tuple(statement.shape for statement in statements)


def _last_name(place: Place) -> str:
    return place[1].rpartition(".")[2].partition("#")[0]
