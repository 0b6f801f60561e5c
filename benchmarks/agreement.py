"""Compare the replay, on a real repository, with checkouts of parent and commit by hand.

usage: python benchmarks/agreement.py REPO [--commits N] [--head REV] [--directory DIR]
       [--test-directory PATH]... [--source PATH]...

Run it with a Python that has pytest-execute and what the repository's tests need. The commits go from head (default:
HEAD) back over the last N commits of its main line that change code and tests. Two comparisons are made:

1. By the definition: today's tests on the tree of every commit, by a real checkout and plain `python -m pytest`. A
   test turns at each commit at which it passes and at no parent. The replay must find the same turns. A test whose file
   cannot be imported runs from a copy of the file that has only what it mentions.
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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any, TypeVar

import by_hand
from by_hand import Outcome, Repository

POLICY = """
[tool.pytest-execute]
test-first = "proven"
guards = "refused"
mutation = { task = "off" }
coverage = { task = 0, stream = 0, system = 0, changed = 0 }
"""
BREAKDOWN = """\
# Agreement: Task Breakdown

## Stream A: All (Parallel)

### 1. [x] All [1 hour]

- **Objective**: everything that the tests check
- **Tests**: {}
- **Dependencies**: None
"""
EXPLAINED = {
    "skipped": "it was skipped there, which is not red",
    "absent": "its parameters are not there",
    "unreadable": "older code that this Python cannot parse is not red",
}
Row = dict[str, Any]
"""Proof of a test, as a row of the JSON report."""
R = TypeVar("R")
SHOWN = 3
"""Number of tests to show of those that differ in the same way."""


@dataclass
class OutcomesByHand:
    """Outcomes by hand: the history, parents first, and the outcome of each test at each commit."""

    history: dict[str, list[str]]
    base: str
    tests: list[str]
    outcomes: dict[str, dict[str, Outcome]]

    def outcome(self, commit: str, test: str) -> Outcome:
        return by_hand.outcome_of(test, self.outcomes[commit])

    def turns(self, test: str) -> list[str]:
        """Return the commits at which the test passes and at no parent; base, where it passes there."""
        return [
            commit
            for commit, parents in self.history.items()
            if self.outcome(commit, test).passed and not any(self.outcome(parent, test).passed for parent in parents)
        ]


@dataclass
class Tally:
    """Counts of agreements, and the differences by their kind."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: dict[str, list[str]] = field(default_factory=dict)

    def add_difference(self, kind: str, test: str, found: Row, expected: str) -> None:
        self.counts[kind] += 1
        row = {name: found.get(name) for name in ("verdict", "code", "before", "after", "detail")}
        self.differences.setdefault(f"{kind}\n    replay: {json.dumps(row)}\n    by hand: {expected}", []).append(test)

    @property
    def lines(self) -> list[str]:
        """Lines that show the differences, equal ones together."""
        return [
            f"  {kind}\n" + "\n".join(f"    {test}" for test in [*tests[:SHOWN], f"{len(tests)} in all"])
            for kind, tests in self.differences.items()
        ]


# -- by hand


def run_in_checkouts(repository: Repository, commits: list[str], work: Callable[[Path, str], R]) -> dict[str, R]:
    """Return `{commit: work(checkout, commit)}`, as many at once as there are checkouts."""
    checkouts: Queue[Path] = Queue()
    for checkout in repository.checkouts:
        checkouts.put(checkout)

    def work_in_free_checkout(commit: str) -> R:
        checkout = checkouts.get()
        try:
            return work(checkout, commit)
        finally:
            checkouts.put(checkout)

    with ThreadPoolExecutor(len(repository.checkouts)) as pool:
        return dict(zip(commits, pool.map(work_in_free_checkout, commits), strict=True))


def test_files(repository: Repository) -> list[str]:
    """Return all files of tests at head."""
    files = [path for path in repository.files(repository.head) if path.endswith(".py") and repository.is_test(path)]
    return [path for path in files if not path.endswith(("conftest.py", "__init__.py"))]


