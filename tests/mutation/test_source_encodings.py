"""Sources are read as Python reads them: with a byte order mark, or in the encoding that a comment names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import Ownership
from pytest_execute.core.plan import Plan, Task
from pytest_execute.coverage.data import read
from pytest_execute.coverage.measure import MeasureRequest, line_sets
from pytest_execute.coverage.recorder import Recorder
from pytest_execute.mutation.targets import find_targets, split_targets
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from tests.coverage.test_measure import load
from tests.repository import Repository

CODE = "def size(word):\n    größe = len(word)\n    return größe\n"
SOURCES = {
    "byte order mark": b"\xef\xbb\xbf#\n" + CODE.encode(),
    "encoding in a comment": b"# coding: latin-1\n" + CODE.encode("latin-1"),
}
PLAN = Plan(topic="t", path="b", tasks=(Task(id="1", title="", line=1),))
"""Plan whose task owns all lines of the code."""


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_functions_are_found_in_a_commit(tmp_path: Path, source: bytes) -> None:
    repository = Repository(tmp_path / "work")
    repository.commit("Begin", {"notes/t/breakdown.md": "# T\n"})
    base = repository.commit("Go on", {"src/code.py": ""})
    (repository.path / "src/code.py").write_bytes(source)
    repository.commit("Code")
    git = Git.find(repository.path).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, "notes/t/breakdown.md", base)
    (target,) = find_targets(git, commits, Layout(source=("src",)), Ownership(PLAN, {}))
    assert (target.name, target.function.line, target.function.end) == ("code:size", 2, 4)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_lines_of_functions_need_a_test_of_the_task(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "code.py").write_bytes(source)
    recorder = Recorder([tmp_path], True, tmp_path / "data")
    load(tmp_path / "code.py").size("word")
    recorder.stop()
    owners = {"code.py": dict.fromkeys(range(1, 5), frozenset("1"))}
    lines = frozenset(range(1, 5))
    request = MeasureRequest(
        root=tmp_path, branch=True, sources=("code.py", "gone.py"), changed={"code.py": lines}, owners=owners
    )
    measure = line_sets(PLAN, request, read(tmp_path / "data"))["task:1"].measure()
    assert (measure.lines, measure.missing) == (2, {"code.py": (3, 4)})


BROKEN = {
    "syntax error": b"def size(word):\n    return len(word\n",
    "not decodable": "def size(word):\n    return 'größe'\n".encode("latin-1"),
    "null byte": b"def size(word):\n    return 0\0\n",
    "no such encoding": b"# coding: nonsense\ndef size(word):\n    return 0\n",
    "UTF-16": "def size(word):\n    return 0\n".encode("utf-16"),
    "too deep": b"def size(word):\n    return " + b"+".join([b"word"] * 30_000) + b"\n",
    "huge number": b"def size(word):\n    return " + b"9" * 5000 + b"\n",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_source_that_cannot_be_parsed_is_unproven(tmp_path: Path, source: bytes) -> None:
    repository = Repository(tmp_path / "work")
    (repository.path / "src").mkdir()
    for file in ("src/code.py", "src/older.py"):
        (repository.path / file).write_bytes(source if file == "src/older.py" else b"")
    base = repository.commit("Begin", {"notes/t/breakdown.md": "# T\n"})
    (repository.path / "src/code.py").write_bytes(source)
    repository.commit("Code")
    git = Git.find(repository.path).with_scratch(tmp_path / "scratch")
    targets = find_targets(git, commit_range(git, "", base), Layout(source=("src",)), Ownership(PLAN, {}))
    (mutant,) = split_targets(targets, {})[1]
    assert (mutant.function, mutant.path, mutant.state) == ("code:<module>", "src/code.py", "unproven")
    assert mutant.detail.startswith("it cannot be parsed: ")
    assert [each.state for each in split_targets(targets, {"code:<module>": "a template"})[1]] == ["exempt"]


@pytest.mark.parametrize("source", [*BROKEN.values(), b"# \xff\n\nx = 1\n"], ids=[*BROKEN, "not UTF-8 in a comment"])
def test_lines_of_a_source_that_cannot_be_parsed_are_unknown(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "code.py").write_bytes(source)
    changed = {"code.py": frozenset({2})}
    owners = {"code.py": {2: frozenset("1")}}
    request = MeasureRequest(root=tmp_path, branch=True, sources=("code.py",), changed=changed, owners=owners)
    sets = line_sets(PLAN, request, read(tmp_path))
    for gate in ("task:1", "changed"):
        measure = sets[gate].measure()
        assert (measure.lines, [*measure.unparsed]) == (0, ["code.py"])
    system = sets["system"].measure()
    assert system.lines > 0 == system.covered, "never taken for reached"


def test_links_have_no_functions_of_their_own(tmp_path: Path) -> None:
    """A link's content is the path that it leads to, which may be no Python, and may lead nowhere."""
    repository = Repository(tmp_path / "work")
    base = repository.commit("Begin", {"notes/t/breakdown.md": "# T\n", "src/code.py": CODE})
    for name, target in {"to-code.py": "code.py", "loop.py": "loop.py", "nowhere.py": "../of/this world.py"}.items():
        (repository.path / "src" / name).symlink_to(target)
    repository.commit("Links")
    git = Git.find(repository.path).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, "notes/t/breakdown.md", base)
    assert find_targets(git, commits, Layout(source=("src",)), Ownership(PLAN, {})) == ()
