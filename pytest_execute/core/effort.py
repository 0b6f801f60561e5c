"""Parse effort as people write it in a breakdown into hours: `2 hours`, `~1.5-2 days`, `30 min`, `5 points`, `L`.

| written | hours |
| --- | --- |
| a minute, an hour, a day, a week, a month | 1/60, 1, 8, 40, 160 |
| a range, as `2-3 days` | its middle |
| amounts that follow each other, as `1h 30m`, each of a smaller unit or after `+` | their sum |
| a point | 1 |
| XS, S or small, M or medium, L or large, XL, XXL | 0.5, 1, 2, 4, 8, 16 |

Points and sizes have no true length: their hours only say which task takes longer.
"""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_execute.core.plan import Task

WORDS = {
    "m min mins minute minutes minuten minuto minutos": 1 / 60,
    "h hr hrs hour hours std stunde stunden hora horas heure heures": 1.0,
    "d day days tag tage tagen día días dia dias jour jours": 8.0,
    "w wk wks week weeks woche wochen semana semanas semaine semaines": 40.0,
    "mo mos month months monat monate monaten mes meses mois": 160.0,
    "p pt pts point points sp": 1.0,
}
"""Units with their hours; a letter behind one makes another word of it."""
SIGNS = {
    "分 分钟 分鐘 분": 1 / 60,
    "小時 小时 時間 时 時 시간 시": 1.0,
    "天 日 日間 일": 8.0,
    "周 週 週間 주": 40.0,
    "个月 個月 か月 ヶ月 개월": 160.0,
}
"""Units in scripts without spaces between words. 月 alone is none: 5月 is May."""
SIZES = {"xs": 0.5, "s": 1.0, "small": 1.0, "m": 2.0, "medium": 2.0, "l": 4.0, "large": 4.0, "xl": 8.0, "xxl": 16.0}


def _by_name(units: dict[str, float]) -> dict[str, float]:
    """Return `{unit: hours}`, the longest unit first, so that no alternative hides a longer one."""
    hours = {name: each for names, each in units.items() for name in names.split()}
    return dict(sorted(hours.items(), key=lambda unit: -len(unit[0])))


_HOURS = {**_by_name(WORDS), **_by_name(SIGNS)}
_UNIT = rf"(?:(?:{'|'.join(_by_name(WORDS))})(?![^\W\d_])|{'|'.join(_by_name(SIGNS))})"
_NUMBER = r"\d{1,6}(?:[.,]\d{1,2})?(?!\d)"
_TO = r"\s*(?:[-–—~〜至到]|(?:to|or|bis|a|à)\b)\s*"
_KIND = r"(?:(?:person|man|work|working|business|ideal|story)[\s-]+)?"
_AMOUNT = re.compile(
    rf"(?<![\d.,/:])(?P<low>{_NUMBER})(?:{_TO}(?P<high>{_NUMBER}))?[+\s-]*{_KIND}(?P<unit>{_UNIT})", re.IGNORECASE
)
_BETWEEN = re.compile(_TO, re.IGNORECASE)
_AND = re.compile(r"(?P<plus>\s*\+\s*)|(?:\s|,|&|(?:and|und|et|y|e)\b)*", re.IGNORECASE)
# matches the beginning of "3 x 2h", "between 2 and 3 hours": a number that has a part in the first amount
_NUMBER_BEFORE = re.compile(r"\d\s*(?:[x×*/:]|and|und|et|y|e)\s*$", re.IGNORECASE)
# matches the end of "1h30", "2 h 15", "2h x 3"
_NUMBER_AFTER = re.compile(r"\s*[x×*]?\s*\d", re.IGNORECASE)
_NOTES = re.compile(r"\([^()]*\)|（[^（）]*）")
_SIZE = re.compile(rf"\W*(?P<size>{'|'.join(SIZES)})[*`_\])]*\s*(?:$|[(,;])", re.IGNORECASE)


def hours(text: str) -> float | None:
    """Return the hours that `text` means; None where it is not understood, or means nothing.

    >>> hours("2 hours"), hours("~1-2 days"), hours("XL"), hours("soon")
    (2.0, 12.0, 8.0, None)
    """
    first = _AMOUNT.search(text)
    if first is None:
        size = _SIZE.match(text)
        return SIZES[size["size"].lower()] if size is not None else None
    value, end = _range_or_sum(text, first)
    rest = text[end:]
    if (
        _NUMBER_BEFORE.search(text[: first.start()])
        or _NUMBER_AFTER.match(rest)
        or _AMOUNT.search(_NOTES.sub("", rest))
    ):
        return None  # a part of it was not read
    return value or None


def is_effort(text: str) -> bool:
    """Return whether a text is an effort and nothing else, as in the brackets behind a title.

    >>> is_effort("~2 days"), is_effort("fixes 2 days of work")
    (True, False)
    """
    first = _AMOUNT.search(text)
    if first is None or hours(text) is None:
        return text.strip().lower() in SIZES
    _, end = _range_or_sum(text, first)
    return not re.search(r"\w", text[: first.start()] + text[end:])


def _range_or_sum(text: str, first: re.Match[str]) -> tuple[float, int]:
    """Return the hours of the amounts from `first` on, and the index where they end."""
    upper = _next(text, first, _BETWEEN)
    if upper is not None:
        return (_value(first) + _value(upper)) / 2, upper.end()
    total, last = _value(first), first
    while (amount := _next(text, last, _AND)) is not None:
        has_plus = "+" in text[last.end() : amount.start()]
        if not has_plus and _HOURS[amount["unit"].lower()] >= _HOURS[last["unit"].lower()]:
            break
        total, last = total + _value(amount), amount
    return total, last.end()


def _next(text: str, amount: re.Match[str], between: re.Pattern[str]) -> re.Match[str] | None:
    """Return the amount that follows `amount` with nothing but `between` before it."""
    joint = between.match(text, amount.end())
    return _AMOUNT.match(text, joint.end()) if joint is not None else None


def _value(amount: re.Match[str]) -> float:
    """Return the hours of one amount, the middle where it is a range."""
    low, high = (float(number.replace(",", ".")) for number in (amount["low"], amount["high"] or amount["low"]))
    return (low + high) / 2 * _HOURS[amount["unit"].lower()]


def hours_by_task(tasks: Iterable[Task]) -> dict[str, float]:
    """Return `{task id: hours}` of the tasks that give an effort which is understood."""
    return {task.id: known for task in tasks if (known := hours(task.effort)) is not None}
