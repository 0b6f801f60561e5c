"""Where the system cannot fork, outcomes, proofs and reports are the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_execute.engine.settings import TimeLimits
from pytest_execute.tools.cache import ResultCache
from tests import hello
from tests.engine.test_runner import FILE, KILLER_TESTS, OTHER_FILE, STATES, TESTS, hang_limits
from tests.engine.trees import is_running, tree_runner
from tests.polling import wait_until
from tests.replay.replaying import replay
from tests.repository import Repository
from tests.topic import environment, run

WITHOUT_FORK = "import os\n\ndel os.fork\n"

NoFork = Callable[[], None]


@pytest.fixture
def no_fork(monkeypatch: pytest.MonkeyPatch) -> NoFork:
    return lambda: monkeypatch.delattr(os, "fork")


@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_each_test_has_an_outcome_of_its_own(
    repo: Repository, no_fork: NoFork, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    note = repo.path.parent / "note"
    monkeypatch.setenv("NOTE", str(note))
    files = {"src/app/__init__.py": "VALUE = 1\n", FILE: TESTS, "tests/test_to_others.py": OTHER_FILE}
    commit = repo.commit("all", files)
    tests = [f"{FILE}::test_{name}" for name in STATES] + ["tests/test_to_others.py::test_home_is_empty"]
    no_fork()
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), tests, alone=alone, limits=hang_limits)
        assert not is_running(int(note.read_text()))
    assert {test: outcomes[test].state for test in tests} == dict(zip(tests, [*STATES.values(), "passed"], strict=True))
    assert "builtins.MemoryError" in outcomes[f"{FILE}::test_takes_all_memory"].types


def test_only_the_test_that_kills_its_parents_is_lost(repo: Repository, no_fork: NoFork) -> None:
    tests = [f"tests/test_killers.py::test_{name}" for name in ("before", "ends_the_process_above", "between")]
    commit = repo.commit("all", {"tests/test_killers.py": KILLER_TESTS})
    no_fork()
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), tests)
    assert [outcomes[test].state for test in tests] == ["passed", "lost", "passed"]


BAD = {
    "tests/test_import.py": "import app.missing\n\ndef test_import(): app.missing\n",
    "tests/test_hang.py": "import time\ntime.sleep(600)\n\ndef test_hang(): pass\n",
    "tests/test_end.py": "import os\nos._exit(0)\n\ndef test_end(): pass\n",
    "tests/below/conftest.py": "1 / 0\n",
    "tests/below/test_below.py": "def test_below(fixture): pass\n",
    "tests/test_good.py": "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_good(n): assert n == 1\n",
}


def test_files_that_cannot_be_imported_have_the_same_outcomes(
    repo: Repository, no_fork: NoFork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_execute.engine.worker.IMPORT_SECONDS", 10.0)
    commit = repo.commit("all", {"src/app/__init__.py": "", **BAD})
    tests = [f"{file}::{Path(file).stem}" for file in BAD if "conftest" not in file] + ["tests/test_none.py::test_none"]
    answers: list[dict[str, Any]] = []
    for prepare in (lambda: None, no_fork):
        prepare()
        with tree_runner(repo) as runner:
            outcomes = runner.run(runner.git.tree(commit), tests, limits=lambda _: TimeLimits(30.0))
        answers.append(
            {test: (one.state, one.phase, one.types, one.missing, one.lines) for test, one in outcomes.items()}
        )
    assert answers[0] == answers[1]
    assert [answers[0][test][0] for test in tests] == ["failed", "timeout", "crash", "failed", "failed", "absent"]


HISTORY = [
    {"src/app/__init__.py": "", "src/app/sums.py": "READY = False\n", "tools/helper.py": ""},
    {
        "tests/test_a.py": """
            import os, shutil, time
            import pytest
            import app.sums as sums

            def test_asserts():
                assert sums.READY

            def test_calls():
                assert sums.add(1, 2) == 3

            def test_hangs():
                while not sums.READY: time.sleep(0.01)

            def test_ends():
                sums.READY or os._exit(0)

            def test_forks():
                os.fork()
                assert sums.READY

            def test_removes_its_tree():
                sums.READY or shutil.rmtree(os.path.dirname(__file__))
                assert sums.READY

            def test_passes():
                pass

            @pytest.mark.skipif("not sums.READY")
            def test_skipped():
                pass
            """,
        "tests/test_b.py": "from app.sums import add\n\ndef test_imports():\n    assert add(1, 2) == 3\n",
        "tests/test_c.py": "def test_strange():\n    import sys\n    sys.path.insert(0, TOOLS)\n    import helper\n",
    },
    {"src/app/sums.py": "READY = True\n"},
    {"src/app/sums.py": "READY = True\ndef add(a, b):\n    return a + b\n"},
]
FOUND = {
    "a.py::test_asserts": ("turned", "assertion"),
    "a.py::test_calls": ("turned", "missing-symbol"),
    "a.py::test_hangs": ("turned", "timeout"),
    "a.py::test_ends": ("turned", "crash"),
    "a.py::test_forks": ("turned", "assertion"),
    "a.py::test_removes_its_tree": ("turned", "assertion"),
    "a.py::test_passes": ("never-red", None),
    "a.py::test_skipped": ("red-not-counted", None),
    "b.py::test_imports": ("turned", "missing-symbol"),
    "c.py::test_strange": ("foreign-module", None),
}


def test_a_history_has_the_same_proofs_and_cached_outcomes_count_for_both(
    repo: Repository, no_fork: NoFork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", 4.0)
    for files in HISTORY:
        repo.commit(
            "step", {path: text.replace("TOOLS", repr(str(repo.path / "tools"))) for path, text in files.items()}
        )
    base = repo.git("rev-list", "--max-parents=0", "HEAD")
    tests = [f"tests/test_{name}" for name in FOUND]
    cache = ResultCache(None, print)
    forked = replay(repo, tests, base)
    no_fork()
    assert replay(repo, tests, base, cache=cache) == forked
    assert {name: (p.found, p.cause) for name, p in zip(FOUND, forked.values(), strict=True)} == FOUND
    monkeypatch.undo()
    monkeypatch.setattr("pytest_execute.engine.worker.start_child", None)  # nothing is started any more
    kept = [test for test, proof in forked.items() if proof.found == "turned" and proof.cause != "timeout"]
    assert replay(repo, kept, base, cache=cache) == {test: forked[test] for test in kept}


def test_a_topic_has_the_same_proofs_and_no_function_is_stubbed(tmp_path: Path) -> None:
    repo = hello.done(tmp_path / "repo")
    (tmp_path / "switched_off.py").write_text(WITHOUT_FORK)
    forked, ran = (
        run(repo.path, "-n0", "--execute-no-cache", *options, topic="hello", PYTHONPATH=str(tmp_path))
        for options in ([], ["-p", "switched_off"])
    )
    assert forked.report["proofs"] == ran.report["proofs"]
    assert [proof["verdict"] for proof in ran.report["proofs"]] == ["proven"]
    assert (forked.codes("task:1"), ran.codes("task:1")) == ([], [("mutation", "not-measured")])
    assert "functions cannot be mutated on this platform: Python has no os.fork here" in json.dumps(ran.report)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_all_processes_end_when_the_run_is_killed(tmp_path: Path, repo: Repository) -> None:
    """Also what a test has left running in a session of its own."""
    note = tmp_path / "note"
    commit = repo.commit("slow", {"tests/test_a.py": """
        import os, pathlib, subprocess, sys, time

        def test_a():
            daemon = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
            pathlib.Path(os.environ["NOTE"]).write_text(f"{os.getpid()} {os.getppid()} {daemon.pid}")
            time.sleep(600)
        """})  # fmt: skip
    script = f"""
import os, sys
from pathlib import Path
from typing import Any
del os.fork
from tests import hello
from tests.engine.trees import tree_runner
from tests.replay.replaying import replay
from tests.repository import Repository
with tree_runner(Repository(Path({str(repo.path)!r}))) as runner:
    runner.run(runner.git.tree({commit!r}), ["tests/test_a.py::test_a"])
"""
    child = subprocess.Popen([sys.executable, "-c", script], env=environment(NOTE=str(note)))
    assert wait_until(lambda: note.exists() and note.read_text().count(" ") == 2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    pids = list(map(int, note.read_text().split()))
    assert wait_until(lambda: not any(map(is_running, pids)))
