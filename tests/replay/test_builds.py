"""Projects with a build step: a command of the policy runs once in each tree, and what it adds belongs to the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.settings import PytestOptions
from tests.replay.replaying import replay
from tests.replay.test_prove import CONFIG
from tests.repository import Repository

BUILD = """
    import pathlib
    with open({log!r}, "a") as log:
        log.write("built\\n")
    text = pathlib.Path("src/app/number.txt").read_text()
    pathlib.Path("src/app/_built.py").write_text(f"NUMBER = {{int(text)}}\\n")
    print("built from", text)
    {more}
    """
TEST = "tests/test_number.py::test_number"
FILES = {
    "src/app/__init__.py": "from app._built import NUMBER\n",
    "src/app/number.txt": "1",
    "pyproject.toml": "[project]\nname = 'app'\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def built(repo: Repository, log: Path, old: str = "", more: str = "") -> str:
    """Three commits; the build script of the first two also runs `old`, that of the last one `more`."""
    base = repo.commit("base", {**FILES, "build.py": BUILD.format(log=str(log), more=old)})
    repo.commit(
        "red", {"tests/test_number.py": "from app import NUMBER\n\ndef test_number():\n    assert NUMBER == 2\n"}
    )
    repo.commit("green", {"src/app/number.txt": "2", "build.py": BUILD.format(log=str(log), more=more)})
    return base


def proof(repo: Repository, base: str, *prepare: str) -> Proof:
    return replay(repo, [TEST], base, pytest=PytestOptions(config=CONFIG, workers=1), prepare=prepare)[TEST]


def test_files_that_the_command_adds_belong_to_the_tree(repo: Repository, tmp_path: Path) -> None:
    base = built(repo, tmp_path / "log")
    red, green = repo.git("rev-parse", "HEAD^"), repo.git("rev-parse", "HEAD")
    found = proof(repo, base, "python", "build.py")
    assert (found.found, found.order, found.before, found.after) == ("turned", "before", red, green)
    assert (found.cause, found.detail) == ("assertion", "AssertionError: assert 1 == 2")
    assert (tmp_path / "log").read_text().count("built") == 2, (
        "base and red are one tree: it is built once, as green is"
    )
    assert not (repo.path / "src/app/_built.py").exists()


def test_without_the_command_nothing_can_be_imported(repo: Repository, tmp_path: Path) -> None:
    found = proof(repo, built(repo, tmp_path / "log"))
    assert (found.found, found.detail) == ("not-reproduced", "ModuleNotFoundError: No module named 'app._built'")


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ("raise SystemExit('no compiler')", "`python build.py` ended with 1: no compiler"),
        (
            "pathlib.Path('src/app/number.txt').write_text('0')",
            "`python build.py` changed src/app/number.txt, a file of the commit; let it only add files",
        ),
        (
            "pathlib.Path('src/app/number.txt').unlink()",
            "`python build.py` changed src/app/number.txt, a file of the commit; let it only add files",
        ),
    ],
    ids=["fails", "changes", "removes"],
)
def test_a_tree_in_which_the_command_fails_proves_nothing(
    repo: Repository, tmp_path: Path, old: str, message: str
) -> None:
    found = proof(repo, built(repo, tmp_path / "log", old), "python", "build.py")
    assert (found.found, found.cause) == ("not-prepared", None)
    assert found.detail.endswith(message)


def test_a_command_that_cannot_be_started_proves_nothing(repo: Repository, tmp_path: Path) -> None:
    found = proof(repo, built(repo, tmp_path / "log"), "no-such-program")
    assert found.found == "not-prepared"
    assert "`no-such-program` could not be started: No such file or directory" in found.detail
