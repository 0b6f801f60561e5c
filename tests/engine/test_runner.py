"""Whatever a test does to its process or its tree, the outcomes of other tests are as without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.engine.child.messages import MutationJob
from pytest_execute.engine.settings import DEFAULT_LIMITS, TimeLimits
from tests.engine.trees import is_running, tree_runner
from tests.polling import wait_until
from tests.repository import Repository

FILE = "tests/test_rows.py"


TESTS = """
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
        code = "import os, time; os.setsid(); print(os.getpid(), flush=True); os.close(1); os.chdir('/')"
        code += "; time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        pathlib.Path(os.environ["NOTE"]).write_text(process.stdout.readline())

    def test_neighbour_after():
        assert app.VALUE == 1
    """


OTHER_FILE = """
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


def hang_limits(test: str) -> TimeLimits:
    """Return a short time for the test that never ends, and for others what they may take on a busy machine."""
    return TimeLimits(wall_seconds=4.0 if "never_ends" in test else 20.0)


@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_each_test_has_an_outcome_of_its_own(repo: Repository, monkeypatch: pytest.MonkeyPatch, alone: bool) -> None:
    note = repo.path.parent / "note"
    monkeypatch.setenv("NOTE", str(note))
    files = {"src/app/__init__.py": "VALUE = 1\n", FILE: TESTS, "tests/test_to_others.py": OTHER_FILE}
    commit = repo.commit("all", files)
    tests = [f"{FILE}::test_{name}" for name in STATES] + ["tests/test_to_others.py::test_home_is_empty"]
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), tests, alone=alone, limits=hang_limits)
        assert wait_until(lambda: not is_running(int(note.read_text())))
    assert {test: outcomes[test].state for test in tests} == dict(zip(tests, [*STATES.values(), "passed"], strict=True))
    assert "builtins.MemoryError" in outcomes[f"{FILE}::test_takes_all_memory"].types


KILLER_TESTS = """
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
def test_only_the_test_that_kills_its_parents_is_lost(repo: Repository, alone: bool) -> None:
    names = ("before", "ends_the_process_above", "between", "ends_the_server", "after")
    tests = ["tests/test_other.py::test_other", *(f"tests/test_killers.py::test_{name}" for name in names)]
    other = "def test_other(): pass\n"
    commit = repo.commit("all", {"tests/test_killers.py": KILLER_TESTS, "tests/test_other.py": other})
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), tests, alone=alone)
    assert [outcomes[test].state for test in tests] == ["passed", "passed", "lost", "passed", "lost", "passed"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for its ancestors in /proc")
def test_a_test_that_kills_the_server_while_functions_are_stubbed_is_lost(repo: Repository) -> None:
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
    test = "tests/test_k.py::test_ends_the_server"
    mutation: MutationJob = {
        "functions": {},
        "function_count": 0,
        "tests_to_probe": [test],
        "known_probes": {},
        "trials": [],
        "test_lists": [],
        "stubbed_on_import": None,
        "workers": 1,
    }
    with tree_runner(repo) as runner:
        _, aborted = runner.run_stubs(runner.git.tree(commit), [test], lambda _: DEFAULT_LIMITS, mutation)
    assert aborted == "lost"
    assert not (repo.path.parent / "lived").exists()


def test_a_directory_that_held_another_tree_runs_nothing_of_it(repo: Repository) -> None:
    """Files have the same size and were written in the same second."""
    test = "def test_value():\n    import app.sub.value\n    assert app.sub.value.VALUE == {}\n"
    commits = []
    for number in (1, 2):
        repo.put("src/app/sub/value.py", f"VALUE = {number}\n")
        commits.append(repo.commit(str(number), {"src/app/__init__.py": "", "tests/test_v.py": test.format(number)}))
    test = "tests/test_v.py::test_value"
    with tree_runner(repo) as runner:
        for commit in (*commits, *commits):
            assert runner.run(runner.git.tree(commit), [test])[test].state == "passed"
