"""Settings, plugins and import paths of today on older trees: they neither make a red nor hide one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.settings import PytestOptions
from tests.replay.replaying import replay
from tests.repository import Repository

INIT = {"src/app/__init__.py": "", "README.md": "app\n"}
CONFIG = ("pytest.ini", b"[pytest]\npythonpath = src\n")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def proofs(repo: Repository, base: str, *tests: str, ini: str = "", options: tuple[str, ...] = ()) -> list[Proof]:
    """Prove tests of tests/test_a.py with these settings of today."""
    pytest = PytestOptions(config=(CONFIG[0], CONFIG[1] + ini.encode()), arguments=options)
    found = replay(repo, [f"tests/test_a.py::{test}" for test in tests], base, pytest=pytest)
    return [found[f"tests/test_a.py::{test}"] for test in tests]


def results(repo: Repository, base: str, *tests: str, ini: str = "", options: tuple[str, ...] = ()) -> list[str]:
    """Return what was found of each test, and the detail where that is a red."""
    return [
        f"{proof.cause}: {proof.detail}" if proof.found == "turned" else proof.found
        for proof in proofs(repo, base, *tests, ini=ini, options=options)
    ]


def test_a_dependency_that_is_taken_into_the_tree_was_no_missing_symbol(repo: Repository) -> None:
    """What the copy adds is one."""
    code = "import mdurl\n\ndef name():\n    return mdurl.__name__\n"
    test = """
        from app.core import name
        import mdurl

        def test_name():
            assert name() == "mdurl"

        def test_mark():
            assert mdurl.MARK
        """
    base = repo.commit("base", {**INIT, "src/app/core.py": code})
    repo.commit("red", {"tests/test_a.py": test})
    repo.commit("green", {"src/mdurl/__init__.py": "MARK = 1\n"})
    assert results(repo, base, "test_name", "test_mark") == ["never-red", "missing-symbol: mdurl.MARK does not exist"]


@pytest.mark.parametrize("is_copied", [False, True], ids=["moved", "copied"])
def test_code_that_is_moved_was_no_missing_symbol(repo: Repository, is_copied: bool) -> None:
    """The directory is on the import path of the settings at base; what is added on the way is a missing symbol."""
    code = "def add(a, b):\n    return a + b\n"
    test = """
        import calc

        def test_add():
            assert calc.add(1, 2) == 3

        def test_more():
            assert calc.more() == 1
        """
    ini = "[pytest]\npythonpath = {}\n"
    base = repo.commit("base", {"lib/calc.py": code, "pytest.ini": ini.format("lib"), "README.md": ""})
    repo.commit("red", {"tests/test_a.py": test})
    more = "\ndef more():\n    return 1\n"
    rest = {} if is_copied else {"lib/calc.py": None}
    repo.commit("move", {"src/calc.py": code + more, "pytest.ini": ini.format("src"), **rest})
    assert results(repo, base, "test_add", "test_more") == ["never-red", "missing-symbol: calc.more does not exist"]
