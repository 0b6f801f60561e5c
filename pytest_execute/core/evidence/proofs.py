"""Results of the replay: the proof of each test, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Order = Literal["before", "same-commit", "after"]
ProofState = Literal[
    "turned",
    "never-red",
    "red-not-counted",
    "not-reproduced",
    "not-prepared",
    "not-started",
    "foreign-module",
    "unstable",
    "dropped",
    "doctest",
]
Cause = Literal["assertion", "missing-symbol", "exception", "timeout", "crash"]


class Turn(Struct, frozen=True):
    """Commit at which a test's outcome turned.

    The test passes there and at no parent, or fails there and passed at a parent.
    """

    commit: str
    passes: bool

    def __str__(self) -> str:
        return f"{'passes' if self.passes else 'fails'} with {short_commit(self.commit)}"


def short_commit(commit: str | None) -> str:
    """Return a commit as people read it: the first letters of its id, or "the worktree", "the index"."""
    return f"the {commit}" if commit in ("worktree", "index") else (commit or "")[:7]


class Guard(Struct, frozen=True, kw_only=True):
    """Result of replacing the bodies of functions that base has, under a test that passes at base.

    The test noticed every stub of `function`, as `module:name`. Where it did so of none, `tried` is how many functions
    were tried, and `missed` a stub that it did not notice. `error` says why none could be tried.
    """

    function: str | None = None
    tried: int = 0
    missed: str = ""
    error: str = ""


class Former(Struct, frozen=True):
    """Test as it was called in `commit`, with whose tests it was run."""

    test: str
    commit: str


class Proof(Struct, frozen=True, kw_only=True):
    """Result of the replay of one test.

    | `found` | |
    | --- | --- |
    | `turned` | it fails at `before`, for a reason that counts, and passes at `after` |
    | `dropped` | it existed at `before`, is gone, and fails on today's code; `after` is the same if it passed there |
    | `doctest` | it stands in the code that it tests, and so was not replayed |
    | any other | why there is no proof |

    `only_data` are the files that `after` brought where none of them is code; tests and their data apart.

    `before` and `after` are commits, "index" or "worktree". `turns` are all turns, oldest first, where they were
    requested. `trace` holds the last lines of the traceback at `before`. `at_base` says if base had a test
    without a proof in the same form or in another. `guard` is there for one that is new or changed, and passes at base.
    `former` is the test that was proven, where names in it, or its file, changed since.
    """

    test: str
    found: ProofState
    order: Order | None = None
    before: str | None = None
    after: str | None = None
    cause: Cause | None = None
    detail: str = ""
    turns: tuple[Turn, ...] = ()
    trace: tuple[str, ...] = ()
    only_data: tuple[str, ...] = ()
    at_base: Literal["same", "other"] | None = None
    guard: Guard | None = None
    former: Former | None = None

    @property
    def is_guard(self) -> bool:
        """Return whether the test protects what base did."""
        return self.guard is not None and self.guard.function is not None

    @property
    def code(self) -> str:
        """Return the reason code of what was found; that of a proof is "turned"."""
        if self.at_base == "same":
            return "at-base"
        return "guard" if self.is_guard else self.found

    @property
    def owes_no_red(self) -> bool:
        """Return whether the test has to pass only. Such a test counts for nothing else in its task."""
        return self.at_base == "same" or self.is_guard


def tests_without_red(proofs: Mapping[str, Proof]) -> frozenset[str]:
    """Return the tests that owe no red, and so count for nothing but that they pass."""
    return frozenset(test for test, proof in proofs.items() if proof.owes_no_red)
