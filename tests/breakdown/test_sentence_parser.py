"""Sentences with names, without a document around them."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown.name_index import NamedStream, NameIndex
from pytest_execute.breakdown.order_statements import Mention, OrderStatement, ParsedSentence
from pytest_execute.breakdown.sentence_parser import SentenceParser, split_sentences

NAMES = NameIndex([("1", "A"), ("2", "A"), ("3", "B")], [NamedStream(id="A", kind="phase")], {})
PARSER = SentenceParser(NAMES, ["step"], ["phase"])
ONE, TWO, THREE = Mention(("1",)), Mention(("2",)), Mention(("3",))


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        ("Task 2 depends on Task 1.", OrderStatement(ONE, TWO)),
        ("**Step 2** `requires` [Task 1](#one).", OrderStatement(ONE, TWO)),
        ("Task 3 needs Tasks 1 and 2.", OrderStatement(Mention(("1", "2"), is_list=False), THREE)),
        ("Task 3 can start after Phase A.", OrderStatement(Mention((), ("A",)), THREE)),
        ("Task 3 depends on all previous tasks.", OrderStatement(Mention(wildcard="previous"), THREE)),
        ("Depends on Task 1.", OrderStatement(ONE, THREE)),
        ("Finish Task 1 first.", OrderStatement(ONE, THREE)),
    ],
)
def test_a_certain_sentence_is_a_statement(sentence: str, statement: OrderStatement) -> None:
    assert PARSER.parse(sentence, THREE).statements == (statement,)


@pytest.mark.parametrize(
    ("sentence", "mentions"),
    [
        ("Task 2 must come somewhere before Task 1.", (TWO, ONE)),
        ("Task 2 may depend on Task 1.", (TWO, ONE)),
        ("Task 2 depends on Task 9.", (TWO, Mention())),
    ],
)
def test_an_uncertain_sentence_has_its_names(sentence: str, mentions: tuple[Mention, ...]) -> None:
    assert PARSER.parse(sentence, None) == ParsedSentence((), True, mentions)


def test_a_sentence_without_names_or_order_says_nothing() -> None:
    assert PARSER.parse("It depends on the weather.", None) == ParsedSentence()
    assert PARSER.parse("Tasks 1 and 2 run in parallel.", None).statements == ()


def test_names_joined_by_arrows_are_pairs() -> None:
    assert PARSER.arrow_pairs("Task 1 → Task 2 → Task 3") == ((ONE, TWO), (TWO, THREE))
    assert PARSER.arrow_pairs("Developer A: Task 1 → Task 2") == ()


def test_a_text_is_split_at_full_stops_but_not_before_it() -> None:
    assert list(split_sentences("One. Two;\nthree. It goes on.")) == [
        ("One.", 0),
        ("Two;", 5),
        ("three. It goes on.", 10),
    ]
