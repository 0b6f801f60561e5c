"""Finds for each test the commit with which it first passes, and says whether that is a proof."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Order, Proof, ProofState, Turn
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.causes import ProjectModules, Red, classify
from pytest_execute.replay.first_pass import FirstPassSearch
from pytest_execute.replay.work_queue import Pairs, RunTree, share_out, side_by_side

Attempt = Literal["first", "again", "patient"]
"""A first try; a second run, to see whether it ends the same; or one that is waited for."""
MUCH = 3.0
"""So many times what a test takes when it passes it must have gone on before, to count as hanging there."""
LEAST = 0.01
"""Seconds that any test costs, expected to take none."""


class RunTests(Protocol):
    def __call__(
        self,
        tree: str,
        tests: Sequence[str],
        *,
        alone: bool = False,
        haste: Attempt = "patient",
        begun: Callable[[], None] | None = None,
    ) -> dict[str, TreeOutcome]:
        """Run tests on the composed tree with this id: beside their neighbours, or each alone.

        `begun` is called where not all is known, and something begins to run now.
        """


class TestForm(Struct, frozen=True):
    """A test, without its parameters, as it stood in a commit: under which nodeid, and a fingerprint of its definition."""

    test: str
    print: str


class Step(Struct, frozen=True):
    """A commit (or "index", "worktree") with the steps that it comes right after. `tree` is its overlay, `own` names its own tree.

    `form` tells how a test stood in the commit's own tests, None where it did not.
    """

    commit: str
    tree: str
    own: str
    before: tuple[Step, ...]
    form: Callable[[str], TestForm | None]


class Search:
    """The steps from base to head, oldest first, and all that running tests on them has shown.

    A test's fail-to-pass step is the first with which it passes: on every tree before, it was run and did not pass, or `differs`
    says that none of what had a part in that is another there; so no later break of working code can pass for a red.
    `mixed` names the tree with the code of one commit's own tree and the tests of another's. `seconds` is what tests took today; those `alone` are
    known to count only so.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        run: RunTests,
        project: ProjectModules,
        workers: int,
        differs: Callable[[str, str, frozenset[str] | None], bool],
        agreed: Callable[[str], None],
        mixed: Callable[[str, str], str],
        seconds: Mapping[str, float] = MappingProxyType({}),
        alone: Iterable[str] = (),
    ) -> None:
        self.differs, self.agreed, self.mixed = differs, agreed, mixed
        self.steps, self.run, self.project, self.workers = steps, run, project, workers
        self.seconds = dict(seconds)  # what a test is expected to take
        self.brought = {step.tree: step for step in reversed(steps)}  # the first step that has each tree
        self.trees = list(dict.fromkeys(step.tree for step in steps))
        self.seen: dict[tuple[str, str], TreeOutcome] = {}
        self.again: dict[tuple[str, str], TreeOutcome] = {}  # a second run, alone, on the trees that a proof stands on
        self.alone = set(alone)  # tests of which only counts what they do alone, with time
        self.first: dict[str, int] = {}
        self.lock = threading.Lock()

    def prove(self, tests: Iterable[str]) -> dict[str, Proof]:
        """A proof, or the reason why there is none, for each of `tests`."""
        wanted = list(tests)
        self._search(wanted)
        turned = {test for test in wanted if test not in self.alone and self._ends_otherwise_alone(test)}
        self.alone |= turned
        self._forget(turned)
        self._search([test for test in wanted if test in turned])
        for earlier in (self._older, self._renewed):  # none, but where a test that was forgotten is one of them
            self._run_all(earlier(wanted), self._run)
        for tree, test in self.again:
            if self.again[(tree, test)].state == "timeout" and not self._is_unstable(tree, test):
                self.agreed(test)
        strangers = {test: seen for (_, test), seen in reversed(self.seen.items()) if seen.state == "foreign"}
        return {test: self._proof(test, strangers.get(test)) for test in wanted}

    def turns(self, tests: Iterable[str]) -> dict[str, tuple[Turn, ...]]:
        """All turns of each of `tests`, for which it is run on every tree that it was not run on yet."""
        wanted = list(tests)
        self._run_all({(tree, test) for tree in self.trees for test in wanted} - self.seen.keys(), self._run)
        return {test: tuple(self._turns(test)) for test in wanted}

    def dropped(self, gone: Mapping[str, Step]) -> dict[str, Proof]:
        """Of tests that are gone, with the last step in which each stood: those that fail on today's code, twice, for a reason that counts."""
        pairs = {test: (self.mixed(self.steps[-1].own, step.own), test) for test, step in gone.items()}
        self._run_all(pairs.values(), self._run)
        reds = {test: red for test, pair in pairs.items() if (red := self._red(self.seen[pair])).cause is not None}
        self._run_all([pairs[test] for test in reds], self._run_again)
        lost = {test: red for test, red in reds.items() if not self._is_unstable(*pairs[test])}
        then = {test: (self.mixed(gone[test].own, gone[test].own), test) for test in lost}
        self._run_all(then.values(), self._run)
        answered = {test: gone[test].commit for test, pair in then.items() if self.seen[pair].passed}
        return {
            test: Proof(
                test=test,
                found="dropped",
                before=gone[test].commit,
                after=answered.get(test),
                cause=red.cause,
                detail=red.phrase,
            )
            for test, red in lost.items()
        }

    # -- running

    def _search(self, tests: Sequence[str]) -> None:
        """Find the turn of each test, and run it a second time, alone, on the trees that its proof stands on."""
        self._settle(tests, self._walk(tests))

    def _ends(self, test: str) -> list[Step]:
        """Base, what is right before the turn, and the turn; the last step where there is no turn."""
        turn = self._turn(test)
        if turn is None:
            return [self.steps[-1]]
        return [self.steps[0], *turn.before, turn] if turn.before else []

    def _ends_otherwise_alone(self, test: str) -> bool:
        """Do its neighbours turn it, or was it given up too soon?"""
        ends = [(step.tree, test) for step in self._ends(test)]
        return any(_ended(self.seen[end]) != _ended(self.again[end]) for end in ends)

    def _forget(self, tests: AbstractSet[str]) -> None:
        """Let what these tests have done beside others count for nothing."""
        for kept in (self.seen, self.again):
            for pair in [pair for pair in kept if pair[1] in tests]:
                del kept[pair]
        for test in tests:
            self.first.pop(test, None)

    def _walk(self, tests: Sequence[str]) -> FirstPassSearch:
        """Find the first tree that each test passes on."""
        walk = FirstPassSearch(
            self.trees, functools.partial(self._ask, haste="first"), self.differs, self.workers, self._cost
        )
        walk.begin(tests)
        side_by_side([walk.work] * self.workers)
        self.first |= walk.first
        self._keep(walk.seen, self.seen)
        return walk

    def _settle(self, tests: Sequence[str], walk: FirstPassSearch) -> None:
        """See each test a second time, alone, at the ends of its proof."""
        ends = {(step.tree, test) for test in tests for step in self._ends(test)}
        for tree, test in ends - self.seen.keys():
            if (seen := walk.alike(test, tree)) is not None:
                self.seen[(tree, test)] = seen
        self._run_all(ends - self.seen.keys(), self._run)
        turned = {(tree, test) for tree, test in ends if test in self.first}
        share_out([(turned, self._run_again), (lambda: self._older(tests), self._run)], self.workers, self._cost)
        hurried = {pair for pair in turned if not self._is_long(*pair)}
        patient = functools.partial(self._run_again, haste="patient")
        share_out(
            [(ends - turned | hurried, patient), (lambda: self._renewed(tests), self._run)], self.workers, self._cost
        )

    def _is_long(self, tree: str, test: str) -> bool:
        """Where it was ended there: did it go on for much longer than it takes with its turn?"""
        if self.again[(tree, test)].state != "timeout":
            return True
        turn = (self.trees[self.first[test]], test)
        return self.again[(tree, test)].seconds > MUCH * max(self.seen[turn].seconds, self.again[turn].seconds)

    def _cost(self, test: str) -> float:
        return LEAST + self.seconds.get(test, 0.0)

    def _run_all(self, pairs: Pairs, run: RunTree) -> None:
        share_out([(pairs, run)], self.workers, self._cost)

    def _run(self, tree: str, tests: Sequence[str]) -> None:
        self._keep({(tree, test): seen for test, seen in self._ask(tree, tests).items()}, self.seen)

    def _ask(
        self, tree: str, tests: Sequence[str], begun: Callable[[], None] | None = None, *, haste: Attempt = "patient"
    ) -> dict[str, TreeOutcome]:
        """Run `tests` as they count: beside their neighbours, but for those that these turn, which have time too."""
        beside = [test for test in tests if test not in self.alone]
        alone = [test for test in tests if test in self.alone]
        answers = self.run(tree, beside, haste=haste, begun=begun) if beside else {}
        return answers | (self.run(tree, alone, alone=True, begun=begun) if alone else {})

    def _run_again(self, tree: str, tests: Sequence[str], haste: Attempt = "again") -> None:
        beside = [test for test in tests if test not in self.alone]
        alone = [test for test in tests if test in self.alone]
        answers = self.run(tree, beside, alone=True, haste=haste) if beside else {}
        answers |= self.run(tree, alone, alone=True) if alone else {}
        self._keep({(tree, test): seen for test, seen in answers.items()}, self.again)

    def _keep(self, new: Mapping[tuple[str, str], TreeOutcome], into: dict[tuple[str, str], TreeOutcome]) -> None:
        with self.lock:
            into.update(new)
            for (_, test), seen in new.items():
                self.seconds[test] = max(seen.seconds, self.seconds.get(test, 0.0))

    # -- reading what was seen

    def _turn(self, test: str) -> Step | None:
        """The step with which `test` first passes."""
        return self.brought[self.trees[self.first[test]]] if test in self.first else None

    def _turns(self, test: str) -> Iterable[Turn]:
        """A step that branched off before base and was not looked at counts for neither side."""
        for step in self.steps:
            passes = self.seen[(step.tree, test)].passed
            parents = [self.seen[(p.tree, test)].passed for p in step.before if (p.tree, test) in self.seen]
            if passes and not any(parents):
                yield Turn(step.commit, True)
            elif not passes and any(parents) and not any(self._fails(other, test) for other in step.before):
                yield Turn(step.commit, False)

    def _fails(self, step: Step, test: str) -> bool:
        seen = self.seen.get((step.tree, test))
        return seen is not None and not seen.passed

    def _right_before(self, test: str) -> tuple[Step, ...]:
        """The steps right before the turn of `test`; one that branched off before base was not walked."""
        step = self._turn(test)
        return step.before if step is not None else ()

    def _earlier(self, test: str, before: Step) -> tuple[str, str] | None:
        """Where the form stood that came before a turn, if it was another: there, without the code, it must have failed."""
        there = before.form(test)
        if there is None or there == self.steps[-1].form(test):
            return None
        return before.own, there.test

    def _older(self, tests: Iterable[str]) -> set[tuple[str, str]]:
        """The earlier forms of tests, where they stood and were not run yet."""
        earlier = (self._earlier(test, step) for test in tests for step in self._right_before(test))
        return {pair for pair in earlier if pair is not None and pair not in self.seen}

    def _renewed(self, tests: Iterable[str]) -> set[tuple[str, str]]:
        """The earlier forms of tests that were red there, each with the code of the turn: there they must pass. Those not run yet."""
        return {
            renewed
            for test in tests
            if (step := self._turn(test)) is not None
            for before in step.before
            if (pair := self._earlier(test, before)) is not None and self._is_red(pair)
            if (renewed := self._with_code(step, before, pair)) not in self.seen
        }

    def _with_code(self, turn: Step, before: Step, pair: tuple[str, str]) -> tuple[str, str]:
        return self.mixed(turn.own, before.own), pair[1]

    def _is_red(self, pair: tuple[str, str]) -> bool:
        return self._red(self.seen[pair]).cause is not None

    def _is_unstable(self, tree: str, test: str) -> bool:
        """Did two runs on that tree come to something else, as far as they must agree?"""
        one, other = self.seen[(tree, test)], self.again[(tree, test)]
        return (one.passed, self._red(one).cause) != (other.passed, self._red(other).cause)

    def _order(self, test: str, step: Step) -> Order:
        """Where the test came in, against the step that made it pass."""
        if any(self._was_red(test, step, before) for before in step.before):
            return "before"
        changed = step.form(test) not in (None, *(before.form(test) for before in step.before))
        return "same-commit" if changed else "after"

    def _was_red(self, test: str, step: Step, before: Step) -> bool:
        """Did the test stand there as it does today? Or in another form that the same code turned from a red that counts?"""
        if before.form(test) is None:
            return False
        pair = self._earlier(test, before)
        return pair is None or (self._is_red(pair) and self.seen[self._with_code(step, before, pair)].passed)

    def _red(self, seen: TreeOutcome) -> Red:
        return Red(None, "it passed") if seen.passed else classify(seen, self.project)

    def _proof(self, test: str, strange: TreeOutcome | None) -> Proof:
        if strange is not None:
            return Proof(test=test, found="foreign-module", detail=strange.message)
        step = self._turn(test)
        if step is None:
            last = self.seen[(self.trees[-1], test)]
            found: ProofState = "not-prepared" if last.state == "unprepared" else "not-reproduced"
            return Proof(test=test, found=found, detail=last.message or self._red(last).phrase)
        if not step.before:
            return Proof(
                test=test, found="never-red", after=step.commit, detail=f"it passes at base, {step.commit[:7]}"
            )
        return self._judge_turn(test, step)

    def _judge_turn(self, test: str, step: Step) -> Proof:
        """The proof for a test that passes with `step` and with nothing before it."""
        proofs = [self._red_before(test, step, before) for before in step.before]
        return next((proof for proof in proofs if proof.found != "turned"), proofs[0])

    def _red_before(self, test: str, step: Step, before: Step) -> Proof:
        """What the test did on the tree of a commit right before the turn."""
        seen = self.seen[(before.tree, test)]
        red, at = self._red(seen), before.commit[:7]
        turned = Proof(
            test=test, found="turned", order=self._order(test, step), before=before.commit, after=step.commit
        )
        if seen.state == "unprepared":
            return replace(turned, found="not-prepared", detail=f"at {at} {seen.message}")
        for commit in (self.steps[0], before, step):
            if self._is_unstable(commit.tree, test):
                detail = f"two runs at {commit.commit[:7]} ended differently"
                return replace(turned, found="unstable", detail=detail)
        if seen.passed:
            return replace(turned, found="never-red", detail=f"it passes at {at}, which branched off before base")
        turned = replace(turned, trace=seen.lines or tuple(filter(None, [seen.message])))
        if red.cause is None:
            return replace(turned, found="red-not-counted", detail=red.phrase)
        if red.cause == "timeout" and not self._is_long(before.tree, test):
            return replace(turned, found="red-not-counted", detail=f"it was slow at {at}, and not much faster after")
        return replace(turned, cause=red.cause, detail=red.phrase)


def _ended(seen: TreeOutcome) -> str:
    """Did it pass, fail, or was it given up?"""
    return seen.state if seen.state in ("passed", "timeout") else "failed"
