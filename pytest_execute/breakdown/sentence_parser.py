"""What a sentence says on the order of tasks and streams: "Task 4 depends on Task 2", "Phase 1 must be done before Phase 2"."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec import Struct

from pytest_execute.breakdown import dependency_parser
from pytest_execute.breakdown.dependency_parser import DependencySource
from pytest_execute.breakdown.ids import CODE, NUMBER, NameIndex, singular
from pytest_execute.breakdown.vocabulary import STREAM_WORDS


class Mention(Struct, frozen=True):
    """The tasks and streams that words name; `rest` stands for "previous" tasks or all "other" ones.

    `listed` says that several names were joined by a comma or "and"; nothing at all is a name that leads nowhere.
    """

    tasks: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    rest: str = ""
    listed: bool = False

    def __bool__(self) -> bool:
        return bool(self.tasks or self.streams or self.rest)


class OrderStatement(Struct, frozen=True):
    """That `then` waits for `first`."""

    first: Mention
    then: Mention


class ParsedSentence(Struct, frozen=True):
    """What one sentence says for sure; `doubtful` where it may say more, on all that it `names` in this order."""

    said: tuple[OrderStatement, ...] = ()
    doubtful: bool = False
    names: tuple[Mention, ...] = ()


ORDER_HINT = re.compile(
    r"depend|requir|block|prerequisit|precondition|\bbefore\b|\bafter\b|\bonce\b|\bwhen\b.*\b(?:start|begin|run)|\bwait|\bneeds?\b"
    r"|\d\s+(?:must\s[^.;]*)?first\b|\d\s+must\s+be\s+(?:complete|done|finished)|\bprecede|\brel(?:y|ies)\s|\bbuilds?\s+(?:up)?on\b|\buntil\b|→|->|=>|►|▶",
    re.IGNORECASE,
)
"""Without any of these no sentence says anything on an order."""

_CUES = (
    "depend",
    "requir",
    "block",
    "before",
    "after",
    "once",
    "when",
    "wait",
    "need",
    "first",
    "must be",
    "rel",
    "build",
    "until",
    "precon",
    "precede",
    "prereq",
    "→",
    "->",
    "=>",
    "►",
    "▶",
)


def may_state_order(text: str) -> bool:
    """Whether a text may say something on an order; a look for its words is faster than for the pattern."""
    plain = text.lower()
    for cue in _CUES:
        if cue in plain:
            return ORDER_HINT.search(text) is not None
    return False


_NAMING = re.compile(r"\d|\b[A-Z]\b|\bthis\b|\ball\b|\beverything\b|前", re.IGNORECASE)
"""Without any of these no sentence names a task or a stream."""

_R = "[\ue000-\uf8ff]"
"""One character of the private use area stands for each name."""

_FIRST, _THEN = rf"(?P<first>{_R})", rf"(?P<then>{_R})(?!\s*(?:and/)?or\b)"
_OBJECT = rf"(?P<first>{_R})(?!\s*(?:and/)?or\b)"
_BARE = rf"#?{NUMBER}(?:(?:\s*[,&+–-]\s*|\s+and\s+|\s*,\s*and\s+)#?{NUMBER})*(?=\s*(?:[.;,):—]|$))(?!\.\d)"
_FILL = (
    r"(?:(?:the|all|both|of|its|their|completion|successful|completed|results?|outputs?|work|from|only|"
    r"start(?:ing)?|begin(?:ning)?|any)\s+)*"
)
_ADV = r"(?:(?:also|only|both|all|each|still|directly|now|and|therefore|thus|then|itself|strictly|explicitly|work|tasks?|completion|[:—–-])\s+)*"
_MODAL = r"(?:(?:can|must|should|will|shall|has\s+to|have\s+to|needs?\s+to|is\s+to|are\s+to)\s+)?"
_DONE = (
    r"(?:complete[sd]?|done|finish(?:e[sd])?|land(?:s|ed)?|merged?|merges|pass(?:es|ed)?|in\s+place|ready|run|runs|come|comes|goes?"
    r"|exists?|implemented|executed|built)"
)
_ACT = (
    r"(?:starts?|begins?|runs?|comes?|goes|proceeds?|follow|lands?|merges?|happens?|executes?"
    r"|be\s+(?:started|done|run|implemented|executed|merged|completed|built|developed|worked\s+on))"
)
_HOW = r"(?:(?:in\s+parallel|concurrently|simultaneously|only|immediately|right|strictly|directly),?\s+)*"
_NEED = r"(?:depend(?:s|ent|ing)?\s*(?:up)?on|requires?|needs?|rel(?:ies|y)\s+on|builds?\s+(?:up)?on)"

_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_THEN}\s+{_ADV}(?:(?:is|are)\s+)?{_NEED}\s+{_FILL}{_OBJECT}",
        rf"{_THEN}\s+{_ADV}(?:(?:is|are)\s+)?{_ADV}(?:blocked|gated)\s+(?:by|on)\s+{_FILL}{_OBJECT}",
        rf"{_THEN}\s+{_ADV}{_MODAL}waits?\s+(?:for|on|until)\s+{_FILL}{_OBJECT}",
        rf"{_THEN}\s+{_ADV}{_MODAL}{_ADV}{_ACT}\s+{_HOW}(?:after|once|when)\s+{_FILL}{_OBJECT}",
        rf"{_THEN}\s+(?:cannot|can't|can\s+not|must\s+not|should\s+not)\s+{_ACT}\s+(?:before|until|without)\s+{_FILL}{_OBJECT}",
        rf"{_FIRST}\s+{_ADV}{_MODAL}{_ADV}(?:be\s+)?{_DONE}\s+(?:first\s+)?before\s+{_FILL}{_THEN}",
        rf"{_FIRST}\s+{_ADV}(?:blocks?|unblocks?|precedes?)\s+{_FILL}{_THEN}",
        rf"{_FIRST}\s+(?:is|are)\s+(?:an?\s+|the\s+)?(?:hard\s+)?(?:prerequisites?|required|preconditions?|needed)\s+(?:for|of|to|by|before)\s+{_FILL}{_THEN}",
        rf"\b(?:do|complete|finish|run|implement|land|merge|execute)\s+{_FIRST}\s+before\s+(?:starting\s+|beginning\s+|doing\s+|running\s+)?{_THEN}",
        (
            rf"\b(?:once|after|as\s+soon\s+as|when)\s+{_FIRST}\s*(?:(?:is|are|has|have|been|both|all)\s+)*(?:{_DONE}\b)?\s*,?\s*(?:then\s+)?(?:(?:start|begin)\s+)?"
            rf"{_THEN}(?=\s+(?:can|must|should|will|starts?|begins?|runs?)\b|\s*$)"
        ),
    )
)
_OMITTED = re.compile(
    rf"(?:^|[—–:,(]\s*|\s-\s+)(?:also\s+|only\s+)?(?:{_NEED}|blocked\s+(?:by|on)|waits?\s+for"
    rf"|must\s+(?:run|come|be\s+done|start|land)\s+after|sequential\s+after)\s+{_FILL}{_OBJECT}",
    re.IGNORECASE,
)
_BEFOREHAND = re.compile(
    rf"^(?:do|complete|finish|run|implement|land)\s+{_FIRST}\s+(?:first\b|before\s+(?:starting|beginning)\b(?!\s+\S*{_R}))|^(?P<other>{_R})\s+must\s+(?:be\s+)?{_DONE}\s+first\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|without|neither|nor|no|independent(?:ly)?)\b|n't\b", re.IGNORECASE)
_PERHAPS = re.compile(
    r"\b(?:if|may|might|could|would|unless|whether|optionally|ideally|probably|perhaps|possibly|either)\b|\?\s*$",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\bdepend(?:s|ent)?\s*(?:up)?on\b|\bblocked\s+(?:by|on)\b|\bprerequisites?\s+(?:for|of|to)\b|\bwaits?\s+(?:for|until)\b"
    rf"|\b(?:must|should|needs?\s+to|has\s+to|have\s+to)\b.*\b(?:before|after)\b.*{_R}"
    rf"|{_R}\s+(?:only\s+)?(?:before|after)\s+{_R}|{_R}\s+must\s+be\s+{_DONE}",
    re.IGNORECASE,
)
_TIGHT = rf"{_R}(?:\s*[&+]\s*{_R})+"
_CLOSED = (
    rf"(?i:(?<!after )(?<!once )(?<!when )){_R}(?:\s*,\s*{_R})*(?:\s*,?\s+(?:and|plus|as\s+well\s+as)\s+{_R})"
    rf"|(?i:(?<!after )(?<!once )(?<!when )){_R}(?:\s*,\s*{_R})+(?=\s*(?:[.;:)]|$)|\s+(?:all\s+)?(?:depend|require|need|must|can|should|are|wait|begin|start)\b|\s+before\s+(?:starting|beginning)\b)"
)
"""Lists of names: joined by a plus sign, or by commas where it is clear that they end there."""
_ARROW = r"\s*[-─—=]*(?:→|>|►|▶)\s*"
_CHAIN = re.compile(rf"(?=({_R}){_ARROW}({_R}))")
_COUNTED = re.compile(rf"(?=(?<![\w.])({NUMBER})\s*[-─—=]*(?:→|>)\s*[{{(\[]?\s*({NUMBER})(?![\w.]))")
_NOTING = re.compile(rf"[\w&/ -]{{1,40}}[(（]\s*({_R})\+?\s*[)）]")
_NOTED = re.compile(rf"({_R})\s*[(（][^()（）→>►▶]*[)）]")
"""A name in parentheses behind its title, and a title in parentheses behind its name."""
_ORDERED = re.compile(r"depend|order|sequence|critical\s+path", re.IGNORECASE)
_CODE = re.compile(r"\s(?!on$)")
_IT = re.compile(r"[.;,]\s+(?:and\s+)?(?:it|they)(?=\s)", re.IGNORECASE)
_HANDS = re.compile(r"\W*(?:agent|developer|dev|worker|worktree|team|person)\b", re.IGNORECASE)


def split_sentences(text: str) -> Iterator[tuple[str, int]]:
    """The sentences of a text with their offsets."""
    begin = 0
    for found in re.finditer(r"[.;!?](?=\s|$)(?!\s+(?i:it|they)\s)|[。；]|\n(?=\s*(?:\*\*|__|\n))|$", text):
        sentence = text[begin : found.end()]
        if sentence.strip():
            yield sentence.strip(), begin + len(sentence) - len(sentence.lstrip())
        begin = found.end()


class SentenceParser:
    """Hears what sentences say in one breakdown, where tasks are called by some of the words."""

    def __init__(self, names: NameIndex, words: Iterable[str], kinds: Iterable[str]) -> None:
        self.names = names
        letters = "".join(sorted(stream for stream in names.streams if re.fullmatch(r"[A-Z]", stream)))
        self._find = _finder("|".join(sorted({"task", *words})), "|".join(sorted({"phase", "stream", *kinds})), letters)
        self._letters = _letters_chain(letters)

    def hear(self, sentence: str, here: Mention | None) -> ParsedSentence:
        """What a sentence says; `here` is the task or stream in which it stands."""
        if not _NAMING.search(sentence):
            return ParsedSentence()
        text, refs = self._marked(_plain(sentence), here)
        if not refs:
            return ParsedSentence()
        parts = list(_parts(text))
        heard = [self._part(part, refs, _subject(before, refs, here)) for part, before in parts]
        return ParsedSentence(
            tuple(said for part in heard for said in part.said),
            any(part.doubtful for part in heard),
            tuple(name for part in heard for name in part.names),
        )

    def chain(self, text: str, here: Mention | None = None) -> tuple[tuple[Mention, Mention], ...]:
        """The pairs of names that a text joins by arrows."""
        if not re.search(r"[→>►▶]", text):
            return ()
        marked, refs = self._marked(_plain(text), here)
        marked = _NOTED.sub(r"\1", _NOTING.sub(r"\1", marked))
        pairs = [(refs[ord(m[1]) - 0xE000], refs[ord(m[2]) - 0xE000]) for m in _CHAIN.finditer(marked)]
        bare = [*self._letters.finditer(marked), *(_COUNTED.finditer(marked) if _ORDERED.search(text) else ())]
        ends = ((self._resolved(m[1]), self._resolved(m[2])) for m in bare)
        pairs += [(left, right) for left, right in ends if left and right]
        return () if _HANDS.match(marked) else tuple(pairs)

    def row(self, name: str, depends: str) -> Iterator[tuple[Mention, Mention]]:
        """What a row of a table that names one task says that it waits for."""
        then = self._resolved(re.sub(r"[*`]", "", name))
        wanted = dependency_parser.parse_dependencies(depends, self.names, DependencySource(""))
        if len(then.tasks) == 1 and not then.streams and wanted.tasks:
            yield Mention(wanted.tasks), then

    def _marked(self, text: str, here: Mention | None) -> tuple[str, list[Mention]]:
        """The text with one character for each name, names in a list as one."""
        refs: list[Mention] = []

        def mark(name: Mention) -> str:
            refs.append(name)
            return chr(0xE000 + min(len(refs) - 1, 6399))

        def single(found: re.Match[str]) -> str:
            if found["this"]:
                return mark(here) if here is not None else found[0]
            lead = found["lead"] or found["on"] or ""
            name = self._resolved(found[0][len(lead) :])
            return lead + mark(name) if name or not (found["code"] or lead) else found[0]

        text = self._find.sub(single, text)
        text = re.sub(rf"({_R})(?:'s|’s)(?=\s)(?:\s+(?!and\b|or\b)\w+(?=\s+(?:depends?|requires?)\b))?", r"\1", text)

        def joined(found: re.Match[str]) -> str:
            return mark(_merged(refs[ord(c) - 0xE000] for c in re.findall(_R, found[0])))

        text = re.sub(_TIGHT, joined, text)
        text = re.sub(_CLOSED, joined, text)
        alone = re.findall(_R, _IT.split(text, maxsplit=1)[0])
        return (_IT.sub(f"; {alone[0]}", text) if len(set(alone)) == 1 else text), refs

    def _resolved(self, text: str) -> Mention:
        if dependency_parser.PREVIOUS_TASKS.search(text):
            return Mention(rest="previous")
        if dependency_parser.OTHER_TASKS.search(text):
            return Mention(rest="other")
        wanted = dependency_parser.parse_dependencies(text, self.names, DependencySource(""))
        return Mention() if wanted.wrong or wanted.prose else Mention(wanted.tasks, wanted.streams)

    def _part(self, text: str, refs: list[Mention], subject: Mention | None) -> ParsedSentence:
        """What a text without parentheses says."""
        named = tuple(refs[ord(c) - 0xE000] for c in re.findall(_R, text))
        if not named:
            return ParsedSentence()
        said = [] if _PERHAPS.search(text) else list(_orders(text, refs, subject))
        sure = [one for one in said if one.first and one.then and not _shared([one.first], [one.then])]
        twice = _shared([one.first for one in sure if one.first.listed], [one.then for one in sure])
        doubtful = len(sure) < len(said) or twice
        if not said:
            doubtful = any(not _NOT.search(_clause(text, found)) for found in _STRONG.finditer(text))
        return ParsedSentence(
            () if doubtful else tuple(sure), doubtful, ((subject,) if subject and doubtful else ()) + named
        )


def _clause(text: str, found: re.Match[str]) -> str:
    """What stands before the end of a match, since the last comma or dash."""
    return re.split(r"[,;—–]", text[: found.end()])[-1]


def _shared(left: Iterable[Mention], right: Iterable[Mention]) -> bool:
    """Whether some task or stream is named on both sides."""
    ones, others = ({(*name.tasks, "", *name.streams) for name in side} for side in (left, right))
    return any({*one} & {*other} - {""} for one in ones for other in others)


def _orders(text: str, refs: list[Mention], subject: Mention | None) -> Iterator[OrderStatement]:
    """All that a text says, names that lead nowhere included."""
    for pattern in _ORDERS:
        for found in pattern.finditer(text):
            yield OrderStatement(refs[ord(found["first"]) - 0xE000], refs[ord(found["then"]) - 0xE000])
    for found in _OMITTED.finditer(text):
        before = re.findall(_R, text[: found.start()])
        then = refs[ord(before[0]) - 0xE000] if before and re.match(_R, text) else None if before else subject
        if then is not None:
            yield OrderStatement(refs[ord(found["first"]) - 0xE000], then)
    beforehand = _BEFOREHAND.match(text.strip())
    if beforehand and subject is not None:
        yield OrderStatement(refs[ord(beforehand["first"] or beforehand["other"]) - 0xE000], subject)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The text without what it says in parentheses, then each of these with the text before it."""
    notes = list(re.finditer(r"[(（]([^()（）]*)[)）]", text))
    main = re.sub(r"\s*[(（][^()（）]*[)）]", "", text)
    yield main.strip(" .;"), ""
    for note in notes:
        yield note[1].strip(), text[: note.start()]