def run_by_hand(repository: Repository, base: str, files: list[str]) -> OutcomesByHand:
    """Return the outcomes of today's tests in `files` on the tree of every commit."""
    history = repository.history(base)
    cache = repository.directory / "outcomes"

    def run_commit(checkout: Path, commit: str) -> dict[str, Outcome]:
        tree = repository.check_out_with_tests(checkout, commit, repository.head)
        return by_hand.run(checkout, files, cache, tree)

    outcomes = run_in_checkouts(repository, list(history), run_commit)
    tests = [test for test, outcome in outcomes[repository.head].items() if outcome.passed]
    return OutcomesByHand(history, base, tests, outcomes)


def run_as_swe_bench(repository: Repository, commits: list[str]) -> dict[str, list[str]]:
    """Return `{commit: tests that turn with it}` for these commits, each with its own version of the tests."""
    cache = repository.directory / "outcomes"

    def turned_tests(checkout: Path, commit: str) -> list[str]:
        files = [path for path in repository.changed_files(commit) if path.endswith(".py") and repository.is_test(path)]
        parent = repository.git("rev-parse", f"{commit}^1")
        outcomes = []
        for old in (parent, commit):
            tree = repository.check_out_with_tests(checkout, old, commit)
            outcomes.append(by_hand.run(checkout, files, cache, tree))
        before, after = outcomes
        return [test for test in after if after[test].passed and not by_hand.outcome_of(test, before).passed]

    return run_in_checkouts(repository, commits, turned_tests)


# -- by pytest-execute


