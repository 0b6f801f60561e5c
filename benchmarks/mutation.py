"""Replace every function of a repository: with pytest-execute, with one pytest for each stub, and with mutmut.

usage: python benchmarks/mutation.py REPO --source src/app [--tests tests] [--every 10] [--mutmut PYTHON] [--only NAME]

Run it with a Python that has pytest-execute and what the repository's tests need. The repository is cloned; its history
becomes two commits, one without the source and one with all of it, so that the topic covers every function.

1. pytest-execute: `pytest --execute-topic` with the tests, coverage and mutation, on two workers, with an empty cache,
   and once more.
2. One by one: for every N-th stub (`--every`), the function's body is replaced in a checkout, and `python -m pytest -x`
   runs the same tests in a process of its own. It may take ten times as long as without a stub. The sum is scaled by N.
   The results must be equal.
3. With `--mutmut PYTHON` (a Python with mutmut and all that the tests need), mutmut runs on the same functions. The
   results are shown side by side: mutmut changes single expressions, pytest-execute replaces whole bodies.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLAN = """\
# All: Task Breakdown

## Stream A: All

### 1. [x] All

- **Files**: `{}`
- **Tests**: {}
- **Dependencies**: None
"""
POLICY = '\n[tool.pytest-execute]\nsource = ["{}"]\ntest-first = "off"\n'
WHO = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
PYTEST = ["-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
MUTMUT = """
[mutmut]
source_paths={source}
only_mutate={source}/*
do_not_mutate=*/tests/*
pytest_add_cli_args_test_selection={tests}
pytest_add_cli_args={options}
also_copy={also}
"""


class Project:
    """Clone of a repository with a history of two commits."""

    def __init__(self, repository: Path, directory: Path, source: str, tests: str) -> None:
        self.root, self.source, self.tests = directory / "clone", source, tests
        self.deselected: list[str] = []
        git = ["git", "clone", "-q", "--depth=1", f"file://{repository}", str(self.root)]
        subprocess.run(git, check=True)
        shutil.rmtree(self.root / ".git")
        files = sorted(self.root.glob(f"{tests}/**/test_*.py")) if (self.root / tests).is_dir() else [self.root / tests]
        named = ", ".join(f"`{file.relative_to(self.root)}`" for file in files)
        self.write("notes/all/breakdown.md", PLAN.format(source, named))
        self.write("notes/all/plan.md", "# P\n\nAll.\n")
        self.write("notes/all/research.md", "# R\n\nAll.\n")
        with (self.root / "pyproject.toml").open("a") as file:
            file.write(POLICY.format(source))
        self.git("init", "-q")
        self.git("add", "-A")
        code = [path for path in self.git("ls-files", source).splitlines() if not path.startswith(f"{tests}/")]
        self.git("rm", "-q", "--cached", *code)
        self.git(*WHO, "commit", "-qm", "without the source")
        self.git("add", "-A")
        self.git(*WHO, "commit", "-qm", "with the source")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COVERAGE_", "PYTHONDONT"))}
        return {**kept, "PYTHONPATH": os.pathsep.join([str(self.root / "src"), str(self.root)])}

    def run(self, *arguments: str, limit: float = 540) -> tuple[float, subprocess.CompletedProcess[str]]:
        """Return (seconds of the clock, the completed process)."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
        return time.perf_counter() - start, done

    def measure_tests(self) -> float:
        """Return the seconds of the tests without a stub; tests that fail are deselected in later runs."""
        seconds, done = self.run(*PYTEST, "-rfE", "-p", "no:execute", self.tests)
        print(f"the tests alone: {seconds:.1f} s, {done.stdout.strip().splitlines()[-1]}", flush=True)
        failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        self.deselected = [f"--deselect={test}" for test in failed]
        return seconds


# -- pytest-execute


def run_with_topic(project: Project) -> tuple[float, list[dict[str, Any]]]:
    """Return (seconds, the mutants of the report) of a run of pytest with our options."""
    report = project.root.parent / "report.json"
    base = project.git("rev-parse", "HEAD~1").strip()
    options = ["-n2", "--execute-topic=all", f"--execute-base={base}", f"--execute-report={report}"]
    options += ["-o", f"cache_dir={project.root.parent / 'cache'}"]
    seconds, done = project.run("-m", "pytest", "-q", "-p", "no:randomly", *options, *project.deselected, project.tests)
    if not report.exists():
        sys.exit(f"pytest-execute wrote no report:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return seconds, json.loads(report.read_text())["mutants"]


# -- one by one


def replace_body(text: str, line: int, stub: str) -> str:
    """Return the source with the body of the function at `line` replaced."""
    tree = ast.parse(text)
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    node = next(n for n in ast.walk(tree) if isinstance(n, kinds) and n.lineno == line)
    value = ast.Constant(None) if stub == "none" else ast.parse(stub, mode="eval").body if stub != "raise" else None
    if isinstance(node, ast.Lambda):
        node.body = value or ast.parse("(_ for _ in ()).throw(RuntimeError)", mode="eval").body
    else:
        generates = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own_nodes(node))
        first: ast.stmt = ast.parse("raise RuntimeError").body[0] if value is None else ast.Return(value)
        if generates and value is not None:
            first = ast.Return(None)
        node.body = [first, *(ast.parse("yield").body if generates else [])]
    return ast.unparse(ast.fix_missing_locations(tree))


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's own body."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from own_nodes(child)


def run_one_by_one(project: Project, mutants: list[dict[str, Any]], limit: float) -> tuple[float, list[str]]:
    """Return (seconds, differences from our results); a run that takes longer than `limit` has noticed."""
    total, differences = 0.0, []
    for mutant in mutants:
        file = project.root / mutant["path"]
        text = file.read_text()
        try:
            file.write_text(replace_body(text, mutant["line"], mutant["stub"]))
            options = ["-p", "no:execute", "-x", *project.deselected]
            seconds, done = project.run(*PYTEST, *options, project.tests, limit=limit)
            noticed = done.returncode != 0
        except subprocess.TimeoutExpired:
            seconds, noticed = limit, True
        finally:
            file.write_text(text)
        total += seconds
        if noticed != (mutant["verdict"] == "killed"):
            word = "notices" if noticed else "does not notice"
            differences.append(f"{mutant['function']} {mutant['stub']}: {mutant['verdict']}, one pytest {word}")
    return total, differences


# -- mutmut


def run_mutmut(project: Project, python: str, only: str, limit: float) -> tuple[float, dict[str, Counter[str]]]:
    """Return (seconds, {function: states of its mutants}).

    Tests that fail in mutmut's copy of the tree would stop it, so they are deselected.
    """
    env = {name: value for name, value in project.env.items() if name != "PYTHONPATH"}
    command = [python, "-m", "mutmut", "run", *([f"{only}*"] if only else [])]
    deselected = list(project.deselected)
    log = project.root.parent / "mutmut.log"
    while True:
        options = "\n    ".join(["", *deselected, "-p", "no:cacheprovider"])
        also = "\n    ".join(["", *(path.name for path in project.root.iterdir() if (path / "__init__.py").exists())])
        project.write(
            "setup.cfg", MUTMUT.format(source=project.source, tests=project.tests, options=options, also=also)
        )
        shutil.rmtree(project.root / "mutants", ignore_errors=True)
        start = time.perf_counter()
        with log.open("w") as out, contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, cwd=project.root, env=env, stdout=out, stderr=out, check=False, timeout=limit)
        seconds = time.perf_counter() - start
        failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", log.read_text(), re.MULTILINE)
        new = [f"--deselect={test}" for test in failed if f"--deselect={test}" not in deselected]
        if not new:
            break
        print(f"mutmut: fails in its copy, and is deselected: {' '.join(failed)}", flush=True)
        deselected += new
    done = subprocess.run(
        [python, "-m", "mutmut", "results", "--all", "true"],
        cwd=project.root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, state in re.findall(r"^\s*(\S+?)__mutmut_\d+: (.+)$", done.stdout, re.MULTILINE):
        found[function_name(name)][state] += 1
    if not found:
        print(f"mutmut checked nothing; it ends with:\n{log.read_text()[-1500:]}")
    return seconds, found


def function_name(name: str) -> str:
    """Return our name `module:Class.function` for mutmut's `module.xǁClassǁfunction`."""
    module, _, function = name.rpartition(".")
    function = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return f"{module}:{function}"


