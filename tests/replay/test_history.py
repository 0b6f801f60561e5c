"""Real histories: rebased, fast-forwarded, squashed, reverted, with tests that were renamed or moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.test_prove import ADD, INIT, ONE, TEST_ADD, proof, proofs
from tests.repository import Repository

NOTHING = "def add(a, b):\n    return None\n"
BODY = "    from app.sums import add\n\n    assert add(1, 2) == 3\n"
OTHER = "def test_other():\n    assert True\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def a_test(name: str, body: str = BODY) -> str:
    return f"def {name}():\n{body}"


def test_a_rebased_and_fast_forwarded_branch_is_judged_as_it_is_now(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.git("switch", "-q", "-c", "work")
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.commit("green", {"src/app/sums.py": ADD})
    repo.git("switch", "-q", "main")
    repo.commit("meanwhile", {"src/app/other.py": "x = 1\n"})
    repo.git("rebase", "-q", "main", "work")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--ff-only", "work")
    red, green = repo.git("rev-parse", "HEAD^"), repo.git("rev-parse", "HEAD")
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "before", red, green)


def test_a_test_before_a_squashed_branch_with_its_code(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.git("switch", "-q", "-c", "work")
    repo.commit("begin", {"src/app/sums.py": NOTHING})
    repo.commit("end", {"src/app/sums.py": ADD})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "work")
    squash = repo.commit("squash")
    found = proof(repo, base=base)
    assert (found.order, found.before, found.after, found.cause) == ("before", red, squash, "missing-symbol")


def test_a_test_that_came_with_a_merge(repo: Repository) -> None:
    """The code came on a branch; the test came with the merge, which neither branch had."""
    base = repo.commit("base", INIT)
    repo.git("switch", "-q", "-c", "work")
    code = repo.commit("code", {"src/app/sums.py": ADD})
    repo.git("switch", "-q", "main")
    repo.commit("meanwhile", {"src/app/other.py": "x = 1\n"})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "work")
    repo.commit("merge", {"tests/test_sums.py": TEST_ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "after", base, code)


def test_code_that_is_reverted_and_written_again_has_its_first_turn_as_proof(repo: Repository) -> None:
    """The first green is the proof; today's code needs none of its own."""
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    green = repo.commit("green", {"src/app/sums.py": ADD})
    repo.git("revert", "--no-edit", "HEAD")
    repo.commit("again", {"src/app/sums.py": "add = sum_of = lambda *numbers: sum(numbers)\n"})
    found = proof(repo, base=base)
    assert (found.order, found.before, found.after) == ("before", red, green)


NEW = "tests/test_new.py::test_add"
BOTH = a_test("test_add") + "\n\n" + OTHER
GROWN = BODY + "    assert add(2, 2) == 4\n"


@pytest.mark.parametrize(
    ("old", "today", "test", "order"),
    [
        ({"tests/test_sums.py": a_test("test_add")}, {"tests/test_new.py": a_test("test_add")}, NEW, "before"),
        ({"tests/test_sums.py": a_test("test_sum")}, {"tests/test_sums.py": a_test("test_add")}, ONE, "before"),
        ({"tests/test_sums.py": a_test("test_sum")}, {"tests/test_new.py": a_test("test_add")}, NEW, "before"),
        (
            {"tests/test_sums.py": BOTH},
            {"tests/test_sums.py": OTHER, "tests/test_new.py": a_test("test_add")},
            NEW,
            "before",
        ),
        ({"tests/test_sums.py": a_test("test_add")}, {"tests/test_new.py": a_test("test_add", GROWN)}, NEW, "before"),
        (
            {"tests/test_sums.py": a_test("test_add")},
            {
                "tests/test_sums.py": "class TestSums:\n    def test_add(self):\n    "
                + BODY.replace("\n    ", "\n        ")
            },
            "tests/test_sums.py::TestSums::test_add",
            "before",
        ),
        (
            {"tests/test_sums.py": a_test("test_add", "    pass\n")},
            {"tests/test_new.py": a_test("test_add")},
            NEW,
            "after",
        ),
        ({"tests/test_sums.py": a_test("a_helper")}, {"tests/test_new.py": a_test("test_add")}, NEW, "after"),
        (
            {"tests/test_sums.py": a_test("test_sum")},
            {"tests/test_sums.py": a_test("test_sum"), "tests/test_new.py": a_test("test_add")},
            NEW,
            "after",
        ),
    ],
    ids=[
        *("file renamed", "test renamed", "file and test renamed", "moved to another file", "renamed and grown"),
        *("put into a class", "an empty shell renamed", "what was no test", "a copy"),
    ],
)
def test_a_test_that_was_renamed_or_moved(
    repo: Repository, old: dict[str, str | None], today: dict[str, str | None], test: str, order: str
) -> None:
    """It was the same test under its old name, if it is gone there; and it must have been red there."""
    base = repo.commit("base", INIT)
    red = repo.commit("red", old)
    green = repo.commit("green", {"src/app/sums.py": ADD})
    gone = dict.fromkeys(old.keys() - today.keys())
    repo.commit("tidy", {**gone, **today})
    found = proof(repo, test, base)
    assert (found.found, found.order, found.before, found.after) == ("turned", order, red, green)


def test_parameters_that_are_added_and_removed(repo: Repository) -> None:
    """The first came first; the second came with its code; the third came later, and asks for what was there."""
    text = """
        import pytest
        from app.sums import add

        @pytest.mark.parametrize("numbers", {})
        def test_add(numbers):
            assert add(*numbers) == sum(numbers)
        """
    repo.commit("base", INIT)
    base = repo.commit("shell", {"src/app/sums.py": "def add(*numbers):\n    return None\n"})
    red = repo.commit("red", {"tests/test_sums.py": text.format("[(9, 9), (1, 2)]")})
    two = repo.commit("two", {"src/app/sums.py": "def add(a, b, *more):\n    return None if more else a + b\n"})
    three = repo.commit(
        "three",
        {
            "src/app/sums.py": "def add(*numbers):\n    return sum(numbers)\n",
            "tests/test_sums.py": text.format("[(1, 2), (1, 2, 3)]"),
        },
    )
    repo.commit("four", {"tests/test_sums.py": text.format("[(1, 2), (1, 2, 3), (1, 2, 3, 4), (5, 6)]")})
    names = [f"{ONE}[numbers{number}]" for number in range(4)]
    found = proofs(repo, *names, base=base)
    assert [(found[name].order, found[name].before, found[name].after) for name in names] == [
        ("before", red, two),
        ("same-commit", two, three),
        ("same-commit", two, three),
        ("before", red, two),
    ]
