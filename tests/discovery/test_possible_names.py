"""Names that a test file may define, as far as its text tells."""

from __future__ import annotations

import pytest

from pytest_execute.discovery.possible_names import may_define

SOURCE = b"""
from shared import test_shared
from elsewhere import Base
if True:
    async def test_here(): pass
class TestPlain:
    def test_inside(self): pass
class TestHeir(Base): pass
test_made = make()
"""


@pytest.mark.parametrize(
    ("names", "answer"),
    [
        (["test_here"], True),
        (["TestPlain", "test_inside"], True),
        (["TestHeir", "test_of_its_base"], True),
        (["test_shared"], True),
        (["test_made"], True),
        (["TestPlain", "test_no"], False),
        (["test_no"], False),
        (["TestNo", "test_inside"], False),
        (["test_inside"], False),
    ],
)
def test_a_name_is_defined_inherited_imported_or_missing(names: list[str], answer: bool) -> None:
    assert may_define(SOURCE, names) is answer


@pytest.mark.parametrize("source", [b"from shared import *\n", b"def test_no(:\n", b"x = 1\0"])
def test_what_cannot_be_known_may_be_there(source: bytes) -> None:
    assert may_define(source, ["test_no"])
