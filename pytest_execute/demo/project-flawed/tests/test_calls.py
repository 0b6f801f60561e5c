from datetime import timedelta

import pytest
from ferry.boats import Boat
from ferry.calls import call
from ferry.sailings import Sailing


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-10, "All aboard the Tern"),
        (10, "The Tern has left"),
        (-60, None),
        (60, None),
    ],
)
def test_calls_what_matters_now(morning, minutes, words):
    sailing = Sailing("F1", Boat("Tern", seats=20), morning, 45)
    assert call(sailing, morning + timedelta(minutes=minutes)) == words
