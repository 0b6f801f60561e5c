"""Parser for sentences about the order of tasks and streams.

It works in these steps:

1. Replace each name ("Task 4", "Phases 1 and 2", "this task") by a mark; see `sentence_patterns`.
2. Join the names of a list to one mark; drop emphasis, links and code.
3. Split off the notes in parentheses; the name before a note is its subject.
4. Match the order patterns. A match without "if", "may" or "or" between two different names is certain.
5. Report the sentence as uncertain if it looks like an order and no pattern reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from pytest_execute.breakdown import sentence_patterns as patterns
from pytest_execute.breakdown.dependency_collector import NO_SOURCE
from pytest_execute.breakdown.dependency_parser import OTHER_TASKS, PREVIOUS_TASKS, parse_dependencies
from pytest_execute.breakdown.ids import singular
from pytest_execute.breakdown.name_index import NameIndex
from pytest_execute.breakdown.order_looks import Name, OrderLooks
from pytest_execute.breakdown.order_statements import Mention, OrderStatement, ParsedSentence
from pytest_execute.breakdown.sentence_patterns import NAME
from pytest_execute.breakdown.vocabulary import STREAM_WORDS
from pytest_execute.core.late_pattern import late_pattern

_MAX_SENTENCE = 2000
"""Letters of the longest sentence that is read; a longer one is uncertain."""
_CLAUSE_END = late_pattern(r"[,;—–]")
_FIRST_MARK = 0xE000
_MAX_MARKS = 6400
"""Marks are the characters of Unicode's private use area, U+E000 to U+F8FF."""


class _MarkedNames:
    """Names in one sentence, by the character that stands for each."""

    def __init__(self) -> None:
        self._mentions: list[Mention] = []

    def __bool__(self) -> bool:
        return bool(self._mentions)

    def __getitem__(self, mark: str) -> Mention:
        return self._mentions[ord(mark) - _FIRST_MARK]

    def add(self, mention: Mention) -> str:
        """Return the mark for one more name."""
        self._mentions.append(mention)
        return chr(_FIRST_MARK + min(len(self._mentions), _MAX_MARKS) - 1)

    def all_in(self, text: str) -> tuple[Mention, ...]:
        """Return the names in a marked text."""
        return tuple(self[mark] for mark in re.findall(NAME, text))


def split_sentences(text: str) -> Iterator[tuple[str, int]]:
    """Yield the sentences of a text with their offsets; ". It ..." goes on with the sentence before."""
    begin = 0
    for end in re.finditer(r"[.;!?](?=\s|$)(?!\s+(?i:it|they)\s)|[。；]|\n(?=\s*(?:\*\*|__|\n))|$", text):
        sentence = text[begin : end.end()]
        if sentence.strip():
            yield sentence.strip(), begin + len(sentence) - len(sentence.lstrip())
        begin = end.end()


