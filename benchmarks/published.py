"""Does the replay find the tests that a published table says turned from failing to passing?

usage: python benchmarks/published.py TABLE REPO [--only INSTANCE]... [--place DIR] [--held PATH]... [--source PATH]...

TABLE is JSON, or a line of JSON for each instance, with the fields of SWE-bench: `instance_id`, `repo`, `base_commit`,
`patch`, `test_patch`, `FAIL_TO_PASS` and `PASS_TO_PASS`. REPO is a clone of the repository, and only what the table
says of it is looked at. Run it with a Python that has pytest-execute and what the repository's tests need.

For each instance a clone gets one commit on top of its base commit, with both patches. The replay judges the tests of
the files that the test patch touches, and is compared with two things:

1. What base and commit show by hand, as benchmarks/agreement.py does. Where that differs, the fault is ours and the
   exit status is 1.
2. The table. Where that differs and by hand does not, tests end otherwise in this environment than in the one of the
   table.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from agreement import Hand, Tally, compare, judge, look, tell
from by_hand import Repository

AUTHOR = ("-c", "user.name=published", "-c", "user.email=published@localhost")


def instances(table: Path, repository: Path, only: list[str]) -> list[dict[str, Any]]:
    """The instances of the table that are of this repository, whose name is in its path."""
    text = table.read_text()
    rows = json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    wanted = [row for row in rows if row["instance_id"] in only] if only else rows
    return [row for row in wanted if re.search(rf"\b{re.escape(row['repo'].partition('/')[2])}\b", str(repository))]


def names(row: dict[str, Any], field: str) -> set[str]:
    """A list of the table, which is JSON in JSON in SWE-bench itself."""
    found = row[field]
    return set(json.loads(found) if isinstance(found, str) else found)


def name(test: str, listed: set[str]) -> str:
    """Return the table's name of a test: its id, escaped or not, or cut at its first blank; or the bare function."""
    cut = test.split(maxsplit=1)[0]
    called = (test, test.encode().decode("unicode_escape", "replace"), cut, cut.rpartition("::")[2])
    return next((each for each in called if each in listed), test)


def graft(repository: Repository, row: dict[str, Any]) -> str:
    """The commit with both patches, on the base of the instance."""
    repository.git("checkout", "-q", "--force", "--detach", row["base_commit"])
    repository.git("clean", "-fdxq")
    for patch in ("test_patch", "patch"):
        repository.git("apply", "--index", "--whitespace=nowarn", "-", stdin=row[patch])
    repository.git(*AUTHOR, "commit", "-q", "--no-verify", "-m", row["instance_id"])
    return repository.git("rev-parse", "HEAD")


def touched(repository: Repository, row: dict[str, Any]) -> list[str]:
    """The Python files that the test patch leaves behind."""
    named = re.findall(r"^diff --git a/.* b/(.*)$", row["test_patch"], re.MULTILINE)
    there = repository.files(repository.head)
    return [path for path in named if path in there and path.endswith(".py")]


def compare_with_table(row: dict[str, Any], hand: Hand, ours: dict[str, dict[str, Any]]) -> Tally:
    """Each name of the table against the tests that it stands for here, and each proven test against the table."""
    tally = Tally()
    red, green = names(row, "FAIL_TO_PASS"), names(row, "PASS_TO_PASS")
    head = list(hand.history)[-1]
    tests: dict[str, list[str]] = {}
    for test in {**hand.seen[head], **ours}:
        tests.setdefault(name(test, red | green), []).append(test)
    for listed, here in tests.items():
        proven = [test for test in here if ours.get(test, {}).get("verdict") == "proven"]
        turned = [test for test in here if head in hand.turns(test)]
        kind = "FAIL_TO_PASS" if listed in red else "PASS_TO_PASS" if listed in green else "in neither list"
        if bool(proven) == (listed in red) and not (proven and not turned):
            passes = any(hand.at(head, test).passed for test in here)
            tally.counts[f"agreed: {kind}{'' if passes else ', which does not pass here'}"] += 1
            continue
        kind += f", {'proven' if proven else 'not proven'}, and {'turns' if turned else 'does not turn'} by hand"
        test = (proven or turned or here)[0]
        seen = {commit[:9]: hand.at(commit, test) for commit in hand.history}
        tally.differs(f"FALSE PROVEN: {kind}" if proven and not turned else kind, test, ours.get(test, {}), str(seen))
    for kind, whole in (("FAIL_TO_PASS", red), ("PASS_TO_PASS", green)):
        for missing in sorted(whole - tests.keys()):
            tally.differs(f"{kind}, not among the tests here", missing, {}, "not there")
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--only", action="append", default=[], help="the id of an instance")
    parser.add_argument("--place", type=Path)
    parser.add_argument("--held", action="append", default=[], help="a further directory of tests")
    parser.add_argument("--source", action="append", default=[], help="what is the implementation")
    options = parser.parse_args()
    path, faults = options.repository.resolve(), 0
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        place = (options.place or Path(temporary)).resolve()
        for row in instances(options.table, path, options.only):
            commit = graft(Repository(path, place, "HEAD", options.held, 2), row)
            repository = Repository(path, place, commit, options.held, 2)
            files = touched(repository, row)
            hand = look(repository, row["base_commit"], files)
            ours = judge(repository, row["base_commit"], files, options.source)
            by_hand, table = compare(hand, ours), compare_with_table(row, hand, ours)
            tell(f"{row['instance_id']}: by hand", by_hand)
            tell(f"{row['instance_id']}: the table", table)
            counts.update(table.counts)
            faults += bool(by_hand.lines) or any(kind.startswith("FALSE") for kind in table.counts)
    tell("all instances: the table", Tally(counts))
    print(f"\n{faults} instances differ from by hand")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
