"""What pytest collected, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from pytest_execute.core.evidence import CollectedTest

MARKERS = ("task", "stream", "gate")


def collected_tests(items: Iterable[pytest.Item], topic: str) -> list[CollectedTest]:
    """The collected tests with those of their markers that speak of `topic`."""
    return [
        CollectedTest(
            item.nodeid, item.nodeid.split("::")[0], (item.location[1] or 0) + 1, tuple(_markers(item, topic))
        )
        for item in items
    ]


def _markers(item: pytest.Item, topic: str) -> Iterator[tuple[str, str]]:
    """(marker, id) pairs; a tag such as `@task:1` of pytest-bdd, a marker with a colon in its name, means the same."""
    for mark in item.iter_markers():
        name, colon, value = mark.name.partition(":")
        if name in MARKERS and mark.kwargs.get("topic") in (None, topic):
            yield from ((name, str(each)) for each in ([value] if colon else mark.args))
