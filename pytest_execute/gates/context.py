"""Everything that a check may look at."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Outcome, tests_without_red
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.verdict import Gate


class JudgeContext(Struct, frozen=True):
    """Plan, policy, evidence and scope, with the gates that are decided already, by id."""

    plan: Plan
    policy: Policy
    evidence: Evidence
    scope: Scope
    decided: dict[str, Gate]

    def tests(self, gate: str) -> tuple[str, ...]:
        """Return the ids of the tests that count for a gate."""
        return self.evidence.manifest.tests_for(gate)

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files and directories whose tests are not known: not collected, left out or skipped."""
        return tuple(test for test, collected in self.evidence.manifest.tests.items() if test == collected.path)

    def own_tests(self, gate: str) -> tuple[str, ...]:
        """Return the tests of a gate without those that owe no red, which only have to pass."""
        without_red = tests_without_red(self.evidence.proofs or {})
        return tuple(test for test in self.tests(gate) if test not in without_red)

    def is_without_tests(self, task: Task) -> bool:
        """Return whether a task says that it has no tests, and none counts for it."""
        return task.no_tests is not None and not self.tests(gate_ids.task(task.id))

    def outcome(self, test: str) -> Outcome:
        """Return how a test ended, "not-run" where it did not."""
        result = self.evidence.results.get(test)
        return result.outcome if result is not None else "not-run"

    def place(self, test: str) -> tuple[str, int] | tuple[None, None]:
        """Return the file and the line of a test, as pytest collected it."""
        collected = self.evidence.manifest.tests.get(test)
        return (collected.path, collected.line) if collected is not None else (None, None)

    def is_in_scope(self, gates: Iterable[str]) -> bool:
        """Return whether what is made of `gates` is judged: in the claimed scope, not while one of them is open."""
        return not self.scope.claimed or all(self.decided[gate].verdict != "open" for gate in gates)
