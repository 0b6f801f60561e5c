"""What the replay costs on a real repository: `python benchmarks/replay.py REPO --commits 40`.

The repository is cloned, and all tests of the test files that its last commits touched are proven against those commits. Beside it, in
the same run and with as many processes: one plain run of the whole suite, and what one would do by hand: for each commit a worktree
of its parent and one of itself, and `python -m pytest` in both on the test files that the commit touched, as the commit has them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytest_execute.core.layout import Layout, detect_source
from pytest_execute.replay.prove import Order, prove
from pytest_execute.tools.git import Git
from pytest_execute.tools.history import Stretch, stretch
from pytest_execute.tools.ledger import Ledger

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
PLAIN = ["-q", "-p", "no:cacheprovider", "-p", "no:execute", "-p", "no:randomly"]


@contextlib.contextmanager
def timed(what: str, times: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[what] = time.perf_counter() - start
    print(f"{what:>10}: {times[what]:7.2f} s", flush=True)


def pytest(directory: Path, layout: Layout, *arguments: str, plugins: Path | None = None) -> None:
    """One run of pytest in a checkout, whose own modules are imported."""
    roots = [str(directory / root) for root in layout.roots(_files(directory))]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*roots, str(plugins or directory)])}
    command = [sys.executable, "-m", "pytest", *PLAIN, *arguments]
    subprocess.run(command, cwd=directory, env=env, capture_output=True, check=False)


def _files(directory: Path) -> list[str]:
    return subprocess.check_output(["git", "ls-files"], cwd=directory, text=True).splitlines()


def plain(clone: Path, layout: Layout, place: Path) -> dict[str, float]:
    """The tests that pass, with the seconds each took, from one run of the whole suite."""
    found = place / "passed.json"
    (place / "passed_plugin.py").write_text(PASSED.format(file=found))
    pytest(clone, layout, "-p", "passed_plugin", plugins=place)
    tests: dict[str, float] = json.loads(found.read_text())
    return tests


def naive(git: Git, what: Stretch, layout: Layout, place: Path, workers: int) -> int:
    """Each commit by hand; the number of runs of pytest."""
    jobs = [
        (commit, parents[0], files)
        for commit, parents in what.commits.items()
        if parents and (files := _touched(git, layout, f"{commit}^", commit))
    ]

    def by_hand(commit: str, parent: str, files: Sequence[str]) -> None:
        for revision in (parent, commit):
            tree = place / f"{commit[:12]}-{revision[:12]}"
            _git(git.work_tree, "worktree", "add", "-q", "--detach", str(tree), revision)
            _git(tree, "checkout", "-q", commit, "--", *files)
            pytest(tree, layout, *files)
            _git(git.work_tree, "worktree", "remove", "--force", str(tree))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda job: by_hand(*job), jobs))
    return 2 * len(jobs)


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
    parser.add_argument("--no-naive", action="store_true", help="leave out what is done by hand")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="replay-") as directory:
        return compare(asked, Path(directory))


def compare(asked: argparse.Namespace, place: Path) -> int:
    clone, times = place / "clone", dict[str, float]()
    _git(place, "clone", "-q", "--no-hardlinks", str(asked.repo.resolve()), str(clone))
    git = Git.find(clone).within(place / "git")
    what = stretch(git, "none", base_of(clone, asked.commits))
    tree = git.tree(what.tree)
    layout = Layout(source=detect_source(tree))
    plain(clone, layout, place)  # compiles
    with timed("plain", times):
        passed = plain(clone, layout, place)
    files = set(_touched(git, layout, what.base, what.tree))
    tests = {test: seconds for test, seconds in passed.items() if test.partition("::")[0] in files}
    config = next(
        (clone / name for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg") if name in tree), None
    )
    order = Order(
        tests=tests,
        workers=asked.workers,
        **({"config": (config.name, config.read_bytes())} if config else {}),
    )
    print(
        f"{len(what.commits)} commits, {len(passed)} tests, {len(tests)} of them in {len(files)} files that were touched"
    )
    ledger = Ledger(place / "ledger", print)
    with timed("cold", times):
        proofs = prove(git, what, layout, order, place / "trees", ledger)
    with timed("warm", times):
        again = prove(git, what, layout, order, place / "trees", ledger)
    assert again == proofs
    found = sorted({proof.found for proof in proofs.values()})
    print("proofs: " + ", ".join(f"{sum(p.found == each for p in proofs.values())} {each}" for each in found))
    if not asked.no_naive:
        with timed("by hand", times):
            runs = naive(git, what, layout, place / "hand", asked.workers)
        print(f"{runs} runs by hand; cold is {times['by hand'] / times['cold']:.1f} times faster (3 asked, 5 wanted)")
    print(f"cold takes {times['cold'] / times['plain']:.2f} plain runs (4 allowed)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
