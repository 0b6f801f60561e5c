"""Parser for the value of a Dependencies field: ids, lists, ranges, streams, "all previous tasks".

A clause is read in this order; each step replaces what it has read by a mark, and leaves the rest to the next:

| step | example |
| --- | --- |
| all streams before | `all previous phases` |
| all tasks before | `all previous tasks` |
| all user stories | `all user stories complete` |
| all other tasks | `everything else` |
| streams by word and id | `Phases 1-2`, `all Stream A tasks` |
| tasks by word and id | `Tasks 1, 2 and 4` |
| parts of a list | `T1`, `2-4`, a stream's title, a sentence with a code |
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.dependency_collector import DependencyCollector, DependencySource, ParsedDependencies
from pytest_execute.breakdown.id_ranges import ID_LIST, ID_OR_LETTER, LIST_SIGN, RANGE_SIGN
from pytest_execute.breakdown.ids import CODE, NUMBER, singular
from pytest_execute.breakdown.name_index import NameIndex
from pytest_execute.breakdown.vocabulary import NO_DEPENDENCY, STREAM_WORDS, TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

_MAX_PART = 300
"""No id, range or title is longer."""

_MAX_NESTING = 8
"""Comments inside comments that are left out."""

_READ = "\x00"
"""Mark in the place of text that has been read."""

# matches "Phase 1", "all Streams A and B", "Phases 1-2 tasks"
_STREAMS = late_pattern(
    rf"(?P<all>\ball\s+(?:of\s+)?)?\b(?P<kind>{STREAM_WORDS})\s+(?P<ids>{ID_LIST})(?:\s+tasks?)?", re.IGNORECASE
)
# matches "Task 2", "Tasks 1, 2 and 4", "step #3"
_TASKS = late_pattern(rf"(?<![\w-])(?:{TASK_WORDS})[\s#]+(?P<ids>{ID_LIST})", re.IGNORECASE)
# matches the " to Task " of "Task 1 to Task 3"
_REPEATED_WORD = late_pattern(
    rf"(?P<sign>(?:(?<=\d)|(?<=\d[a-z])|(?<=(?<!\w)[A-Z])){RANGE_SIGN})(?:{TASK_WORDS}|{STREAM_WORDS})[\s#]+(?=\d"
    rf"|[A-Z])",
    re.IGNORECASE,
)
# matches "all previous tasks", "all of the above"
PREVIOUS_TASKS = late_pattern(
    r"\ball\s+(?:of\s+)?(?:the\s+)?(?:previous|prior|preceding|above|earlier)\b[\w\s]*|之前所有|以前のすべて",
    re.IGNORECASE,
)
# matches "all previous phases", "all the streams being complete"
_PREVIOUS_STREAMS = late_pattern(
    r"\ball\s+(?:of\s+)?(?:the\s+)?(?P<before>previous|prior|preceding|earlier)?\s*"
    r"(?:(?:work ?)?streams|(?:sub-?)?phases|(?:task )?groups|waves|stages|milestones|epics|slices|sprints)\b(?!\s+\d)"
    r"(?:\s+(?:being\s+|are\s+|is\s+)?(?:completed?|done|finished))?",
    re.IGNORECASE,
)
# matches "all other tasks", "all others", "everything"
OTHER_TASKS = late_pattern(
    r"\b(?:all\s+(?:of\s+)?(?:the\s+)?(?:other\s+)?tasks|all\s+(?:the\s+)?others?|everything(?:\s+else)?)\b",
    re.IGNORECASE,
)
# matches the end of "T1 must be completed first", "Task 1 complete", "T1 merged"
_COMPLETION = late_pattern(
    r"\s+(?:(?:must|should|to)\s+(?:be\s+)?)?(?:completed?|complete|completes|completion|done|finished|finishes|merged"
    r"|passes|passed|first|only|完成|完了|完了後)"
    r"(?:\s+(?:first|before))?\s*$",
    re.IGNORECASE,
)
# matches "(the table must exist)"
_COMMENT = late_pattern(r"\([^()]*\)|（[^（）]*）")
# matches "all user stories being complete"
_ALL_STORIES = late_pattern(r"\ball\s+(?:the\s+)?user\s+stories(?:\s+(?:being\s+|are\s+)?complete[d]?)?", re.IGNORECASE)
# matches the beginning of "requires T1", "depends on 1-3"
_LEADING_VERB = late_pattern(r"(?:requires?|needs?|depends?\s+(?:up)?on|blocked\s+by|after)\s+", re.IGNORECASE)
# matches "Task 4 depends on": a clause with its own subject is no part of a list
_SENTENCE = late_pattern(r"\S.*\bdepends?\s+(?:up)?on\b", re.IGNORECASE)
# matches '"Write the model"'
_QUOTED_TITLE = late_pattern(r"[\"“]([^\"“”]+)[\"”]")
# matches the beginning of "blocks T2", "not T3", "except T4": what follows is no dependency
_NO_DEPENDENCY_PART = late_pattern(
    r"(?:un)?blocks?\b|enables?\b|not\b|except\b|without\b|excluding\b|unlike\b", re.IGNORECASE
)
# matches two words behind each other, none of which is that of a list of tasks
_WORDS = late_pattern(rf"\b(?!(?:{TASK_WORDS}|{STREAM_WORDS}|and|all)\b)[a-z]{{3,}}\s+[a-z]{{2,}}")
# matches "can run in parallel", "independent"
_PARALLEL = late_pattern(r"parallel|independent|concurrent|不依赖|并行|並行|병렬", re.IGNORECASE)


def parse_dependencies(value: str, names: NameIndex, source: DependencySource) -> ParsedDependencies:
    """Return the tasks and streams that the value of a Dependencies field names."""
    plain = _without_comments(value)
    if not plain or NO_DEPENDENCY.fullmatch(plain):
        return ParsedDependencies()
    parser = _ClauseParser(names, source)
    # clauses end at a full stop before a capital letter, or with the line: "T1. Then T2"
    for clause in re.split(r"。|；|(?<=[\w)])\.\s+(?=[A-Z\W])|\n", plain):
        first, *others = clause.split("; ")
        parser.parse(first)
        for other in others:
            if _WORDS.search(other):
                parser.unread.append(other)  # "T1; T3 and T4 touch the same file" says something else
            else:
                parser.parse(other)
    return parser.collected.result("; ".join(parser.unread))


def _without_comments(value: str) -> str:
    """Return the value without comments in parentheses, code marks, emphasis, link targets and brackets."""
    plain = re.sub(r"\[([^\[\]]+)\]\([^)]{0,500}\)", r"\1", value)  # "[T1](#t1)" -> "T1"
    for _ in range(_MAX_NESTING):
        plain = _COMMENT.sub(" ", plain)
    plain = re.sub(r"[\[\]`]|\*+|(?<!\w)_+|(?<!_)_+(?!\w)|[✅☑✔⏳✓]", " ", plain)
    return " ".join(plain.split()).strip(" .。;；,")


class _ClauseParser:
    """Parser for the clauses of one value."""

    def __init__(self, names: NameIndex, source: DependencySource) -> None:
        self.names, self.source = names, source
        self.collected = DependencyCollector(names, source)
        self.unread: list[str] = []

    def parse(self, text: str) -> None:
        """Read one clause, by the steps in this module's docstring."""
        text = text.strip(" .;,")
        has_names = bool(self.collected.tasks or self.collected.streams)
        if not text or NO_DEPENDENCY.fullmatch(text) or (_PARALLEL.search(text) and has_names):
            return
        text = _LEADING_VERB.sub("", text, count=1) if _LEADING_VERB.match(text) else text
        if _SENTENCE.match(text):
            self.unread.append(text)
            return
        text = _QUOTED_TITLE.sub(self._add_title, _REPEATED_WORD.sub(r"\g<sign>", text))
        text = _PREVIOUS_STREAMS.sub(self._add_previous_streams, text)
        is_all = text.casefold() == "all"
        rest = self._add_other_tasks(None) if is_all else PREVIOUS_TASKS.sub(self._add_previous_tasks, text)
        rest = _ALL_STORIES.sub(self._add_stories, rest)
        rest = OTHER_TASKS.sub(self._add_other_tasks, rest)
        rest = _STREAMS.sub(self._add_streams, rest)
        rest = _TASKS.sub(self._add_tasks, rest)
        unread = [part for part in _list_parts(rest) if _READ not in part and not self._add_part(part)]
        if unread:
            self.unread.append(", ".join(unread) if rest != text else text)

    def _add_title(self, found: re.Match[str]) -> str:
        """Add the task with a quoted title."""
        task = self.names.task_with_title(found[1])
        if task is None:
            return found[0]
        self.collected.add_task(task)
        return _READ

    def _add_stories(self, found: re.Match[str]) -> str:
        stories = self.names.stories
        self.collected.streams.update(dict.fromkeys(s for s in stories if s != self.source.stream))
        return _READ if stories else found[0]

    def _add_previous_streams(self, found: re.Match[str]) -> str:
        """Add all streams before the value's own; "all" of them without "previous" only for the last stream."""
        streams, own = self.names.streams, self.source.stream
        if self.source.task is not None or own not in streams or not (found["before"] or own == streams[-1]):
            return found[0]
        self.collected.streams.update(dict.fromkeys(streams[: streams.index(own)]))
        return _READ

    def _add_other_tasks(self, found: re.Match[str] | None) -> str:
        self.collected.tasks.update(dict.fromkeys(task for task in self.names.stream_of if task != self.source.task))
        return _READ

    def _add_previous_tasks(self, found: re.Match[str]) -> str:
        previous = self.source.previous
        self.collected.tasks.update(dict.fromkeys(previous() if callable(previous) else previous))
        return _READ

    def _add_streams(self, found: re.Match[str]) -> str:
        kind = singular(found["kind"])
        for name in self.collected.expand(found["ids"]):
            stream = self.names.stream(name, kind)
            if stream is not None:
                self.collected.streams.setdefault(stream)
            elif not found["ids"].startswith(name) and self.names.knows_task(name):
                self.collected.add_task(name)  # "Phase 1 and T3"
            else:
                message = f"depends on {kind} {name}, which is not in this file"
                self.collected.add_error("unknown-stream", message)
        return _READ

    def _add_tasks(self, found: re.Match[str]) -> str:
        self.collected.add_tasks(found["ids"])
        return _READ

    def _add_part(self, part: str) -> bool:
        """Add the names in a part of a list; return False if there are none."""
        if len(part) > _MAX_PART or _NO_DEPENDENCY_PART.match(part):
            return False
        part = _COMPLETION.sub("", part).strip()
        is_range = re.fullmatch(rf"#?{ID_OR_LETTER}(?:{RANGE_SIGN}#?{ID_OR_LETTER})?", part)
        if is_range or self.names.task(part) is not None:
            self.collected.add_tasks(part)
            return True
        return self._add_stream_by_title(part) or self._add_ids_inside(part)

    def _add_stream_by_title(self, part: str) -> bool:
        """Add the stream with this title: `Storage phase`, `"Storage"`."""
        title = re.sub(r"\s+(?:phases?|streams?|groups?|stor(?:y|ies))$", "", part.strip(" \"'“”"), flags=re.IGNORECASE)
        stream = self.names.stream(title) if not re.fullmatch(ID_OR_LETTER, title) else None
        if stream is not None:
            self.collected.streams.setdefault(stream)
        return stream is not None

    def _add_ids_inside(self, part: str) -> bool:
        """Add the codes of this file's tasks anywhere in a part, and a number at its beginning: `2 - the model`."""
        codes = re.finditer(rf"(?<![\w.-]){CODE}(?![\w-])", part)
        known = [code[0] for code in codes if self.names.knows_task(code[0])]
        first = re.match(rf"#?({NUMBER})\s*(?:[-–—:(]|$)", part)
        if first and self.names.knows_task(first[1], self.source.stream):
            known.insert(0, first[1])
        for name in known:
            self.collected.add_task(name)
        if len(known) > 1:
            self.unread.append(part)  # the words between the ids may say anything
        return bool(known)


def _list_parts(text: str) -> list[str]:
    return [part.strip(" .:()") for part in re.split(LIST_SIGN, text) if part.strip(" .:()-")]