def run_replay(repository: Repository, base: str, tests: list[str], source: list[str]) -> dict[str, Row]:
    """Return `{test: row of the report, with the reason's code}` of a run with pytest-execute's public options."""
    files = sorted({test.partition("::")[0] for test in tests})
    clone = repository.path
    notes = clone / "notes/agreement"
    notes.mkdir(parents=True, exist_ok=True)
    file_list = ", ".join(f"`{file}`" for file in files)
    for name, text in {
        "breakdown": BREAKDOWN.format(file_list),
        "plan": "# P\n\nAll.\n",
        "research": "# R\n\nAll.\n",
    }.items():
        (notes / f"{name}.md").write_text(text)
    settings = clone / "pyproject.toml"
    has_settings = settings.name in repository.files(repository.head)
    old = repository.git("show", f"{repository.head}:{settings.name}") if has_settings else ""
    sources = f"source = {json.dumps(source)}\n" if source else ""
    settings.write_text(f"{old}\n{POLICY}{sources}")
    old_ids = repository.rewrite(base, settings.name)  # a topic cannot weaken the policy that was there before it
    new_base = next(commit for commit, old_id in old_ids.items() if old_id == base)
    report = repository.directory / "report.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--execute-topic=agreement", f"--execute-base={new_base}"]
    command += [f"--execute-report={report}", "-p", "no:randomly", "-o", "addopts=", *files]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_"))}
    env["PYTHONPATH"] = os.pathsep.join([str(clone / "src"), str(clone)])
    done = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)
    if not report.exists():
        sys.exit(f"pytest-execute wrote no report:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    result = json.loads(report.read_text())
    reasons = [reason for gate in result["gates"] for check in gate["checks"] for reason in check["reasons"]]
    codes = {reason["test"]: reason["code"] for reason in reasons if reason["test"]}
    return {
        row["test"]: {**with_old_ids(row, old_ids), "code": row["code"] or codes.get(row["test"])}
        for row in result["proofs"]
    }


def with_old_ids(row: Row, old_ids: dict[str, str]) -> Row:
    return {**row, **{name: old_ids.get(row.get(name, ""), row.get(name)) for name in ("before", "after")}}


# -- comparing


def compare(expected: OutcomesByHand, rows: dict[str, Row]) -> Tally:
    """Compare by the definition: the turns of each test."""
    tally = Tally()
    for test in expected.tests:
        turns = expected.turns(test)
        tally.counts["tests"] += 1
        tally.counts["turned"] += expected.base not in turns
        tally.counts["more than once"] += expected.base not in turns and len(turns) > 1
        if test not in rows:
            tally.add_difference("no proof", test, {}, "it passes at head")
        elif rows[test]["verdict"] == "proven":
            _compare_proven(tally, expected, test, rows[test], turns)
        else:
            _compare_unproven(tally, expected, test, rows[test], turns)
    return tally


def _compare_proven(tally: Tally, expected: OutcomesByHand, test: str, row: Row, turns: list[str]) -> None:
    """Check that the test fails at base and at the commit before, passes at the commit after, and turned there."""
    before, after = row["before"], row["after"]
    outcomes = {
        name: expected.outcome(commit, test)
        for name, commit in (("base", expected.base), ("before", before), ("after", after))
    }
    if outcomes["base"].passed or outcomes["before"].passed or not outcomes["after"].passed:
        tally.add_difference("FALSE PROVEN", test, row, str(outcomes))
    elif after not in turns or before not in expected.history[after]:
        tally.add_difference("other commit", test, row, f"turns at {turns}")
    else:
        tally.counts["agreed: proven"] += 1


def _compare_unproven(tally: Tally, expected: OutcomesByHand, test: str, row: Row, turns: list[str]) -> None:
    if expected.base in turns:
        if str(row["detail"]).startswith("it passes at base"):
            tally.counts["agreed: never red"] += 1
        else:
            tally.add_difference("passes at base", test, row, f"turns at {turns}")
        return
    parents = [expected.outcome(parent, test) for turn in turns for parent in expected.history[turn]]
    reason = next((EXPLAINED[kind] for kind in map(_kind, parents) if kind in EXPLAINED), None)
    if row["code"] == "red-not-counted" and reason:
        tally.counts[f"explained: {reason}"] += 1
    else:
        tally.add_difference(f"not proven ({row['code']})", test, row, f"turns at {turns} from {parents}")


def _kind(parent: Outcome) -> str:
    """Return the state at the parent; "unreadable" where this Python cannot read the code."""
    return "unreadable" if "SyntaxError: " in parent.message else parent.state


def compare_with_swe_bench(turned: dict[str, list[str]], expected: OutcomesByHand, rows: dict[str, Row]) -> Tally:
    """Compare the commits with which their own tests turned with those that the replay found for today's tests."""
    tally = Tally()
    for commit, tests in turned.items():
        for test in tests:
            tally.counts["tests that a commit turned"] += 1
            row = rows.get(test)
            if row is None:
                tally.counts["not there, or not passing, today"] += 1
            elif row["verdict"] == "proven" and row["after"] == commit:
                tally.counts["agreed"] += 1
            elif row["verdict"] == "proven" and row["after"] in (turns := expected.turns(test)) and commit in turns:
                tally.counts["explained: today's version turned before, too, and the first green is the proof"] += 1
            elif commit in expected.turns(test) and row["verdict"] == "proven":
                tally.add_difference("turns there, and not for the replay", test, row, commit)
            elif commit in expected.turns(test):
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
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--test-directory", action="append", default=[], help="a further directory of tests")
    parser.add_argument("--source", action="append", default=[], help="a directory or file of the implementation")
    parser.add_argument("--checkouts", type=int, default=2, help="number of checkouts that are used at the same time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = (options.directory or Path(temporary)).resolve()
        repository = Repository(
            options.repository.resolve(), directory, options.head, options.test_directory, options.checkouts
        )
        base = repository.base_commit(options.commits)
        expected = run_by_hand(repository, base, test_files(repository))
        commits = [
            commit for commit in expected.history if commit != base and repository.changes_code_and_tests(commit)
        ]
        turned = run_as_swe_bench(repository, commits)
        rows = run_replay(repository, base, expected.tests, options.source)
        print(
            f"{options.repository.name}: {len(expected.history)} commits from {base[:9]} to {repository.head[:9]}",
            end="",
        )
        print(f", {len(commits)} change code and tests")
        tally = compare(expected, rows)
        show("today's tests on every commit", tally)
        show("as SWE-bench does", compare_with_swe_bench(turned, expected, rows))
    return 1 if tally.lines else 0


if __name__ == "__main__":
    sys.exit(main())
