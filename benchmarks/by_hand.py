"""Runs of tests on old commits as one would do by hand: a checkout, today's tests copied over it, `python -m pytest`.

No code of pytest-execute is used, so that the outcomes can be compared with its own.
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

from plain import command
from reduced_copy import reduced, units

LIMIT = 20
"""Seconds that one test may take."""
MEMORY = 3 << 30
"""Bytes of data that a run may allocate."""
SETTINGS = ("pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
"""Files with pytest's settings: they come with the tests."""


@dataclass(frozen=True)
class Outcome:
    """Outcome of a test: "passed", "failed", "skipped", "absent", "timeout" or "crash", with its phase and message."""

    state: str
    phase: str = ""
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.state == "passed"


ABSENT = Outcome("absent")


class Repository:
    """Clone of the repository at `path` in a directory, and `checkouts` beside it that are used at the same time."""

    def __init__(self, path: Path, directory: Path, head: str, test_directories: Sequence[str], checkouts: int) -> None:
        self.path, self.directory, self.test_directories = directory / "clone", directory, tuple(test_directories)
        directory.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(path), str(self.path)], check=True)
        self.head = self.git("rev-parse", f"{head}^{{commit}}")
        self.git("checkout", "-q", "--force", "--detach", self.head)
        self.checkouts = [directory / f"checkout-{number}" for number in range(checkouts)]
        self.git("worktree", "prune")
        for checkout in self.checkouts:
            if not checkout.exists():
                self.git("worktree", "add", "-q", "--detach", str(checkout), self.head)

    def rewrite(self, base: str, settings: str) -> dict[str, str]:
        """Write the history from `base` on anew, with the file `settings` of the clone in the first commit.

        Return `{commit: its old id}`. The other commits keep their trees.
        """
        self.git("add", "--", settings)
        blob = self.git("ls-files", "--stage", "--", settings).split()[1]
        self.git("read-tree", base)
        self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{settings}")
        new = {base: self._commit(self.git("write-tree"), [base], base)}
        for commit, parents in self.history(base).items():
            if parents:
                new[commit] = self._commit(f"{commit}^{{tree}}", [new.get(each, each) for each in parents], commit)
        self.git("reset", "-q", "--soft", new[self.head])
        self.git("read-tree", new[self.head])
        return {commit: old for old, commit in new.items()}

    def _commit(self, tree: str, parents: Sequence[str], like: str) -> str:
        date = self.git("log", "-1", "--format=%ct +0000", like)
        who = {f"GIT_{role}_{kind}": "hand@localhost" for role in ("AUTHOR", "COMMITTER") for kind in ("NAME", "EMAIL")}
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        words = [word for parent in parents for word in ("-p", parent)]
        return self.git("commit-tree", tree, *words, "-m", like, env=who | dates)

    def git(
        self, *arguments: str, at: Path | None = None, stdin: str | None = None, env: dict[str, str] | None = None
    ) -> str:
        command = ["git", "-c", "core.quotePath=false", *arguments]
        done = subprocess.run(
            command, cwd=at or self.path, input=stdin, capture_output=True, text=True, check=True,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
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
            or any(path == other or path.startswith(f"{other}/") for other in self.test_directories)
        )

    def changed_files(self, commit: str) -> list[str]:
        """Return the paths that `commit` changed, compared with its first parent."""
        return self.git("diff", "--name-only", "--no-renames", f"{commit}^1", commit).splitlines()

    def changes_code_and_tests(self, commit: str) -> bool:
        """Return True if a commit changes code and tests."""
        python = [path for path in self.changed_files(commit) if path.endswith(".py")]
        return any(map(self.is_test, python)) and any(
            not self.is_test(path) and not path.startswith(("doc", "setup.py")) for path in python
        )

    def base_commit(self, commits: int) -> str:
        """Return the commit before the last `commits` of the main line that change code and tests."""
        line = self.git("rev-list", "--first-parent", "--min-parents=1", self.head).splitlines()
        both = [commit for commit in line if self.changes_code_and_tests(commit)][:commits]
        return self.git("rev-parse", f"{both[-1]}^1")

    def history(self, base: str) -> dict[str, list[str]]:
        """Return `{commit: parents}` from base to head, parents first, with parents that branched off before base."""
        lines = self.git("rev-list", "--topo-order", "--reverse", "--parents", self.head, f"^{base}").splitlines()
        parents_of = {commit: parents for commit, *parents in map(str.split, lines)}
        outside = {parent for parents in parents_of.values() for parent in parents} - parents_of.keys()
        return {base: [], **{parent: [] for parent in sorted(outside)}, **parents_of}

    def check_out_with_tests(self, checkout: Path, commit: str, tests: str) -> str:
        """Check out `commit` with the tests of the commit `tests`, and return the id of the tree."""
        self.git("checkout", "-q", "--force", "--detach", commit, at=checkout)
        self.git("clean", "-fdxq", at=checkout)
        for path in self.files(commit):
            if (self.is_test(path) or path in SETTINGS) and not (checkout / path).is_dir():  # a submodule
                (checkout / path).unlink(missing_ok=True)
        kept_paths = [path for path in self.files(tests) if self.is_test(path) or path in SETTINGS]
        if kept_paths:
            self.git("checkout", "-q", tests, "--pathspec-from-file=-", at=checkout, stdin="\n".join(kept_paths))
        self.git("add", "--all", "--force", at=checkout)
        return self.git("write-tree", at=checkout)


