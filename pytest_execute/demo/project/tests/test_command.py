import json

import pytest

from ferry.command import main
from ferry.references import make


@pytest.fixture
def timetable(tmp_path):
    path = tmp_path / "timetable.json"
    boats = {"Tern": {"seats": 20}, "Skua": {"seats": 60, "deck": 30.0}}
    sailings = {"F1": ["Skua", "2026-05-01T08:30", 45], "F2": ["Tern", "2026-05-01T10:00", 45]}
    path.write_text(json.dumps({"boats": boats, "sailings": sailings}), encoding="utf-8")
    return path


def test_tells_the_fare(capsys):
    assert main(["fare", "--age", "41", "--age", "8"]) == 0
    assert capsys.readouterr().out == "13.50\n"


def test_tells_the_fare_there_and_back(capsys):
    assert main(["fare", "--age", "41", "--return"]) == 0
    assert capsys.readouterr().out == "16.20\n"


def test_shows_the_board(capsys, timetable):
    assert main(["board", str(timetable), "--at", "2026-05-01T08:20"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "08:30  F1     Skua (car ferry)      boarding",
        "10:00  F2     Tern                  in 100 min",
    ]


def test_checks_a_reference(capsys):
    assert main(["check", make("F12", 7)]) == 0
    assert capsys.readouterr().out == "booking 7 on sailing F12\n"


def test_says_what_is_wrong(capsys):
    assert main(["check", "F12-0007-A"]) == 1
    assert capsys.readouterr().out == "ferry: 'F12-0007-A' has a typing error\n"
