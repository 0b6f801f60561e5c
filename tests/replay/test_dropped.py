"""Red tests that were removed, instead of writing the code that they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.test_prove import ADD, INIT, ONE, TEST_ADD, proof, proofs
from tests.repository import Repository

TAKE = "\ndef test_take():\n    import app.sums\n    assert app.sums.take(3, 1) == 2\n"
BOTH = TEST_ADD.replace("\n    ", "\n") + TAKE
TAKEN = "tests/test_sums.py::test_take"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


@pytest.mark.parametrize("at_once", [True, False], ids=["with the code", "later"])
def test_a_removed_red_test_that_would_still_fail_is_reported(repo: Repository, at_once: bool) -> None:
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": BOTH})
    green = {"src/app/sums.py": ADD}
    if not at_once:
        red = repo.commit("green", green)
    repo.commit("drop", {"tests/test_sums.py": TEST_ADD, **green})
    found = proofs(repo, ONE, base=base)
    assert (found[ONE].found, found[ONE].order) == ("turned", "before")
    gone = found[TAKEN]
    assert (gone.found, gone.before, gone.after, gone.cause) == ("dropped", red, None, "missing-symbol")
    assert gone.detail == "app.sums.take does not exist"


def test_a_removed_test_that_had_passed_is_reported_with_its_commit(repo: Repository) -> None:
    """A design may change on the way, and its test with it."""
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": BOTH})
    green = repo.commit("green", {"src/app/sums.py": ADD + "def take(a, b):\n    return a - b\n"})
    minus = {
        "tests/test_sums.py": BOTH.replace("take(3, 1)", "minus([3, 1])").replace("test_take", "test_minus"),
        "src/app/sums.py": ADD + "def minus(values): return values[0] - values[1]\n",
    }
    repo.commit("another design", minus)
    gone = proofs(repo, ONE, base=base)[TAKEN]
    assert (gone.found, gone.before, gone.after, gone.detail) == (
        "dropped",
        green,
        green,
        "app.sums.take does not exist",
    )


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (TEST_ADD, ADD + "def take(a, b):\n    return a - b\n"),
        (BOTH.replace("test_take", "test_minus"), ADD),
        (BOTH.replace("take(3, 1) == 2", "minus(3, 1) == 2"), ADD),
    ],
    ids=["it would pass", "under another name", "in another form"],
)
def test_a_test_that_would_pass_today_or_is_still_there_is_not_reported(
    repo: Repository, today: str, code: str
) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": BOTH})
    repo.commit("green", {"src/app/sums.py": code, "tests/test_sums.py": today})
    assert list(proofs(repo, ONE, base=base)) == [ONE]


def test_a_test_that_was_moved_to_another_file_is_not_reported(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": BOTH})
    repo.commit("green", {"src/app/sums.py": ADD, "tests/test_sums.py": TEST_ADD, "tests/test_take.py": TAKE})
    assert list(proofs(repo, ONE, base=base)) == [ONE]


def test_a_test_that_was_renamed_with_its_code_is_not_reported(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": BOTH})
    code = ADD + "def take(a, b):\n    return a - b\n"
    repo.commit("green", {"src/app/sums.py": code})
    for old, new in (("take", "minus"), ("minus", "less")):
        text = BOTH.replace("take", new)
        repo.commit(f"from {old} to {new}", {"tests/test_sums.py": text, "src/app/sums.py": code.replace("take", new)})
    assert list(proofs(repo, ONE, base=base)) == [ONE]


def test_a_test_that_base_had_may_be_removed(repo: Repository) -> None:
    """A topic may remove older code with its tests."""
    base = repo.commit(
        "base", {**INIT, "tests/test_sums.py": TAKE, "src/app/sums.py": "def take(a, b): return a - b\n"}
    )
    repo.commit("red", {"tests/test_sums.py": BOTH})
    repo.commit("green", {"src/app/sums.py": ADD, "tests/test_sums.py": TEST_ADD})
    assert list(proofs(repo, ONE, base=base)) == [ONE]


def test_a_removed_test_that_was_broken_itself_is_not_reported(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": BOTH.replace("test_take()", "test_take(no_such_fixture)")})
    repo.commit("green", {"src/app/sums.py": ADD, "tests/test_sums.py": TEST_ADD})
    assert proof(repo, base=base).found == "turned"
    assert list(proofs(repo, ONE, base=base)) == [ONE]
