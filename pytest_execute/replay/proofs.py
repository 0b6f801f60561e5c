"""Proofs of tests, from the conclusions of the replay: the values that the judge gets. Nothing is run here.

The first rule that applies decides on a test:

    1. a module from outside the tree in any run          foreign-module
    2. no turn                                            not-reproduced, not-prepared
    3. the turn is base                                   never-red
    4. a parent of the turn could not be prepared,
       or pytest could not start there                    not-prepared, not-started
    5. two runs at base or around the turn disagree       unstable
    6. a parent that branched off before base passes      never-red
    7. the red does not count, or was no hang             red-not-counted
    8. else                                               turned
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from pytest_execute.core.evidence import Proof, ProofState
from pytest_execute.replay.conclusions import Conclusions
from pytest_execute.replay.orders import Unobserved
from pytest_execute.replay.red_causes import Red
from pytest_execute.replay.steps import Step
from pytest_execute.replay.work_queue import TestInTree


def proofs(conclusions: Conclusions, tests: Iterable[str]) -> dict[str, Proof]:
    """Return a proof, or the reason why there is none, for each of `tests`."""
    foreign = _foreign_modules(conclusions)
    return {test: _proof_or_form(conclusions, test, foreign.get(test)) for test in tests}


def needed_runs(conclusions: Conclusions, tests: Iterable[str]) -> Iterator[TestInTree]:
    """Yield a run that the proof of each test rests on and that was not made yet; there may be more after it."""
    foreign = _foreign_modules(conclusions)
    for test in tests:
        try:
            _proof_or_form(conclusions, test, foreign.get(test))
        except Unobserved as error:
            yield error.pair


def _foreign_modules(conclusions: Conclusions) -> dict[str, str]:
    """Return the first module from outside of the tree that each test has imported, as far as one has."""
    outcomes = reversed(conclusions.observations.first.items())
    return {test: outcome.message for (_, test), outcome in outcomes if outcome.state == "foreign"}


def _proof_or_form(conclusions: Conclusions, test: str, foreign: str | None) -> Proof:
    """Return the proof of a test, or the reason why there is none and the form that it had at base."""
    if foreign is not None:
        proof = Proof(test=test, found="foreign-module", detail=foreign)
    else:
        proof = _proof(conclusions, test)
    return proof if proof.found == "turned" else replace(proof, at_base=conclusions.form_at_base(test))


def _proof(conclusions: Conclusions, test: str) -> Proof:
    turn = conclusions.turn(test)
    if turn is None:
        pair = (conclusions.trees[-1], test)
        last = conclusions.observations.first[pair]
        found: ProofState = "not-prepared" if last.state == "unprepared" else "not-reproduced"
        return Proof(test=test, found=found, detail=last.message or conclusions.red(pair).phrase)
    if not turn.parents:
        left_out = ", ".join(conclusions.observations.first[(turn.tree, test)].left_out)
        detail = f"it passes at base, {turn.commit[:7]}" + (f", without {left_out}" if left_out else "")
        return Proof(test=test, found="never-red", after=turn.commit, detail=detail)
    proofs = [_proof_against(conclusions, test, turn, parent) for parent in turn.parents]
    return next((proof for proof in proofs if proof.found != "turned"), proofs[0])


def _proof_against(conclusions: Conclusions, test: str, turn: Step, parent: Step) -> Proof:
    """Return the proof from the outcomes on the tree of one parent of the turn."""
    pair = (parent.tree, test)
    outcome, red, commit = conclusions.observations.first[pair], conclusions.red(pair), parent.commit[:7]
    order = conclusions.order(test, turn)
    proof = Proof(test=test, found="turned", order=order, before=parent.commit, after=turn.commit)
    if outcome.state == "unprepared":
        return replace(proof, found="not-prepared", detail=f"at {commit} {outcome.message}")
    if outcome.phase == "start":
        return replace(proof, found="not-started", detail=f"with today's settings at {commit}: {outcome.message}")
    for step in (conclusions.steps[0], parent, turn):
        if conclusions.is_unstable((step.tree, test)):
            return replace(proof, found="unstable", detail=f"two runs at {step.commit[:7]} ended differently")
    if outcome.passed:
        return replace(proof, found="never-red", detail=f"it passes at {commit}, which branched off before base")
    proof = replace(proof, trace=outcome.lines or tuple(filter(None, [outcome.message])))
    if red.cause is None:
        return replace(proof, found="red-not-counted", detail=red.phrase)
    if red.cause == "timeout" and not conclusions.is_hang_or_ended(pair):
        detail = f"its time limit: it is slow at {commit}, and not much faster with the code"
        return replace(proof, found="red-not-counted", detail=detail)
    return replace(proof, cause=red.cause, detail=red.phrase)


def dropped_proof(test: str, step: Step, red: Red, has_passed: bool) -> Proof:
    """Return the proof that a test was removed and fails with `red` on today's code; `step` is the last that had it."""
    after = step.commit if has_passed else None
    return Proof(test=test, found="dropped", before=step.commit, after=after, cause=red.cause, detail=red.phrase)
