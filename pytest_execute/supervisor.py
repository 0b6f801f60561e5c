"""The other story: a process that never imports the project starts pytest as a child and answers for its verdict."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import Evidence
from pytest_execute.core.layout import Layout
from pytest_execute.core.verdict import CANNOT_JUDGE, NOT_PASSED, PASSED
from pytest_execute.forks.trees import write
from pytest_execute.reports import story
from pytest_execute.tools import process
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import make_cache, scratch
from pytest_execute.workflow import policy, source_of

CONFIGURED = ("pyproject.toml", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")


class Gate(Struct, frozen=True, kw_only=True):
    """What `pytest-execute gate` was asked. Paths are relative to the current directory."""

    topic: str
    staged: bool = False
    base: str | None = None
    scope: str = "all"
    report: str | None = None
    summary: str | None = None
    as_json: bool = False
    arguments: tuple[str, ...] = ()


class Place(Struct, frozen=True):
    """Where the child runs, with which further options and environment."""

    directory: Path
    options: tuple[str, ...] = ()
    environment: dict[str, str] = {}


def gate(request: Gate) -> int:
    """Judge a topic in a child process; the exit status says how it went."""
    target = _writable(request.summary) if request.summary else None
    repository = Git.find(Path.cwd())
    here = _project(Path.cwd().resolve(), repository.work_tree.resolve())
    cache = _cache(here)
    with scratch(cache) as desk, _place(request, repository, here, cache) as place:
        report = _emptied(_writable(request.report) if request.report else desk / "report")
        summary = _emptied(desk / "summary")
        options = [
            f"--execute-topic={request.topic}",
            f"--execute-scope={request.scope}",
            f"--execute-report={report}",
            f"--execute-summary={summary}",
            *place.options,
            *([f"--execute-base={request.base}"] if request.base else []),
            *request.arguments,
        ]
        ended = _run_pytest(options, place, sys.stderr if request.as_json else None)
        if target is not None:
            with target.open("a", encoding="utf-8") as file:
                file.write(summary.read_text(encoding="utf-8"))
        return _answer(report, ended, as_json=request.as_json)


def demo(directory: str | None, *, flawed: bool, as_json: bool) -> int:
    """Write the demo's repository, judge it, and say where it is."""
    from pytest_execute.demo.history import TOPIC, build

    target = Path(directory) if directory else Path(tempfile.mkdtemp(prefix="pytest-execute-demo-"))
    build(target, flawed=flawed)
    command = f"pytest --execute-topic={TOPIC}"
    if not as_json:
        print(f"$ cd {target} && {command}", flush=True)
    with scratch(_cache(target)) as desk:
        place, report = Place(target, environment={"PYTEST_ADDOPTS": ""}), _emptied(desk / "report")
        ended = _run_pytest(
            [f"--execute-topic={TOPIC}", f"--execute-report={report}"], place, sys.stderr if as_json else None
        )
        return _answer(report, ended, as_json=as_json)


def explain(test: str, topic: str | None, *, as_json: bool) -> int:
    """Tell the proof of one test: the test is run, and replayed on every tree. 0 where it is proven, 1 where not."""
    git = Git.find(Path.cwd())
    place = Place(_project(Path.cwd().resolve(), git.work_tree.resolve()))
    name = topic or _only_topic(place.directory)
    with scratch(_cache(place.directory)) as desk, Path(os.devnull).open("w") as nowhere:
        file = _emptied(desk / "evidence")
        options = [f"--execute-topic={name}", f"--execute-evidence={file}", "--execute-turns", test]
        _run_pytest(options, place, nowhere)
        text = file.read_bytes()
        evidence = msgspec.json.decode(text, type=Evidence) if text else None
    proof = (evidence.proofs or {}).get(test) if evidence is not None else None
    if proof is None or evidence is None:
        why = evidence.proofs_missing if evidence is not None else ""
        hint = why or f"not a passing test of a task of {name}: `pytest --execute-topic={name}` says what it is"
        raise ExecuteError(Problem("not-replayed", hint, test))
    subject = functools.partial(_subject, git)
    print(story.as_json(proof) if as_json else story.render(proof, evidence.history, subject), end="")
    return PASSED if proof.found == "turned" else NOT_PASSED


