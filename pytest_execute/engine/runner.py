"""Runner of tests in composed trees: a process for each tree, and below it processes for the tests."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_execute.core.nodeids import file_of
from pytest_execute.engine.builds import Builds
from pytest_execute.engine.child.messages import JobReply, MutationJob
from pytest_execute.engine.outcome import State, TreeOutcome, read_outcomes
from pytest_execute.engine.process import Aborted
from pytest_execute.engine.settings import DEFAULT_LIMITS, LimitsFor, Settings
from pytest_execute.engine.worker import TreeWorker, import_limit
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

SITE_DIRECTORY = Path(__file__).parent / "child" / "site"
"""Directory with the `sitecustomize` of Pythons that tests start while functions are stubbed."""


class Runner:
    """Runs tests in trees, each in one of a few directories below `directory`, which `close` removes."""

    def __init__(self, git: Git, settings: Settings, directory: Path) -> None:
        self.git, self.settings, self.directory = git, settings, directory.resolve()
        self.numbers = itertools.count()
        self.builds = Builds(git, settings)
        self.workers: list[TreeWorker] = []
        self.idle_workers: list[TreeWorker] = []
        self.is_closed = False
        self.code = self.directory / "code"
        self.code.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """End everything that runs, and with it the threads that wait for it, and remove the directories."""
        self.is_closed = True
        self.builds.end()
        for worker in self.workers:
            worker.end()
        for path in self.directory.iterdir():
            remove(path)

    def run(
        self, tree: Tree, tests: Sequence[str], *, alone: bool = False, limits: LimitsFor = lambda _: DEFAULT_LIMITS
    ) -> dict[str, TreeOutcome]:
        """Return the outcome of each test in `tree`.

        The tests of a file share a process, or run each in its own if `alone`.
        """
        outcomes: dict[str, TreeOutcome] = {}
        together, single = True, set[str]()  # `single`: files with a test that ends the process that runs it
        with self._worker() as worker:
            while left := [test for test in tests if test not in outcomes]:
                batch = left if together else [test for test in left if file_of(test) == file_of(left[0])]
                batch = batch[:1] if file_of(batch[0]) in single else batch
                replies, aborted = worker.run(tree, batch, limits, {"alone": alone})
                outcomes.update(done := read_outcomes(replies))
                if aborted == "modified" and done:
                    continue
                files = {file_of(test) for test in batch}
                single |= files if aborted == "lost" and len(files) == 1 else set()
                if aborted is None or (not done and len(batch if aborted == "lost" else files) == 1):
                    state: State = "absent" if aborted is None or aborted == "modified" else aborted
                    seconds = import_limit(batch, limits) if state == "timeout" else 0.0
                    missing = [test for test in batch if test not in outcomes]
                    outcomes |= {test: TreeOutcome(test=test, state=state, seconds=seconds) for test in missing}
                together = together and aborted is None
        return outcomes

    def run_stubs(
        self, tree: Tree, tests: Sequence[str], limits: LimitsFor, mutation: MutationJob
    ) -> tuple[list[JobReply], Aborted | None]:
        """Return the replies to a job that stubs functions of `tree`; see `engine/child/mutation_run.py`."""
        with self._worker() as worker:
            return worker.run(tree, tests, limits, {"mutation": mutation}, import_path=[str(SITE_DIRECTORY)])

    @contextlib.contextmanager
    def _worker(self) -> Iterator[TreeWorker]:
        """Yield a worker that no other thread uses.

        CPython's list operations are atomic, so threads need no lock here.
        """
        if self.is_closed:
            raise RuntimeError("the runner is closed")
        try:
            worker = self.idle_workers.pop()
        except IndexError:
            directory = self.directory / f"tree-{next(self.numbers)}"
            self.workers.append(worker := TreeWorker(self.builds, directory, self.code))
        yield worker
        self.idle_workers.append(worker)
