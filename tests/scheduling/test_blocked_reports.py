"""Reports: which of them say that a call has passed."""

from __future__ import annotations

import pytest

from pytest_execute.scheduling.blocked_reports import is_passed_call
from tests.scheduling.test_durations import report


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(report("call"), True, id="passed"),
        pytest.param(report("call", context=("first part", {})), False, id="a subtest, with others to come"),
        pytest.param(report("setup"), False, id="only set up"),
        pytest.param(report("call", "failed"), False, id="failed"),
        pytest.param(report("call", "rerun"), False, id="to be run again"),
    ],
)
def test_reports_that_say_that_the_call_has_passed(given, expected):
    assert is_passed_call(given) is expected
