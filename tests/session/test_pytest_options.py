"""Options of pytest for tests that are run again in other trees."""

from __future__ import annotations

import os

import pytest

from pytest_execute.session.pytest_options import pytest_options


def test_modules_of_tests_are_imported_as_in_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = -q --execute-notes=plans\n")
    assert pytest_options(pytester.parseconfig()).arguments == ("-q",)
    options = pytest_options(pytester.parseconfig("--import-mode=importlib"))
    assert options.arguments == ("-q", "--import-mode=importlib")


@pytest.mark.parametrize(("option", "workers"), [("-n0", 1), ("-n3", 3), ("--dist=no", os.cpu_count())])
def test_as_many_trees_are_replayed_side_by_side_as_the_run_has_workers(
    pytester: pytest.Pytester, option: str, workers: int
) -> None:
    """Tests that are not safe in parallel run one after the other with `-n0`, in the replay too."""
    assert pytest_options(pytester.parseconfig(option)).workers == workers
