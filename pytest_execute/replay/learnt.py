"""What runs in trees have shown, kept in the ledger, so that nothing is run twice."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from pytest_execute.forks.runner import Runner, Setting
from pytest_execute.forks.seen import Seen
from pytest_execute.tools.git import Tree
from pytest_execute.tools.ledger import Ledger

KIND = "replay"
FLEETING = ("timeout", "foreign", "lost")
"""States that may come from the machine as it was just then: they are seen anew each time."""


class Learnt:
    """Runs tests in `trees` by their ids, and knows what earlier runs of the same have shown.

    The second run of a test in a tree is another fact than the first: what is run again to see whether it is stable, is.
    """

    def __init__(self, trees: Mapping[str, Tree], runner: Runner, ledger: Ledger | None) -> None:
        self.trees, self.runner = trees, runner
        self.ledger = ledger or Ledger(None, lambda _: None)
        self.under = fingerprint(runner.setting)
        self.times: Counter[tuple[str, str]] = Counter()
        self.lock = threading.Lock()

    def run(self, tree: str, tests: Sequence[str], *, alone: bool = False) -> dict[str, Seen]:
        """What becomes of each of `tests` in the tree with this id; see `Runner.run`."""
        keys = {test: self._key(tree, test, alone) for test in tests}
        known = self.ledger.known(KIND, keys.values())
        seen = {test: msgspec.json.decode(known[key], type=Seen) for test, key in keys.items() if key in known}
        left = [test for test in tests if test not in seen]
        if left:
            new = self.runner.run(self.trees[tree], left, alone=alone)
            lasting = {keys[test]: msgspec.json.encode(one) for test, one in new.items() if one.state not in FLEETING}
            self.ledger.learn(KIND, lasting)
            seen |= new
        return {test: seen[test] for test in tests}

    def _key(self, tree: str, test: str, alone: bool) -> str:
        with self.lock:
            self.times[(tree, test)] += 1
            mode = "alone" if alone else "together"
            return f"{self.under} {mode} {tree} {self.times[(tree, test)]} {test}"


def fingerprint(setting: Setting) -> str:
    """One word for all that a run in a tree depends on beside the tree: Python, what is installed, pytest's configuration."""
    installed = sorted(f"{each.name} {each.version}" for each in importlib.metadata.distributions())
    facts = (sys.version, platform.platform(), installed, setting.config, setting.arguments, setting.roots)
    whole = repr((*facts, setting.tops, setting.prefix, setting.memory))
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()
