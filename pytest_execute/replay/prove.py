"""The replay as a whole: the steps from base to head out of git, the search over them, a runner below it."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Proof
from pytest_execute.core.layout import Layout
from pytest_execute.core.nodeids import file_of, function_of
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings, TimeLimits
from pytest_execute.replay.cache import CachedRunner, Read, Table
from pytest_execute.replay.causes import ProjectModules
from pytest_execute.replay.overlay import identity, overlay
from pytest_execute.replay.search import Attempt, RunTests, Search, Step, TestForm
from pytest_execute.replay.test_identity import Forms
from pytest_execute.replay.tree_diff import TreeDiff
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from pytest_execute.tools.revisions import CommitRange

ProgressCallback = Callable[[int, int], None]
"""Hears how many of how many are done."""
GRACE = 10.0
"""Seconds that may pass, and be computed, before any test counts as hanging, besides ten times what it took in the run."""
COMPUTING = 0.5
"""Seconds of them that may be computed by a test that has hung before, besides five times what it took in the run."""
QUICK = 1.0
"""The same for a first try, besides ten times what it took in the run: a tenth of it, and five times, by a test that has hung before; and up
to three times it may pass on a busy machine."""
IMPORTING = 1 / 3
"""The part of the time for imports that a first try has, or a test that has hung before; a fifth of it that has both."""


class ReplayRequest(Struct, frozen=True, kw_only=True):
    """Tests to prove, with the seconds that each took in the run, and the settings to run them with.

    With `turns` each test is run on every tree, also after it has passed, and all its turns are reported.
    """

    tests: dict[str, float]
    settings: Settings
    turns: bool = False


class TopicHistory(Struct, frozen=True):
    """Commits of a topic, in their repository, and the layout of the project."""

    git: Git
    commits: CommitRange
    layout: Layout


def prove(
    topic: TopicHistory,
    order: ReplayRequest,
    place: Path,
    ledger: ResultCache,
    tell: ProgressCallback | None = None,
) -> dict[str, Proof]:
    """A proof, or why there is none, for each test of `order`, and for those of their files that were dropped. All that is written goes below `place`.

    `tell` hears, in any thread, how many trees of how many have been replayed.
    """
    if not order.tests:
        return {}
    layout = topic.layout
    history = _Steps(topic, {layout.prefix + file_of(test) for test in order.tests}, ledger)
    project = ProjectModules(layout.modules(history.today), layout.is_test)
    steps, settings = history.all(), replace(order.settings, seconds=_seconds(order.tests))
    workers = settings.pytest.workers
    with contextlib.closing(Runner(topic.git, settings, place)) as runner:
        learnt = CachedRunner(history.trees, runner, ledger, _patience())
        run: RunTests = learnt.run
        if tell is not None:
            run = telling(run, {step.tree for step in steps}, tell)
        differs = (
            TreeDiff(history.trees).matter if not settings.prepare else lambda *_: True
        )  # what is built may be another
        alone = learnt.alone(order.tests)
        search = Search(steps, run, project, workers, differs, learnt.agreed, history.mixed, order.tests, alone)
        proofs = search.prove(order.tests)
        turns = search.turns(order.tests) if order.turns else {}
        proofs = {test: replace(proof, turns=turns.get(test, ())) for test, proof in proofs.items()}
        proofs |= search.dropped(history.gone(steps))
        history.read.keep()
        learnt.keep_alone(search.alone - alone)
        return proofs


def telling(run: RunTests, trees: set[str], tell: ProgressCallback) -> RunTests:
    """Run, and tell how many of `trees` have had their first run."""
    open_trees = set(trees)

    def run_and_tell(
        tree: str,
        tests: Sequence[str],
        *,
        alone: bool = False,
        haste: Attempt = "patient",
        begun: Callable[[], None] | None = None,
    ) -> dict[str, TreeOutcome]:
        answers = run(tree, tests, alone=alone, haste=haste, begun=begun)
        if tree in open_trees:
            open_trees.discard(tree)
            tell(len(trees) - len(open_trees), len(trees))
        return answers

    return run_and_tell


def _seconds(tests: Mapping[str, float]) -> dict[str, float]:
    """What each test took, and each function with any of its parameters."""
    found = dict(tests)
    for test, seconds in tests.items():
        found[function_of(test)] = max(seconds, found.get(function_of(test), 0.0))
    return found


def _patience() -> Table:
    """Who passes only with more time than a first try is not taken for one that hangs: what a proof stands on is run again, with time."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    busy = min(3.0, max(1.0, load / (os.cpu_count() or 1)))
    patient = TimeLimits(GRACE, GRACE)
    return {
        ("first", False): TimeLimits(QUICK * busy, QUICK, 10.0, IMPORTING),
        ("first", True): TimeLimits(QUICK * busy, QUICK / 10, 5.0, IMPORTING / 5),
        ("again", False): patient,
        ("again", True): TimeLimits(GRACE, COMPUTING, 5.0, IMPORTING),
        ("patient", False): patient,
        ("patient", True): patient,
    }


