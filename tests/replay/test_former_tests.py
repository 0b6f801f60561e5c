"""Proofs of renamed tests, by the proofs of their former ones."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import Former, Proof, Turn
from pytest_execute.replay.former_tests import FormerTest, carry_on

OLD, NEW = "tests/test_a.py::test_add", "tests/test_a.py::test_plus"
LATE = Proof(test=NEW, found="turned", order="same-commit", before="b" * 40, after="c" * 40, detail="no plus")
RED = Proof(test=OLD, found="turned", order="before", before="a" * 40, after="b" * 40, detail="no add")
PASSES = Proof(test=OLD, found="never-red", after="a" * 40, detail="it passes at base")
FORMER, WAS = FormerTest(OLD, "b" * 40), Former(OLD, "b" * 40)
ONLY_NAMES = "it passes at base; only names in it changed since"


def carried(earlier: Proof, former: FormerTest = FORMER) -> Proof:
    return carry_on({NEW: LATE}, {NEW: former}, lambda commit, tests: {OLD: earlier})[NEW]


@pytest.mark.parametrize(
    ("earlier", "changes"),
    [
        (RED, {"detail": "no add, before names in it changed in ccccccc"}),
        (replace(PASSES, at_base="same"), {"detail": ONLY_NAMES}),
        (replace(PASSES, at_base="same", detail=ONLY_NAMES), {"detail": ONLY_NAMES}),
        (replace(PASSES, at_base="other"), {"detail": ONLY_NAMES}),
        (PASSES, {"detail": ONLY_NAMES}),
    ],
    ids=["a red", "at base", "renamed again", "another form at base", "new, and never red"],
)
def test_what_was_found_of_the_former_test_counts(earlier: Proof, changes: dict[str, Any]) -> None:
    assert carried(earlier) == replace(earlier, test=NEW, former=WAS, **changes)


@pytest.mark.parametrize(
    "earlier",
    [
        replace(RED, order="after"),
        replace(RED, found="unstable", order=None),
        replace(PASSES, before="b" * 40, after="c" * 40, detail="it passes at bbbbbbb, which branched off before base"),
    ],
)
def test_what_proves_nothing_is_not_carried_on(earlier: Proof) -> None:
    assert carried(earlier) == LATE


def test_a_test_that_did_not_change_keeps_its_proof_as_it_is() -> None:
    assert carried(RED, replace(FORMER, is_equal=True)) == replace(RED, test=NEW, former=WAS)


def test_the_turns_are_those_of_both_tests() -> None:
    """The first turn of today's test is but the renaming."""
    first, again = Turn("b" * 40, passes=True), Turn("d" * 40, passes=False)
    late = replace(LATE, turns=(Turn("c" * 40, passes=True), again))
    earlier = {OLD: replace(RED, turns=(first,))}
    assert carry_on({NEW: late}, {NEW: FORMER}, lambda commit, tests: earlier)[NEW].turns == (first, again)


@pytest.mark.parametrize("at_base", ["same", None])
def test_a_test_that_grew_since_is_another_one_than_at_base(at_base: Any) -> None:
    found = carried(replace(PASSES, at_base=at_base), replace(FORMER, is_today=False))
    assert found.at_base == (None if at_base is None else "other")
    assert found.detail == "it passes at base; names in it changed since"
