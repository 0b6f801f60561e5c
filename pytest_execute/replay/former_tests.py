"""Tests that a commit renamed together with their code: the proof of the former test is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Proof, short_commit
from pytest_execute.core.nodeids import file_of, function_of, names_of
from pytest_execute.replay.definitions import definitions
from pytest_execute.replay.history import StepBuilder
from pytest_execute.replay.renaming import is_renamed
from pytest_execute.replay.search import Search
from pytest_execute.replay.shares import Share, find_share
from pytest_execute.replay.steps import Step
from pytest_execute.tools.commit_range import CommitRange


class FormerTest(Struct, frozen=True):
    """Test as it was called in `commit`, the one before it was renamed."""

    test: str
    commit: str


class FormerTests:
    """Finds the former tests of those that did not come before their turn."""

    def __init__(self, history: StepBuilder, search: Search) -> None:
        self.history, self.search, self.conclusions = history, search, search.conclusions

    def find(self, proofs: Mapping[str, Proof]) -> dict[str, FormerTest]:
        """Return the former tests of those whose proofs have an order other than "before"."""
        late = [test for test, proof in proofs.items() if proof.found == "turned" and proof.order != "before"]
        found = {test: self._find(test) for test in late}
        return {test: former for test, former in found.items() if former is not None}

    def _find(self, test: str) -> FormerTest | None:
        turn = self.conclusions.turn(test)
        parents = [each for each in turn.parents if each.commit in self.history.commits.commits] if turn else []
        former = next(filter(None, (self._former(test, parent, turn) for parent in parents if turn)), None)
        return None if former is None or self._is_filled_later(test) else former

    def _is_filled_later(self, test: str) -> bool:
        """Return whether the test was a shell when it was renamed."""
        turn, base, orders = self.conclusions.turn(test), self.conclusions.steps[0], self.conclusions.orders
        return turn is not None and self.search.answer(lambda: orders.is_filled_later(test, turn, base))

    def _former(self, test: str, parent: Step, turn: Step) -> FormerTest | None:
        now = turn.form(test)
        names = self._names_then(test, parent, turn, now.test) if now is not None else ()
        name = next((each for each in names if now and self._is_renamed(test, (parent, each), (turn, now.test))), None)
        return FormerTest(name + test.removeprefix(function_of(test)), parent.commit) if name is not None else None

    def _names_then(self, test: str, parent: Step, turn: Step, now: str) -> Iterable[str]:
        """Return the names that a test may have had: those of the tests that its file lost, if it is not known."""
        then = parent.form(test)
        if then is not None:
            return (then.test,)
        file = file_of(now)
        path = self.history.layout.prefix + file
        old, new = (self.history.contents(step.own_tree, [path]).get(path, b"") for step in (parent, turn))
        lost = [names for names in definitions(old) if names not in definitions(new) and names[-1].startswith("test")]
        return ("::".join((file, *names)) for names in lost)

    def _is_renamed(self, test: str, old: tuple[Step, str], new: tuple[Step, str]) -> bool:
        """Return whether a commit only renamed a test, which each step has by a name of its own."""
        (parent, _), (turn, _) = old, new
        accesses = self.conclusions.observations.first[(turn.tree, test)].accesses
        files = self.history.support_files
        if any(not path.endswith(".py") for path in files.used(turn.own_tree, parent.own_tree, test, accesses)):
            return False
        shares = [self._share(step.own_tree, name) for step, name in (old, new)]
        code = self.history.code_between(parent.own_tree, turn.own_tree)
        return shares[0] is not None and shares[1] is not None and is_renamed(shares[0], shares[1], code)

    def _share(self, own_tree: str, test: str) -> Share | None:
        file, names = names_of(test)
        paths = self.history.support_files.python_files(own_tree, self.history.layout.prefix + file)
        return find_share(self.history.contents(own_tree, paths), names)


def range_to(commits: CommitRange, head: str) -> CommitRange:
    """Return the commits of a range up to one of them."""
    kept, waiting = set[str](), [head]
    while waiting:
        if (commit := waiting.pop()) in commits.commits and commit not in kept:
            kept.add(commit)
            waiting += commits.commits[commit]
    ancestors = {commit: parents for commit, parents in commits.commits.items() if commit in kept}
    return replace(commits, head=head, tree=head, commits=ancestors, snapshot=None, snapshot_parents=())


def carry_on(
    proofs: Mapping[str, Proof],
    former: Mapping[str, FormerTest],
    prove_at: Callable[[str, list[str]], Mapping[str, Proof]],
) -> dict[str, Proof]:
    """Return the proofs, those of `former` tests that came before their code in place of the tests' own.

    `prove_at` returns the proofs of tests as they were in a commit.
    """
    tests: dict[str, list[str]] = {}
    for each in former.values():
        tests.setdefault(each.commit, []).append(each.test)
    found = {commit: prove_at(commit, names) for commit, names in tests.items()}
    return {test: _carried(proof, former.get(test), found) for test, proof in proofs.items()}


def _carried(proof: Proof, former: FormerTest | None, found: Mapping[str, Mapping[str, Proof]]) -> Proof:
    earlier = found[former.commit].get(former.test) if former is not None else None
    if earlier is None or earlier.found != "turned" or earlier.order != "before":
        return proof
    detail = f"{earlier.detail}, before it was renamed in {short_commit(proof.after)}"
    return replace(earlier, test=proof.test, detail=detail, turns=proof.turns)
