"""Functions, classes and arguments that got another name, and are otherwise as they were.

A statement that only mentions them by their new names did not change.

1. A function or class is gone and a new one stands in the same file, with the same statements but for names.
2. Each name in it that differs is one of those that were renamed, or an argument or variable of its own.
3. The old name of none that is renamed is defined anywhere today, and its new one was defined nowhere before.
4. Arguments and variables are renamed in their function alone, which has the same statements but for names, and in
   keywords where the function is mentioned.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pytest_execute.core.statements import Statement

Place = tuple[str, str]
"""Path of a file, and the qualified name of a function or class in it, "" for the module."""
Scopes = Mapping[Place, Sequence[Statement]]
Pair = tuple[str, str]
Names = dict[str, str]
"""Old names, with the new ones that they stand for."""


def rename_scopes(old: Scopes, new: Scopes, former: Mapping[str, str]) -> dict[Place, tuple[Statement, ...]]:
    """Return the scopes of the old version by the names of today; `former` are the old paths of files.

    A statement that is there today as it was, with an old name that means something else in it, stays as it is.
    """
    names = find_names(old, new, former)
    places = {
        (path, ".".join(names.get(part, part) for part in scope.split("."))): (path, scope) for path, scope in old
    }
    pairs = {places[pair]: place for place in new if (pair := (former[place[0]], place[1])) in places}
    variables = {place: found for place, now in pairs.items() if (found := _variables(old[place], new[now]))}
    keywords = {_last_name(pairs[place]): _keywords(old[place][0], found) for place, found in variables.items()}
    if not names and not variables:
        return {place: tuple(statements) for place, statements in old.items()}
    todays = {each.fingerprint for statements in new.values() for each in statements}

    def translate(statement: Statement, own: Names) -> Statement:
        if statement.fingerprint in todays:
            return statement
        known = {**names, **own}
        mentioned = [names.get(name, name) for name in statement.names]
        for name in mentioned:
            known |= keywords.get(name, {})
        return replace(statement, names=tuple(known.get(name, name) for name in statement.names))

    return {
        today: tuple(translate(each, variables.get(place, {})) for each in old[place])
        for today, place in places.items()
    }


def _rename_parts(scope: str, names: Names) -> str:
    return ".".join(names.get(part, part) for part in scope.split("."))


def find_names(old: Scopes, new: Scopes, former: Mapping[str, str]) -> Names:
    """Return the names of functions and classes that were renamed since the old version."""
    candidates = dict(_candidates(old, new, former))
    uses = Counter(itertools.chain.from_iterable(candidates))
    renamed = {pair: differing for pair, differing in candidates.items() if max(uses[name] for name in pair) == 1}
    while wrong := [pair for pair, differing in renamed.items() if not differing <= renamed.keys()]:
        for pair in wrong:
            del renamed[pair]
    return dict(renamed.keys())


def _candidates(old: Scopes, new: Scopes, former: Mapping[str, str]) -> Iterator[tuple[Pair, set[Pair]]]:
    """Yield the old and the new name of what may have been renamed, with all other names that differ in it."""
    before, after = set(map(_last_name, old)), set(map(_last_name, new))
    gone: dict[tuple[str, tuple[str, ...]], list[Place]] = {}
    for place in old:
        if _last_name(place) not in after:
            gone.setdefault((place[0], _shapes(old[place])), []).append(place)
    for place in new:
        same = gone.get((former[place[0]], _shapes(new[place])), [])
        if _last_name(place) not in before and len(same) == 1:
            statements = old[same[0]], new[place]
            own = _variables(*statements).items()
            yield (_last_name(same[0]), _last_name(place)), _differing(*statements) - own


def _variables(old: Sequence[Statement], new: Sequence[Statement]) -> Names:
    """Return the arguments and variables of a function that are renamed throughout, each to a name that it had not."""
    if _shapes(old) != _shapes(new):
        return {}
    differing = _differing(old, new)
    uses = Counter(itertools.chain.from_iterable(differing))
    bound, todays_bound = (frozenset[str]().union(*(each.bound for each in some)) for some in (old, new))
    names, todays_names = ({name for each in some for name in each.names} for some in (old, new))
    return {
        a: b
        for a, b in differing
        if uses[a] == uses[b] == 1 and a in bound - todays_names and b in todays_bound - names
    }


def _keywords(definition: Statement, variables: Names) -> Names:
    """Return the renamed arguments of a function as keywords."""
    return {f"{name}=": f"{new}=" for name, new in variables.items() if name in definition.bound}


def _differing(old: Iterable[Statement], new: Iterable[Statement]) -> set[Pair]:
    names = [(one, other) for a, b in zip(old, new, strict=True) for one, other in zip(a.names, b.names, strict=True)]
    return {pair for pair in names if pair[0] != pair[1]}


def _shapes(statements: Iterable[Statement]) -> tuple[str, ...]:
    return tuple(statement.shape for statement in statements)


def _last_name(place: Place) -> str:
    return place[1].rpartition(".")[2].partition("#")[0]
