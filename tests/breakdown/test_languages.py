"""Words of other languages: ranges and lists of ids, fields, done, gates, orders. Each is read, or told."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from .plans import FIELDS, dependencies_of, problems_except_fields

LIST = "".join(f"### Task {n}: T{n}\n{FIELDS}\n" for n in range(1, 5)) + f"### Task 5: T5\n{FIELDS}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Dépendances: Task 1 à Task 3", "1 2 3"),
        ("Depends on: Task 1 to Task 3", "1 2 3"),
        ("Depends on: Task 1 through Task 3, Task 4", "1 2 3 4"),
        ("Dépendances: 1 à 3", "1 2 3"),
        ("Dependências: 1 até 3", "1 2 3"),
        ("Dependencias: 1 a 3", "1 2 3"),
        ("Dependencias: Tarea 1 y 3", "1 3"),
        ("Abhängigkeiten: 1 bis 3", "1 2 3"),
        ("Abhängigkeiten: Aufgaben 1 und 3", "1 3"),
        ("Dépendances: 1 et 3", "1 3"),
        ("依赖: 1 至 3", "1 2 3"),
        ("依存: 1から3", "1 2 3"),
    ],
)
def test_ranges_and_lists_of_ids_in_other_languages(value: str, expected: str) -> None:
    assert dependencies_of(f"{LIST}- {value}\n") == {"5": expected}


def test_ids_joined_by_an_unknown_word_are_told() -> None:
    text = "- [ ] T1 A\n- [ ] T2 B\n- [ ] T3 C\n- [ ] T4 D\n  - Depends on: T1 xyz T3\n"
    assert [p for p in problems_except_fields(text) if "prose-dependency" in p] == [
        'b.md:5: warning: task T4 depends on "T1 xyz T3", which names no task: write its id (prose-dependency)'
    ]
