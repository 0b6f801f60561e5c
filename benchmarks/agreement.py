"""Comparison of the replay, on a real repository, with what one finds by checking out parent and commit by hand.

usage: python benchmarks/agreement.py REPO [--commits N] [--head REV] [--place DIR] [--held PATH]... [--source PATH]...

Run it with a Python that has pytest-execute and what the repository's tests need. The commits go from head (default:
HEAD) back over the last N commits of its main line that change code and tests. Two comparisons are made:

1. By the definition: today's tests on the tree of every commit, by a real checkout and plain `python -m pytest`. A
   test's turns are the commits at which it passes and at no parent. Each must be what the replay found, and the other
   way round.
2. As SWE-bench does: for each commit that changes code and tests, its own tests on its parent and on itself. A test
   that fails on the one and passes on the other should turn there for the replay too, unless it is another one today.

DIR (default: a temporary one) holds the clone, the checkouts and the outcomes by hand, which are not run twice.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import by_hand
from by_hand import Outcome, Repository

POLICY = """
[tool.pytest-execute]
test-first = "proven"
mutation = { task = "off" }
coverage = { task = 0, stream = 0, system = 0, changed = 0 }
"""
BREAKDOWN = """\
# Agreement: Task Breakdown

## Stream A: All (Parallel)

### 1. [x] All [1 hour]

- **Objective**: all that the tests ask for
- **Tests**: {}
- **Dependencies**: None
"""
EXPLAINED = {
    "skipped": "it was skipped there, which is no red",
    "absent": "its parameters are not there",
    "unreadable": "older code that this Python cannot read is no red",
}
SHOWN = 3
"""Number of tests to show of those that differ in the same way."""


@dataclass
class OutcomesByHand:
    """Outcomes by hand: the history, parents first, and the outcome of each test at each commit."""

    history: dict[str, list[str]]
    base: str
    tests: list[str]
    outcomes: dict[str, dict[str, Outcome]]

    def at(self, commit: str, test: str) -> Outcome:
        return by_hand.outcome_of(test, self.outcomes[commit])

    def turns(self, test: str) -> list[str]:
        """Return the commits at which the test passes and at no parent; base, where it passes there."""
        return [
            commit
            for commit, parents in self.history.items()
            if self.at(commit, test).passed and not any(self.at(parent, test).passed for parent in parents)
        ]


@dataclass
class Tally:
    """Counts of agreements, and the differences by their kind."""

    counts: Counter[str] = field(default_factory=Counter)
    differing: dict[str, list[str]] = field(default_factory=dict)

    def differs(self, kind: str, test: str, ours: dict, hand: str) -> None:
        self.counts[kind] += 1
        row = {name: ours.get(name) for name in ("verdict", "code", "before", "after", "detail")}
        self.differing.setdefault(f"{kind}\n    ours: {json.dumps(row)}\n    hand: {hand}", []).append(test)

    @property
    def lines(self) -> list[str]:
        """Lines that show the differences, equal ones together."""
        return [
            f"  {kind}\n" + "\n".join(f"    {test}" for test in [*tests[:SHOWN], f"{len(tests)} in all"])
            for kind, tests in self.differing.items()
        ]


# -- by hand


def run_in_checkouts(repository: Repository, jobs: list, work) -> list:
    """Return `work(checkout, job)` for each job, as many at once as there are checkouts."""
    checkouts: Queue[Path] = Queue()
    for checkout in repository.checkouts:
        checkouts.put(checkout)

    def one(job):
        checkout = checkouts.get()
        try:
            return work(checkout, job)
        finally:
            checkouts.put(checkout)

    with ThreadPoolExecutor(len(repository.checkouts)) as pool:
        return list(pool.map(one, jobs))


def test_files(repository: Repository) -> list[str]:
    """Return all files of tests at head."""
    files = [path for path in repository.files(repository.head) if path.endswith(".py") and repository.is_test(path)]
    return [path for path in files if not path.endswith(("conftest.py", "__init__.py"))]


def run_by_hand(repository: Repository, base: str, files: list[str]) -> OutcomesByHand:
    """Return the outcomes of today's tests in `files` on the tree of every commit."""
    history = repository.history(base)
    cache = repository.directory / "seen"

    def at(checkout: Path, commit: str) -> dict[str, Outcome]:
        tree = repository.compose(checkout, commit, repository.head)
        return by_hand.run(checkout, files, cache, tree)

    seen = dict(zip(history, run_in_checkouts(repository, list(history), at), strict=True))
    tests = [test for test, outcome in seen[repository.head].items() if outcome.passed]
    return OutcomesByHand(history, base, tests, seen)


