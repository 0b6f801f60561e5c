"""Proofs of tests that were renamed together with their code, after an honest red and green.

All situations share one history: base, red, green, rename. Each has its own test file and its own module of the code.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pytest_execute.core.evidence import Proof
from tests.replay.test_prove import INIT, proofs
from tests.repository import Repository

TEST = "from app.{0} import add\n\ndef test_x():\n    assert add(1, 2) == 3\n"
CODE = "def add(a, b):\n    return a + b\n"
PLUS = ("add", "plus")
HELPED = "from help_{0} import check\n\ndef test_x():\n    check()\n"
HELPER = "def check():\n    from app.{0} import add\n    assert add(1, 2) == 3\n"


class Situation(NamedTuple):
    """Files after the renaming, where they are others, the test's name then, and its order."""

    test: str
    code: str | None
    order: str
    name: str = "test_{0}.py::test_x"
    module: str = "{0}"


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for pair in pairs:
        text = text.replace(*pair)
    return text


SITUATIONS = {
    "function": Situation(replaced(TEST, PLUS), replaced(CODE, PLUS), "before"),
    "name_too": Situation(
        replaced(TEST, PLUS, ("test_x", "test_plus")), replaced(CODE, PLUS), "before", "test_{0}.py::test_plus"
    ),
    "file_too": Situation(replaced(TEST, PLUS), replaced(CODE, PLUS), "before", "test_{0}_2.py::test_x"),
    "module": Situation(replaced(TEST, ("{0}", "{0}_2")), CODE, "before", module="{0}_2"),
    "beside": Situation(
        replaced(TEST, ("import add", "import add, mul")) + "\ndef test_new():\n    assert mul(2, 2) == 4\n",
        CODE + "\ndef mul(a, b):\n    return a * b\n",
        "before",
    ),
    "asks_more": Situation(replaced(TEST, PLUS) + "    assert plus(2, 2) == 4\n", replaced(CODE, PLUS), "same-commit"),
    "new_code": Situation(replaced(TEST, PLUS), CODE + "\ndef plus(a, b):\n    return b + a\n", "same-commit"),
    "other_code": Situation(replaced(TEST, PLUS), replaced(CODE, PLUS, ("a + b", "b + a")), "same-commit"),
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The history; what the situations have in common is in the commits up to `green`."""
    repo = Repository(tmp_path_factory.mktemp("renamed") / "repo")
    repo.commit("base", dict(INIT))
    repo.commit("red", {f"tests/test_{name}.py": TEST.replace("{0}", name) for name in SITUATIONS})
    repo.commit("green", {f"src/app/{name}.py": CODE for name in SITUATIONS})
    files: dict[str, str | None] = {}
    for name, situation in SITUATIONS.items():
        files[f"tests/test_{name}.py"] = files[f"src/app/{name}.py"] = None
        files["tests/" + situation.name.partition("::")[0].format(name)] = situation.test.replace("{0}", name)
        files[f"src/app/{situation.module.format(name)}.py"] = situation.code
    repo.commit("rename", files)
    return repo


def nodeid(name: str) -> str:
    return "tests/" + SITUATIONS[name].name.format(name)


@pytest.fixture(scope="module")
def found(repo: Repository) -> dict[str, Proof]:
    return proofs(repo, *map(nodeid, SITUATIONS), base=repo.git("rev-parse", "HEAD~3"))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_renaming_carries_the_proof_on(found: dict[str, Proof], repo: Repository, name: str) -> None:
    proof, order = found[nodeid(name)], SITUATIONS[name].order
    red, green, rename = (repo.git("rev-parse", commit) for commit in ("HEAD~2", "HEAD~1", "HEAD"))
    turn = (red, green) if order == "before" else (green, rename)
    assert (proof.test, proof.found, proof.order) == (nodeid(name), "turned", order)
    assert (proof.before, proof.after) == turn
    was_renamed = order == "before" and name != "beside"
    assert (f"before names in it changed in {rename[:7]}" in proof.detail) == was_renamed


def test_a_test_that_was_renamed_twice_and_came_by_a_helper(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The helper has the name of the code; the second time the helper's own name changes as well, uncommitted."""
    repo = Repository(tmp_path_factory.mktemp("twice") / "repo")
    base = repo.commit("base", dict(INIT))
    helper = HELPER.replace("{0}", "it")
    red = repo.commit("red", {"tests/help_it.py": helper, "tests/test_it.py": HELPED.replace("{0}", "it")})
    green = repo.commit("green", {"src/app/it.py": CODE})
    repo.commit("plus", {"tests/help_it.py": replaced(helper, PLUS), "src/app/it.py": replaced(CODE, PLUS)})
    repo.put("tests/help_it.py", replaced(helper, ("add", "total"), ("check", "is_right")))
    repo.put("tests/test_it.py", replaced(HELPED, ("{0}", "it"), ("check", "is_right")))
    repo.put("src/app/it.py", replaced(CODE, ("add", "total")))
    proof = proofs(repo, "tests/test_it.py::test_x", base=base)["tests/test_it.py::test_x"]
    assert (proof.order, proof.before, proof.after) == ("before", red, green)
