"""Measure the time of the replay on a real repository: `python benchmarks/replay.py REPO --commits 40`.

The repository is cloned. The replay proves all tests of the test files that its last commits changed against those
commits. The same run measures:

| label | measured |
| --- | --- |
| plain | a run of the whole suite with plain pytest |
| cold | the replay with an empty cache |
| warm | the replay with all outcomes in the cache |
| by hand | `python -m pytest` in worktrees of each commit and its parent, on the test files that the commit changed |

By hand uses as many processes as the replay, and the test files as the commit has them. With `--by-hand N` only N of
the commits, evenly spread, are done by hand, and the time of all is estimated from theirs. The last line is JSON.
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
from unittest import mock

from msgspec import structs

from pytest_execute.core.detect_source import detect_source
from pytest_execute.core.layout import Layout
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.replay.history import TopicHistory
from pytest_execute.replay.prove import ReplayRequest, prove
from pytest_execute.tools import process
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.commit_range import CommitRange, commit_range
from pytest_execute.tools.git import Git

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
LONGEST = 30.0
"""Seconds after which a run of pytest is killed."""
PLAIN = ["-q", "-p", "no:cacheprovider", "-p", "no:execute", "-p", "no:randomly"]


@contextlib.contextmanager
def timed(label: str, times: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[label] = min(time.perf_counter() - start, times.get(label, float("inf")))
    print(f"{label:>10}: {times[label]:7.2f} s", flush=True)


def run_pytest(
    directory: Path, layout: Layout, *arguments: str, plugins: Path | None = None, timeout: float = LONGEST
) -> bool:
    """Run pytest in a checkout, with its own modules; return True if it was killed: tests on old code may hang."""
    roots = [str(directory / root) for root in layout.import_roots(_files(directory))]
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
        preexec_fn=_limit_memory,  # noqa: PLW1509 - it only sets a limit
    ) as run:
        late = threading.Timer(timeout, os.killpg, [run.pid, signal.SIGKILL])
        late.start()
        run.wait()  # not with a timeout: CPython polls then, up to every 50 ms
        late.cancel()
    return run.returncode == -signal.SIGKILL


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))


def _files(directory: Path) -> list[str]:
    return subprocess.check_output(["git", "ls-files"], cwd=directory, text=True).splitlines()


def run_plain(clone: Path, layout: Layout, directory: Path) -> dict[str, float]:
    """Return the tests that pass in one run of the whole suite, with the seconds that each took."""
    found = directory / "passed.json"
    (directory / "passed_plugin.py").write_text(PASSED.format(file=found))
    run_pytest(clone, layout, "-p", "passed_plugin", plugins=directory, timeout=10 * LONGEST)
    tests: dict[str, float] = json.loads(found.read_text())
    return tests


def run_by_hand(
    git: Git, commits: CommitRange, layout: Layout, directory: Path, workers: int, most: int
) -> tuple[int, int, int]:
    """Run at most `most` commits by hand. Return the number of those commits, of all commits, and of killed runs."""
    jobs = [
        (commit, parents[0], files)
        for commit, parents in commits.commits.items()
        if parents and (files := _changed_test_files(git, layout, f"{commit}^", commit))
    ]

    def by_hand(commit: str, parent: str, files: Sequence[str]) -> int:
        killed = 0
        for revision in (parent, commit):
            tree = directory / f"{commit[:12]}-{revision[:12]}"
            _git(git.work_tree, "worktree", "add", "-q", "--detach", str(tree), revision)
            _git(tree, "checkout", "-q", commit, "--", *files)
            killed += run_pytest(tree, layout, *files)
            _git(git.work_tree, "worktree", "remove", "--force", str(tree))
        return killed

    chosen = [jobs[at * len(jobs) // most] for at in range(most)] if len(jobs) > most else jobs
    with ThreadPoolExecutor(workers) as pool:
        killed = sum(pool.map(lambda job: by_hand(*job), chosen))
    return len(chosen), len(jobs), killed


def _changed_test_files(git: Git, layout: Layout, old: str, new: str) -> list[str]:
    paths = git.run_text("diff", "--name-only", "--no-renames", "--diff-filter=d", "-z", old, new).split("\0")
    return [path for path in paths if path and _is_test_file(layout, path)]


def _is_test_file(layout: Layout, path: str) -> bool:
    return layout.is_test(path) and any(Path(path).match(pattern) for pattern in layout.patterns)


def _git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


def base_commit(clone: Path, commits: int) -> str:
    """Return the latest commit on the main line that at least `commits` commits come after."""
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
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="replay-") as directory:
        return compare(options, Path(directory))


def compare(options: argparse.Namespace, directory: Path) -> int:
    clone, times = directory / "clone", dict[str, float]()
    _git(directory, "clone", "-q", "--no-hardlinks", str(options.repo.resolve()), str(clone))
    git = Git.find(clone).with_scratch(directory / "git")
    commits = commit_range(git, "none", base_commit(clone, options.commits))
    tree = git.tree(commits.tree)
    layout = Layout(source=detect_source(tree, Layout()))
    run_plain(clone, layout, directory)  # compiles
    for _ in range(2):
        with timed("plain", times):
            passed = run_plain(clone, layout, directory)
    files = set(_changed_test_files(git, layout, commits.base, commits.tree))
    tests = {test: seconds for test, seconds in passed.items() if test.partition("::")[0] in files}
    pytest_options = PytestOptions(workers=options.workers)
    config = next((name for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg") if name in tree), None)
    if config is not None:
        pytest_options = structs.replace(pytest_options, config=(config, (clone / config).read_bytes()))
    request = ReplayRequest(tests=tests, settings=settings_for(git, layout, tree, pytest_options))
    history = TopicHistory(git, commits, layout)
    print(f"{len(commits.commits)} commits, {len(passed)} tests, {len(tests)} of them in {len(files)} changed files")
    for number in range(options.rounds):
        cache = ResultCache(directory / f"cache-{number}", print)
        with timed("cold", times):
            proofs = prove(history, request, directory / "trees", cache)
    started = mock.patch.object(process, "start", wraps=process.start)
    with started as start, timed("warm", times):
        again = prove(history, request, directory / "trees", cache)
    assert again == proofs
    found = Counter(proof.found for proof in proofs.values())
    print("proofs: " + ", ".join(f"{count} {each}" for each, count in sorted(found.items())))
    print(f"cold takes {times['cold'] / times['plain']:.2f} plain runs (4 allowed)")
    print(f"warm takes {times['warm']:.2f} s and starts {start.call_count} processes (0.5 s and none allowed)")
    if options.by_hand:
        with timed("by hand", times):
            counts = run_by_hand(git, commits, layout, directory / "hand", options.workers, options.by_hand)
        done, total, killed = counts
        times["all by hand"] = times["by hand"] * total / done
        how = f"{done} of {total} commits by hand"
        how += f", estimated as {times['all by hand']:.2f} s for all" * (done < total)
        how += f", {killed} runs were killed after {LONGEST:.0f} s" * bool(killed)
        print(f"{how}; cold is {times['all by hand'] / times['cold']:.2f} times faster (3 required, 5 wanted)")
    print(
        json.dumps(
            {
                "repository": options.repo.name,
                "tests": len(tests),
                "proofs": found,
                "started": start.call_count,
                **times,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