def run_as_swe_bench(repository: Repository, commits: list[str]) -> dict[str, list[str]]:
    """Return `{commit: tests that turn with it}` for these commits, each with its own version of the tests."""
    cache = repository.directory / "seen"

    def at(checkout: Path, commit: str) -> list[str]:
        files = [path for path in repository.changed(commit) if path.endswith(".py") and repository.is_test(path)]
        parent = repository.git("rev-parse", f"{commit}^1")
        seen = []
        for old in (parent, commit):
            tree = repository.compose(checkout, old, commit)
            seen.append(by_hand.run(checkout, files, cache, tree))
        before, after = seen
        return [test for test in after if after[test].passed and not by_hand.outcome_of(test, before).passed]

    return dict(zip(commits, run_in_checkouts(repository, commits, at), strict=True))


# -- by pytest-execute


def judge(repository: Repository, base: str, tests: list[str], source: list[str]) -> dict[str, dict]:
    """Return `{test: row of the report, with the reason's code}`, from pytest with pytest-execute's public options."""
    files = sorted({test.partition("::")[0] for test in tests})
    clone = repository.path
    notes = clone / "notes/agreement"
    notes.mkdir(parents=True, exist_ok=True)
    named = ", ".join(f"`{file}`" for file in files)
    for name, text in {
        "breakdown": BREAKDOWN.format(named),
        "plan": "# P\n\nAll.\n",
        "research": "# R\n\nAll.\n",
    }.items():
        (notes / f"{name}.md").write_text(text)
    settings = clone / "pyproject.toml"
    has = settings.name in repository.files(repository.head)
    old = repository.git("show", f"{repository.head}:{settings.name}") if has else ""
    sources = f"source = {json.dumps(source)}\n" if source else ""
    settings.write_text(f"{old}\n{POLICY}{sources}")
    report = repository.directory / "report.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--execute-topic=agreement", f"--execute-base={base}"]
    command += [f"--execute-report={report}", "-p", "no:randomly", "-o", "addopts=", *files]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_"))}
    env["PYTHONPATH"] = os.pathsep.join([str(clone / "src"), str(clone)])
    done = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)
    if not report.exists():
        sys.exit(f"pytest-execute did not judge:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    answer = json.loads(report.read_text())
    reasons = [reason for gate in answer["gates"] for check in gate["checks"] for reason in check["reasons"]]
    codes = {reason["test"]: reason["code"] for reason in reasons if reason["test"]}
    return {row["test"]: {**row, "code": codes.get(row["test"])} for row in answer["proofs"]}


# -- comparing


def compare(hand: OutcomesByHand, ours: dict[str, dict]) -> Tally:
    """Compare by the definition: the turns of each test."""
    tally = Tally()
    for test in hand.tests:
        turns = hand.turns(test)
        tally.counts["tests"] += 1
        tally.counts["turned"] += hand.base not in turns
        tally.counts["more than once"] += hand.base not in turns and len(turns) > 1
        if test not in ours:
            tally.differs("no proof", test, {}, "it passes at head")
        elif ours[test]["verdict"] == "proven":
            _compare_proven(tally, hand, test, ours[test], turns)
        else:
            _compare_unproven(tally, hand, test, ours[test], turns)
    return tally


def _compare_proven(tally: Tally, hand: OutcomesByHand, test: str, row: dict, turns: list[str]) -> None:
    """Check that the test fails at base and at the commit before, passes at the commit after, and turned there."""
    before, after = row["before"], row["after"]
    at = {name: hand.at(commit, test) for name, commit in (("base", hand.base), ("before", before), ("after", after))}
    if at["base"].passed or at["before"].passed or not at["after"].passed:
        tally.differs("FALSE PROVEN", test, row, str(at))
    elif after not in turns or before not in hand.history[after]:
        tally.differs("other commit", test, row, f"turns at {turns}")
    else:
        tally.counts["agreed: proven"] += 1


def _compare_unproven(tally: Tally, hand: OutcomesByHand, test: str, row: dict, turns: list[str]) -> None:
    if hand.base in turns:
        if row["code"] == "never-red":
            tally.counts["agreed: never red"] += 1
        else:
            tally.differs("passes at base", test, row, f"turns at {turns}")
        return
    parents = [hand.at(parent, test) for turn in turns for parent in hand.history[turn]]
    reason = next((EXPLAINED[kind] for kind in map(_kind, parents) if kind in EXPLAINED), None)
    if row["code"] == "red-not-counted" and reason:
        tally.counts[f"explained: {reason}"] += 1
    else:
        tally.differs(f"not proven ({row['code']})", test, row, f"turns at {turns} from {parents}")


def _kind(parent: Outcome) -> str:
    """Return the state at the parent; "unreadable" where this Python cannot read the code."""
    return "unreadable" if "SyntaxError: " in parent.message else parent.state


def compare_with_swe_bench(found: dict[str, list[str]], hand: OutcomesByHand, ours: dict[str, dict]) -> Tally:
    """Compare the commits with which their own tests turned with those that the replay found for today's tests."""
    tally = Tally()
    for commit, tests in found.items():
        for test in tests:
            tally.counts["tests that a commit turned"] += 1
            row = ours.get(test)
            if row is None:
                tally.counts["not there, or not passing, today"] += 1
            elif row["verdict"] == "proven" and row["after"] == commit:
                tally.counts["agreed"] += 1
            elif row["verdict"] == "proven" and row["after"] in (turns := hand.turns(test)) and commit in turns:
                tally.counts["explained: today's version turned before, too, and the first green is the proof"] += 1
            elif commit in hand.turns(test) and row["verdict"] == "proven":
                tally.differs("turns there, and not for the replay", test, row, commit)
            elif commit in hand.turns(test):
                tally.counts["turns there, and is not proven: see above"] += 1
            else:
                tally.counts["today's version of the test turns elsewhere, by hand too"] += 1
    return tally


def show(title: str, tally: Tally) -> None:
    print(f"\n{title}")
    for name, count in tally.counts.items():
        print(f"  {count:6} {name}")
    for line in tally.lines:
        print(line)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--commits", type=int, default=30)
    parser.add_argument("--head", default="HEAD")
    parser.add_argument("--place", type=Path)
    parser.add_argument("--held", action="append", default=[], help="a further directory of tests")
    parser.add_argument("--source", action="append", default=[], help="what is the implementation")
    parser.add_argument("--hands", type=int, default=2, help="checkouts side by side")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = (options.place or Path(temporary)).resolve()
        repository = Repository(options.repository.resolve(), directory, options.head, options.held, options.hands)
        base = repository.base(options.commits)
        hand = run_by_hand(repository, base, test_files(repository))
        both = [commit for commit in hand.history if commit != base and repository.brings_both(commit)]
        swe = run_as_swe_bench(repository, both)
        ours = judge(repository, base, hand.tests, options.source)
        print(
            f"{options.repository.name}: {len(hand.history)} commits from {base[:9]} to {repository.head[:9]}", end=""
        )
        print(f", {len(both)} change code and tests")
        tally = compare(hand, ours)
        show("today's tests on every commit", tally)
        show("as SWE-bench does", compare_with_swe_bench(swe, hand, ours))
    return 1 if tally.lines else 0


if __name__ == "__main__":
    sys.exit(main())
