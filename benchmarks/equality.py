"""Compare the coverage numbers of pytest-execute with those of coverage.py.

usage: python benchmarks/equality.py REPO --source src/app [--processes FILE] [TESTS...]

The repository is cloned, and its tests run three times: by `coverage run` in one process, and with pytest-execute in
one process and on two workers. With `--processes`, three tests are added that run that test file again: in a forked, a
spawned and a started process. The missing lines and branches of each file of the source are compared, and the totals.
Differences are printed, and the exit status is 1 then. A test that does not do the same in each run makes a difference,
too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLAN = "# All: Task Breakdown\n\n## Stream A: All\n\n### 1. [x] All\n\n- **Dependencies**: None\n"
POLICY = '\n[tool.pytest-execute]\nsource = ["{}"]\ntest-first = "off"\n'
SETTINGS = """
[run]
branch = True
parallel = True
sigterm = True
patch = subprocess, _exit, fork
data_file = {data}
source = {source}
"""
PROCESSES = """
import multiprocessing
import os
import subprocess
import sys

import pytest

OPTIONS = ["-q", "-n0", "-p", "no:execute", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:cov", {!r}]


def run():
    os._exit(pytest.main(OPTIONS))


def test_fork():
    pid = os.fork()
    if not pid:
        run()
    assert os.waitpid(pid, 0)[1] == 0


def test_spawn():
    process = multiprocessing.get_context("spawn").Process(target=run)
    process.start()
    process.join()
    assert process.exitcode == 0


def test_process():
    subprocess.run([sys.executable, "-m", "pytest", *OPTIONS], check=True)
"""
PYTEST = ["-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:cov"]


class Numbers(dict[str, dict[str, Any]]):
    """`{file: {"lines": missing, "branches": missing}}`, and under "" the totals."""


def clone_with_plan(repository: Path, source: str, directory: Path) -> Path:
    root = directory / "clone"
    subprocess.run(["git", "clone", "-q", str(repository), str(root)], check=True)
    with (root / "pyproject.toml").open("a") as file:
        file.write(POLICY.format(source))
    commit_all(root, "policy")  # before the topic begins: a topic cannot weaken its policy
    plan = root / "notes/all/breakdown.md"
    plan.parent.mkdir(parents=True)
    plan.write_text(PLAN)
    commit_all(root, "plan")
    return root


def commit_all(root: Path, message: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["add", "-A"], [*who, "commit", "-qnm", message]):
        subprocess.run(["git", *words], cwd=root, check=True)


def run(root: Path, *arguments: str) -> None:
    paths = os.pathsep.join([str(root / "src"), str(root)])
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True, check=False)
    print("   ", (done.stdout.strip().splitlines() or [done.stderr])[-1], flush=True)


def coverage_numbers(root: Path, source: str, tests: list[str]) -> Numbers:
    directory = root.parent / "theirs"
    directory.mkdir()
    settings, report = directory / "settings", directory / "report.json"
    settings.write_text(SETTINGS.format(data=directory / "data", source=root / source))
    rc = f"--rcfile={settings}"
    run(root, "-m", "coverage", "run", rc, *PYTEST, "-p", "no:execute", *tests)
    run(root, "-m", "coverage", "combine", rc)
    run(root, "-m", "coverage", "json", rc, "-o", str(report))
    found = json.loads(report.read_text())
    numbers = Numbers({"": {"lines": found["totals"]["num_statements"], "branches": found["totals"]["num_branches"]}})
    for path, file in found["files"].items():
        numbers[path] = {"lines": file["missing_lines"], "branches": sorted(file["missing_branches"])}
    return numbers


def our_numbers(root: Path, tests: list[str], workers: int) -> Numbers:
    report = root.parent / f"ours-{workers}.json"
    options = [f"-n{workers}", "--execute-topic=all", "--execute-base=HEAD", f"--execute-report={report}"]
    run(root, *PYTEST, *options, *tests)
    found = json.loads(report.read_text())["coverage"]["system"]
    numbers = Numbers({"": {"lines": found["lines"], "branches": found["branches"]}})
    for path in {*found["missing"], *found["missing_arcs"]}:
        numbers[path] = {
            "lines": found["missing"].get(path, []),
            "branches": sorted(found["missing_arcs"].get(path, [])),
        }
    return numbers


def differences(wanted: Numbers, found: Numbers) -> Iterator[str]:
    for path in sorted({*wanted, *found}):
        for kind in ("lines", "branches"):
            a, b = (numbers.get(path, {}).get(kind, []) for numbers in (wanted, found))
            if a != b and path:
                more, less = ([each for each in x if each not in y] for x, y in ((b, a), (a, b)))
                yield f"{path}: missing {kind}: only ours {more}, only coverage.py's {less}"
            elif a != b:
                yield f"{kind} in all: ours {b}, coverage.py's {a}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--source", required=True)
    parser.add_argument("--processes", metavar="FILE", help="a test file of the repository")
    parser.add_argument("tests", nargs="*")
    arguments = parser.parse_intermixed_args()
    status = 0
    with tempfile.TemporaryDirectory() as directory:
        root = clone_with_plan(arguments.repository.resolve(), arguments.source, Path(directory).resolve())
        if arguments.processes:
            (root / arguments.processes).with_name("test_of_processes.py").write_text(
                PROCESSES.format(arguments.processes)
            )
        wanted = coverage_numbers(root, arguments.source, arguments.tests)
        for workers in (0, 2):
            found = list(differences(wanted, our_numbers(root, arguments.tests, workers)))
            missing = [sum(len(each[kind]) for path, each in wanted.items() if path) for kind in ("lines", "branches")]
            total = (
                f"{wanted['']['lines']} lines ({missing[0]} missing), {wanted['']['branches']} branches ({missing[1]})"
            )
            print(
                f"-n{workers}: {'DIFFERENT' if found else 'equal'}: {len(wanted) - 1} files, {total}",
                *found,
                sep="\n  ",
            )
            status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main())
