"""What the replay costs on a real repository: `python benchmarks/replay.py REPO --commits 40`.

The repository is cloned, and all tests of the test files that its last commits touched are proven against those commits: cold, with an
empty ledger, and warm, with all that was learnt. Beside it, in the same run: plain runs of the whole suite, and what one would do by
hand, with as many processes: for each commit a worktree of its parent and one of itself, and `python -m pytest` in both on the
test files that the commit touched, as the commit has them. With `--by-hand N` only N of the commits, evenly spread, are done by hand, and
the time of all is reckoned from theirs. The last line is JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytest_execute.core.layout import Layout, detect_source
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.replay.history import TopicHistory
from pytest_execute.replay.prove import ReplayRequest, prove
from pytest_execute.tools import process
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from pytest_execute.tools.revisions import CommitRange, commit_range

PASSED = """
import collections, json
seconds, bad = collections.Counter(), set()
def pytest_runtest_logreport(report):
    seconds[report.nodeid] += report.duration
    if not report.passed:
        bad.add(report.nodeid)
def pytest_sessionfinish(session):
    with open(r"{file}", "w") as file:
        json.dump({{test: taken for test, taken in seconds.items() if test not in bad}}, file)
"""
ENOUGH = 30.0
"""Seconds after which a run of pytest is ended."""
PLAIN = ["-q", "-p", "no:cacheprovider", "-p", "no:execute", "-p", "no:randomly"]


@contextlib.contextmanager
def counted() -> Iterator[list[object]]:
    """What the replay starts meanwhile: each is a Python that has pytest."""
    started: list[object] = []
    start = process.start

    def noted(*args: object, **more: object) -> object:
        started.append(args)
        return start(*args, **more)

    process.start = noted
    try:
        yield started
    finally:
        process.start = start


@contextlib.contextmanager
def timed(what: str, times: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[what] = min(time.perf_counter() - start, times.get(what, float("inf")))
    print(f"{what:>10}: {times[what]:7.2f} s", flush=True)


def pytest(
    directory: Path, layout: Layout, *arguments: str, plugins: Path | None = None, enough: float = ENOUGH
) -> bool:
    """One run of pytest in a checkout, whose own modules are imported. Did it have to be ended? Tests on old code may never end."""
    roots = [str(directory / root) for root in layout.roots(_files(directory))]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*roots, str(plugins or directory)])}
    command = [sys.executable, "-m", "pytest", *PLAIN, *arguments]
    null = subprocess.DEVNULL
    with subprocess.Popen(
        command,
        cwd=directory,
        env=env,
        stdout=null,
        stderr=null,
        start_new_session=True,
        preexec_fn=_limit_memory,  # noqa: PLW1509
    ) as run:
        late = threading.Timer(enough, os.killpg, [run.pid, signal.SIGKILL])
        late.start()
        run.wait()  # not with a timeout: Python looks only every 50 ms then
        late.cancel()
    return run.returncode == -signal.SIGKILL


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))


def _files(directory: Path) -> list[str]:
    return subprocess.check_output(["git", "ls-files"], cwd=directory, text=True).splitlines()


def plain(clone: Path, layout: Layout, place: Path) -> dict[str, float]:
    """The tests that pass, with the seconds each took, from one run of the whole suite."""
    found = place / "passed.json"
    (place / "passed_plugin.py").write_text(PASSED.format(file=found))
    pytest(clone, layout, "-p", "passed_plugin", plugins=place, enough=10 * ENOUGH)
    tests: dict[str, float] = json.loads(found.read_text())
    return tests


def naive(git: Git, what: CommitRange, layout: Layout, place: Path, workers: int, most: int) -> tuple[int, int, int]:
    """The commits by hand, `most` of them at most; how many that are, of how many, and how many runs had to be ended."""
    jobs = [
        (commit, parents[0], files)
        for commit, parents in what.commits.items()
        if parents and (files := _touched(git, layout, f"{commit}^", commit))
    ]

    def by_hand(commit: str, parent: str, files: Sequence[str]) -> int:
        ended = 0
        for revision in (parent, commit):
            tree = place / f"{commit[:12]}-{revision[:12]}"
            _git(git.work_tree, "worktree", "add", "-q", "--detach", str(tree), revision)
            _git(tree, "checkout", "-q", commit, "--", *files)
            ended += pytest(tree, layout, *files)
            _git(git.work_tree, "worktree", "remove", "--force", str(tree))
        return ended

    chosen = [jobs[at * len(jobs) // most] for at in range(most)] if len(jobs) > most else jobs
    with ThreadPoolExecutor(workers) as pool:
        ended = sum(pool.map(lambda job: by_hand(*job), chosen))
    return len(chosen), len(jobs), ended


def _touched(git: Git, layout: Layout, old: str, new: str) -> list[str]:
    there = git.tree(new)
    return [path for path in git.changed_files(old, new) if path in there and _is_test_file(layout, path)]


def _is_test_file(layout: Layout, path: str) -> bool:
    return layout.is_test(path) and any(Path(path).match(pattern) for pattern in layout.patterns)


def _git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


def base_of(clone: Path, commits: int) -> str:
    """The latest commit, on the way of first parents, that `commits` commits or more come after."""
    for back in range(1, commits + 1):
        revision = f"HEAD~{back}"
        count = subprocess.check_output(["git", "rev-list", "--count", f"{revision}..HEAD"], cwd=clone, text=True)
        if int(count) >= commits:
            break
    return revision


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repo", type=Path)
    parser.add_argument("--commits", type=int, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--by-hand", type=int, default=1000, metavar="N", help="do at most so many commits by hand")
    parser.add_argument("--rounds", type=int, default=1, help="so many cold runs, the fastest of which counts")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="replay-") as directory:
        return compare(asked, Path(directory))


def compare(asked: argparse.Namespace, place: Path) -> int:
    clone, times = place / "clone", dict[str, float]()
    _git(place, "clone", "-q", "--no-hardlinks", str(asked.repo.resolve()), str(clone))
    git = Git.find(clone).within(place / "git")
    what = commit_range(git, "none", base_of(clone, asked.commits))
    tree = git.tree(what.tree)
    layout = Layout(source=detect_source(tree))
    plain(clone, layout, place)  # compiles
    for _ in range(2):
        with timed("plain", times):
            passed = plain(clone, layout, place)
    files = set(_touched(git, layout, what.base, what.tree))
    tests = {test: seconds for test, seconds in passed.items() if test.partition("::")[0] in files}
    config = next(
        (clone / name for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg") if name in tree), None
    )
    options = PytestOptions(workers=asked.workers, **({"config": (config.name, config.read_bytes())} if config else {}))
    request = ReplayRequest(tests=tests, settings=settings_for(git, layout, tree, options))
    history = TopicHistory(git, what, layout)
    print(
        f"{len(what.commits)} commits, {len(passed)} tests, {len(tests)} of them in {len(files)} files that were touched"
    )
    for number in range(asked.rounds):
        ledger = ResultCache(place / f"ledger-{number}", print)
        with timed("cold", times):
            proofs = prove(history, request, place / "trees", ledger)
    with counted() as started, timed("warm", times):
        again = prove(history, request, place / "trees", ledger)
    assert again == proofs
    found = Counter(proof.found for proof in proofs.values())
    print("proofs: " + ", ".join(f"{count} {each}" for each, count in sorted(found.items())))
    print(f"cold takes {times['cold'] / times['plain']:.2f} plain runs (4 allowed)")
    print(f"warm takes {times['warm']:.2f} s and starts {len(started)} processes (0.5 s and none allowed)")
    if asked.by_hand:
        with timed("by hand", times):
            done, of, ended = naive(git, what, layout, place / "hand", asked.workers, asked.by_hand)
        times["all by hand"] = times["by hand"] * of / done
        how = f"{done} of {of} commits by hand" + (f", reckoned to {times['all by hand']:.2f} s for all" * (done < of))
        how += f", {ended} runs had to be ended after {ENOUGH:.0f} s" * bool(ended)
        print(f"{how}; cold is {times['all by hand'] / times['cold']:.2f} times faster (3 asked, 5 wanted)")
    print(
        json.dumps(
            {"repository": asked.repo.name, "tests": len(tests), "proofs": found, "started": len(started), **times}
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
