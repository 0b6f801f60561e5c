import time

import pytest

from ferry.boats import Boat
from ferry.weather import Forecast, Weather, advice

TERN = Boat("Tern", seats=20)
SKUA = Boat("Skua", seats=60, deck=30.0)


@pytest.mark.parametrize(
    ("wind", "waves", "boat", "said"),
    [
        (20, 1.0, TERN, "sail"),
        (21, 1.0, TERN, "slow"),
        (29, 1.0, TERN, "stay"),
        (29, 1.0, SKUA, "sail"),
        (38, 1.0, SKUA, "slow"),
        (5, 2.6, SKUA, "stay"),
    ],
)
def test_advises_by_wind_waves_and_boat(wind, waves, boat, said):
    assert advice(Weather(wind, waves), boat) == said


def test_asks_once_while_the_answer_is_fresh():
    asked = []
    forecast = Forecast(lambda: asked.append(1) or Weather(10, 0.5), seconds=60)
    assert forecast.now() == forecast.now() == Weather(10, 0.5)
    assert len(asked) == 1


def test_asks_again_when_the_answer_is_old():
    answers = [Weather(10, 0.5), Weather(30, 2.0)]
    forecast = Forecast(lambda: answers.pop(0), seconds=0.15)
    assert forecast.now().wind == 10
    time.sleep(0.2)
    assert forecast.now().wind == 30