class _Steps:
    """Makes a step of each commit: its overlay tree, which `trees` then holds too, and what the test files in `paths` were."""

    def __init__(self, topic: TopicHistory, paths: set[str], ledger: ResultCache) -> None:
        self.git, self.stretch, self.layout, self.paths = topic.git, topic.commits, topic.layout, paths
        git, stretch, layout = topic.git, topic.commits, topic.layout
        parents = [parent for those in stretch.commits.values() for parent in those]
        self.trees = git.trees([stretch.tree, stretch.base, *stretch.commits, *parents])
        self.today = self.trees[stretch.tree]
        self.read = Read(ledger, f"{layout} {stretch.tree}")
        self.made: dict[str, Step] = {}

    @functools.cached_property
    def forms(self) -> Forms:
        """What the test files were, all read at once; not needed where it is known how each test stood."""
        forms = Forms(self.today, self.layout, self.git.blobs)
        forms.know(tree[path].oid for tree in self.trees.values() for path in self.paths if path in tree)
        return forms

    def all(self) -> list[Step]:
        """The steps from base to head, and the work that comes after head, parents before children."""
        base = self._step(self.stretch.base, self.stretch.base, ())
        steps = [base]
        for commit, parents in self.stretch.commits.items():
            before = tuple(self.made.get(p) or self._step(p, p, ()) for p in parents)
            steps.append(self._step(commit, commit, before or (base,)))
        if self.stretch.snapshot is not None:
            steps.append(self._step(self.stretch.snapshot, self.stretch.tree, (self.made[self.stretch.head],)))
        return steps

    def gone(self, steps: Sequence[Step]) -> dict[str, Step]:
        """The tests that came after base and are gone today, each with the last step in which it stood."""
        what = f"gone {sorted(self.paths)} {self.stretch.base} {[step.own for step in steps]}"
        found = self.read.once(what, lambda: self._gone(steps), dict[str, int])
        return {test: steps[at] for test, at in found.items()}

    def _gone(self, steps: Sequence[Step]) -> dict[str, int]:
        base, owns = self.trees[self.stretch.base], [self.trees[step.own] for step in steps[1:]]
        return {
            "::".join((path.removeprefix(self.layout.prefix), *names)): 1 + last
            for path in sorted(self.paths & self.today.keys())
            for names, last in self.forms.dropped(owns, base, path).items()
        }

    def mixed(self, code: str, tests: str) -> str:
        """The code of one commit's own tree with the tests of another's."""
        composed = overlay(self.trees[code], self.trees[tests], self.layout, self.paths)
        self.trees[tree := identity(composed)] = composed
        return tree

    @functools.cache  # noqa: B019 - lives as long as one proof
    def _form(self, own: str, test: str) -> TestForm | None:
        return self.read.once(f"{own} {test}", lambda: self.forms.at(self.trees[own], test), TestForm | None)

    def _step(self, name: str, treeish: str, before: tuple[Step, ...]) -> Step:
        own = self.trees[treeish]
        composed = overlay(own, self.today, self.layout, self.paths)
        self.trees[tree := identity(composed)] = composed
        self.made[name] = Step(name, tree, treeish, before, functools.partial(self._form, treeish))
        return self.made[name]
