"""Cached results of the replay: outcomes of runs, and facts parsed from sources."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.engine.runner import Runner
from pytest_execute.replay.observations import Attempt
from pytest_execute.replay.time_limits import LimitsTable
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Tree

OUTCOMES, ACCESSES, PARSED, ISOLATED = "replay", "accesses", "parsed", "alone"
"""Kinds of facts in the result cache."""
FORMAT = 7
"""Number of the cached values' format: a change of their fields raises it, so that older values are not read."""
NOT_CACHED = ("timeout", "foreign", "lost", "unprepared")
"""States that may come from the machine as it was then, or from files outside the tree.

`keep_hangs` caches a timeout all the same.
"""


T = TypeVar("T")


class CachedOutcome(Struct, frozen=True):
    """Outcome of a test without its accesses, and the key of these, which many tests share."""

    outcome: TreeOutcome
    accesses: str


class CachedRunner:
    """Runs tests in `trees` by their ids, as far as the outcomes are not cached.

    The second run of a test in a tree has an entry of its own: a cached first run does not replace it. `on_run` is
    called with the tree after each run.
    """

    def __init__(self, trees: Mapping[str, Tree], runner: Runner, cache: ResultCache, limits: LimitsTable) -> None:
        self.trees, self.runner, self.cache, self.limits = trees, runner, cache, limits
        self.prefix = f"{FORMAT} {runner.settings.fingerprint()}"
        self.runs: Counter[tuple[str, str, str]] = Counter()
        self.hangs: dict[str, dict[str, TreeOutcome]] = {}
        self.hung: set[str] = set()
        self.on_run: Callable[[str], None] = lambda tree: None
        self.lock = threading.Lock()

    def run(
        self,
        tree: str,
        tests: Sequence[str],
        *,
        alone: bool = False,
        attempt: Attempt = "full",
        on_start: Callable[[], None] | None = None,
    ) -> dict[str, TreeOutcome]:
        """Return the outcome of each of `tests` in the tree with this id; see `Runner.run` and `RunTests`."""
        keys = {test: self._key(tree, test, f"{'alone' if alone else 'together'} {attempt}") for test in tests}
        outcomes = self._cached(keys)
        left = [test for test in tests if test not in outcomes]
        if left:
            if on_start is not None:
                on_start()
            new = self.runner.run(
                self.trees[tree], left, alone=alone, limits=lambda test: self.limits[(attempt, test in self.hung)]
            )
            self._store({keys[test]: outcome for test, outcome in new.items() if not _may_change(outcome)})
            with self.lock:
                for test, outcome in new.items():
                    if outcome.state == "timeout":
                        self.hangs.setdefault(test, {})[keys[test]] = outcome
            outcomes |= new
        self.hung |= {test for test, outcome in outcomes.items() if outcome.state == "timeout"}
        self.on_run(tree)
        return {test: outcomes[test] for test in tests}

    def keep_hangs(self, test: str) -> None:
        """Cache that `test` hung, as two runs on a tree agree, one of which had full time."""
        self._store(self.hangs.pop(test, {}))

    def isolated(self, tests: Iterable[str]) -> set[str]:
        """Return the tests that must run alone, with full time, as earlier replays found."""
        keys = {f"{self.prefix} {test}": test for test in tests}
        return {keys[key] for key in self.cache.get(ISOLATED, keys)}

    def keep_isolated(self, tests: Iterable[str]) -> None:
        self.cache.put(ISOLATED, {f"{self.prefix} {test}": b"" for test in tests})

    def _cached(self, keys: Mapping[str, str]) -> dict[str, TreeOutcome]:
        """Return the cached outcomes of tests, which `keys` maps to their keys."""
        data = self.cache.get(OUTCOMES, keys.values())
        cached = {test: json_values.decode(data[key], CachedOutcome) for test, key in keys.items() if key in data}
        lists = self.cache.get(ACCESSES, {entry.accesses for entry in cached.values() if entry.accesses})
        accesses = {key: frozenset(json_values.decode(text, list[str])) for key, text in lists.items()}
        return {test: replace(entry.outcome, accesses=accesses.get(entry.accesses)) for test, entry in cached.items()}

    def _store(self, outcomes: Mapping[str, TreeOutcome]) -> None:
        different = {outcome.accesses for outcome in outcomes.values()}
        lists = {accesses: json_values.encode(sorted(accesses)) for accesses in different if accesses}
        keys = {accesses: digest(text.decode()) for accesses, text in lists.items()}
        self.cache.put(ACCESSES, {keys[accesses]: text for accesses, text in lists.items()})
        cached = {
            key: CachedOutcome(replace(outcome, accesses=None), keys.get(outcome.accesses or frozenset(), ""))
            for key, outcome in outcomes.items()
        }
        self.cache.put(OUTCOMES, {key: json_values.encode(entry) for key, entry in cached.items()})

    def _key(self, tree: str, test: str, mode: str) -> str:
        with self.lock:
            self.runs[(tree, test, mode)] += 1
            return f"{self.prefix} {mode} {tree} {self.runs[(tree, test, mode)]} {test}"


class ParseCache:
    """Facts that were parsed from the sources of commits. `facts` names everything that all of them depend on."""

    def __init__(self, cache: ResultCache, facts: str) -> None:
        self.cache = cache
        self.prefix = digest(f"{FORMAT} {sys.version} {facts}")
        self.new: dict[str, bytes] = {}

    def get(self, key: str, parse: Callable[[], T], value_type: Any) -> T:
        """Return the cached value of `parse`, which `key` names within the facts; call it where there is none."""
        key = f"{self.prefix} {digest(key)}"
        if cached := self.cache.get(PARSED, [key]):
            value: T = json_values.decode(cached[key], value_type)
            return value
        value = parse()
        self.new[key] = json_values.encode(value)
        return value

    def save(self) -> None:
        """Store the new values."""
        self.cache.put(PARSED, self.new)


def _may_change(outcome: TreeOutcome) -> bool:
    """Return whether more time, more memory or another machine may bring another outcome."""
    return outcome.state in NOT_CACHED or "builtins.MemoryError" in outcome.types
