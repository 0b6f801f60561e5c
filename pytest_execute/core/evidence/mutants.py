"""Functions with their bodies replaced, and the tests that noticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

MutantState = Literal["killed", "survived", "not-reached", "unproven", "not-applicable", "exempt"]


class Mutant(Struct, frozen=True, kw_only=True):
    """One function, as `module:name`, with its body replaced by `stub`: "raise", "none", or another constant.

    `killed_by` is the test that failed, `tests` are those that execute the function. A function that is exempt or
    cannot be stubbed has no stub. `detail` says why it is exempt, not applicable or unproven. It is `ignored` that head
    exempts it where base does not.
    """

    function: str
    path: str
    line: int
    tasks: tuple[str, ...] = ()
    stub: str = ""
    state: MutantState
    killed_by: str | None = None
    tests: tuple[str, ...] = ()
    detail: str = ""
    ignored: bool = False


TRIED = ("killed", "survived", "not-reached", "unproven")
"""States of a mutant whose function was to be tried."""


def describe_stub(stub: str) -> str:
    """Return a stub as people read it.

    >>> describe_stub("raise"), describe_stub("none"), describe_stub("7")
    ('a raise', '`return None`', '`return 7`')
    """
    return "a raise" if stub == "raise" else f"`return {'None' if stub == 'none' else stub}`"


def mutants_by_function(mutants: Iterable[Mutant], task: str | None) -> dict[str, list[Mutant]]:
    """Return the tried mutants of each function of a task, by path and name; None: of the functions of no task."""
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        if mutant.state in TRIED and (task in mutant.tasks if task is not None else not mutant.tasks):
            found.setdefault(f"{mutant.path} {mutant.function}", []).append(mutant)
    return found
