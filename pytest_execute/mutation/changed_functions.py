"""Finds the functions that the topic added or changed: those whose own code base does not have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from pytest_execute.core.renamed_scopes import Place, find_names
from pytest_execute.core.statements import Statement, find_statements
from pytest_execute.mutation.functions import Function, find_functions

Sources = Mapping[str, str | bytes]
"""Sources by path."""


def changed_functions(base: Sources, head: Sources) -> dict[str, tuple[Function, ...]]:
    """Return `{path: functions}` that head has and base has not.

    A function is the same where its path, its name and its own code are, but for names of functions and classes that
    were only renamed. It is also the same where its last name and its own code are found elsewhere, and it is gone from
    there: it was moved, its class was renamed, or it changed places with another definition of its name.
    """
    as_written, before, after = _by_name(base), _by_name(_with_new_names(base, head)), _by_name(head)
    several = {name for name, count in Counter(map(_without_number, after)).items() if count > 1}
    gone = Counter(
        _identity(function)
        for name, function in before.items()
        if name not in after or (_without_number(name) in several and not _is_same(function, after[name]))
    )
    changed: dict[str, list[Function]] = {}
    for (path, name), function in after.items():
        if any(_is_same(function, version.get((path, name))) for version in (as_written, before)):
            continue
        if gone[_identity(function)]:
            gone[_identity(function)] -= 1
        else:
            changed.setdefault(path, []).append(function)
    return {path: tuple(functions) for path, functions in changed.items()}


def functions_at_base(base: Sources, head: Sources) -> dict[str, tuple[Function, ...]]:
    """Return `{path: functions}` of head that base has too: as they are, changed, or in another place."""
    before, changed = _by_name(_with_new_names(base, head)), changed_functions(base, head)
    added = {(path, one.name) for path, functions in changed.items() for one in functions} - before.keys()
    kept: dict[str, list[Function]] = {}
    for (path, name), function in _by_name(head).items():
        if (path, name) not in added:
            kept.setdefault(path, []).append(function)
    return {path: tuple(functions) for path, functions in kept.items()}


def _with_new_names(base: Sources, head: Sources) -> Sources:
    """Return the sources of base with the names that head has for functions and classes that are the same."""
    names = find_names(_scopes(base), _scopes(head), {path: path for path in head})
    if not names:
        return base
    words = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b".encode())
    return {path: words.sub(lambda word: names[word[1].decode()].encode(), _as_bytes(base[path])) for path in base}


def _scopes(sources: Sources) -> dict[Place, tuple[Statement, ...]]:
    """Return the statements of sources by path and function or class, but for those that are no Python."""
    found = {path: find_statements(_as_bytes(source)) for path, source in sources.items()}
    return {(path, name): statements for path, scopes in found.items() for name, statements in (scopes or {}).items()}


def _as_bytes(source: str | bytes) -> bytes:
    return source.encode(errors="surrogatepass") if isinstance(source, str) else source


def _by_name(sources: Sources) -> dict[tuple[str, str], Function]:
    return {(path, function.name): function for path, source in sources.items() for function in find_functions(source)}


def _without_number(name: tuple[str, str]) -> tuple[str, str]:
    return name[0], name[1].partition("#")[0]


def _is_same(function: Function, other: Function | None) -> bool:
    return other is not None and function.fingerprint == other.fingerprint


def _identity(function: Function) -> tuple[str, str]:
    """Return the last name and the code of a function, which a move leaves as they are."""
    return function.name.rpartition(".")[2].partition("#")[0], function.fingerprint
