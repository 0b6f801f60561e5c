"""Replay as a whole: the history out of git, the search for the turn of each test, and a runner below it."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Proof
from pytest_execute.core.layout import Layout
from pytest_execute.core.nodeids import file_of, function_of
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings
from pytest_execute.replay.cache import CachedRunner, ParseCache
from pytest_execute.replay.conclusions import Conclusions
from pytest_execute.replay.first_pass import MayDiffer
from pytest_execute.replay.former_tests import FormerTests, carry_on, range_to
from pytest_execute.replay.history import StepBuilder, TopicHistory
from pytest_execute.replay.ignored_files import ignored_file, python_path_of, with_ignored_file, with_python_path
from pytest_execute.replay.observations import Observations
from pytest_execute.replay.red_causes import ProjectModules, module_paths
from pytest_execute.replay.search import Search
from pytest_execute.replay.time_limits import limits_table
from pytest_execute.replay.tree_diff import TreeDiff
from pytest_execute.tools.cache import ResultCache

ProgressCallback = Callable[[int, int], None]
"""Receives how many of how many trees have been replayed; called in any thread."""


class ReplayRequest(Struct, frozen=True, kw_only=True):
    """Tests to prove, with the seconds that each took in the run, and the settings to run them with.

    Each of the tests `turns` is run on every tree, also after it has passed, and all its turns are reported.
    """

    tests: dict[str, float]
    settings: Settings
    turns: Collection[str] = ()


def prove(
    topic: TopicHistory,
    request: ReplayRequest,
    directory: Path,
    cache: ResultCache,
    on_progress: ProgressCallback | None = None,
) -> dict[str, Proof]:
    """Return a proof, or why there is none, for each test of `request`, and for removed tests of their files.

    Trees are written below `directory`.
    """
    if not request.tests:
        return {}
    layout, settings = topic.layout, replace(request.settings, seconds=_usual_seconds(request.tests))
    parsed = ParseCache(cache, f"{layout} {topic.commits.tree}")
    history = StepBuilder(topic, {layout.prefix + file_of(test) for test in request.tests}, parsed)
    steps = history.all_steps()
    with contextlib.closing(Runner(topic.git, settings, directory)) as runner:
        cached = CachedRunner(history.trees, runner, cache, limits_table())
        if on_progress is not None:
            cached.on_run = count_trees({step.tree for step in steps}, on_progress)
        known_isolated = cached.isolated(request.tests)
        observations = Observations(cached.run, request.tests, known_isolated)
        project = project_modules(layout, history.today)
        conclusions = Conclusions(steps, observations, project, history)
        search = Search(conclusions, _may_differ(history, settings), settings.pytest.workers)
        name_ignored = functools.partial(_name_ignored, history, settings, conclusions)
        proofs = {test: name_ignored(proof) for test, proof in search.prove(request.tests).items()}
        for test in conclusions.agreed_hangs():
            cached.keep_hangs(test)
        turns = search.turns(request.turns) if request.turns else {}
        proofs = {test: replace(proof, turns=turns.get(test, ())) for test, proof in proofs.items()}
        former_tests = FormerTests(history, search)
        former = former_tests.find(proofs)
        dropped = former_tests.dropped(history.removed_tests(steps))
        parsed.save()
        cached.keep_isolated(observations.isolated - known_isolated)

    seconds = {each.test: request.tests[test] for test, each in former.items()}

    def prove_at(commit: str, tests: list[str]) -> dict[str, Proof]:
        earlier = replace(topic, commits=range_to(topic.commits, commit))
        again = replace(request, tests={each: seconds[each] for each in tests})
        return prove(earlier, again, directory, cache)

    return carry_on(proofs, former, prove_at) | dropped


def project_modules(layout: Layout, today: Iterable[str]) -> ProjectModules:
    """Return the modules of the project among the files of today."""
    files = [path for path in today if not layout.is_test(path)]
    return ProjectModules(layout.modules(files), layout.is_test, module_paths(files))


def _name_ignored(history: StepBuilder, settings: Settings, conclusions: Conclusions, proof: Proof) -> Proof:
    """Add to the detail of a test that fails in the replay of today's tree where the file is that it misses there."""
    if proof.found != "not-reproduced":
        return proof
    outcome = conclusions.observations.first[(conclusions.trees[-1], proof.test)]
    path = ignored_file(outcome, settings.roots, settings.prefix, history.today, Path(settings.work_tree))
    place = python_path_of(outcome, os.environ.get("PYTHONPATH", "")) if path is None else None
    return replace(proof, detail=with_python_path(with_ignored_file(proof.detail, path), place))


def _may_differ(history: StepBuilder, settings: Settings) -> MayDiffer:
    """Return how trees are compared.

    With a build step all may differ, as these trees lack the files that a build makes.
    """
    return (lambda *_: True) if settings.prepare else TreeDiff(history.trees).may_differ


def count_trees(trees: set[str], on_progress: ProgressCallback) -> Callable[[str], None]:
    """Return a function that is called with each tree after a run, and reports how many of `trees` had a run."""
    open_trees = set(trees)

    def count(tree: str) -> None:
        if tree in open_trees:
            open_trees.discard(tree)
            on_progress(len(trees) - len(open_trees), len(trees))

    return count


def _usual_seconds(tests: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds of each test, and of each function the most that it took with any of its parameters."""
    usual = dict(tests)
    for test, seconds in tests.items():
        usual[function_of(test)] = max(seconds, usual.get(function_of(test), 0.0))
    return usual
