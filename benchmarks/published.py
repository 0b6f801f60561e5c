"""Compare the replay with a published table of tests that turned from failing to passing.

usage: python benchmarks/published.py TABLE REPO [--only INSTANCE]... [--directory DIR]
       [--test-directory PATH]... [--source PATH]...

TABLE is JSON, or a line of JSON for each instance, with the fields of SWE-bench: `instance_id`, `repo`, `base_commit`,
`patch`, `test_patch`, `FAIL_TO_PASS` and `PASS_TO_PASS`. REPO is a clone of the repository; rows of other repositories
are skipped. Run it with a Python that has pytest-execute and what the repository's tests need.

For each instance a clone gets one commit on top of its base commit, with both patches. The replay proves the tests of
the files that the test patch changes, and is compared with two things:

1. Checkouts of base and commit by hand, as benchmarks/agreement.py does. A difference is a fault of the replay, and the
   exit status is 1.
2. The table. If only the table differs, the tests have other outcomes in this environment than in the table's.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from agreement import OutcomesByHand, Row, Tally, compare, run_by_hand, run_replay, show
from by_hand import Repository

AUTHOR = ("-c", "user.name=published", "-c", "user.email=published@localhost")


def read_instances(table: Path, repository: Path, only: list[str]) -> list[Row]:
    """Return the instances of the table for this repository, whose name is in its path."""
    text = table.read_text()
    rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    wanted = [row for row in rows if row["instance_id"] in only] if only else rows
    return [row for row in wanted if re.search(rf"\b{re.escape(row['repo'].partition('/')[2])}\b", str(repository))]


def listed_tests(row: Row, field: str) -> set[str]:
    """Return a list of the table, which SWE-bench itself writes as JSON in JSON."""
    value = row[field]
    return set(json.loads(value) if isinstance(value, str) else value)


def name_in_table(test: str, listed: set[str]) -> str:
    """Return the name of a test in the table: its id, escaped, or cut at a blank as in logs; or its function."""
    cut = test.split(maxsplit=1)[0]
    candidates = (test, test.encode().decode("unicode_escape", "replace"), cut, cut.rpartition("::")[2])
    return next((candidate for candidate in candidates if candidate in listed), test)


def commit_patches(repository: Repository, row: Row) -> str:
    """Return the commit with both patches, on the base of the instance."""
    repository.git("checkout", "-q", "--force", "--detach", row["base_commit"])
    repository.git("clean", "-fdxq")
    for patch in ("test_patch", "patch"):
        repository.git("apply", "--index", "--whitespace=nowarn", "-", stdin=row[patch])
    repository.git(*AUTHOR, "commit", "-q", "--no-verify", "-m", row["instance_id"])
    return repository.git("rev-parse", "HEAD")


def changed_files(repository: Repository, row: Row) -> list[str]:
    """Return the Python files that the test patch changes."""
    changed = re.findall(r"^diff --git a/.* b/(.*)$", row["test_patch"], re.MULTILINE)
    existing = repository.files(repository.head)
    return [path for path in changed if path in existing and path.endswith(".py")]


def compare_with_table(row: Row, expected: OutcomesByHand, rows: dict[str, Row]) -> Tally:
    """Compare each name of the table with its tests here, and each proven test with the table."""
    tally = Tally()
    red, green = listed_tests(row, "FAIL_TO_PASS"), listed_tests(row, "PASS_TO_PASS")
    head = list(expected.history)[-1]
    tests: dict[str, list[str]] = {}
    for test in {**expected.outcomes[head], **rows}:
        tests.setdefault(name_in_table(test, red | green), []).append(test)
    for listed, here in tests.items():
        proven = [test for test in here if rows.get(test, {}).get("verdict") == "proven"]
        turned = [test for test in here if head in expected.turns(test)]
        kind = "FAIL_TO_PASS" if listed in red else "PASS_TO_PASS" if listed in green else "in neither list"
        if bool(proven) == (listed in red) and not (proven and not turned):
            passes = any(expected.outcome(head, test).passed for test in here)
            tally.counts[f"agreed: {kind}{'' if passes else ', which does not pass here'}"] += 1
            continue
        kind += f", {'proven' if proven else 'not proven'}, and {'turns' if turned else 'does not turn'} by hand"
        test = (proven or turned or here)[0]
        outcomes = {commit[:9]: expected.outcome(commit, test) for commit in expected.history}
        tally.add_difference(
            f"FALSE PROVEN: {kind}" if proven and not turned else kind, test, rows.get(test, {}), str(outcomes)
        )
    for kind, tests_in_table in (("FAIL_TO_PASS", red), ("PASS_TO_PASS", green)):
        for missing in sorted(tests_in_table - tests.keys()):
            tally.add_difference(f"{kind}, not among the tests here", missing, {}, "not there")
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--only", action="append", default=[], help="the id of an instance")
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--test-directory", action="append", default=[], help="a further directory of tests")
    parser.add_argument("--source", action="append", default=[], help="a directory or file of the implementation")
    options = parser.parse_args()
    path, faults = options.repository.resolve(), 0
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        directory = (options.directory or Path(temporary)).resolve()
        for row in read_instances(options.table, path, options.only):
            commit = commit_patches(Repository(path, directory, "HEAD", options.test_directory, 2), row)
            repository = Repository(path, directory, commit, options.test_directory, 2)
            files = changed_files(repository, row)
            expected = run_by_hand(repository, row["base_commit"], files)
            rows = run_replay(repository, row["base_commit"], files, options.source)
            by_hand, table = compare(expected, rows), compare_with_table(row, expected, rows)
            show(f"{row['instance_id']}: by hand", by_hand)
            show(f"{row['instance_id']}: the table", table)
            counts.update(table.counts)
            faults += bool(by_hand.lines) or any(kind.startswith("FALSE") for kind in table.counts)
    show("all instances: the table", Tally(counts))
    print(f"\n{faults} instances differ from by hand")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
