"""Compare two versions of some sources by what their statements mean.

A function or class is compared with the first of these in the old version that there is:

1. the one of the same name in the same file, or in the file that was renamed
2. one with the same last name and the same statements, which is gone from its place: it was moved
3. one that is gone, has the same last name or stood in the same file, and shares at least half of its statements
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.renamed_scopes import rename_scopes
from pytest_execute.core.statements import Statement, find_statements, split_lines

LEAST_SHARE = 0.5
Sources = Mapping[str, bytes]
"""Contents of Python files by path."""
Place = tuple[str, str]
"""Path of a file, and the qualified name of a function or class in it, "" for the module."""
Prints = tuple[tuple[str, ...], ...]
Scopes = dict[Place, tuple[Statement, ...]]


class Comparison(Struct, frozen=True):
    """Lines of a file that changed, and where the first lines of other statements stood: `{line: (path, line)}`."""

    changed: frozenset[int]
    before: dict[int, tuple[str, int]] = {}


class _Version(Struct, frozen=True):
    """Lines and statements of some sources, and the paths of those that are not Python."""

    lines: dict[str, list[str]]
    scopes: Scopes
    unparsed: set[str]


def compare(old: Sources, new: Sources, renamed: Mapping[str, str]) -> dict[str, Comparison]:
    """Return what changed in each file of `new`. `renamed` maps the new paths of renamed files to the old ones.

    Line ends, layout, comments and docstrings are no changes, nor is another place of a file, function or class, or
    another name.
    Files that are not Python in one of the versions are compared as texts.
    """
    before, after = _read(old), _read(new)
    former = {path: renamed.get(path, path) for path in new}
    before = replace(before, scopes=rename_scopes(before.scopes, after.scopes, former))
    pairs = _pair(before.scopes, after.scopes, former)
    parts: dict[str, list[Comparison]] = {path: [] for path in new}
    for place in after.scopes:
        parts[place[0]].append(_compare_scopes(before, after, pairs.get(place), place))
    for path, old_path in former.items():
        if path in after.unparsed or old_path in before.unparsed:
            parts[path] = [_compare_texts(before.lines.get(old_path, []), after.lines[path])]
    return {path: _unite(some) for path, some in parts.items()}


def _read(sources: Sources) -> _Version:
    parsed = {path: find_statements(source) for path, source in sources.items()}
    return _Version(
        lines={path: split_lines(source) for path, source in sources.items()},
        scopes={(path, name): some for path, found in parsed.items() if found for name, some in found.items()},
        unparsed={path for path, found in parsed.items() if found is None},
    )


# -- pairs of functions, classes and modules


def _pair(old: Scopes, new: Scopes, former: Mapping[str, str]) -> dict[Place, Place]:
    """Return the place in the old version for places in the new one, by the rule of this module."""
    pairs = {place: pair for place in new if (pair := (former[place[0]], place[1])) in old}
    pairs |= _moved(old, new, pairs)
    return pairs | dict(_similar(old, new, pairs, former))


def _moved(old: Scopes, new: Scopes, pairs: Mapping[Place, Place]) -> dict[Place, Place]:
    gone: dict[tuple[str, Prints], list[Place]] = {}
    for place in old.keys() - set(pairs.values()):
        gone.setdefault((_last_name(place), _prints(old[place])), []).append(place)
    keys = {place: (_last_name(place), _prints(new[place])) for place in new if place not in pairs}
    return {place: gone[key].pop() for place, key in keys.items() if gone.get(key)}


def _similar(
    old: Scopes, new: Scopes, pairs: Mapping[Place, Place], former: Mapping[str, str]
) -> Iterator[tuple[Place, Place]]:
    """Yield a place that is gone for each new one, where they share enough statements: the most similar one."""
    gone = dict.fromkeys(place for place in old if place not in set(pairs.values()))
    by_name: dict[str, list[Place]] = {}
    for place in gone:
        by_name.setdefault(_last_name(place), []).append(place)
        by_name.setdefault(f"{place[0]}:", []).append(place)
    for place in (place for place in new if place not in pairs):
        candidates = [*by_name.get(_last_name(place), ()), *by_name.get(f"{former[place[0]]}:", ())]
        shares = {each: _share(old[each], new[place]) for each in candidates if each in gone}
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= LEAST_SHARE:
            del gone[best]
            yield place, best


def _share(old: Sequence[Statement], new: Sequence[Statement]) -> float:
    """Return the share of statements that both have."""
    common = Counter(_prints(old)) & Counter(_prints(new))
    return common.total() / max(len(old), len(new), 1)


def _prints(statements: Iterable[Statement]) -> Prints:
    return tuple(statement.fingerprint for statement in statements)


def _last_name(place: Place) -> str:
    return place[1].rpartition(".")[2].partition("#")[0]


# -- lines


def _compare_scopes(before: _Version, after: _Version, old_place: Place | None, new_place: Place) -> Comparison:
    """Return what changed in one function, class or module."""
    new, lines = after.scopes[new_place], after.lines[new_place[0]]
    if old_place is None:
        return Comparison(frozenset(line for statement in new for line in statement.lines))
    old, old_lines = before.scopes[old_place], before.lines[old_place[0]]
    same = dict(_matches(old, new))
    matched = {*same.values()}
    gone = {old_lines[line - 1] for index, each in enumerate(old) if index not in matched for line in each.lines}
    changed = {line for index, each in enumerate(new) if index not in same for line in _changed(each, lines, gone)}
    starts = {new[index].lines.start: old[pair].lines.start for index, pair in same.items()}
    return Comparison(frozenset(changed), {line: (old_place[0], start) for line, start in starts.items()})


def _matches(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[tuple[int, int]]:
    """Yield the indexes of statements that both have, as (new, old): in the same order, imports in any order."""
    blocks = SequenceMatcher(None, _prints(old), _prints(new), autojunk=False).get_matching_blocks()
    pairs = {block.b + i: block.a + i for block in blocks for i in range(block.size)}
    yield from pairs.items()
    left = {each.fingerprint: index for index, each in enumerate(old) if each.is_import}
    for index, each in enumerate(new):
        if index not in pairs and each.is_import and each.fingerprint in left:
            yield index, left[each.fingerprint]


def _changed(statement: Statement, lines: Sequence[str], gone: Collection[str]) -> list[int]:
    """Return the lines of a changed statement that `gone` lacks; its first one where it has them all."""
    return [line for line in statement.lines if lines[line - 1] not in gone] or [statement.lines.start]


def _compare_texts(old: Sequence[str], new: Sequence[str]) -> Comparison:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    same = {block.b + i for block in blocks for i in range(block.size)}
    return Comparison(frozenset(index + 1 for index, line in enumerate(new) if index not in same and line))


def _unite(parts: Iterable[Comparison]) -> Comparison:
    """Return one comparison; a line that holds several statements changed where one of them did."""
    some = list(parts)
    changed = frozenset[int]().union(*(part.changed for part in some))
    before = {line: place for part in some for line, place in part.before.items() if line not in changed}
    return Comparison(changed, before)
