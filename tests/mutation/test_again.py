"""What a second run tries again after a change: all that the change has a part in, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.mutation.functions import find_functions
from pytest_execute.mutation.mutate import MutationRequest, mutate
from pytest_execute.mutation.targets import Target
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from tests.repository import Repository

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
ANY = "c.py::test_four"
"""It starts another program, which may read whatever there is."""
MORE = A + "    assert two()\n\ndef test_more():\n    from app.b import two\n    assert two() == 2\n"
CHANGES: dict[str, tuple[dict[str, str | None], set[str], set[str]]] = {
    "what no test asks for": ({"docs/new.md": "new\n", "src/app/more.py": "", "tests/test_d.py": ""}, {ANY}, set()),
    "what no test opens": ({"notes/all.md": "- [x] all\n"}, {ANY}, set()),
    "a function": ({"src/app/a.py": "def one(): return 2 - 1\n"}, {"a.py::test_one", ANY}, set()),
    "a test": ({"tests/test_a.py": A.replace("== 1", "!= 5")}, {"a.py::test_one", ANY}, {"one none"}),
    "a helper": (
        {"tests/helping.py": "def expected():\n    return [2, None]\n"},
        {"b.py::test_two", "b.py::test_three", ANY},
        {"two none"},
    ),
    "data": ({"tests/three.txt": "3 stub\n"}, {"b.py::test_three", ANY}, set()),
    "a conftest": ({"tests/conftest.py": CONFTEST + "# changed\n"}, ALL, set()),
    "a package in place of a module": (
        {"src/app/a/__init__.py": CODE["a"]},
        {"a.py::test_one", ANY},
        {"one raise", "one none"},
    ),
}
NEW = "def test_new():\n        assert one() == 1"
Tried = tuple[set[str], set[str]]


class Place:
    """A repository, and a ledger that all runs on it share; a run gives the tests that ran, and the stubs that none noticed."""

    def __init__(self, path: Path) -> None:
        self.repo, self.ledger, self.path = Repository(path / "repo"), ResultCache(None, print), path
        self.first = self.repo.commit("first", dict(FILES))

    def tried(self, tests: tuple[str, ...] = tuple(sorted(ALL))) -> Tried:
        note = self.path / "note"
        note.write_text("")
        git = Git.find(self.repo.path).within(self.path / "scratch")
        layout = Layout(source=("src/app",))
        targets = tuple(
            Target(function.name, f"src/app/{name}.py", function, (name,))
            for name in CODE
            for function in find_functions((self.repo.path / f"src/app/{name}.py").read_text())
        )
        names = {f"tests/test_{test}": 0.0 for test in tests}
        order = MutationRequest(
            tree=git.ask("rev-parse", "HEAD^{tree}"),
            targets=targets,
            tests=names,
            task_tests={name: tuple(test for test in names if test.startswith(f"tests/test_{name}")) for name in CODE},
            config=("pytest.ini", b"[pytest]\n"),
            arguments=(),
            workers=2,
        )
        os.environ["NOTE"] = str(note)
        try:
            mutants = mutate(git, layout, order, self.path / "trees", self.ledger)
        finally:
            del os.environ["NOTE"]
        return set(note.read_text().split()), {f"{m.function} {m.stub}" for m in mutants if m.state != "killed"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("again"))
    assert made.tried() == (ALL, set())
    return made


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_a_change_has_a_part_in_runs_again(place: Place, change: str) -> None:
    files, again, survive = CHANGES[change]
    place.repo.git("checkout", "-q", "--detach", place.first)
    place.repo.commit(change, files)
    assert place.tried() == (again, survive)
    assert place.tried() == (set(), survive)
    place.repo.git("checkout", "-q", "--detach", place.first)
    assert place.tried() == (set(), set())


def test_a_new_test_is_tried_over_what_it_reaches(place: Place) -> None:
    """In a file that the others do not look at; what is known of the others stays."""
    place.repo.git("checkout", "-q", "--detach", place.first)
    place.repo.commit("weak", {"tests/test_a.py": A.replace("assert one() == 1", "one()")})
    more = B.replace("from app.b", "from app.a import one\n    from app.b").replace(
        "def test_three", f"{NEW}\n\n    def test_three"
    )
    assert place.tried() == ({"a.py::test_one", ANY}, {"one none"})
    place.repo.commit("new test", {"tests/test_b.py": more})
    assert place.tried((*sorted(ALL), "b.py::test_new")) == (
        {"b.py::test_two", "b.py::test_three", "b.py::test_new", ANY},
        set(),
    )


def test_a_test_that_is_left_out_now_is_not_asked_for_what_it_noticed(place: Place) -> None:
    place.repo.git("checkout", "-q", "--detach", place.first)
    assert place.tried(tuple(sorted(ALL - {"b.py::test_two"})))[1] == {"two raise", "two none"}