def _subject(before: str, refs: list[Mention], here: Mention | None) -> Mention | None:
    """Whom a note in parentheses speaks of: the name right before it, or the only one before it, or `here`."""
    names = re.findall(_R, before)
    if not names:
        return here
    if len(set(names)) == 1 or re.search(rf"{_R}\s*$", before):
        return refs[ord(names[-1]) - 0xE000]
    return None


def _merged(names: Iterable[Mention]) -> Mention:
    """All names of a list as one; nothing where one of them leads nowhere."""
    listed = tuple(names)
    if not all(listed) or any(name.rest for name in listed):
        return Mention()
    tasks = tuple(dict.fromkeys(task for name in listed for task in name.tasks))
    return Mention(tasks, tuple(dict.fromkeys(s for name in listed for s in name.streams)), listed=True)


def _plain(text: str) -> str:
    """The text on one line without marks, code of several words and link targets."""
    text = re.sub(r"[\ue000-\uf8ff]", "", text)
    text = re.sub(r"`([^`\n]*)`", lambda span: "…" if _CODE.search(span[1]) else span[1], text)
    text = re.sub(r"\[([^\]\n]+)\]\([^)\n]*\)", r"\1", text)
    text = re.sub(r"^\s*\[[ xX~!/-]\]\*?\s", "", text)
    text = re.sub(r"[\[\]`]|\*+|(?<!\w)_+|_+(?!\w)", "", text)
    return " ".join(text.split()).removeprefix("> ").strip()


