"""Options of pytest for tests that are run again in other trees."""

from __future__ import annotations

import pytest

from pytest_execute.session.pytest_options import pytest_options


def test_modules_of_tests_are_imported_as_in_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = -q --execute-notes=plans\n")
    assert pytest_options(pytester.parseconfig()).arguments == ("-q",)
    options = pytest_options(pytester.parseconfig("--import-mode=importlib"))
    assert options.arguments == ("-q", "--import-mode=importlib")
