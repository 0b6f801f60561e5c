"""What stubs have shown in earlier runs, kept in the ledger, each fact under all that had a part in it.

Which files had a part is known only after a run. So under what is asked the ledger keeps lists of such files, and under such a list,
with what its files were, the fact: it counts where the files of one of the lists are now what they were then.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import msgspec

from pytest_execute.engine.child.accesses import WHOLE_TREE
from pytest_execute.engine.dependencies import TreeContents
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Entry, Tree

FACTS, LISTS, FILES = "mutants", "mutants-by", "touched"
FORM = 3
"""Of what is kept: with more to it, it is another."""
MOST = 4
"""Lists that are kept under one question: as many branches as one may go back and forth between."""

T = TypeVar("T")
Touched = frozenset[str]
"""What of the tree had a part in it, in the words of `engine/dependencies.py`."""


class InstrumentedTree(TreeContents):
    """The tree called `name` to those who run it; `planted` says which functions of a file have switches."""

    def __init__(self, name: str, tree: Tree, planted: Mapping[str, str]) -> None:
        super().__init__({path: Entry(mode, f"{oid} {planted.get(path, '')}") for path, (mode, oid) in tree.items()})
        self.whole = digest(name, *(f"{path} {spots}" for path, spots in sorted(planted.items())))

    def digest(self, touched: Iterable[str]) -> str:
        """One word for all that these words are."""
        return digest(*(self.whole if each == WHOLE_TREE else self.describe(each) for each in sorted(touched)))


class MutationCache:
    """Facts of runs in one tree, under `environment`."""

    def __init__(self, ledger: ResultCache, environment: str, inputs: InstrumentedTree) -> None:
        self.ledger, self.inputs = ledger, inputs
        self.under = f"{FORM} {environment} {digest(*inputs.links)}"
        self.word = functools.cache(self._word)

    def recall(self, asked: Iterable[str], kind: type[T]) -> dict[str, T]:
        """What is known of what is asked; the rest is left out."""
        keys = {each: digest(self.under, each) for each in asked}
        lists = {key: msgspec.json.decode(data) for key, data in self.ledger.get(LISTS, keys.values()).items()}
        files = self.ledger.get(FILES, {name for names in lists.values() for name in names})
        ways = {
            each: [f"{key} {self.word(files[name])}" for name in lists.get(key, ()) if name in files]
            for each, key in keys.items()
        }
        facts = self.ledger.get(FACTS, [way for some in ways.values() for way in some])
        found = {each: next((facts[way] for way in some if way in facts), None) for each, some in ways.items()}
        return {each: msgspec.json.decode(fact, type=kind) for each, fact in found.items() if fact is not None}

    def learn(self, facts: Mapping[str, tuple[object, Touched]]) -> None:
        """Keep what became of each thing asked, with the files that had a part in it."""
        facts = {
            each: (fact, files if WHOLE_TREE not in files else Touched([WHOLE_TREE]))
            for each, (fact, files) in facts.items()
        }
        lists = {files: msgspec.json.encode(sorted(files)) for files in {files for _, files in facts.values()}}
        names = {files: digest(data.decode()) for files, data in lists.items()}
        keys = {each: digest(self.under, each) for each in facts}
        before = self.ledger.get(LISTS, keys.values())
        self.ledger.put(FILES, {names[files]: data for files, data in lists.items()})
        new = {
            f"{keys[each]} {self.word(lists[files])}": msgspec.json.encode(fact)
            for each, (fact, files) in facts.items()
        }
        self.ledger.put(FACTS, new)
        kept = {keys[each]: _with(names[files], before.get(keys[each])) for each, (_, files) in facts.items()}
        self.ledger.put(LISTS, {key: data for key, data in kept.items() if data != before.get(key)})

    def _word(self, files: bytes) -> str:
        """One word for the files of a list, and what they are."""
        return digest(files.decode(), self.inputs.digest(msgspec.json.decode(files, type=list[str])))


def _with(name: str, lists: bytes | None) -> bytes:
    """The lists of before with this one at their head."""
    others: Collection[str] = msgspec.json.decode(lists) if lists is not None else ()
    return msgspec.json.encode([name, *(other for other in others if other != name)][:MOST])
