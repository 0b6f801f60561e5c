"""Runs tests in composed trees: a process for the tree, below it processes for the tests, with time and memory limits."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_execute.core.nodeids import file_of
from pytest_execute.engine.builds import Builds
from pytest_execute.engine.outcome import State, TreeOutcome, read_outcomes
from pytest_execute.engine.process import Aborted, Record
from pytest_execute.engine.settings import DEFAULT_LIMITS, LimitsFor, Settings
from pytest_execute.engine.worker import TreeWorker, importing
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

STARTED = Path(__file__).parent / "child" / "site"
"""What Pythons that tests start begin with, while functions are stubbed."""


class Runner:
    """Runs tests in trees below `place`, each in one of a few directories, which `close` removes."""

    def __init__(self, git: Git, setting: Settings, place: Path) -> None:
        self.git, self.setting, self.place = git, setting, place.resolve()
        self.numbers = itertools.count()
        self.trees = Builds(git, setting)
        self.lanes: list[TreeWorker] = []
        self.free: list[TreeWorker] = []
        self.over = False
        self.code = self.place / "code"
        self.code.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """End whatever still runs, and remove what was written; threads that wait for it end too."""
        self.over = True
        self.trees.end()
        for lane in self.lanes:
            lane.end()
        for left in self.place.iterdir():
            remove(left)

    def run(
        self, tree: Tree, tests: Sequence[str], *, alone: bool = False, patience: LimitsFor = lambda _: DEFAULT_LIMITS
    ) -> dict[str, TreeOutcome]:
        """What becomes of each of `tests` in `tree`: those of a file in one process, or each alone in one of its own."""
        seen: dict[str, TreeOutcome] = {}
        together, singly = True, set[str]()  # files with a test that ends what runs it
        with self._lane() as lane:
            while left := [test for test in tests if test not in seen]:
                batch = left if together else [test for test in left if file_of(test) == file_of(left[0])]
                batch = batch[:1] if file_of(batch[0]) in singly else batch
                said, stuck = lane.obeyed(tree, batch, patience, alone=alone)
                seen.update(done := read_outcomes(said))
                if stuck == "spoilt" and done:
                    continue
                files = {file_of(test) for test in batch}
                singly |= files if stuck == "lost" and len(files) == 1 else set()
                if stuck is None or (not done and len(batch if stuck == "lost" else files) == 1):
                    state: State = "absent" if stuck is None or stuck == "spoilt" else stuck
                    took = importing(batch, patience) if state == "timeout" else 0.0
                    seen |= {
                        test: TreeOutcome(test=test, state=state, seconds=took) for test in batch if test not in seen
                    }
                together = together and stuck is None
        return seen

    def stub(
        self, tree: Tree, tests: Sequence[str], patience: LimitsFor, mutants: Mapping[str, Any]
    ) -> tuple[list[Record], Aborted | None]:
        """What is said of an order that stubs functions of `tree`; see `engine/child/mutating.py` for both."""
        with self._lane() as lane:
            return lane.obeyed(tree, tests, patience, path=[str(STARTED)], mutants=mutants)

    @contextlib.contextmanager
    def _lane(self) -> Iterator[TreeWorker]:
        """A lane that nobody uses: list operations are atomic, so threads need no lock here."""
        if self.over:
            raise RuntimeError("the runner has ended")
        try:
            lane = self.free.pop()
        except IndexError:
            directory = self.place / f"tree-{next(self.numbers)}"
            self.lanes.append(lane := TreeWorker(self.git, self.setting, directory, self.code, self.trees))
        yield lane
        self.free.append(lane)
