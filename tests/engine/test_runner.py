"""Whatever a test does is one row, and its neighbours' rows are as they would be without it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_execute
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import DEFAULT_LIMITS, PytestOptions, Settings, TimeLimits
from pytest_execute.tools.git import Git
from tests.repository import Repository

FILE = "tests/test_rows.py"
ROWS = """
    import os, pathlib, subprocess, sys, time
    import app

    HERE = pathlib.Path(__file__)

    def test_neighbour_before():
        assert app.VALUE == 1

    def test_leaves_early():
        os._exit(0)

    def test_never_ends():
        while True:
            time.sleep(0.01)

    def test_forks_and_goes_on():
        os.fork()

    def test_takes_all_memory():
        kept = []
        while True:
            kept.append(bytearray(50 << 20))

    def test_deletes_its_tree():
        import shutil
        shutil.rmtree(HERE.parent.parent)

    def test_has_a_whole_tree():
        assert (HERE.parent.parent / "src/app/__init__.py").read_text() == "VALUE = 1\\n"

    def test_changes_a_source():
        (HERE.parent.parent / "src/app/__init__.py").write_text("VALUE = 2\\n")

    def test_has_the_source_of_the_commit():
        assert subprocess.run([sys.executable, "-c", "import app; assert app.VALUE == 1"]).returncode == 0

    def test_writes_to_home():
        (pathlib.Path.home() / "left").write_text("x")

    def test_leaves_a_daemon():
        code = "import os, time; os.setsid(); print(os.getpid(), flush=True); os.close(1); os.chdir('/'); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        pathlib.Path(os.environ["NOTE"]).write_text(process.stdout.readline())

    def test_neighbour_after():
        assert app.VALUE == 1
    """
OTHER = """
    import pathlib

    def test_home_is_empty():
        assert list(pathlib.Path.home().iterdir()) == []
    """
STATES = {
    "neighbour_before": "passed",
    "leaves_early": "crash",
    "never_ends": "timeout",
    "forks_and_goes_on": "passed",
    "takes_all_memory": "failed",
    "deletes_its_tree": "passed",
    "has_a_whole_tree": "passed",
    "changes_a_source": "passed",
    "has_the_source_of_the_commit": "passed",
    "writes_to_home": "passed",
    "leaves_a_daemon": "passed",
    "neighbour_after": "passed",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


@contextlib.contextmanager
def runner(
    repo: Repository,
    tests: list[str],
    user: Path | None = None,
    tops: tuple[str, ...] = ("app",),
    arguments: tuple[str, ...] = (),
) -> Iterator[Runner]:
    scratch = repo.path.parent / "scratch"
    setting = Settings(
        work_tree=str(user or repo.path),
        roots=("src",),
        top_modules=tops,
        prefix="",
        pytest=PytestOptions(arguments=arguments),
        seconds=dict.fromkeys(tests, 0.0),
        memory=500 << 20,
    )
    with contextlib.closing(Runner(Git.find(repo.path).within(scratch), setting, scratch / "trees")) as made:
        yield made
    assert list((scratch / "trees").iterdir()) == []


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_each_is_one_row(repo: Repository, monkeypatch: pytest.MonkeyPatch, alone: bool) -> None:
    note = repo.path.parent / "note"
    monkeypatch.setenv("NOTE", str(note))
    files = {"src/app/__init__.py": "VALUE = 1\n", FILE: ROWS, "tests/test_to_others.py": OTHER}
    commit = repo.commit("all", files)
    tests = [f"{FILE}::test_{name}" for name in STATES] + ["tests/test_to_others.py::test_home_is_empty"]
    with runner(repo, tests) as made:
        seen = made.run(made.git.tree(commit), tests, alone=alone, limits=lambda _: TimeLimits(4.0))
        deadline = time.monotonic() + 5
        while is_running(int(note.read_text())) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_running(int(note.read_text()))
    assert {test: seen[test].state for test in tests} == dict(zip(tests, [*STATES.values(), "passed"], strict=True))
    assert "builtins.MemoryError" in seen[f"{FILE}::test_takes_all_memory"].types


KILLERS = """
    import os, pathlib, signal, time

    def parent(pid):
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

    def test_before():
        pass

    def test_ends_the_process_above():
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(9)

    def test_between():
        pass

    def test_ends_the_server():
        os.kill(parent(os.getppid()), signal.SIGKILL)
        time.sleep(9)

    def test_after():
        pass
    """


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for its ancestors in /proc")
@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_a_test_that_ends_what_runs_it_is_lost_and_its_neighbours_are_not(repo: Repository, alone: bool) -> None:
    names = ("before", "ends_the_process_above", "between", "ends_the_server", "after")
    tests = ["tests/test_other.py::test_other", *(f"tests/test_killers.py::test_{name}" for name in names)]
    other = "def test_other(): pass\n"
    commit = repo.commit("all", {"tests/test_killers.py": KILLERS, "tests/test_other.py": other})
    with runner(repo, tests) as made:
        seen = made.run(made.git.tree(commit), tests, alone=alone)
    assert [seen[test].state for test in tests] == ["passed", "passed", "lost", "passed", "lost", "passed"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for its ancestors in /proc")
def test_a_test_that_ends_the_server_while_functions_are_stubbed_is_lost_too(repo: Repository) -> None:
    kills = f"""
        import os, pathlib, signal, time

        def stat(pid):
            return pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()

        def test_ends_the_server():
            server = os.getppid()
            while stat(server)[3] == stat(os.getpid())[3] and stat(stat(server)[1])[3] == stat(server)[3]:
                server = int(stat(server)[1])
            os.kill(server, signal.SIGKILL)
            time.sleep(9)
            pathlib.Path({str(repo.path.parent / "lived")!r}).touch()
        """
    commit = repo.commit("all", {"tests/test_k.py": kills})
    one = "tests/test_k.py::test_ends_the_server"
    asked = {
        "functions": {},
        "count": 0,
        "probe": [one],
        "probed": {},
        "jobs": [],
        "lists": [],
        "active": None,
        "lanes": 1,
    }
    with runner(repo, [one]) as made:
        _, stuck = made.run_stubs(made.git.tree(commit), [one], lambda _: DEFAULT_LIMITS, asked)
    assert stuck == "lost"
    assert not (repo.path.parent / "lived").exists()


def test_what_the_import_system_does_is_no_file_of_the_tree(repo: Repository) -> None:
    commit = repo.commit("a", {"src/app/__init__.py": "1 / 0\n", "tests/test_a.py": "import app\ndef test_a(): pass\n"})
    one = "tests/test_a.py::test_a"
    with runner(repo, [one]) as made:
        seen = made.run(made.git.tree(commit), [one])[one]
        assert seen.frames == ("tests/test_a.py", "src/app/__init__.py")
        commit = repo.commit(
            "b", {"tests/test_a.py": "import importlib\nimportlib.import_module('.')\ndef test_a(): pass\n"}
        )
        assert made.run(made.git.tree(commit), [one])[one].frames == ("tests/test_a.py",)


def test_a_module_with_the_projects_name_from_elsewhere_is_foreign(repo: Repository) -> None:
    """As where the project is one that pytest itself has loaded already."""
    files = {"src/pluggy/__init__.py": "", "tests/test_a.py": "import pluggy\ndef test_a(): pass\n"}
    commit = repo.commit("a", files)
    one = "tests/test_a.py::test_a"
    with runner(repo, [one], tops=("pluggy",)) as made:
        seen = made.run(made.git.tree(commit), [one])[one]
    assert seen.state == "foreign"
    assert seen.message.startswith("pluggy")


def test_a_directory_turns_into_the_next_tree_whatever_stands_in_it(repo: Repository) -> None:
    """Same size, same second: nothing of the tree before is run."""
    test = "def test_value():\n    import app.sub.value\n    assert app.sub.value.VALUE == {}\n"
    commits = []
    for number in (1, 2):
        repo.put("src/app/sub/value.py", f"VALUE = {number}\n")
        commits.append(repo.commit(str(number), {"src/app/__init__.py": "", "tests/test_v.py": test.format(number)}))
    one = "tests/test_v.py::test_value"
    with runner(repo, [one]) as made:
        for commit in (*commits, *commits):
            assert made.run(made.git.tree(commit), [one])[one].state == "passed"


def test_the_traceback_names_the_files_of_the_tree_also_where_it_was_compiled_in_another(repo: Repository) -> None:
    """The second directory, another worker's, runs code that was compiled for the first."""
    first = repo.commit("a", {"src/app/__init__.py": "def f():\n    raise KeyError\n", "tests/test_f.py": (
        "import app\nfrom pathlib import Path\n\ndef test_f():\n    assert Path(app.f.__code__.co_filename) == Path(app.__file__)\n    app.f()\n"
    )})  # fmt: skip
    one = "tests/test_f.py::test_f"
    with runner(repo, [one]) as made:
        tree = made.git.tree(first)
        with made._worker():
            assert made.run(tree, [one])[one].frames == ("tests/test_f.py", "src/app/__init__.py")
        assert made.run(tree, [one])[one].frames == ("tests/test_f.py", "src/app/__init__.py")
        assert {path.name for path in made.directory.iterdir()} >= {"tree-0", "tree-1"}


def test_the_project_may_be_this_one(repo: Repository) -> None:
    """The engine's own modules, which stand in the checkout then, are not taken for the project's."""
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": "def test_a():\n    import app\n"})
    one = "tests/test_a.py::test_a"
    checkout = Path(pytest_execute.__file__).resolve().parent.parent
    with runner(repo, [one], user=checkout) as made:
        assert made.run(made.git.tree(commit), [one])[one].state == "passed"


def test_what_the_start_of_pytest_has_loaded_of_the_project_had_a_part_in_every_test(repo: Repository) -> None:
    files = {
        "src/app/__init__.py": "",
        "src/app/plug.py": "VALUE = 1\n",
        "tests/test_a.py": "def test_a():\n    assert 0\n",
    }
    commit = repo.commit("a", files)
    one = "tests/test_a.py::test_a"
    with runner(repo, [one], arguments=("-p", "app.plug")) as made:
        seen = made.run(made.git.tree(commit), [one])[one]
    assert seen.accesses is not None
    assert seen.accesses >= {"src/app/plug.py", "tests/test_a.py"}