class SentenceParser:
    """Parser for the sentences of one breakdown.

    `task_words` and `stream_words` are the words in its headings for tasks and streams, such as "step" or "wave".
    """

    def __init__(self, names: NameIndex, task_words: Iterable[str], stream_words: Iterable[str]) -> None:
        self.names = names
        self._prefixes = {task.rstrip("0123456789") for task in names.stream_of} - {""}
        letters = "".join(sorted(stream for stream in names.streams if re.fullmatch(r"[A-Z]", stream)))
        words = "|".join(sorted({"task", *task_words}))
        self._name_pattern = patterns.name_pattern(words, "|".join(sorted({"phase", "stream", *stream_words})), letters)
        self._task_words = words
        self._letter_arrow = patterns.letter_arrow_pattern(letters)

    def parse(self, sentence: str, owner: Mention | None) -> ParsedSentence:
        """Return the statements of a sentence; `owner` is the task or stream whose text contains it."""
        if not patterns.MAY_NAME.search(sentence):
            return ParsedSentence()
        if len(sentence) > _MAX_SENTENCE:
            return ParsedSentence(is_uncertain=True)
        text, marks = self._mark_names(_plain_text(sentence), owner)
        if not marks:
            return ParsedSentence()
        parsed = [_parse_part(part, marks, _subject(before, marks, owner)) for part, before in _split_notes(text)]
        return ParsedSentence(
            tuple(statement for part in parsed for statement in part.statements),
            any(part.is_uncertain for part in parsed),
            tuple(mention for part in parsed for mention in part.mentions),
            any(part.is_partial for part in parsed),
        )

    @cached_property
    def _looks(self) -> OrderLooks:
        return OrderLooks(self.names, self._task_words)

    def unread_order(self, sentence: str, owner: Mention | None) -> ParsedSentence:
        """Return an uncertain order if a sentence that was not read looks like one; else an empty one."""
        task = owner.tasks[0] if owner is not None and owner.tasks else ""
        names = self._looks.ordered_names(_plain_text(sentence), task)
        return ParsedSentence(is_uncertain=bool(names), mentions=tuple(map(_mention_of, names)))

    def arrow_pairs(self, text: str, owner: Mention | None = None) -> tuple[tuple[Mention, Mention], ...]:
        """Return the pairs of names that a text joins by arrows."""
        if len(text) > _MAX_SENTENCE or not re.search(r"[→>►▶]", text):
            return ()
        marked, marks = self._mark_names(_plain_text(text), owner)
        marked = patterns.NAME_WITH_TITLE.sub(r"\1", patterns.TITLE_WITH_NAME.sub(r"\1", marked))
        pairs = [(marks[pair[1]], marks[pair[2]]) for pair in patterns.NAME_ARROW_NAME.finditer(marked)]
        numbers = patterns.NUMBER_ARROW_NUMBER.finditer(marked) if patterns.SAYS_ORDER.search(text) else ()
        bare = [*self._letter_arrow.finditer(marked), *numbers]
        ends = ((self._resolve(pair[1]), self._resolve(pair[2])) for pair in bare)
        pairs += [(left, right) for left, right in ends if left and right]
        return () if patterns.PEOPLE.match(marked) else tuple(pairs)

    def row_dependencies(self, name: str, depends: str) -> Iterator[OrderStatement]:
        """Yield the dependencies in a table's row: `name` is its first cell, `depends` its cell for dependencies."""
        then = self._resolve(re.sub(r"[*`]", "", name))
        parsed = parse_dependencies(depends, self.names, NO_SOURCE)
        if len(then.tasks) == 1 and not then.streams and parsed.tasks:
            yield OrderStatement(Mention(parsed.tasks), then)

    def _mark_names(self, text: str, owner: Mention | None) -> tuple[str, _MarkedNames]:
        """Return the text with one mark for each name or list of names."""
        marks = _MarkedNames()

        def mark_name(found: re.Match[str]) -> str:
            if found["this"]:
                return marks.add(owner) if owner is not None else found[0]
            verb = found["verb"] or found["verb_before_letters"] or ""
            mention = self._resolve(found[0][len(verb) :])
            is_name = not (found["code"] or verb) or self._is_like_task(found["code"])
            return verb + marks.add(mention) if mention or is_name else found[0]

        def mark_list(found: re.Match[str]) -> str:
            return marks.add(_merge(marks.all_in(found[0])))

        text = self._name_pattern.sub(mark_name, text)
        # "Task 1's migration requires" -> the mark of "Task 1"
        text = re.sub(rf"({NAME})(?:'s|’s)(?=\s)(?:\s+(?!and\b|or\b)\w+(?=\s+(?:depends?|requires?)\b))?", r"\1", text)
        text = re.sub(patterns.PLUS_LIST, mark_list, text)
        text = re.sub(patterns.COMMA_LIST, mark_list, text)
        return _replace_pronoun(text), marks

    def _is_like_task(self, code: str | None) -> bool:
        """Return True for a code with the letters of a task: it is a name, even if no task has it."""
        return code is not None and code.rstrip("0123456789") in self._prefixes

    def _resolve(self, text: str) -> Mention:
        if PREVIOUS_TASKS.search(text):
            return Mention(wildcard="previous")
        if OTHER_TASKS.search(text):
            return Mention(wildcard="other")
        parsed = parse_dependencies(text, self.names, NO_SOURCE)
        return Mention() if parsed.errors or parsed.unread else Mention(parsed.tasks, parsed.streams)


def _mention_of(name: Name) -> Mention:
    kind, id_ = name
    return Mention((id_,)) if kind == "task" else Mention(streams=(id_,)) if kind == "stream" else Mention()


def _parse_part(text: str, marks: _MarkedNames, subject: Mention | None) -> ParsedSentence:
    """Return the statements of a text without parentheses."""
    mentions = marks.all_in(text)
    if not mentions:
        return ParsedSentence()
    statements = [] if patterns.UNCERTAIN.search(text) else list(_match_orders(text, marks, subject))
    certain = [s for s in statements if s.first and s.then and not _have_common_name([s.first], [s.then])]
    is_contradiction = _have_common_name([s.first for s in certain if s.first.is_list], [s.then for s in certain])
    is_uncertain = len(certain) < len(statements) or is_contradiction
    if not statements:
        likely = patterns.LIKELY_ORDER.finditer(text)
        is_uncertain = any(not patterns.NEGATION.search(_clause_before(text, found.end())) for found in likely)
        is_uncertain |= not all(mentions) and patterns.BEFORE_OR_AFTER.search(text) is not None
    if is_uncertain:
        return ParsedSentence((), True, (subject, *mentions) if subject else mentions)
    used = {(*side.tasks, *side.streams, side.wildcard) for each in certain for side in (each.first, each.then)}
    named = marks.all_in(" ".join(clause for clause in _CLAUSE_END.split(text) if not patterns.NO_ORDER.search(clause)))
    unused = [mention for mention in named if (*mention.tasks, *mention.streams, mention.wildcard) not in used]
    return ParsedSentence(tuple(certain), False, mentions, is_partial=bool(certain and unused))


