"""Tests of base: found by the texts on the tests' side alone, for tests that are not replayed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pytest_execute.core.nodeids import file_of, function_of, names_of
from pytest_execute.replay.cache import ParseCache
from pytest_execute.replay.history import StepBuilder, TopicHistory
from pytest_execute.replay.shares import find_share
from pytest_execute.tools.cache import ResultCache


def tests_of_base(topic: TopicHistory, tests: Collection[str], cache: ResultCache) -> frozenset[str]:
    """Return the tests that one of the trees before the topic has as they are today, with all that they may use."""
    layout, commits = topic.layout, topic.commits
    parsed = ParseCache(cache, f"{layout} {commits.tree}")
    history = StepBuilder(topic, {layout.prefix + file_of(test) for test in tests}, parsed)
    history.trees |= topic.git.trees(commits.before)
    for tree in (*commits.before, commits.tree):  # in one call of git
        history.contents(tree, [path for path in history.trees[tree] if path.endswith(".py") and layout.is_test(path)])
    same = {
        function
        for function in map(function_of, tests)
        if any(_is_same(history, before, commits.tree, function) for before in commits.before)
    }
    parsed.save()
    return frozenset(test for test in tests if function_of(test) in same)


def _is_same(history: StepBuilder, old: str, new: str, test: str) -> bool:
    """Return whether two trees have the same test, with the same helpers and data. Other parts of files may differ."""
    if not history.differ(old, new, test, None):
        return True
    used = history.support_files.used(old, new, test, None)
    shares = [_share(history, tree, test) for tree in (old, new)]
    return all(path.endswith(".py") for path in used) and shares[0] is not None and shares[0] == shares[1]


def _share(history: StepBuilder, tree: str, test: str) -> tuple[str, Mapping[str, tuple[str, str]]] | None:
    """Return the text that a test has in the Python files of a tree that it may use, and what it imports."""
    file, names = names_of(test)
    path = history.layout.prefix + file
    if path not in history.trees[tree]:
        return None
    paths = history.support_files.python_files(tree, path)
    share = find_share(history.contents(tree, paths), names)
    return (share.text, share.imports) if share is not None and share.text else None
