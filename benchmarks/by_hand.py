"""Try old commits by hand: check one out, copy other tests over it, and run plain `python -m pytest`.

Nothing of pytest-execute has a part in it, so that it can be compared with what pytest-execute finds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from plain import command

LIMIT = 20
"""Seconds that one test may take."""
MEMORY = 3 << 30
SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
"""Files with pytest's settings: they come with the tests."""


@dataclass(frozen=True)
class Outcome:
    """End of a test: "passed", "failed", "skipped", "absent", "timeout" or "crash", with its phase and message."""

    state: str
    phase: str = ""
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.state == "passed"


ABSENT = Outcome("absent")


class Repository:
    """A clone below `place` of the repository at `path`, with a checkout beside it for each hand that works."""

    def __init__(self, path: Path, place: Path, head: str, held: Sequence[str], hands: int) -> None:
        self.path, self.place, self.held = place / "clone", place, tuple(held)
        place.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(path), str(self.path)], check=True)
        self.head = self.git("rev-parse", f"{head}^{{commit}}")
        self.git("checkout", "-q", "--force", "--detach", self.head)
        self.hands = [place / f"hand-{number}" for number in range(hands)]
        self.git("worktree", "prune")
        for hand in self.hands:
            if not hand.exists():
                self.git("worktree", "add", "-q", "--detach", str(hand), self.head)

    def git(self, *arguments: str, at: Path | None = None, stdin: str | None = None) -> str:
        command = ["git", "-c", "core.quotePath=false", *arguments]
        done = subprocess.run(command, cwd=at or self.path, input=stdin, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def files(self, commit: str) -> list[str]:
        return self.git("ls-tree", "-r", "--name-only", commit).splitlines()

    def is_test(self, path: str) -> bool:
        *directories, name = PurePosixPath(path).parts
        return (
            name == "conftest.py"
            or any(part in ("test", "tests") for part in directories)
            or fnmatch(name, "test_*.py")
            or fnmatch(name, "*_test.py")
            or any(path == held or path.startswith(f"{held}/") for held in self.held)
        )

    def changed(self, commit: str) -> list[str]:
        """What `commit` changed, against its first parent."""
        return self.git("diff", "--name-only", "--no-renames", f"{commit}^1", commit).splitlines()

    def brings_both(self, commit: str) -> bool:
        """Does it touch code and tests?"""
        python = [path for path in self.changed(commit) if path.endswith(".py")]
        return any(map(self.is_test, python)) and any(
            not self.is_test(path) and not path.startswith(("doc", "setup.py")) for path in python
        )

    def base(self, commits: int) -> str:
        """The commit before the last `commits` of the main line that bring code and tests."""
        line = self.git("rev-list", "--first-parent", "--min-parents=1", self.head).splitlines()
        both = [commit for commit in line if self.brings_both(commit)][:commits]
        return self.git("rev-parse", f"{both[-1]}^1")

    def history(self, base: str) -> dict[str, list[str]]:
        """`{commit: its parents}` from base to head, parents first, with the parents that branched off before base."""
        lines = self.git("rev-list", "--topo-order", "--reverse", "--parents", self.head, f"^{base}").splitlines()
        found = {commit: parents for commit, *parents in map(str.split, lines)}
        outside: dict[str, list[str]] = {
            parent: [] for parents in found.values() for parent in parents if parent not in found
        }
        return {base: [], **outside, **found}

    def compose(self, hand: Path, commit: str, tests: str) -> str:
        """Check out `commit` with the tests of the commit `tests`; the id of the tree that this makes."""
        self.git("checkout", "-q", "--force", "--detach", commit, at=hand)
        self.git("clean", "-fdxq", at=hand)
        for path in self.files(commit):
            if (self.is_test(path) or path in SETTINGS) and not (hand / path).is_dir():  # a submodule's place
                (hand / path).unlink(missing_ok=True)
        there = [path for path in self.files(tests) if self.is_test(path) or path in SETTINGS]
        if there:
            self.git("checkout", "-q", tests, "--pathspec-from-file=-", at=hand, stdin="\n".join(there))
        self.git("add", "--all", "--force", at=hand)
        return self.git("write-tree", at=hand)


def run(hand: Path, files: Iterable[str], cache: Path, tree: str) -> dict[str, Outcome]:
    """Run `files` in the checkout `hand`, and return how each test ends; a file that is not importable is one test."""
    there = sorted(file for file in set(files) if (hand / file).exists())
    key = hashlib.sha256(json.dumps([tree, there, sys.version]).encode()).hexdigest()[:32]
    known = cache / f"{key}.json"
    if known.exists():
        return {test: Outcome(**fields) for test, fields in json.loads(known.read_text()).items()}
    found: dict[str, Outcome] = {}
    while there and _session(hand, there, found):
        pass
    if len(there) > 1 and all(outcome.phase == "start" for outcome in found.values()):
        found.clear()  # a conftest that fails takes all down that is run with it
        for file in there:
            while _session(hand, [file], found):
                pass
    cache.mkdir(parents=True, exist_ok=True)
    known.write_text(json.dumps({test: asdict(outcome) for test, outcome in found.items()}))
    return found


def _session(hand: Path, files: Sequence[str], found: dict[str, Outcome]) -> bool:
    """One run of pytest over what was not seen yet. Did it end before its time, so that another one has to follow?"""
    with tempfile.TemporaryDirectory() as home:
        log = Path(home) / "log"
        log.touch()
        ended, said = _pytest(hand, files, home, log, [test for test in found if "::" in test])
        records = [json.loads(line) for line in log.read_text().splitlines()]
    running = _read(records, found)
    if any("end" in record for record in records):
        return False
    if running is not None:
        state = "timeout" if ended in (-signal.SIGALRM, -signal.SIGKILL) else "crash"
        found[running] = Outcome(state, "call", said)
        return True
    found.update({file: Outcome("failed", "start", said) for file in files if file not in found})
    return False


def _pytest(hand: Path, files: Sequence[str], home: str, log: Path, done: Sequence[str]) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_", "COV"))}
    path = [str(Path(__file__).parent), str(hand / "src"), str(hand)]
    env |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"BY_HAND_LOG": str(log), "BY_HAND_DONE": json.dumps(done), "BY_HAND_LIMIT": str(LIMIT)}
    env |= {"HOME": home, "TMPDIR": home, "COLUMNS": "200"}
    options = ["-q", "-pby_hand_plugin", "-oaddopts=", "--continue-on-collection-errors", f"--rootdir={hand}", *files]
    words = command(*options, without=("cacheprovider", "execute", "xdist"))
    process = subprocess.Popen(
        words, cwd=hand, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
        stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_limits,  # noqa: PLW1509
    )  # fmt: skip
    try:
        out, _ = process.communicate(timeout=1800)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, ([line for line in out.splitlines() if line.strip()] or [""])[-1][:200]


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _read(records: Iterable[dict[str, Any]], found: dict[str, Outcome]) -> str | None:
    """Put the outcomes of `records` into `found`; the test that had begun and not ended, if any."""
    running = None
    for record in records:
        if "collect" in record:
            found[record["collect"]] = Outcome("failed", "collect", record["message"])
        elif "start" in record:
            running = record["start"]
            found.pop(running, None)
        elif "finish" in record:
            running = None
        elif "test" in record:
            test, state = record["test"], record["outcome"]
            state = "skipped" if state == "xfailed" else state
            if test not in found or (found[test].passed and state != "passed"):
                found[test] = Outcome(state, record["when"], record["message"])
    return running


def of(test: str, outcomes: dict[str, Outcome]) -> Outcome:
    """The outcome of `test`; where it was not run, that of the class or file that could not be collected."""
    while test not in outcomes and "::" in test:
        test = test.rpartition("::")[0]
    return outcomes.get(test, ABSENT)
