"""Reads the messages of a child process that tries stubs; `engine/child/messages.py` describes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_execute.engine.child.accesses import WHOLE_TREE
from pytest_execute.engine.child.messages import JobReply
from pytest_execute.mutation.cache import Accesses
from pytest_execute.mutation.outcomes import Probe, StubOutcome, Tests


class MutationReplies:
    """Messages of one request, as values.

    - `aborted`: why the child did not finish, or None
    - `keys`: the keys of the targets, by number
    - `is_built`: a command of the policy built files in the tree, so everything may depend on the whole tree
    """

    def __init__(self, messages: Sequence[JobReply], aborted: str | None, keys: Sequence[str], is_built: bool) -> None:
        self._messages, self._aborted, self._keys = messages, aborted, keys
        self._jobs = {record["trial"]: record for record in messages if "trial" in record}
        self.shared_accesses = Accesses([WHOLE_TREE] * is_built).union(
            *(record["accesses"] for record in messages if "accesses" in record)
        )
        """Accesses that every outcome depends on, such as those of conftest files."""
        self.is_tree_modified = any("modified" in record for record in messages)
        self.imported = next(
            (self._named(record["run_on_import"]) for record in messages if "run_on_import" in record), None
        )
        canary = next((record["canary"] for record in messages if "canary" in record), "failed")
        self.error = "" if canary == "failed" else "a test that was made to fail passed: something hides failures"

    def _named(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._keys[number] for number in numbers)

    def probes(self, requested: Iterable[str]) -> dict[str, tuple[Probe, Accesses]]:
        """Return the results of tests without a stub; a requested test that its file does not have is absent."""
        not_run = {
            record["test"]: (Probe(record["state"], record.get("message", "")), self.shared_accesses)
            for record in self._messages
            if "test" in record
        }
        probed = {
            record["probe"]: (
                Probe(record["state"], "", record["cpu_limit"], frozenset(self._named(record["entered"]))),
                self.shared_accesses | frozenset(record["test_accesses"]),
            )
            for record in self._messages
            if "probe" in record
        }
        absent = dict.fromkeys(requested if self._aborted is None else (), (Probe("absent"), self.shared_accesses))
        return absent | not_run | probed

    def outcome(self, job: int) -> tuple[StubOutcome, Accesses | None]:
        """Return the outcome of a job's stub; its accesses are None where it did not finish."""
        reply = self._jobs.get(job)
        if reply is None:
            error = f"the run of its tests did not come to its end ({self._aborted})" if self._aborted else ""
            return StubOutcome(error=error), None
        outcome = StubOutcome(
            noticed_by=reply["noticed_by"],
            tests=tuple(reply["ran"]),
            attempts=reply["tried"],
            failed_in=reply["failed_in"],
        )
        return outcome, self.shared_accesses | frozenset(reply["test_accesses"])

    def import_outcome(self, tests: Tests) -> tuple[StubOutcome, Accesses | None]:
        """Return the outcome of the one stub that was in effect from the start.

        An import that fails or hangs has noticed the stub: for the first of `tests`.
        """
        failed = {r["test"] for r in self._messages if "test" in r and r["state"] in ("failed", "crash")}
        noticing = tests if self._aborted in ("timeout", "crash") else [test for test in tests if test in failed]
        noticed_by = next(iter(noticing), None)
        if noticed_by is None:
            return self.outcome(0)
        return StubOutcome(noticed_by=noticed_by, tests=(noticed_by,), attempts=1, on_import=True), self.shared_accesses
