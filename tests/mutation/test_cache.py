"""Tests that a second run starts again after a change: those that looked at what changed, and no others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.mutation.functions import find_functions
from pytest_execute.mutation.mutate import MutationRequest, mutate
from pytest_execute.mutation.targets import Target
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from tests.repository import Repository
from tests.topic import OWN_PLUGINS

CODE = {
    "a": "def one(): return 1\n",
    "b": "def two(): return 2\ndef three(): return '3'\n",
    "c": "def four(): return 4\n",
}
CONFTEST = """
    import os, pytest

    @pytest.fixture(autouse=True)
    def note(request):
        with open(os.environ["NOTE"], "a") as file:
            file.write(request.node.nodeid.removeprefix("tests/test_") + "\\n")
    """
A = "from app.a import one\n\ndef test_one():\n    assert one() == 1\n"
B = """
    from pathlib import Path
    from app.b import three, two
    from helping import expected

    def test_two():
        assert two() in expected()

    def test_three():
        assert three() in (Path(__file__).parent / "three.txt").read_text()
    """
C = """
    import subprocess
    from app.c import four

    def test_four():
        subprocess.run(["true"])
        assert four() == 4
    """
FILES: dict[str, str | None] = {
    **{f"src/app/{name}.py": text for name, text in CODE.items()},
    "src/app/__init__.py": "",
    "tests/conftest.py": CONFTEST,
    "tests/helping.py": "def expected():\n    return [2]\n",
    "tests/three.txt": "3\n",
    "tests/test_a.py": A,
    "tests/test_b.py": B,
    "tests/test_c.py": C,
    "notes/all.md": "- [ ] all\n",
}
ALL = {"a.py::test_one", "b.py::test_two", "b.py::test_three", "c.py::test_four"}
WITH_PROGRAM = "c.py::test_four"
"""It starts another program, which may read any file."""
MORE = A + "    assert two()\n\ndef test_more():\n    from app.b import two\n    assert two() == 2\n"
CHANGES: dict[str, tuple[dict[str, str | None], set[str], set[str]]] = {
    "files that no test looks for": (
        {"docs/new.md": "new\n", "src/app/more.py": "", "tests/test_d.py": ""},
        {WITH_PROGRAM},
        set(),
    ),
    "a file that no test opens": ({"notes/all.md": "- [x] all\n"}, {WITH_PROGRAM}, set()),
    "a function": ({"src/app/a.py": "def one(): return 2 - 1\n"}, {"a.py::test_one", WITH_PROGRAM}, set()),
    "a test": ({"tests/test_a.py": A.replace("== 1", "!= 5")}, {"a.py::test_one", WITH_PROGRAM}, {"one none"}),
    "a helper": (
        {"tests/helping.py": "def expected():\n    return [2, None]\n"},
        {"b.py::test_two", "b.py::test_three", WITH_PROGRAM},
        {"two none"},
    ),
    "data": ({"tests/three.txt": "3 stub\n"}, {"b.py::test_three", WITH_PROGRAM}, set()),
    "a conftest": ({"tests/conftest.py": CONFTEST + "# changed\n"}, ALL, set()),
    "a package in place of a module": (
        {"src/app/a/__init__.py": CODE["a"]},
        {"a.py::test_one", WITH_PROGRAM},
        {"one raise", "one none"},
    ),
}
NEW = "def test_new():\n        assert one() == 1"
Result = tuple[set[str], set[str]]


class Project:
    """Repository with a result cache that all runs on it share."""

    def __init__(self, path: Path) -> None:
        self.repo, self.results, self.path = Repository(path / "repo"), ResultCache(None, print), path
        self.first = self.repo.commit("first", dict(FILES))

    def run(self, tests: tuple[str, ...] = tuple(sorted(ALL))) -> Result:
        """Return the tests that ran, and the stubs that no test noticed."""
        note = self.path / "note"
        note.write_text("")
        git = Git.find(self.repo.path).with_scratch(self.path / "scratch")
        head = git.find_commit("HEAD")
        assert head is not None
        layout = Layout(source=("src/app",))
        targets = tuple(
            Target(function.name, f"src/app/{name}.py", function, (name,))
            for name in CODE
            for function in find_functions((self.repo.path / f"src/app/{name}.py").read_text())
        )
        names = {f"tests/test_{test}": 0.0 for test in tests}
        order = MutationRequest(
            tree=git.tree_id(head),
            targets=targets,
            tests=names,
            task_tests={name: tuple(test for test in names if test.startswith(f"tests/test_{name}")) for name in CODE},
            settings=settings_for(git, layout, git.tree(head), PytestOptions(arguments=OWN_PLUGINS, workers=1)),
        )
        os.environ["NOTE"] = str(note)
        try:
            mutants = mutate(git, order, self.path / "trees", self.results, lambda done, total: None)
        finally:
            del os.environ["NOTE"]
        return set(note.read_text().split()), {f"{m.function} {m.stub}" for m in mutants if m.state != "killed"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("again"))
    assert project.run() == (ALL, set())
    return project


@pytest.mark.parametrize("change", CHANGES)
def test_only_tests_that_looked_at_a_changed_file_run_again(project: Project, change: str) -> None:
    files, again, survive = CHANGES[change]
    project.repo.git("checkout", "-q", "--detach", project.first)
    project.repo.commit(change, files)
    assert project.run() == (again, survive)
    assert project.run() == (set(), survive)
    project.repo.git("checkout", "-q", "--detach", project.first)
    assert project.run() == (set(), set())


def test_a_new_test_is_tried_with_the_stubs_that_it_reaches(project: Project) -> None:
    """The new test is in a file that the other tests do not look at, so their results stay known."""
    project.repo.git("checkout", "-q", "--detach", project.first)
    project.repo.commit("weak", {"tests/test_a.py": A.replace("assert one() == 1", "one()")})
    more = B.replace("from app.b", "from app.a import one\n    from app.b").replace(
        "def test_three", f"{NEW}\n\n    def test_three"
    )
    assert project.run() == ({"a.py::test_one", WITH_PROGRAM}, {"one none"})
    project.repo.commit("new test", {"tests/test_b.py": more})
    assert project.run((*sorted(ALL), "b.py::test_new")) == (
        {"b.py::test_two", "b.py::test_three", "b.py::test_new", WITH_PROGRAM},
        set(),
    )


def test_a_test_that_is_left_out_no_longer_counts_as_noticing(project: Project) -> None:
    project.repo.git("checkout", "-q", "--detach", project.first)
    assert project.run(tuple(sorted(ALL - {"b.py::test_two"})))[1] == {"two raise", "two none"}
