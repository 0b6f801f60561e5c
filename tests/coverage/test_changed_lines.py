"""Lines and functions that a topic changed: moves, layout and what merges brought from elsewhere are none of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import Ownership
from pytest_execute.core.plan import Plan
from pytest_execute.coverage.changed_lines import changed_lines
from pytest_execute.mutation.targets import find_targets
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from tests.repository import Repository

NOTES = "notes/t/breakdown.md"
LAYOUT = Layout(source=("src",))
LEGACY = "".join(f"def legacy_{name}(a):\n    b = a + {ord(name)}\n    return b\n\n\n" for name in "abcdef")
NEW = "\n\ndef new(a):\n    return a\n"
OTHER = "def other(a):\n    return a\n"


class Topic(Repository):
    """Repository with a legacy file, and a topic on the branch `work`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.commit("base", {"src/legacy.py": LEGACY})
        self.git("switch", "-q", "-c", "work")
        self.commit("plan", {NOTES: "x\n"})

    def on_main(self, files: dict[str, str | None]) -> None:
        """Commit somebody else's work on main."""
        self.git("switch", "-q", "main")
        self.commit("others", files)
        self.git("switch", "-q", "work")

    def changed(self, base: str | None = None) -> tuple[dict[str, list[int]], set[str]]:
        """Return the lines and the functions that the topic changed."""
        git = Git.find(self.path).with_scratch(self.path.parent / "scratch")
        commits = commit_range(git, NOTES, base)
        sources = [path for path in git.tree(commits.tree) if LAYOUT.is_source(path)]
        targets = find_targets(git, commits, LAYOUT, Ownership(Plan(topic="t", path=NOTES), {}))
        lines = changed_lines(git, commits, LAYOUT, sources)
        return {path: sorted(some) for path, some in lines.items()}, {target.name for target in targets}


@pytest.fixture
def repo(tmp_path: Path) -> Topic:
    return Topic(tmp_path / "repo")


NOTHING: tuple[dict[str, list[int]], set[str]] = ({}, set())


def test_moves_line_ends_and_layout(repo: Topic) -> None:
    (repo.path / "src" / "old").mkdir()
    repo.git("mv", "src/legacy.py", 'src/old/say"it".py')
    repo.commit("move")
    assert repo.changed() == NOTHING
    (repo.path / 'src/old/say"it".py').write_bytes(LEGACY.replace("\n", "\r\n").replace(" + ", " +  ").encode())
    assert repo.changed() == NOTHING
    text = LEGACY.replace("return b", "return (b)").replace("a + 99", "a + 0")
    repo.commit("edit", {'src/old/say"it".py': text})
    assert repo.changed() == ({'src/old/say"it".py': [12]}, {'old.say"it":legacy_c'})


def test_code_that_moves_into_the_implementation_and_code_that_is_copied(repo: Topic) -> None:
    repo.on_main({"scripts/run.py": OTHER})
    repo.git("rebase", "-q", "main", "work")
    repo.commit("copy", {"src/run.py": OTHER, "scripts/run.py": OTHER + NEW})
    assert repo.changed() == ({"src/run.py": [1, 2]}, {"run:other"})
    repo.commit("move", {"scripts/run.py": None})
    assert repo.changed() == NOTHING


def test_main_that_was_merged_is_not_the_topics(repo: Topic) -> None:
    for number in "12":
        repo.on_main(
            {f"src/other_{number}.py": OTHER, "src/legacy.py": LEGACY.replace("return b", f"return b, {number}")}
        )
        repo.git("merge", "-q", "--no-edit", "main")
    assert repo.changed() == NOTHING
    repo.commit("work", {"src/other_1.py": OTHER + NEW})
    assert repo.changed() == ({"src/other_1.py": [5, 6]}, {"other_1:new"})
    assert repo.changed("main") == repo.changed()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "work")
    assert repo.changed() == ({"src/other_1.py": [5, 6]}, {"other_1:new"})


@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "in progress"])
def test_what_only_the_merge_has_is_the_topics(repo: Topic, is_committed: bool) -> None:
    """Somebody writes code while the merge is made, resolves a conflict in a third way, and takes others' work back."""
    ours, theirs, third = (LEGACY.replace("a + 97", f"a + {number}") for number in (1, 2, 3))
    repo.commit("ours", {"src/legacy.py": ours})
    repo.on_main({"src/legacy.py": theirs, "src/other.py": OTHER, "src/kept.py": OTHER})
    repo.git("merge", "-q", "--no-commit", "-s", "ours", "main")
    for path, text in {"src/legacy.py": third, "src/evil.py": NEW.lstrip(), "src/kept.py": OTHER}.items():
        repo.put(path, text)
    if is_committed:
        repo.commit("merge")
    assert repo.changed() == ({"src/evil.py": [1, 2], "src/legacy.py": [2]}, {"evil:new", "legacy:legacy_a"})


def test_what_the_topics_own_branches_bring_is_the_topics(repo: Topic) -> None:
    repo.git("switch", "-q", "-c", "stream")
    repo.commit("work", {"src/other.py": OTHER})
    repo.git("switch", "-q", "work")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "stream")
    assert repo.changed() == ({"src/other.py": [1, 2]}, {"other:other"})


def test_an_octopus_of_main_and_a_branch_of_the_topic(repo: Topic) -> None:
    repo.git("switch", "-q", "-c", "stream")
    repo.commit("work", {"src/own.py": OTHER})
    repo.on_main({"src/other.py": OTHER})
    repo.commit("tick", {NOTES: "y\n"})
    repo.git("merge", "-q", "--no-edit", "main", "stream")
    assert repo.changed() == ({"src/own.py": [1, 2]}, {"own:other"})


def test_merge_rebase_and_squash_give_the_same_lines(repo: Topic) -> None:
    repo.commit("work", {"src/own.py": OTHER, "src/legacy.py": LEGACY.replace("a + 97", "a + 0")})
    repo.on_main({"src/other.py": OTHER, "src/legacy.py": LEGACY.replace("a + 102", "a + 1")})
    expected = ({"src/legacy.py": [2], "src/own.py": [1, 2]}, {"legacy:legacy_a", "own:other"})
    repo.git("branch", "merged")
    repo.git("branch", "rebased")
    repo.git("switch", "-q", "merged")
    repo.git("merge", "-q", "--no-edit", "main")
    assert repo.changed() == expected
    repo.git("rebase", "-q", "main", "rebased")
    assert repo.changed() == expected
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "work")
    repo.commit("squash")
    assert repo.changed() == expected


def test_a_file_below_the_root_directory_of_a_project(repo: Topic) -> None:
    repo.commit("work", {"api/src/x.py": dedent(OTHER)})
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    layout = Layout(prefix="api/", home="api/", source=("api/src",))
    assert changed_lines(git, commit_range(git, NOTES), layout, ["src/x.py"]) == {"src/x.py": {1, 2}}