def run(checkout: Path, files: Iterable[str], cache: Path, tree: str) -> dict[str, Outcome]:
    """Return the outcome of each test of `files` in a checkout; of the file itself where it cannot be started."""
    existing = sorted(file for file in set(files) if (checkout / file).exists())
    key = hashlib.sha256(json.dumps([tree, existing, sys.version, "reduced"]).encode()).hexdigest()[:32]
    cached = cache / f"{key}.json"
    if cached.exists():
        return {test: Outcome(**fields) for test, fields in json.loads(cached.read_text()).items()}
    outcomes = _run_sessions(checkout, existing)
    for file in existing:
        if outcomes.get(file, ABSENT).phase == "collect":
            outcomes |= _run_copies(checkout, file)
    cache.mkdir(parents=True, exist_ok=True)
    cached.write_text(json.dumps({test: asdict(outcome) for test, outcome in outcomes.items()}))
    return outcomes


def _run_copies(checkout: Path, file: str) -> dict[str, Outcome]:
    """Return the outcomes of the tests of a file, each run from a copy of the file that has only what it mentions."""
    path = checkout / file
    try:
        source = path.read_text(encoding="utf-8")
        copies = {unit: reduced(source, unit) for unit in units(source)}
    except SyntaxError:
        return {}
    names = {f"{path.stem}__{number}.py": unit for number, unit in enumerate(copies)}
    for name, unit in names.items():
        path.with_name(name).write_text(copies[unit], encoding="utf-8")
    found = _run_sessions(checkout, [str(PurePosixPath(file).with_name(name)) for name in names])
    outcomes: dict[str, Outcome] = {}
    for name, (top, method) in names.items():
        path.with_name(name).unlink()
        copy = str(PurePosixPath(file).with_name(name))
        outcomes |= {f"{file}{test.removeprefix(copy)}": found[test] for test in found if test.startswith(f"{copy}::")}
        test = f"{file}::{top}::{method}" if method else f"{file}::{top}"
        outcomes.setdefault(test, found.get(copy, ABSENT))
    return outcomes


def _run_sessions(checkout: Path, files: Sequence[str]) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    while files and _run_session(checkout, files, outcomes):
        pass
    if len(files) > 1 and all(outcome.phase == "start" for outcome in outcomes.values()):
        outcomes.clear()  # a conftest that fails makes all files fail that are run with it
        for file in files:
            while _run_session(checkout, [file], outcomes):
                pass
    return outcomes


def _run_session(checkout: Path, files: Sequence[str], outcomes: dict[str, Outcome]) -> bool:
    """Run pytest over the tests without an outcome.

    Return True if it was aborted, so that another run has to follow.
    """
    with tempfile.TemporaryDirectory() as home:
        log = Path(home) / "log"
        log.touch()
        ended, last_line = _start_pytest(checkout, files, home, log, [test for test in outcomes if "::" in test])
        records = [json.loads(line) for line in log.read_text().splitlines()]
    running = _read_log(records, outcomes)
    if any("end" in record for record in records):
        return False
    if running is not None:
        state = "timeout" if ended in (-signal.SIGALRM, -signal.SIGKILL) else "crash"
        outcomes[running] = Outcome(state, "call", last_line)
        return True
    outcomes.update({file: Outcome("failed", "start", last_line) for file in files if file not in outcomes})
    return False


def _start_pytest(checkout: Path, files: Sequence[str], home: str, log: Path, done: Sequence[str]) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_", "COV"))}
    path = [str(Path(__file__).parent), str(checkout / "src"), str(checkout)]
    env |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"BY_HAND_LOG": str(log), "BY_HAND_DONE": json.dumps(done), "BY_HAND_LIMIT": str(LIMIT)}
    env |= {"HOME": home, "TMPDIR": home, "COLUMNS": "200"}
    options = [
        "-q",
        "-pby_hand_plugin",
        "-oaddopts=",
        "--continue-on-collection-errors",
        f"--rootdir={checkout}",
        *files,
    ]
    words = command(*options, without=("cacheprovider", "execute", "xdist"))
    process = subprocess.Popen(
        words, cwd=checkout, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
        stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_limit_memory,  # noqa: PLW1509 - it only sets a limit
    )  # fmt: skip
    try:
        out, _ = process.communicate(timeout=1800)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, ([line for line in out.splitlines() if line.strip()] or [""])[-1][:200]


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _read_log(records: Iterable[dict[str, str]], outcomes: dict[str, Outcome]) -> str | None:
    """Add the outcomes of `records` to `outcomes`, and return the test that began and did not end, if any."""
    running = None
    for record in records:
        if "collect" in record:
            outcomes[record["collect"]] = Outcome("failed", "collect", record["message"])
        elif "start" in record:
            running = record["start"]
            outcomes.pop(running, None)
        elif "finish" in record:
            running = None
        elif "test" in record:
            test, state = record["test"], record["outcome"]
            state = "skipped" if state == "xfailed" else state
            if test not in outcomes or (outcomes[test].passed and state != "passed"):
                outcomes[test] = Outcome(state, record["when"], record["message"])
    return running


def outcome_of(test: str, outcomes: dict[str, Outcome]) -> Outcome:
    """Return the outcome of `test`, or of its function, class or file where that could not be collected."""
    if test not in outcomes:
        test = test.partition("[")[0]
    while test not in outcomes and "::" in test:
        test = test.rpartition("::")[0]
    return outcomes.get(test, ABSENT)