def our_verdict(mutants: list[dict[str, Any]]) -> str:
    verdicts = {mutant["verdict"] for mutant in mutants}
    words = {"survived": "pseudo-tested", "not-reached": "not reached", "unproven": "unproven"}
    return next((word for verdict, word in words.items() if verdict in verdicts), "noticed")


def mutmut_verdict(states: Counter[str]) -> str:
    killed, survived = states["killed"] + states["timeout"], states["survived"]
    if not killed and not survived:
        return "no tests" if states["no tests"] else "not checked"
    return "all noticed" if not survived else "some survive" if killed else "none noticed"


def print_comparison(ours: dict[str, list[dict[str, Any]]], theirs: dict[str, Counter[str]]) -> None:
    """Print each function of which either tool says that no test notices anything, and count the others."""
    table: Counter[tuple[str, str]] = Counter()
    for name in sorted(ours.keys() & theirs.keys()):
        we, they = our_verdict(ours[name]), mutmut_verdict(theirs[name])
        table[we, they] += 1
        if they != "not checked" and (we != "noticed" or they in ("none noticed", "no tests")):
            stubs = ", ".join(f"{mutant['stub']} {mutant['verdict']}" for mutant in ours[name])
            print(f"  {name}: ours {stubs}; mutmut {dict(theirs[name])}")
    for (we, they), count in sorted(table.items()):
        print(f"  {count:4}  we: {we}; mutmut: {they}")
    for kind, names in (("only we", ours.keys() - theirs.keys()), ("only mutmut", theirs.keys() - ours.keys())):
        print(f"  {kind}, {len(names)}: {', '.join(sorted(names)[:12])}{' …' if len(names) > 12 else ''}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--source", required=True)
    parser.add_argument("--tests", default="tests")
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--mutmut", metavar="PYTHON")
    parser.add_argument("--only", default="", help="for mutmut: only names that begin so")
    parser.add_argument("--limit", type=float, default=500, help="seconds that mutmut may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        project = Project(options.repository.resolve(), Path(directory).resolve(), options.source, options.tests)
        plain = project.measure_tests()
        first, mutants = run_with_topic(project)
        again, _ = run_with_topic(project)
        ours: dict[str, list[dict[str, Any]]] = defaultdict(list)
        tried = [mutant for mutant in mutants if mutant["stub"] is not None]
        print(*project.deselected, sep="\n")
        for mutant in tried:
            ours[mutant["function"]].append(mutant)
        words = Counter("noticed" if all(m["verdict"] == "killed" for m in each) else "not" for each in ours.values())
        print(f"{len(ours)} functions, {len(tried)} stubs: {dict(Counter(m['verdict'] for m in tried))}; {dict(words)}")
        print(f"ours: {first:.1f} s, and {again:.1f} s again", flush=True)
        sample = tried[:: options.every]
        seconds, differences = run_one_by_one(project, sample, 10 * plain)
        whole = seconds * len(tried) / len(sample)
        print(f"one pytest -x a stub: {seconds:.1f} s for {len(sample)} of {len(tried)}, so {whole:.0f} s for all")
        print(f"that is {whole / first:.1f} times ours (required: 10)", flush=True)
        print("\n".join(f"  {difference}" for difference in differences) or "  all results are equal", flush=True)
        if options.mutmut:
            seconds, theirs = run_mutmut(project, options.mutmut, options.only, options.limit)
            print(f"mutmut: {seconds:.1f} s, {dict(sum(theirs.values(), Counter()))}")
            print_comparison(ours, theirs)
    return int(bool(differences) or whole < 10 * first)


if __name__ == "__main__":
    sys.exit(main())
