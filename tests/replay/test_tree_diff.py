"""Trees that are the same in everything that a test looked at are skipped; others are run."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.runner import Runner
from pytest_execute.replay.overlay import tree_id
from pytest_execute.replay.tree_diff import TreeDiff
from pytest_execute.tools.git import Entry
from tests.polling import LONGEST
from tests.recording import recorded
from tests.replay.replaying import replay
from tests.repository import Repository

ONE = "tests/test_f.py::test_f"
APP = {"src/app/__init__.py": "VALUE = 1\n", "src/app/other.py": "x = 0\n", "src/app/data.txt": "0\n"}
LOOKS = """
    import app
    def test_f():
        assert app.VALUE == 2
    """
READS = """
    import pathlib, app
    def test_f():
        assert "3" in pathlib.Path(app.__file__).with_name("data.txt").read_text()
    """
STARTS = """
    import subprocess, sys
    def test_f():
        subprocess.run([sys.executable, "-c", "import app.other; assert app.other.x == 3"], check=True)
    """
OPENS = """
    import os, app
    def test_f():
        here = os.open(os.path.dirname(app.__file__), os.O_RDONLY)
        assert os.read(os.open("data.txt", os.O_RDONLY, dir_fd=here), 1) == b"3"
    """


def replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test: str, *changes: Mapping[str, str | None]
) -> tuple[Proof, list[str], int]:
    """The proof of `test` over a commit for each of `changes`, the commits, and how many trees it was run in."""
    repo = Repository(tmp_path / "repo")
    base = repo.commit("base", {**APP, "tests/test_f.py": textwrap.dedent(test)})
    commits = [base, *(repo.commit(str(number), change) for number, change in enumerate(changes))]
    trees: set[str] = set()
    monkeypatch.setattr(Runner, "run", recorded(Runner.run, lambda _, tree, *a, **k: trees.add(tree_id(tree))))
    proofs = replay(repo, [ONE], base)
    return proofs[ONE], commits, len(trees)


def other(number: int) -> dict[str, str]:
    return {"src/app/other.py": f"x = {number}\n"}


def data(number: int) -> dict[str, str]:
    return {"src/app/data.txt": f"{number}\n"}


def test_a_tree_that_differs_only_in_files_that_the_test_did_not_open_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [other(1), other(2), data(1), data(2), other(9), {"src/app/__init__.py": "VALUE = 2\n"}]
    found, commits, trees = replayed(tmp_path, monkeypatch, LOOKS, *changes)
    assert (found.found, found.before, found.after) == ("turned", commits[-2], commits[-1])
    assert trees == 3, "base, and the two ends of the turn"


@pytest.mark.parametrize(
    ("test", "change"), [(READS, data), (OPENS, data), (STARTS, other)], ids=["reads", "opens by descriptor", "starts"]
)
def test_a_tree_that_differs_in_files_that_the_test_reads_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test: str, change: Callable[[int], dict[str, str]]
) -> None:
    """It passes in the middle, and never again before the end: the first pass counts."""
    found, commits, trees = replayed(
        tmp_path, monkeypatch, test, change(1), change(2), change(3), change(4), change(5), change(3) | {"new": ""}
    )
    assert (found.found, found.before, found.after) == ("turned", commits[2], commits[3])
    assert trees >= 4


def test_a_tree_with_a_new_module_that_hides_another_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file that the test opened has changed, where a package comes before the module that it opened."""
    test = "import app.other\ndef test_f():\n    assert app.other.x == 3\n"
    hides = {"src/app/other/__init__.py": "x = 3\n"}
    found, commits, _ = replayed(
        tmp_path,
        monkeypatch,
        test,
        data(1),
        hides,
        {"src/app/other/__init__.py": "x = 4\n"},
        {"src/app/other/__init__.py": "x = 3\n"},
    )
    assert (found.before, found.after) == (commits[1], commits[2])


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info < (3, 11), reason="who asks for a path is not known there"
)
def test_a_tree_with_new_paths_that_the_test_does_not_look_for_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conftest = {
        "tests/conftest.py": "def pytest_ignore_collect(collection_path):\n    return collection_path.is_dir()\n"
    }
    ways = [conftest, {"docs/a.md": "x"}, {"CHANGES": "x"}, {"src/app/more.py": "x"}, {"tests/test_more.py": "x"}]
    changes = [*ways, {"src/app/__init__.py": "VALUE = 2\n"}]
    found, commits, trees = replayed(tmp_path, monkeypatch, LOOKS, *changes)
    assert (found.found, found.before, found.after) == ("turned", commits[-2], commits[-1])
    assert trees == 3, "base, and the two ends of the turn"


