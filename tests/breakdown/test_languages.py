"""Words of other languages: ranges and lists of ids, fields, done, gates, orders. Each is read, or told."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from .plans import FIELDS, dependencies_of, only_task, problems_except_fields, read_plan

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


@pytest.mark.parametrize(
    "label",
    [
        "Fichiers concernés",
        "Fichiers concernes",
        "Archivos a modificar",
        "Arquivos afetados",
        "Betroffene Dateien",
        "檔案",
    ],
)
def test_fields_with_other_words_or_without_accents(label: str) -> None:
    assert [ref.path for ref in only_task(f"### 1. [ ] A\n{FIELDS}- **{label} :** `src/a.py`\n").files] == ["src/a.py"]


def test_a_label_and_its_value_in_bold() -> None:
    task = only_task(f"### 1. [ ] A\n{FIELDS}\n**Effort : 2 hours**\n**Fichiers concernés :**\n- `src/a.py`\n")
    assert (task.effort, [ref.path for ref in task.files]) == ("2 hours", ["src/a.py"])


@pytest.mark.parametrize(
    "word", ["COMPLETO", "CONCLUÍDO", "TERMINÉ", "ERLEDIGT", "ABGESCHLOSSEN", "HECHO", "已完成", "完了"]
)
def test_words_for_done_behind_a_sign(word: str) -> None:
    task = only_task(f"### Task 1: Read it ✅ {word}\n{FIELDS}")
    assert (task.title, task.done) == ("Read it", True)


@pytest.mark.parametrize("status", ["✅ Skipped by the owner", "✅ PARCIAL", "✅ Partiel", "✅ teilweise"])
def test_a_sign_before_a_word_for_less_than_done(status: str) -> None:
    assert not only_task(f"### Task 1: Read it\n{FIELDS}- **Status**: {status}\n").done


def test_a_sign_for_done_in_the_title_of_an_open_task_is_told() -> None:
    assert problems_except_fields(f"### Task 1: Read it ✅ PARCIAL\n{FIELDS}") == [
        "b.md:1: warning: task 1 is read as open, though its title has ✅: write [x] if it is done (unknown-mark)"
    ]


@pytest.mark.parametrize("word", ["檢查點", "检查点", "チェックポイント", "Punto de control", "Ponto de verificação"])
def test_gates_in_other_languages(word: str) -> None:
    assert [g.name for g in read_plan(f"- [ ] T1 A\n- [ ] T2 B\n\n**{word}**：ok\n").gates] == [word]


@pytest.mark.parametrize(
    "total",
    [
        "Total de tâches : 85+",
        "Total de tareas: 9",
        "**Completed Tasks**: 3/9 (33%)",
        "總計：9 個任務",
        "Gesamt: 9 Aufgaben",
    ],
)
def test_totals_in_other_languages(total: str) -> None:
    assert "(other-total)" in " ".join(problems_except_fields(f"- [ ] T1 A\n- [ ] T2 B\n\n## End\n\n{total}\n"))
    same = total.replace("85+", "2").replace("9", "2")
    assert problems_except_fields(f"- [ ] T1 A\n- [ ] T2 B\n\n## End\n\n{same}\n") == []
