"""Keeps the outcomes of stubs for later runs, each under everything that had a part in it.

The files that had a part are known only after a run. So there are three kinds of entries in the result cache:

| kind | key | value |
| --- | --- | --- |
| `FILE_LISTS` | digest of the question | names of lists of files that had a part in an answer, the newest first |
| `FILES` | name of a list | the list |
| `FACTS` | question, list, digest of the listed files' contents | the answer |

An answer counts where the files of one of the question's lists are now what they were then.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from pytest_execute.engine.child.accesses import WHOLE_TREE
from pytest_execute.engine.tree_contents import TreeContents
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Entry, Tree

FACTS, FILE_LISTS, FILES = "mutants", "mutants-by", "file-lists"
FORMAT = 6
"""Number of the form of questions and answers: a change of their fields raises it."""
MAX_LISTS = 4
"""Lists that are kept for one question: as many branches as one may switch back and forth between."""

T = TypeVar("T")
Accesses = frozenset[str]
"""Paths, listings and lookups that had a part in an answer, in the notation of `engine/tree_contents.py`."""


class InstrumentedTree(TreeContents):
    """Contents of the tree `name` with instrumented files; `switches` has `{path: positions of functions}`."""

    def __init__(self, name: str, tree: Tree, switches: Mapping[str, str]) -> None:
        super().__init__({path: Entry(mode, f"{oid} {switches.get(path, '')}") for path, (mode, oid) in tree.items()})
        self._whole = digest(name, *(f"{path} {positions}" for path, positions in sorted(switches.items())))

    def digest(self, accesses: Iterable[str]) -> str:
        """Return a digest of the contents that these accesses saw."""
        return digest(*(self._whole if each == WHOLE_TREE else self.describe(each) for each in sorted(accesses)))


class MutationCache:
    """Answers to questions about the tests and stubs of one tree, for the engine with this fingerprint."""

    def __init__(self, results: ResultCache, engine: str, tree: InstrumentedTree) -> None:
        self._results, self._tree = results, tree
        self._prefix = f"{FORMAT} {engine} {digest(*tree.links)}"
        self._list_digest = functools.cache(self._digest_list)

    def get(self, questions: Iterable[str], kind: type[T]) -> dict[str, T]:
        """Return the answers that are known; other questions are left out."""
        keys = {question: self._key(question) for question in questions}
        lists = {key: json_values.decode(data) for key, data in self._results.get(FILE_LISTS, keys.values()).items()}
        files = self._results.get(FILES, {name for names in lists.values() for name in names})
        candidates = {
            question: [f"{key} {self._list_digest(files[name])}" for name in lists.get(key, ()) if name in files]
            for question, key in keys.items()
        }
        facts = self._results.get(FACTS, [candidate for some in candidates.values() for candidate in some])
        answers = {
            question: next((facts[each] for each in some if each in facts), None)
            for question, some in candidates.items()
        }
        return {
            question: json_values.decode(answer, kind) for question, answer in answers.items() if answer is not None
        }

    def put(self, answers: Mapping[str, tuple[object, Accesses]]) -> None:
        """Keep the answer to each question, with the accesses that had a part in it."""
        answers = {
            question: (answer, accesses if WHOLE_TREE not in accesses else Accesses([WHOLE_TREE]))
            for question, (answer, accesses) in answers.items()
        }
        lists = {files: json_values.encode(sorted(files)) for files in {files for _, files in answers.values()}}
        names = {files: digest(data.decode()) for files, data in lists.items()}
        keys = {question: self._key(question) for question in answers}
        before = self._results.get(FILE_LISTS, keys.values())
        self._results.put(FILES, {names[files]: data for files, data in lists.items()})
        facts = {
            f"{keys[question]} {self._list_digest(lists[files])}": json_values.encode(answer)
            for question, (answer, files) in answers.items()
        }
        self._results.put(FACTS, facts)
        kept = {
            keys[question]: _put_first(names[files], before.get(keys[question]))
            for question, (_, files) in answers.items()
        }
        self._results.put(FILE_LISTS, {key: data for key, data in kept.items() if data != before.get(key)})

    def _key(self, question: str) -> str:
        return digest(self._prefix, question)

    def _digest_list(self, files: bytes) -> str:
        """Return a digest of a list of files and of their contents."""
        return digest(files.decode(), self._tree.digest(json_values.decode(files, list[str])))


def _put_first(name: str, encoded_names: bytes | None) -> bytes:
    others: Collection[str] = json_values.decode(encoded_names) if encoded_names is not None else ()
    return json_values.encode([name, *(other for other in others if other != name)][:MAX_LISTS])
