"""What runs in trees have shown, kept in the ledger, so that nothing is run twice."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import TimeLimits
from pytest_execute.replay.search import Attempt
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Tree

KIND, FILES, READ, ALONE = "replay", "touched", "read", "alone"
FORM = 5
"""Of what is kept of a test: with more facts it is another, and what was kept before is not asked."""
FLEETING = ("timeout", "foreign", "lost", "unprepared")
"""States that may come from the machine as it was just then, or from what lies outside the tree, which no key names: they are seen anew each time,
unless `agreed` keeps a hang."""


T = TypeVar("T")
Table = Mapping[tuple[Attempt, bool], TimeLimits]
"""How long a run of a test may take, by what it is for and whether the test has hung before: then it is expected to hang again."""


class CachedOutcome(Struct, frozen=True):
    """What became of a test, and the name of the list of files that had a part in it."""

    seen: TreeOutcome
    files: str


class CachedRunner:
    """Runs tests in `trees` by their ids, and knows what earlier runs of the same have shown.

    The second run of a test in a tree is another fact than the first: what is run again to see whether it is stable, is.
    """

    def __init__(self, trees: Mapping[str, Tree], runner: Runner, ledger: ResultCache, patience: Table) -> None:
        self.trees, self.runner, self.ledger, self.patience = trees, runner, ledger, patience
        self.under = f"{FORM} {runner.settings.fingerprint()}"
        self.times: Counter[tuple[str, str, str]] = Counter()
        self.hung: dict[str, dict[str, TreeOutcome]] = {}
        self.slow: set[str] = set()
        self.lock = threading.Lock()

    def run(
        self,
        tree: str,
        tests: Sequence[str],
        *,
        alone: bool = False,
        haste: Attempt = "patient",
        begun: Callable[[], None] | None = None,
    ) -> dict[str, TreeOutcome]:
        """What becomes of each of `tests` in the tree with this id; see `Runner.run`."""
        keys = {test: self._key(tree, test, f"{'alone' if alone else 'together'} {haste}") for test in tests}
        seen = self._recall(keys)
        left = [test for test in tests if test not in seen]
        if left:
            if begun is not None:
                begun()
            new = self.runner.run(
                self.trees[tree], left, alone=alone, limits=lambda test: self.patience[(haste, test in self.slow)]
            )
            self._learn({keys[test]: one for test, one in new.items() if not _is_fleeting(one)})
            with self.lock:
                for test, one in new.items():
                    if one.state == "timeout":
                        self.hung.setdefault(test, {})[keys[test]] = one
            seen |= new
        self.slow |= {test for test, one in seen.items() if one.state == "timeout"}
        return {test: seen[test] for test in tests}

    def agreed(self, test: str) -> None:
        """Runs at an end of the turn of `test`, one of which had time, agree that it hangs: keep that it hung."""
        self._learn(self.hung.pop(test, {}))

    def alone(self, tests: Iterable[str]) -> set[str]:
        """Those that earlier runs found to count only alone, and with time: they are not tried otherwise first."""
        keys = {f"{self.under} {test}": test for test in tests}
        return {keys[key] for key in self.ledger.known(ALONE, keys)}

    def keep_alone(self, tests: Iterable[str]) -> None:
        self.ledger.learn(ALONE, {f"{self.under} {test}": b"" for test in tests})

    def _recall(self, keys: Mapping[str, str]) -> dict[str, TreeOutcome]:
        """What is known under the keys of tests; the files that they touched, which many have in common, are kept by a name of their own."""
        found = self.ledger.known(KIND, keys.values())
        kept = {test: msgspec.json.decode(found[key], type=CachedOutcome) for test, key in keys.items() if key in found}
        lists = self.ledger.known(FILES, {one.files for one in kept.values() if one.files})
        files = {name: frozenset(msgspec.json.decode(data, type=list[str])) for name, data in lists.items()}
        return {test: replace(one.seen, accesses=files.get(one.files)) for test, one in kept.items()}

    def _learn(self, new: Mapping[str, TreeOutcome]) -> None:
        lists = {files: msgspec.json.encode(sorted(files)) for files in {one.accesses for one in new.values()} if files}
        names = {files: digest(data.decode()) for files, data in lists.items()}
        self.ledger.learn(FILES, {names[files]: data for files, data in lists.items()})
        kept = {
            key: CachedOutcome(replace(one, accesses=None), names.get(one.accesses or frozenset(), ""))
            for key, one in new.items()
        }
        self.ledger.learn(KIND, {key: msgspec.json.encode(one) for key, one in kept.items()})

    def _key(self, tree: str, test: str, mode: str) -> str:
        with self.lock:
            self.times[(tree, test, mode)] += 1
            return f"{self.under} {mode} {tree} {self.times[(tree, test, mode)]} {test}"


class Read:
    """What was read out of the sources of commits, by what it was read from: large files are parsed once.

    `facts` names all that everything depends on.
    """

    def __init__(self, ledger: ResultCache, facts: str) -> None:
        self.ledger = ledger
        self.under = digest(f"{sys.version} {facts}")
        self.new: dict[str, bytes] = {}

    def once(self, what: str, read: Callable[[], T], kind: Any) -> T:
        """What `read` gives, a value of this kind, and `what` names within the facts."""
        key = f"{self.under} {digest(what)}"
        if known := self.ledger.known(READ, [key]):
            found: T = msgspec.json.decode(known[key], type=kind)
            return found
        found = read()
        self.new[key] = msgspec.json.encode(found)
        return found

    def keep(self) -> None:
        """Keep what was read."""
        self.ledger.learn(READ, self.new)


def _is_fleeting(seen: TreeOutcome) -> bool:
    """May it come out otherwise with more time or more memory?"""
    return seen.state in FLEETING or "builtins.MemoryError" in seen.types
