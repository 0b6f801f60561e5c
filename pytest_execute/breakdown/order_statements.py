"""Orders that sentences state, and the names in them."""

from __future__ import annotations

from msgspec import Struct


class Mention(Struct, frozen=True):
    """Tasks and streams that some words of a sentence name; false if they name nothing in this breakdown.

    `wildcard` is "previous" for "all previous tasks", "other" for "all other tasks", else empty. `is_list` is True for
    several names joined by a comma or "and".
    """

    tasks: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    wildcard: str = ""
    is_list: bool = False

    def __bool__(self) -> bool:
        return bool(self.tasks or self.streams or self.wildcard)


class OrderStatement(Struct, frozen=True):
    """Statement that `then` waits for `first`."""

    first: Mention
    then: Mention


class ParsedSentence(Struct, frozen=True):
    """Certain statements of one sentence.

    `is_uncertain` is True if the sentence may state an order that could not be read. Its `mentions` are then all names,
    in the order of the text. `is_partial` is True if statements were read, and another name beside them was not.
    """

    statements: tuple[OrderStatement, ...] = ()
    is_uncertain: bool = False
    mentions: tuple[Mention, ...] = ()
    is_partial: bool = False
