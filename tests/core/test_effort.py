"""Effort as written, in hours: one table for `check` and for the scheduler."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from pytest_execute.core.effort import hours, hours_by_task, is_effort
from pytest_execute.core.plan import Task


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # units
        ("30 min", 0.5), ("1m", 1 / 60), ("90 minutes", 1.5), ("1h", 1), ("2 hrs", 2), ("2 hours", 2), ("0.5d", 4),
        ("1 day", 8), ("3 Days", 24), ("1 w", 40), ("2 wks", 80), ("1 week", 40), ("1 mo", 160), ("2 months", 320),
        # how numbers are written
        ("1.5 days", 12), ("1,5 days", 12), ("~1h", 1), ("about 3 hours", 3), ("2-hour", 2), ("2 person-days", 16),
        ("3 working days", 24), ("**2 hours** (with tests)", 2), ("Medium (3 days)", 24), ("3 files, 2 hours", 2),
        # a range is its middle
        ("2-3 days", 20), ("~2-4 h", 3), ("2 – 4 h", 3), ("2 to 4 hours", 3), ("1–2 weeks", 60),
        ("30 min - 1 hour", 0.75), ("2 bis 4 Stunden", 3), ("2 a 4 horas", 3), ("2 à 4 heures", 3), ("1~3小时", 2),
        # a sum
        ("1 Stunde und 30 Minuten", 1.5), ("1 heure et 30 minutes", 1.5), ("1 hora y 30 minutos", 1.5), ("2h + 1h", 3),
        ("2 hours & 30 min", 2.5), ("2+ hours", 2),
        ("1h 30m", 1.5), ("1h30m", 1.5), ("1 day 4 hours", 12), ("1 day and 4 hours", 12), ("1 day, 4 hours", 12),
        # points and sizes: all that matters is which task takes longer
        ("5 points", 5), ("5 pts", 5), ("3 sp", 3), ("3 story points", 3), ("XS", 0.5), ("S", 1), ("M", 2), ("L", 4),
        ("xl", 8), ("XXL", 16), ("Large", 4), ("small (one file)", 1), ("`M`", 2),
        # other languages
        ("2小時", 2), ("2 小时", 2), ("2時間", 2), ("2시간", 2), ("30分钟", 0.5), ("2天", 16), ("2日", 16),
        ("1日間", 8), ("2일", 16), ("1周", 40), ("2週間", 80), ("1주", 40), ("1个月", 160), ("3小时左右", 3),
        ("2 Stunden", 2), ("1 Std", 1), ("2 Tage", 16), ("1 Woche", 40), ("2 Wochen", 80), ("1 Monat", 160),
        ("2 horas", 2), ("2 días", 16), ("2 dias", 16), ("1 semana", 40), ("2 semanas", 80), ("1 mes", 160),
        ("2 heures", 2), ("2 jours", 16), ("1 semaine", 40), ("2 semaines", 80), ("1 mois", 160),
    ],
)  # fmt: skip
def test_effort_in_hours(text: str, expected: float) -> None:
    assert hours(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "see below", "TBD", "5", "0 h", "2 sprints", "30 seconds", "3 mondays", "1,000 hours", "M-L",
        "l'effort", "Day 3", "5月", "high", "½ day", "1/2 day", "1:30h", "1h30", "2 h 15", "3 x 2h", "2h x 3",
        "between 2 and 3 hours", "2 hours, 3 days", "2h dev + 1h test",
    ],
)  # fmt: skip
def test_an_effort_that_is_not_understood_is_not_guessed(text: str) -> None:
    assert hours(text) is None


@pytest.mark.parametrize("text", ["2 hours", "~1.5 d", "1h 30m", "1.5 Tage", "2小时", "2 to 3 days", "M", "5 pts"])
def test_a_text_that_is_an_effort_and_nothing_else(text: str) -> None:
    assert is_effort(text)


@pytest.mark.parametrize("text", ["", "soon", "2 hours of lag", "Day 3", "fixes 2 days", "Medium (3 days)", "3", "S3"])
def test_a_text_with_more_than_an_effort_is_none(text: str) -> None:
    assert not is_effort(text)


def test_hours_of_the_tasks_that_give_any() -> None:
    tasks = [Task(id="1", title="a", line=1, effort="2-3 days"), Task(id="2", title="b", line=2, effort="soon")]
    assert hours_by_task(tasks) == {"1": 20}
