"""Looks of sentences that may state an order, in any wording and in several languages.

`SentenceParser` reads orders; a sentence that it does not understand is told if it looks like one: it has a word of
order in a clause that denies none, and names two parts of the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_execute.breakdown.ids import CODE, NUMBER
from pytest_execute.breakdown.name_index import NameIndex
from pytest_execute.breakdown.vocabulary import STREAM_WORDS, TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

# matches "dépend de", "hängt ab von", "después de", "依存", "完了後"
OTHER_ORDER_WORDS = (
    r"dépend|requiert|nécessite|\baprès\b|\bavant\b|depende|requiere|requer\b|después|\bantes\b|depois|\btras\b"
    r"|\bhängt\b|\bhängen\b|abhängig|voraussetz|benötig|bevor|nachdem|\bnach\b|依存|相依|依赖|依賴|前提|前置|之后|之後|以后|以後"
    r"|完成后|完成後|完了後|完了してから|の後|阻塞|의존|이후|완료 후"
)
# matches a word of order in English
_ORDER_WORDS = (
    r"\bdepend|\brequires?\b|\bneed(?:s|ed)?\b|\bblock(?:s|ed)?\b|\bprerequisite|\bbefore\b|\bafter\b|\bonce\b"
    r"|\buntil\b"
    r"|\bbuilds? (?:up)?on\b|\brel(?:y|ies) on\b"
)
_ORDER = late_pattern(f"{_ORDER_WORDS}|{OTHER_ORDER_WORDS}", re.IGNORECASE)
# matches "not", "in parallel", "aucune", "ohne", "不依赖", "依存しない"
_DENIAL = late_pattern(
    r"\b(?:not|never|without|neither|nor|none|no(?!\s+remaining)|independent(?:ly)?|parallel|concurrent(?:ly)?|aucune?"
    r"|sans|sin|sem"
    r"|ningun[ao]?|nenhuma?|keine?[nr]?|ohne|nicht|unabhängig)\b|n't\b|しない|せず|ない|なし|無|无|不|非|없",
    re.IGNORECASE,
)
_CLAUSE = late_pattern(r"[,;()（）—–。；，、]|\s-\s|(?<=\w)\.\s")
# matches "each step", "every phase", "chaque étape", "各阶段"
_EACH = late_pattern(
    rf"\b(?:each|every|chaque|cada|jede[rs]?)\s+(?:{TASK_WORDS}|{STREAM_WORDS}|\w*étape|etapa|paso|schritt)"
    r"|各(?:阶段|任务|任務|タスク|フェーズ)|每个|每個|すべての",
    re.IGNORECASE,
)
# matches "the previous one", "la précédente", "前の"
_PREVIOUS = late_pattern(
    r"\b(?:previous|preceding|prior|précédente?s?|anterior(?:es)?|vorherig\w+|vorige\w*)\b|前一|前の|上一",
    re.IGNORECASE,
)
# matches words for a task that are no words for a step or story
_TASK_WORDS = r"tasks?|aufgaben?|tareas?|tarefas?|tâches?|任务|任務|タスク|작업"
# matches "Phase 2", "Stream A", "US1", "User Story 1"
_STREAM = late_pattern(
    rf"(?<!\w)(?P<kind>{STREAM_WORDS})s?\s*#?(?P<id>{NUMBER}|[A-Z](?!\w))|\bUS[ -]?(?P<story>\d+)", re.IGNORECASE
)


# matches "Dependencies", "Merge order", "Reihenfolge", "実装順序"
ORDER_HEADING = late_pattern(
    r"\bdependenc|\bdépendanc|\bdependencia|\border\b|sequence|\bordre\b|\borden\b|\bordem\b|reihenfolge|abhängig|依存"
    r"|依赖|依賴|相依"
    r"|順序|顺序",
    re.IGNORECASE,
)

Name = tuple[str, str]
"""Kind of a name ("task", "stream" or "other") and its id."""


class OrderLooks:
    """Finder of unread orders between the names of one breakdown; `task_words` are its words for a task."""

    def __init__(self, names: NameIndex, task_words: str) -> None:
        self._names = names
        # matches "T001", "#9", "Task 2", "1.2", and a number alone
        self._id = re.compile(
            rf"(?:(?P<word>(?:{_TASK_WORDS}|(?:{task_words})s?)\s*#?|#)\s*)?(?<![\w.])"
            rf"(?P<id>{CODE}|{NUMBER})(?![a-z\d]|\.\d|-[a-z])",
            re.IGNORECASE,
        )
        titles = sorted(filter(_is_distinctive, names.stream_titles()), key=len, reverse=True)
        # Chinese and Japanese have no blanks between words
        before = {title: r"(?<![^\W_])" if title.isascii() else "" for title in titles}
        words = "|".join(rf"{before[title]}{re.escape(title)}(?![a-z])" for title in titles)
        self._titles = re.compile(words or r"(?!)", re.IGNORECASE)

    def ordered_names(self, text: str, task: str = "") -> tuple[Name, ...]:
        """Return the names in a text that looks like an order of two of them, else nothing.

        In the text of a task, which is the first name, the other one must be another task.
        """
        ordered = [clause for clause in _CLAUSE.split(text) if _ORDER.search(clause) and not _DENIAL.search(clause)]
        if not ordered:
            return ()
        names = tuple(dict.fromkeys(self._names_in(", ".join(ordered) if task else text)))
        if task:
            others = tuple(name for name in names if name[0] == "task" and name[1] != task)
            return (("task", task), *others) if others else ()
        return names if len(names) > 1 else ()

    def _names_in(self, text: str) -> Iterator[Name]:
        """Yield the tasks and streams that a text names; "each" and "the previous" are names, too."""
        if _EACH.search(text):
            yield "other", "each"
        if _PREVIOUS.search(text):
            yield "other", "previous"
        for found in self._titles.finditer(text):
            yield "stream", self._names.stream(found[0]) or ""
        for found in _STREAM.finditer(text):
            stream = self._names.stream(found["id"] or f"us{found['story']}")
            if stream is not None:
                yield "stream", stream
        for found in self._id.finditer(text):
            if found["word"] or not found["id"].isdigit():
                yield from self._task_or_stream(found["id"], bool(found["word"]))

    def _task_or_stream(self, name: str, has_word: bool) -> Iterator[Name]:
        """Yield the task of this name; a dotted number alone, such as a version, must be its id as it is written."""
        task = self._names.task(name)
        is_exact = has_word or name[0].isalpha() or task == name
        stream = self._names.stream(name) if task is None and "." in name else None
        if isinstance(task, str) and is_exact:
            yield "task", task
        elif stream is not None:
            yield "stream", stream


def _is_distinctive(title: str) -> bool:
    """Return True for a title that is no common short word: four Latin letters, or two others."""
    return len(title) >= (4 if title.isascii() else 2) and not title.replace(".", "").isdigit()