def test_a_hang_is_not_waited_for_in_each_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", 5.0)
    test = "import app, time\ndef test_f():\n    while app.VALUE == 1: time.sleep(0.01)\n"
    found, commits, trees = replayed(
        tmp_path, monkeypatch, test, other(1), other(2), other(3), {"src/app/__init__.py": "VALUE = 2\n"}
    )
    assert (found.found, found.cause, found.before, trees) == ("turned", "timeout", commits[-2], 3)


def test_a_slow_test_is_no_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that does not end in a quick run gets more time before it counts."""
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", LONGEST)
    monkeypatch.setattr("pytest_execute.replay.time_limits.QUICK_SECONDS", 0.0)
    test = "import app, time\ndef test_f():\n    time.sleep(0.3)\n    assert app.VALUE == 2\n"
    found, _, _ = replayed(tmp_path, monkeypatch, test, other(1), {"src/app/__init__.py": "VALUE = 2\n"}, other(2))
    assert (found.found, found.cause) == ("turned", "assertion")


def test_a_test_that_computes_long_on_all_trees_gets_more_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was quick in the run, where another test had done its work before."""
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", LONGEST)
    monkeypatch.setattr("pytest_execute.replay.time_limits.QUICK_SECONDS", 0.2)
    monkeypatch.setattr("pytest_execute.replay.time_limits.HUNG_CPU_SECONDS", 0.2)
    test = """
        import app, time
        def test_f():
            while time.process_time() < 0.6: pass
            assert app.VALUE == 2
        """
    found, commits, _ = replayed(
        tmp_path, monkeypatch, test, other(1), {"src/app/__init__.py": "VALUE = 2\n"}, other(2)
    )
    assert (found.found, found.cause, found.after) == ("turned", "assertion", commits[2])


def test_a_test_that_is_nearly_as_slow_with_the_code_is_no_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The symbol is there with the first change, and the second only makes it faster."""
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", LONGEST)
    test = """
        import app, time
        def test_f():
            began = time.process_time()
            while time.process_time() < began + app.TAKES: pass
        """
    slow, faster = ({"src/app/__init__.py": f"TAKES = {seconds}\n"} for seconds in (1.8, 0.4))
    found, commits, _ = replayed(tmp_path, monkeypatch, test, slow, faster)
    assert (found.found, found.cause, found.after) == ("turned", "missing-symbol", commits[1])


def test_a_changed_mode_or_link_may_change_an_outcome() -> None:
    plain, other = {"a": Entry("100644", "1"), "b": Entry("100644", "2")}, Entry("100644", "3")
    trees = {
        "one": plain, "content": {**plain, "a": other}, "mode": {**plain, "a": Entry("100755", "1")},
        "link": {**plain, "a": Entry("120000", "1")}, "more": {**plain, "c": other},
    }  # fmt: skip
    may_differ = TreeDiff(trees).may_differ
    assert [may_differ("one", name, frozenset({"b"})) for name in trees] == [False, False, False, True, False]
    assert [may_differ("one", "content", accesses) for accesses in (frozenset({"a"}), frozenset({"?a"}), None)] == [
        True
    ] * 3
