"""Patterns for sentences that state an order, such as "Task 4 depends on Task 2".

A sentence is marked before it is matched: one character stands for each name, so that "Task 4 depends on Tasks 1 and 2"
becomes "② depends on ①". The comment above each pattern shows a text that it matches.
"""

from __future__ import annotations

import re
from functools import cache

from pytest_execute.breakdown.dependency_parser import OTHER_TASKS, PREVIOUS_TASKS
from pytest_execute.breakdown.ids import CODE, NUMBER
from pytest_execute.breakdown.order_looks import OTHER_ORDER_WORDS
from pytest_execute.core.late_pattern import late_pattern

_ORDER_HINT_TEXTS = (
    *((part, re.escape(part)) for part in ("depend", "requir", "block", "prerequisit", "precondition")),
    *((part, re.escape(part)) for part in ("→", "->", "=>", "►", "▶")),
    *((word, rf"\b{word}\b") for word in ("before", "after", "once", "until")),
    ("when", r"\bwhen\b.{0,300}\b(?:start|begin|run)"),
    ("wait", r"\bwait"),
    ("need", r"\bneed(?:s|ed)?\b"),
    ("first", r"\d\s+(?:must\s[^.;]{0,300})?first\b"),
    ("must", r"\d\s+must\s+be\s+(?:complete|done|finished)"),
    ("precede", r"\bprecede"),
    ("rel", r"\brel(?:y|ies)\s"),
    ("build", r"\bbuilds?\s+(?:up)?on\b"),
    *((word.replace(r"\b", ""), word) for word in OTHER_ORDER_WORDS.split("|")),
)
_ORDER_HINTS = tuple((part, late_pattern(text)) for part, text in _ORDER_HINT_TEXTS)
"""Patterns of "T2 depends on T1", "T1 must be done first", "T1 → T2", each with a part of all texts that it matches."""
_ASCII_HINTS = tuple(hint for hint in _ORDER_HINTS if hint[0].isascii())


def order_hint(text: str) -> int | None:
    """Return the offset of the first words with which a text may state an order, or None if it states none."""
    lower = text.lower()
    known = _ASCII_HINTS if text.isascii() else _ORDER_HINTS
    hints = (pattern.search(lower) for part, pattern in known if part in lower)
    return min((hint.start() for hint in hints if hint), default=None)


# matches "Task 1", "stream A", "this task"; a sentence without a match names neither task nor stream
MAY_NAME = late_pattern(r"\d|\b[A-Z]\b|\bthis\b|\ball\b|\beverything\b|前", re.IGNORECASE)

# one character of Unicode's private use area stands for each name in a marked sentence, written ① ② below
NAME = "[\ue000-\uf8ff]"

# the task that comes first, and the one that waits for it; "① or ②" is no certain order
_FIRST = rf"(?P<first>{NAME})"
_THEN = rf"(?P<then>{NAME})(?!\s*(?:and/)?or\b)"
# the task that comes first, behind the verb
_OBJECT = rf"(?P<first>{NAME})(?!\s*(?:and/)?or\b)"
# matches "1, 2 and 3" before a punctuation mark or the end
_BARE_NUMBERS = rf"#?{NUMBER}(?:(?:\s*[,&+–-]\s*|\s+and\s+|\s*,\s*and\s+)#?{NUMBER})*(?=\s*(?:[.;,):—]|$))(?!\.\d)"
# matches "all of the " in "depends on all of the ①"
_FILLER = (
    r"(?:(?:the|all|both|of|its|their|completion|successful|completed|results?|outputs?|work|from|only|"
    r"start(?:ing)?|begin(?:ning)?|any)\s+)*"
)
# matches "also " in "② also depends on ①"
_ADVERBS = (
    r"(?:(?:also|only|both|all|each|still|directly|now|and|therefore|thus|then|itself|strictly|explicitly|work|tasks?"
    r"|completion|[:—–-])\s+)*"
)
# matches "can " in "② can start after ①"
_MODAL = r"(?:(?:can|must|should|will|shall|has\s+to|have\s+to|needs?\s+to|is\s+to|are\s+to)\s+)?"
# matches "completed" in "① must be completed before ②"
_COMPLETED = (
    r"(?:complete[sd]?|done|finish(?:e[sd])?|land(?:s|ed)?|merged?|merges|pass(?:es|ed)?|in\s+place|ready|run|runs|come"
    r"|comes|goes?"
    r"|exists?|implemented|executed|built)"
)
# matches "start" in "② can start after ①", "be merged"
_STARTED = (
    r"(?:starts?|begins?|runs?|comes?|goes|proceeds?|follow|lands?|merges?|happens?|executes?"
    r"|be\s+(?:started|done|run|implemented|executed|merged|completed|built|developed|worked\s+on))"
)
# matches "in parallel " in "② can run in parallel after ①"
_MANNER = r"(?:(?:in\s+parallel|concurrently|simultaneously|only|immediately|right|strictly|directly),?\s+)*"
# matches "depends on", "requires", "builds on"
_NEEDS = r"(?:depend(?:s|ent|ing)?\s*(?:up)?on|requires?|needs?|rel(?:ies|y)\s+on|builds?\s+(?:up)?on)"

