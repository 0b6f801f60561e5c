"""Tests that a commit renamed together with their code, or not at all: what was found of the former test is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Former, Proof, short_commit
from pytest_execute.core.nodeids import function_of
from pytest_execute.replay.history import StepBuilder
from pytest_execute.replay.renamed_tests import RenamedTests
from pytest_execute.replay.search import Search
from pytest_execute.replay.steps import Step
from pytest_execute.replay.work_queue import TestInTree
from pytest_execute.tools.commit_range import CommitRange


class FormerTest(Struct, frozen=True):
    """Test as it was called in `commit`, the one before its turn.

    It `is_today` the same but for names, and `is_equal` where no name changed.
    """

    test: str
    commit: str
    is_today: bool = True
    is_equal: bool = False


class FormerTests:
    """Finds the former tests of those that did not come before their turn, and of those that changed since base."""

    def __init__(self, history: StepBuilder, search: Search) -> None:
        self.history, self.search, self.conclusions = history, search, search.conclusions
        self.renamed = RenamedTests(history)

    def find(self, proofs: Mapping[str, Proof]) -> dict[str, FormerTest]:
        """Return the former tests of those whose order is not "before", and of those that only base may have had."""
        found = {test: self._find(test, proof) for test, proof in proofs.items()}
        return {test: former for test, former in found.items() if former is not None}

    def dropped(self, removed: Mapping[str, Step]) -> dict[str, Proof]:
        """Return the proofs of removed tests, but for those that were renamed; see `Search.dropped`."""
        dropped = self.search.dropped(removed)
        return {test: proof for test, proof in dropped.items() if not self._is_renamed_away(test, removed[test])}

    def _is_renamed_away(self, test: str, last: Step) -> bool:
        """Return whether the commit after the last step that had a test renamed it."""
        later = [step.own_tree for step in self.conclusions.steps if last in step.parents]
        return any(test in self.renamed.former_names(last.own_tree, tree).values() for tree in later)

    def _find(self, test: str, proof: Proof) -> FormerTest | None:
        base, today = self.conclusions.steps[0], self.conclusions.steps[-1]
        if proof.found == "never-red" and proof.after == base.commit and proof.at_base != "same":
            return self._former(test, base, today)
        turn = self.conclusions.turn(test)
        if proof.found != "turned" or proof.order == "before" or turn is None:
            return None
        parents = [each for each in turn.parents if each == base or each.commit in self.history.commits.commits]
        former = next(filter(None, (self._former(test, parent, turn) for parent in parents)), None)
        return None if former is None or self._is_filled_later(test, turn) else former

    def _is_filled_later(self, test: str, turn: Step) -> bool:
        """Return whether the test was a shell when it was renamed."""
        base, orders = self.conclusions.steps[0], self.conclusions.orders
        return self.search.answer(lambda: orders.is_filled_later(test, turn, base))

    def _former(self, test: str, parent: Step, turn: Step) -> FormerTest | None:
        name, now = self._name_then(test, parent, turn), turn.form(test)
        if name is None or now is None:
            return None
        old, new = (parent.own_tree, name), (turn.own_tree, now.test)
        today = (self.conclusions.steps[-1].own_tree, function_of(test))
        is_today = self._is_same(test, new, today)
        if not self._is_same(test, old, new) or (not is_today and self.renamed.asks_for_new(old, new, today)):
            return None
        former = name + test.removeprefix(function_of(test))
        return FormerTest(former, parent.commit, is_today, is_today and self.renamed.is_equal(old, today))

    def _name_then(self, test: str, parent: Step, turn: Step) -> str | None:
        """Return the name in `parent` of a test of `turn` that may be the same but for names."""
        then, now = parent.form(test), turn.form(test)
        former_names = self.renamed.former_names(parent.own_tree, turn.own_tree)
        if now is not None and now.test in former_names:
            return former_names[now.test]
        return then.test if then is not None else None

    def _is_same(self, test: str, old: TestInTree, new: TestInTree) -> bool:
        """Return whether two forms of a test differ in names alone, and not in the data that it uses."""
        tree = self.conclusions.observations.passing_tree[test]
        accesses = self.conclusions.observations.first[(tree, test)].accesses
        used = self.history.support_files.used(new[0], old[0], test, accesses)
        return all(path.endswith(".py") for path in used) and self.renamed.is_same(old, new)


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
    """Return the proofs, those of `former` tests that came before their code, or pass at base, in place of their own.

    `prove_at` returns the proofs of tests as they were in a commit.
    """
    tests: dict[str, list[str]] = {}
    for each in former.values():
        tests.setdefault(each.commit, []).append(each.test)
    found = {commit: prove_at(commit, names) for commit, names in tests.items()}
    return {test: _carried(proof, former.get(test), found) for test, proof in proofs.items()}


def _carried(proof: Proof, former: FormerTest | None, found: Mapping[str, Mapping[str, Proof]]) -> Proof:
    earlier = found[former.commit].get(former.test) if former is not None else None
    if former is None or earlier is None:
        return proof
    if earlier.found == "turned" and earlier.order == "before":
        changed = f", before names in it changed in {short_commit(proof.after)}"
    elif former.is_today and (earlier.at_base == "same" or _passes_at_base(earlier)):
        changed = "; only names in it changed since"
    elif _passes_at_base(earlier):
        changed = "; names in it changed since"
        earlier = replace(earlier, at_base="other" if earlier.at_base else None)
    else:
        return proof
    detail = earlier.detail.removesuffix(changed) + ("" if former.is_equal else changed)
    turns, was = earlier.turns + proof.turns[1:], earlier.former or Former(former.test, former.commit)
    return replace(earlier, test=proof.test, detail=detail, turns=turns, former=was)


def _passes_at_base(proof: Proof) -> bool:
    return proof.found == "never-red" and proof.before is None
