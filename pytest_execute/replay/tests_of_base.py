"""Tests of base: found by the texts on the tests' side alone, for tests that are not replayed."""

from __future__ import annotations

from collections.abc import Collection

from pytest_execute.core.nodeids import file_of, function_of
from pytest_execute.replay.cache import ParseCache
from pytest_execute.replay.history import StepBuilder, TopicHistory
from pytest_execute.replay.renamed_tests import RenamedTests
from pytest_execute.tools.cache import ResultCache


def tests_of_base(topic: TopicHistory, tests: Collection[str], cache: ResultCache) -> frozenset[str]:
    """Return the tests that one of the trees before the topic has as they are today, with all that they may use."""
    layout, commits = topic.layout, topic.commits
    parsed = ParseCache(cache, f"{layout} {commits.tree}")
    history = StepBuilder(topic, {layout.prefix + file_of(test) for test in tests}, parsed)
    history.trees |= topic.git.trees(commits.before)
    for tree in (*commits.before, commits.tree):  # in one call of git
        history.contents(tree, [path for path in history.trees[tree] if path.endswith(".py") and layout.is_test(path)])
    renamed = RenamedTests(history)
    same = {
        function
        for function in map(function_of, tests)
        if any(_is_same(renamed, before, commits.tree, function) for before in commits.before)
    }
    parsed.save()
    return frozenset(test for test in tests if function_of(test) in same)


def _is_same(tests: RenamedTests, old: str, new: str, test: str) -> bool:
    """Return whether two trees have the same test, with the same helpers and data. Other parts of files may differ."""
    history = tests.history
    if not history.differ(old, new, test, None):
        return True
    used = history.support_files.used(old, new, test, None)
    share = tests.share(new, test)
    return (
        all(path.endswith(".py") for path in used)
        and share is not None
        and bool(share.text)
        and tests.is_equal((old, test), (new, test))
    )
