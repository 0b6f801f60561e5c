"""Recognize a refactoring that only gives other names: tests and code are equal but for a consistent renaming.

1. The shares of a test in both commits, see `shares.py`, are compared word by word. Words that differ must be names,
   and each name must stand for one other throughout.
2. Each name that differs must be defined in both commits: by the tests themselves, as a module, or by the code.
3. What the code defines under a new name must be what it defined under the old one, but for such a renaming.

So a test that was changed in another way is not renamed, nor is one of code that came under its new name.
"""

from __future__ import annotations

import ast
import itertools
import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct

from pytest_execute.core.python_source import parse_python
from pytest_execute.replay.shares import DefinitionNode, Share, bound_names, without_docstrings

WORDS = re.compile(r"\w+|\W")
Names = dict[str, str]
"""Old names, with the new ones that they stand for; most stay as they are."""


class Code(Struct, frozen=True):
    """Python files of the implementation that differ between two commits, with their contents, by path."""

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]


class CodeDefinition(Struct, frozen=True):
    """Function, class or assignment of the code; `bound` are all names that are defined in it.

    `place` has the names of its module and of the directories above.
    """

    place: frozenset[str]
    name: str
    bound: frozenset[str]
    text: str


def is_renamed(old: Share, new: Share, code: Code) -> bool:
    """Return whether `new` is the share `old` of a test under other names, which the code got as well."""
    names = match_words(old.text, new.text, {})
    if names is None or not _add_origins(names, old, new):
        return False
    renamed, renaming = _renamed(names), Renaming(names, code)
    own = old.bound - old.imports.keys(), new.bound - new.imports.keys() - {each.name for each in renaming.new}
    return bool(renamed) and all((a in own[0] and b in own[1]) or renaming.is_in_code(a, b) for a, b in renamed.items())


def asks_for_new(old: Share, new: Share, today: Share, code: Code) -> bool:
    """Return whether a test, renamed from `old` to `new`, mentions today what else came with the code then."""
    names = match_words(old.text, new.text, {}) or {}
    _add_origins(names, old, new)
    former, renaming = {b: a for a, b in names.items()}, Renaming(names, code)
    words = {*WORDS.findall(today.text)} & renaming.names_that_came()
    return any(not renaming.is_in_code(former.get(word, word), word) for word in words)


def match_words(old: str, new: str, known: Names) -> Names | None:
    """Return `known` with the names that turn one text into the other; None where something else differs.

    >>> match_words("add(a, 1)", "plus(a, 1)", {})
    {'add': 'plus', 'a': 'a'}
    >>> match_words("f(a, b)", "f(c, c)", {}), match_words("f(1)", "f(2)", {})
    (None, None)
    """
    names, back = dict(known), {b: a for a, b in known.items()}
    for a, b in itertools.zip_longest(WORDS.findall(old), WORDS.findall(new), fillvalue=""):
        if not (_is_name(a) and _is_name(b)):
            if a != b:
                return None
        elif names.setdefault(a, b) != b or back.setdefault(b, a) != a:
            return None
    return names


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def _renamed(names: Names) -> Names:
    return {a: b for a, b in names.items() if a != b}


def _add_origins(names: Names, old: Share, new: Share) -> bool:
    """Add the modules and names that are imported to `names`; return whether they stand for one another as well."""
    for a, b in [*names.items()]:
        old_origin, new_origin = old.imports.get(a), new.imports.get(b)
        if (old_origin is None) != (new_origin is None):
            return False
        for x, y in zip(old_origin or (), new_origin or (), strict=True):
            # a module may move up or down: it counts as one name then
            matched = match_words(x, y, names) if x.count(".") == y.count(".") else {**names, x: y}
            if matched is None:
                return False
            names.update(matched)
    return True


class Renaming:
    """Looks for the definitions of renamed names in the code."""

    def __init__(self, names: Names, code: Code) -> None:
        self.names, self.code = names, code
        self.old, self.new = [*_definitions(code.old)], [*_definitions(code.new)]
        self.unchanged = {each.text for each in self.old}
        self.checked: set[tuple[str, str]] = set()

    def is_in_code(self, old: str, new: str) -> bool:
        """Return whether the code has got the name as well, for the same module or definition."""
        if (old, new) in self.checked:
            return True
        self.checked.add((old, new))
        if _is_module(old, self.code.old) and _is_module(new, self.code.new):
            called_so = {each.name for each in self.new}
            return all(self._were_there(a, b) for a, b in self.names.items() if b in called_so)
        return bool(self._came(new)) and self._were_there(old, new)

    def names_that_came(self) -> frozenset[str]:
        """Return the names of the definitions that came with the new commit, or otherwise."""
        return frozenset(each.name for each in self.new if each.text not in self.unchanged)

    def _came(self, name: str) -> list[CodeDefinition]:
        """Return the definitions of a name that came with the new commit: those called so, or else those around it."""
        came = [each for each in self.new if each.text not in self.unchanged]
        return _mentioned([each for each in came if each.name == name], self.names.values()) or [
            each for each in came if name in each.bound
        ]

    def _were_there(self, old: str, new: str) -> bool:
        """Return whether all definitions that came under a name were there before, under the old one."""
        there = _mentioned([each for each in self.old if old in each.bound], self.names.keys())
        return all(any(self._is_same(then, now, old, new) for then in there) for now in self._came(new))

    def _is_same(self, then: CodeDefinition, now: CodeDefinition, old: str, new: str) -> bool:
        if (then.name == old) != (now.name == new):
            return False
        matched = match_words(then.text, now.text, {old: new})
        own = {old} if matched else set()
        return matched is not None and all(
            (a in then.bound and b in now.bound) or self.is_in_code(a, b)
            for a, b in _renamed(matched).items()
            if a not in own
        )


def _mentioned(definitions: list[CodeDefinition], names: Collection[str]) -> list[CodeDefinition]:
    """Return the definitions in the places that the test names best."""
    best = max((len(each.place.intersection(names)) for each in definitions), default=0)
    return [each for each in definitions if len(each.place.intersection(names)) == best]


def _definitions(files: Mapping[str, bytes]) -> Iterator[CodeDefinition]:
    for path, content in files.items():
        try:
            module = parse_python(content)
        except SyntaxError:
            continue
        yield from _inner_definitions(module, frozenset(PurePosixPath(path).with_suffix("").parts))


def _inner_definitions(node: ast.AST, place: frozenset[str]) -> Iterator[CodeDefinition]:
    """Yield the definitions in a module or class, and the assignments there, at any depth."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DefinitionNode):
            bound = frozenset(bound_names(child))
            yield from _inner_definitions(child, place)
            yield CodeDefinition(place, child.name, bound, ast.unparse(without_docstrings(child)))
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            bound = frozenset(bound_names(child))
            yield from (CodeDefinition(place, name, bound, ast.unparse(child)) for name in bound)
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _inner_definitions(child, place)


def _is_module(name: str, files: Mapping[str, bytes]) -> bool:
    """Return whether a name, or a dotted one, is that of a module or package with one of the files."""
    dotted = (PurePosixPath(path).with_suffix("").as_posix().replace("/", ".") for path in files)
    return any(f".{name.strip('.')}." in f".{path}." for path in dotted)