_ORDER_TEXTS = (
    # "② depends on ①"
    rf"{_THEN}\s+{_ADVERBS}(?:(?:is|are)\s+)?{_NEEDS}\s+{_FILLER}{_OBJECT}",
    # "② is blocked by ①"
    rf"{_THEN}\s+{_ADVERBS}(?:(?:is|are)\s+)?{_ADVERBS}(?:blocked|gated)\s+(?:by|on)\s+{_FILLER}{_OBJECT}",
    # "② must wait for ①"
    rf"{_THEN}\s+{_ADVERBS}{_MODAL}waits?\s+(?:for|on|until)\s+{_FILLER}{_OBJECT}",
    # "② can only start after ①"
    rf"{_THEN}\s+{_ADVERBS}{_MODAL}{_ADVERBS}{_STARTED}\s+{_MANNER}(?:after|once|when)\s+{_FILLER}{_OBJECT}",
    # "② cannot start before ①"
    (
        rf"{_THEN}\s+(?:cannot|can't|can\s+not|must\s+not|should\s+not)\s+{_STARTED}\s+(?:before|until"
        rf"|without)\s+{_FILLER}{_OBJECT}"
    ),
    # "① must be completed before ②"
    rf"{_FIRST}\s+{_ADVERBS}{_MODAL}{_ADVERBS}(?:be\s+)?{_COMPLETED}\s+(?:first\s+)?before\s+{_FILLER}{_THEN}",
    # "① blocks ②"
    rf"{_FIRST}\s+{_ADVERBS}(?:blocks?|unblocks?|precedes?)\s+{_FILLER}{_THEN}",
    # "① is a prerequisite for ②"
    (
        rf"{_FIRST}\s+(?:is|are)\s+(?:an?\s+|the\s+)?(?:hard\s+)?(?:prerequisites?|required|preconditions?"
        rf"|needed)\s+(?:for|of|to|by|before)\s+{_FILLER}{_THEN}"
    ),
    # "finish ① before starting ②"
    (
        rf"\b(?:do|complete|finish|run|implement|land|merge|execute)\s+{_FIRST}\s+before\s+(?:starting\s+"
        rf"|beginning\s+|doing\s+|running\s+)?{_THEN}"
    ),
    # "once ① is complete, ② can start"
    (
        rf"\b(?:once|after|as\s+soon\s+as|when)\s+{_FIRST}\s*(?:(?:is|are|has|have|been|both"
        rf"|all)\s+)*(?:{_COMPLETED}\b)?\s*,?\s*(?:then\s+)?(?:(?:start|begin)\s+)?"
        rf"{_THEN}(?=\s+(?:can|must|should|will|starts?|begins?|runs?)\b|\s*$)"
    ),
)
ORDERS = tuple(late_pattern(text, re.IGNORECASE) for text in _ORDER_TEXTS)
"""Patterns of an order, with the groups `first` and `then`."""
# matches "— depends on ①" behind the name of a task, and "(requires ①)" below one
WITHOUT_SUBJECT = late_pattern(
    rf"(?:^|[—–:,(]\s*|\s-\s+)(?:also\s+|only\s+)?(?:{_NEEDS}|blocked\s+(?:by|on)|waits?\s+for"
    rf"|must\s+(?:run|come|be\s+done|start|land)\s+after|sequential\s+after)\s+{_FILLER}{_OBJECT}",
    re.IGNORECASE,
)
# matches "Complete ① before starting", "① must be done first" inside the task that waits
IMPERATIVE = late_pattern(
    rf"^(?:do|complete|finish|run|implement|land)\s+{_FIRST}\s+(?:first\b|before\s+(?:starting"
    rf"|beginning)\b(?!\s+\S*{NAME}))|^(?P<other>{NAME})\s+must\s+(?:be\s+)?{_COMPLETED}\s+first\b",
    re.IGNORECASE,
)
# matches "does not", "independently"
NEGATION = late_pattern(r"\b(?:not|never|without|neither|nor|no|independent(?:ly)?)\b|n't\b", re.IGNORECASE)
# matches "② is parallel with it", "not ③": a name there is no dependency
NO_ORDER = late_pattern(rf"{NEGATION.pattern}|\bparallel|\bconcurrent|\balongside\b", re.IGNORECASE)
# matches "② may depend on ①", "if ② depends on ①", "either"
UNCERTAIN = late_pattern(
    r"\b(?:if|may|might|could|would|unless|whether|optionally|ideally|probably|perhaps|possibly|either)\b|\?\s*$",
    re.IGNORECASE,
)
# matches "② depends on the weather", "① before ②": it states an order, though no pattern above reads it
LIKELY_ORDER = late_pattern(
    r"\bdepend(?:s|ent)?\s*(?:up)?on\b|\bblocked\s+(?:by|on)\b|\bprerequisites?\s+(?:for|of|to)\b|\bwaits?\s+(?:for"
    r"|until)\b"
    rf"|\b(?:must|should|needs?\s+to|has\s+to|have\s+to)\b.*\b(?:before|after)\b.*{NAME}"
    rf"|{NAME}\s+(?:only\s+)?(?:before|after)\s+{NAME}|{NAME}\s+must\s+be\s+{_COMPLETED}",
    re.IGNORECASE,
)
# matches "Setup before ②" and "② after ①": an order, if a name there is unknown
BEFORE_OR_AFTER = late_pattern(rf"\b(?:before|after)\s+{NAME}|{NAME}\s+(?:before|after)\b", re.IGNORECASE)
# matches "① + ② & ③"
PLUS_LIST = rf"{NAME}(?:\s*[&+]\s*{NAME})+"
# matches "①, ② and ③", and "①, ②" before a verb or a punctuation mark, where the list must end
COMMA_LIST = (
    rf"(?i:(?<!after )(?<!once )(?<!when )){NAME}(?:\s*,\s*{NAME})*(?:\s*,?\s+(?:and|plus|as\s+well\s+as)\s+{NAME})"
    rf"|(?i:(?<!after )(?<!once )(?<!when )){NAME}(?:\s*,\s*{NAME})+(?=\s*(?:[.;:)]|$)|\s+(?:all\s+)?(?:depend|require"
    rf"|need|must|can|should|are|wait|begin|start)\b|\s+before\s+(?:starting|beginning)\b)"
)
# matches " → ", "──>"
_ARROW = r"\s*[-─—=]*(?:→|>|►|▶)\s*"
# matches "① → ②"; the lookahead lets ② begin the next pair, too
NAME_ARROW_NAME = late_pattern(rf"(?=({NAME}){_ARROW}({NAME}))")
# matches "1 → {2"
NUMBER_ARROW_NUMBER = late_pattern(rf"(?=(?<![\w.])({NUMBER})\s*[-─—=]*(?:→|>)\s*[{{(\[]?\s*({NUMBER})(?![\w.]))")
# matches "Storage (①)"
TITLE_WITH_NAME = late_pattern(rf"[\w&/ -]{{1,40}}[(（]\s*({NAME})\+?\s*[)）]")
# matches "① (Storage)"
NAME_WITH_TITLE = late_pattern(rf"({NAME})\s*[(（][^()（）→>►▶]*[)）]")
# matches "Execution order", "critical path"
SAYS_ORDER = late_pattern(r"depend|order|sequence|critical\s+path", re.IGNORECASE)
# matches the blank in "a b", but not in "depends on"
SEVERAL_WORDS = late_pattern(r"\s(?!on$)")
# matches "; it" in "② edits the store; it depends on ①"
PRONOUN = late_pattern(r"[.;,]\s+(?:and\s+)?(?:it|they)(?=\s)", re.IGNORECASE)
# matches "Developer A: T1 → T3", which divides the work and states no order
PEOPLE = late_pattern(r"\W*(?:agent|developer|dev|worker|worktree|team|person)\b", re.IGNORECASE)


