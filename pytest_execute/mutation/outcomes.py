"""Results of running tests with and without a stub, as they are kept in the result cache."""

from __future__ import annotations

from msgspec import Struct

Tests = tuple[str, ...]
Stub = tuple[int, str]
"""Number of a target, and the replacement of its body: "raise", "none", or a constant as Python source."""
Trial = tuple[Stub, Tests]
"""Stub, and the tests to run over it until one notices."""
TRANSIENT_STATES = ("timeout", "crash", "foreign", "unprepared")
"""States of a test without a stub that may be due to the machine at that moment. They are not cached."""


class StubOutcome(Struct, frozen=True, kw_only=True):
    """Result of one stub so far.

    - `noticed_by`: the test that failed, hung or died with the stub
    - `tests`: the tests during which the stub was really run
    - `attempts`: how many tests were started with the stub
    - `error`: the reason why the stub could not be tried
    - `failed_in`: the file whose code raised the error of that test, "" for an assertion
    - `on_import`: the import of the test file noticed it, before any test ran
    - `unreliable`: the own test of the function that does not pass even without a stub, and why
    """

    noticed_by: str | None = None
    tests: Tests = ()
    attempts: int = 0
    error: str = ""
    failed_in: str = ""
    on_import: bool = False
    unreliable: str = ""

    def merge(self, later: StubOutcome) -> StubOutcome:
        return StubOutcome(
            noticed_by=self.noticed_by or later.noticed_by,
            tests=self.tests + later.tests,
            attempts=self.attempts + later.attempts,
            error=self.error or later.error,
            failed_in=self.failed_in or later.failed_in,
            on_import=self.on_import or later.on_import,
        )


class Probe(Struct, frozen=True):
    """Result of one test without a stub.

    `message` is the reason why its file could not be imported. `time_limit` is the processor time in seconds that it
    may take with a stub. `reached` are the keys of the functions that it enters.
    """

    state: str
    message: str = ""
    time_limit: float = 0.0
    reached: frozenset[str] = frozenset()


class ImportedFunctions(Struct, frozen=True):
    """Keys of the functions that run while a test file is imported."""

    functions: tuple[str, ...]