def _clause_before(text: str, end: int) -> str:
    """Return the text before an offset, since the last comma or dash."""
    return _CLAUSE_END.split(text[:end])[-1]


def _have_common_name(left: Iterable[Mention], right: Iterable[Mention]) -> bool:
    """Return True if some task or stream is mentioned on both sides."""
    left_names, right_names = ({(*mention.tasks, "", *mention.streams) for mention in side} for side in (left, right))
    return any({*one} & {*other} - {""} for one in left_names for other in right_names)


def _match_orders(text: str, marks: _MarkedNames, subject: Mention | None) -> Iterator[OrderStatement]:
    """Yield all orders in a text, also those of unknown names."""
    for pattern in patterns.ORDERS:
        for found in pattern.finditer(text):
            yield OrderStatement(marks[found["first"]], marks[found["then"]])
    for found in patterns.WITHOUT_SUBJECT.finditer(text):
        before = re.findall(NAME, text[: found.start()])
        then = marks[before[0]] if before and re.match(NAME, text) else None if before else subject
        if then is not None:
            yield OrderStatement(marks[found["first"]], then)
    imperative = patterns.IMPERATIVE.match(text.strip())
    if imperative and subject is not None:
        yield OrderStatement(marks[imperative["first"] or imperative["other"]], subject)


def _split_notes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text without its notes in parentheses, then each note with the text before it."""
    notes = list(re.finditer(r"[(（]([^()（）]*)[)）]", text))
    main = re.sub(r"\s*[(（][^()（）]*[)）]", "", text)
    yield main.strip(" .;"), ""
    for note in notes:
        yield note[1].strip(), text[: note.start()]


def _subject(before: str, marks: _MarkedNames, owner: Mention | None) -> Mention | None:
    """Return the subject of a note: the name right before it, or the only one before it, or `owner`."""
    names = re.findall(NAME, before)
    if not names:
        return owner
    if len(set(names)) == 1 or re.search(rf"{NAME}\s*$", before):
        return marks[names[-1]]
    return None


def _replace_pronoun(text: str) -> str:
    """Replace "it" and "they" behind a clause with one name by that name."""
    names = re.findall(NAME, patterns.PRONOUN.split(text, maxsplit=1)[0])
    return patterns.PRONOUN.sub(f"; {names[0]}", text) if len(set(names)) == 1 else text


def _merge(mentions: tuple[Mention, ...]) -> Mention:
    """Return the names of a list as one mention; an empty one if any name is unknown."""
    if not all(mentions) or any(mention.wildcard for mention in mentions):
        return Mention()
    tasks = dict.fromkeys(task for mention in mentions for task in mention.tasks)
    streams = dict.fromkeys(stream for mention in mentions for stream in mention.streams)
    return Mention(tuple(tasks), tuple(streams), is_list=True)


def _plain_text(text: str) -> str:
    """Return the text on one line without emphasis, boxes, link targets and code of several words."""
    text = re.sub(NAME, "", text)
    text = re.sub(r"`([^`\n]*)`", lambda span: "…" if patterns.SEVERAL_WORDS.search(span[1]) else span[1], text)
    text = re.sub(r"\[([^\[\]\n]+)\]\([^)\n]*\)", r"\1", text)  # "[Task 1](#task-1)" -> "Task 1"
    text = re.sub(r"^\s*\[[ xX~!/-]\]\*?\s", "", text)
    text = re.sub(r"[\[\]`]|\*+|(?<!\w)_+|(?<!_)_+(?!\w)", "", text)
    return " ".join(text.split()).removeprefix("> ").strip()


def find_task_words(texts: Iterable[str]) -> set[str]:
    """Return the words for a task in the lines that begin tasks.

    >>> find_task_words(["Step 1: Begin", "[ ] T001 Go on"])
    {'step'}
    """
    found = (
        re.match(r"\W*(?:\[.\]\W*)?(task|step|story|user story)\s+#?[\dA-Z]", text, re.IGNORECASE) for text in texts
    )
    return {singular(match[1]).rpartition(" ")[2] for match in found if match}


def find_stream_words(kinds: Iterable[str]) -> set[str]:
    """Return the words for a stream among the `kinds` of the headings, as patterns."""
    return {re.escape(kind) for kind in kinds if kind and re.fullmatch(STREAM_WORDS, kind, re.IGNORECASE)}