@cache
def letter_arrow_pattern(letters: str) -> re.Pattern[str]:
    """Return the pattern for two of the streams `letters`, joined by an arrow: `F → G`."""
    return re.compile(rf"(?=(?<![\w.])([{letters}]){_ARROW}([{letters}])(?!\w))" if letters else r"(?!)")


@cache
def name_pattern(task_words: str, stream_words: str, letters: str) -> re.Pattern[str]:
    """Return the pattern for names of tasks and streams in a sentence.

    Args: the words for a task and for a stream, joined by `|`, and the letters of the streams.
    """
    letter_list = rf"[{letters}](?:(?:\s*[,&+]\s*|\s*,?\s+and\s+)[{letters}])*(?![\w'’])" if letters else r"(?!)"
    ref = rf"(?:{CODE}|{NUMBER}|[A-Z](?!\w))"
    to = r"(?:\s*[–—-]\s*|\s+(?:to|through|thru)\s+)"
    join = r"(?:\s*[,&+/]\s*(?:and\s+)?|\s+and\s+)"
    return re.compile(
        # "this task"
        rf"(?P<this>(?i:\bthis\s+(?:{task_words}|{stream_words})\b))"
        # "Tasks 1, 2 and 4", "all phases 1-3", "Stories 1 and 2"
        rf"|(?:(?i:\ball\s+(?:of\s+)?)?(?i:\b(?:{task_words}|{stream_words})s|\bstories)|(?i:\bphases"
        rf"|\bstreams))\s+#?{ref}(?:(?:{join}|{to})#?{ref})*(?!\w|\.\d)(?i:\s+tasks?\b)?"
        # "Task 2", "Phase 1", "Task 1 and 2", "User Story 3"
        rf"|(?i:(?:\ball\s+)?\b(?:{task_words}|{stream_words}|user\s+story))[\s#]+{ref}(?:{to}{ref}|\s*[&+]\s*{ref}"
        rf"|\s+and\s+{ref}(?!\s+\w+s\b))?(?!\w|\.\d)(?i:\s+tasks?\b)?"
        # "all previous tasks", "all other tasks"
        rf"|(?i:{PREVIOUS_TASKS.pattern})|(?i:{OTHER_TASKS.pattern})"
        # "depends on 1, 2": numbers alone count behind a verb only
        rf"|(?P<verb>(?i:\b(?:depends?\s*on|blocked\s+by)\s+)){_BARE_NUMBERS}"
        # "F and G require": letters alone count before a verb
        rf"|(?<![\w.'’-]){letter_list}(?=\s+(?:(?:only|also|still|both)\s+)?(?:depend|require|need|wait|block|must"
        rf"|can\s+only|can\s+start|can\s+begin|cannot|is\s+blocked))"
        # "depends on F + G": or behind one
        rf"|(?P<verb_before_letters>(?i:\b(?:depends?\s+(?:up)?on|blocked\s+by|waits?\s+for|requires?|needs?|after"
        rf"|blocks)\s+)){letter_list}(?=\s*(?:[.;:,()—–]|$|\s-\s|\s(?:is|are|complete|finish)))"
        # "T001", "T001-T013"
        rf"|(?P<code>(?<![\w./-]){CODE}(?:{to}{CODE})?(?![\w/]|[.-]\w))"
    )
