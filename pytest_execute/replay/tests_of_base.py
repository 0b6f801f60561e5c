"""Tests of base: found by the texts on the tests' side alone, for tests that are not replayed."""

from __future__ import annotations

from collections.abc import Collection

from pytest_execute.core.nodeids import file_of, function_of
from pytest_execute.replay.cache import ParseCache
from pytest_execute.replay.history import StepBuilder, TopicHistory
from pytest_execute.tools.cache import ResultCache


def tests_of_base(topic: TopicHistory, tests: Collection[str], cache: ResultCache) -> frozenset[str]:
    """Return the tests that one of the trees before the topic has as they are today, with all that they may use."""
    layout, commits = topic.layout, topic.commits
    parsed = ParseCache(cache, f"{layout} {commits.tree}")
    history = StepBuilder(topic, {layout.prefix + file_of(test) for test in tests}, parsed)
    history.trees |= topic.git.trees(commits.before)
    same = {
        function
        for function in map(function_of, tests)
        if any(not history.differ(before, commits.tree, function, None) for before in commits.before)
    }
    parsed.save()
    return frozenset(test for test in tests if function_of(test) in same)