@cache
def _letters_chain(letters: str) -> re.Pattern[str]:
    """Two streams by their letters, joined by an arrow."""
    return re.compile(rf"(?=(?<![\w.])([{letters}]){_ARROW}([{letters}])(?!\w))" if letters else r"(?!)")


@cache
def _finder(words: str, kinds: str, letters: str) -> re.Pattern[str]:
    """Finds names of tasks and streams: "Tasks 1, 2 and 4", "Phase 2", `T001-T013`, "this task", "all other tasks".

    Streams by their `letters` alone it finds before or behind a verb only: "H depends on F + G".
    """
    several = rf"[{letters}](?:(?:\s*[,&+]\s*|\s*,?\s+and\s+)[{letters}])*(?![\w'’])" if letters else r"(?!)"
    ref = rf"(?:{CODE}|{NUMBER}|[A-Z](?!\w))"
    to = r"(?:\s*[–—-]\s*|\s+(?:to|through|thru)\s+)"
    join = r"(?:\s*[,&+/]\s*(?:and\s+)?|\s+and\s+)"
    return re.compile(
        rf"(?P<this>(?i:\bthis\s+(?:{words}|{kinds})\b))"
        rf"|(?:(?i:\ball\s+(?:of\s+)?)?(?i:\b(?:{words}|{kinds})s|\bstories)|(?i:\bphases|\bstreams))\s+#?{ref}(?:(?:{join}|{to})#?{ref})*(?!\w|\.\d)(?i:\s+tasks?\b)?"
        rf"|(?i:(?:\ball\s+)?\b(?:{words}|{kinds}|user\s+story))[\s#]+{ref}(?:{to}{ref}|\s*[&+]\s*{ref}|\s+and\s+{ref}(?!\s+\w+s\b))?(?!\w|\.\d)(?i:\s+tasks?\b)?"
        rf"|(?i:{dependency_parser.PREVIOUS_TASKS.pattern})|(?i:{dependency_parser.OTHER_TASKS.pattern})"
        rf"|(?P<lead>(?i:\b(?:depends?\s*on|blocked\s+by)\s+)){_BARE}"
        rf"|(?<![\w.'’-]){several}(?=\s+(?:(?:only|also|still|both)\s+)?(?:depend|require|need|wait|block|must|can\s+only|can\s+start|can\s+begin|cannot|is\s+blocked))"
        rf"|(?P<on>(?i:\b(?:depends?\s+(?:up)?on|blocked\s+by|waits?\s+for|requires?|needs?|after|blocks)\s+)){several}(?=\s*(?:[.;:,()—–]|$|\s-\s|\s(?:is|are|complete|finish)))"
        rf"|(?P<code>(?<![\w./-]){CODE}(?:{to}{CODE})?(?![\w/]|[.-]\w))"
    )


def task_words(texts: Iterable[str]) -> set[str]:
    """The words by which the lines that open tasks call them.

    >>> words_of(["Step 1: Begin", "[ ] T001 Go on"])
    {'step'}
    """
    found = (
        re.match(r"\W*(?:\[.\]\W*)?(task|step|story|user story)\s+#?[\dA-Z]", text, re.IGNORECASE) for text in texts
    )
    return {singular(match[1]).rpartition(" ")[2] for match in found if match}


def stream_words(kinds: Iterable[str]) -> set[str]:
    """The words for streams that may stand in a sentence, where the streams are called so."""
    return {re.escape(kind) for kind in kinds if kind and re.fullmatch(STREAM_WORDS, kind, re.IGNORECASE)}