def _only_topic(root: Path) -> str:
    """The topic, where there is but one."""
    notes = policy(root).notes
    found = breakdown.topics(root / notes)
    if len(found) != 1:
        raise ExecuteError(
            Problem("usage", f"name the topic with --topic: {', '.join(found) or 'there is none'}", notes)
        )
    return found[0]


def _subject(git: Git, commit: str) -> str | None:
    return git.try_ask("log", "-1", "--format=%s", commit, "--") if git.commit(commit) else None


def _run_pytest(options: list[str], place: Place, output: IO[str] | None) -> int:
    """Run pytest as a child, and give its status; what it prints is for people, what it found is in the report."""
    command = [sys.executable, "-m", "pytest", *options]
    # started from a test, it must not take itself for a worker of that test's run
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
    return process.follow(command, cwd=place.directory, env={**env, **place.environment}, output=output)


def _answer(report: Path, ended: int, *, as_json: bool) -> int:
    """The exit status that the child's report stands for. Without a report, or where the child broke down, nothing was judged."""
    text = report.read_text(encoding="utf-8")
    if not text or ended not in (0, 1, 2):  # passed, not passed, stopped before all tests had run
        return CANNOT_JUDGE
    if as_json:
        print(text, end="")
    return PASSED if msgspec.json.decode(text)["verdict"] == "passed" else NOT_PASSED


def _emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _cache(project: Path) -> Path | None:
    """Our part of the cache directory that pytest has in `project`; None where it cannot be written.

    What stands there is swept by the next run where this one is killed.
    """
    cache = project / ".pytest_cache"
    ours = cache / "d" / "execute"
    try:
        make_cache(cache)
        ours.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return ours


def _writable(name: str) -> Path:
    """The absolute path of the file called `name`, which is there and can be written."""
    path = Path(name).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", name)) from None
    return path


# -- the index as a place to run in


@contextlib.contextmanager
def _place(request: Gate, repository: Git, here: Path, cache: Path | None) -> Iterator[Place]:
    """The project at `here`; or, for what is staged, a directory that holds just that."""
    if not request.staged:
        yield Place(here)
        return
    with scratch(cache) as private:
        git = repository.within(private)
        index = _index_file(git)
        tree = git.tree(git.staged(index))
        directory = private / "staged"
        directory.mkdir()
        write(git, tree, directory)
        below = here.relative_to(git.work_tree.resolve())
        root = directory / below
        if not root.is_dir():
            hint = "nothing of this project is staged: run `git add` first"
            raise ExecuteError(Problem("not-staged", hint, str(here)))
        (private / "pytest.ini").write_text("[pytest]\n")  # so that none further up counts where none is staged
        options = (
            f"--rootdir={root}",
            f"--execute-repository={git.work_tree}",
            f"--execute-index={index}",
            f"--execute-work-tree={directory}",
            *([f"--execute-ledger={cache}"] if cache is not None else []),
            *("-p", "no:cacheprovider"),
        )
        roots = _roots(root, f"{below.as_posix()}/" if below.parts else "", tuple(tree))
        path = os.pathsep.join(str(directory / each) for each in roots)
        yield Place(
            root,
            options,
            {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "GIT_CEILING_DIRECTORIES": str(private)},
        )


def _project(here: Path, top: Path) -> Path:
    """The nearest directory from `here` up to the top of the repository that is configured as a project; else the top."""
    way = [directory for directory in (here, *here.parents) if directory.is_relative_to(top)]
    return next((directory for directory in way if any((directory / name).exists() for name in CONFIGURED)), top)


def _index_file(git: Git) -> Path:
    """The index that is to be committed: a hook is told of it where it is not the usual one."""
    told = os.environ.get("GIT_INDEX_FILE")
    path = Path(told) if told else git.git_dir / "index"
    path = path if path.is_absolute() else git.work_tree / path
    if not path.exists():
        raise ExecuteError(Problem("no-index", "nothing is staged: run `git add` first", str(git.work_tree)))
    return path


def _roots(root: Path, prefix: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Where the staged modules are imported from, so that no installed checkout stands in for them."""
    return Layout(prefix=prefix, source=source_of(policy(root), paths, prefix)).roots(paths)
