"""Orders of tests whose support changes: helpers, fixtures, data, parameters and base classes on the tests' side.

All situations share one history: base, red, green, later. Each has its own test file and its own module of the code.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pytest_execute.core.evidence import Proof
from tests.replay.test_prove import INIT, proofs
from tests.repository import Repository

ADD = "def add(a, b):\n    return a + b\n"
ADD_MUL = f"{ADD}\n\ndef mul(a, b):\n    return a * b\n"
IMPORTS = "def check():\n    import app.{0}\n"
ADDS = "def check():\n    from app.{0} import add\n    assert add(1, 2) == 3\n"
MORE = "    assert add(2, 2) == 4\n"
MULTIPLIES = "    from app.{0} import mul\n    assert mul(2, 3) == 6\n"
USES_HELPER = "from help_{0} import check\n\ndef test_x():\n    check()\n"
TEST, HELPER, DATA, CONFTEST = "test_{0}.py", "help_{0}.py", "cases_{0}.json", "conftest.py"
CASES = """
import json, pathlib, pytest
CASES = json.loads(pathlib.Path(__file__).with_name("cases_{0}.json").read_text())

@pytest.mark.parametrize("name, a, b, want", CASES)
def test_x(name, a, b, want):
    import app.{0}
    assert getattr(app.{0}, name)(a, b) == want
"""
LOOP = CASES.replace(
    '@pytest.mark.parametrize("name, a, b, want", CASES)\ndef test_x(name, a, b, want):\n', ""
).replace(
    "    import app.{0}\n    assert",
    "def test_x():\n    import app.{0}\n    for name, a, b, want in CASES:\n        assert",
)
ONE_CASE, TWO_CASES = '[["add", 1, 2, 3]]', '[["add", 1, 2, 3], ["mul", 2, 3, 6]]'
GENERATES = "def pytest_generate_tests(metafunc):\n    metafunc.parametrize('n', {1})\n"
TAKES_N = "def test_x(n):\n    from app.{0} import add\n    assert add(n, n) == 2 * n\n"
FIXTURE = "import pytest\n\n@pytest.fixture(autouse=True)\n" + ADDS.replace("check", "checks")
IMPORTING_FIXTURE = "import pytest\n\n@pytest.fixture(autouse=True)\n" + IMPORTS.replace("check", "checks")
EMPTY = "def test_x():\n    pass\n"
INHERITS = "from help_{0} import Base\n\nclass TestIt(Base):\n    pass\n"
BASE_ADD = "class Base:\n    def test_add(self):\n        from app.{0} import add\n        assert add(1, 2) == 3\n"
BASE_MUL = BASE_ADD + "    def test_mul(self):\n        from app.{0} import mul\n        assert mul(2, 3) == 6\n"


class Situation(NamedTuple):
    """Files on the tests' side with the red, with the code, and after it; `{0}` in them is the situation's name."""

    red: dict[str, str]
    green: dict[str, str]
    later: dict[str, str]
    orders: dict[str, str]


def helper(red: str, green: str | None, order: str, later: str | None = None) -> Situation:
    """A helper with these bodies, which the only test calls."""
    return Situation(
        {TEST: USES_HELPER, HELPER: red},
        {HELPER: green} if green else {},
        {HELPER: later} if later else {},
        {"test_x": order},
    )


def own_file(red: str, green: str | None, orders: dict[str, str], later: str | None = None) -> Situation:
    return Situation({TEST: red}, {TEST: green} if green else {}, {TEST: later} if later else {}, orders)


SITUATIONS = {
    # what was asked with the code
    "filled_helper": helper(IMPORTS, ADDS + MULTIPLIES, "same-commit"),
    "existence": helper(
        "def check():\n    import app.{0}\n    assert callable(app.{0}.add)\n", ADDS + MULTIPLIES, "same-commit"
    ),
    "half_filled": helper(ADDS, ADDS + MULTIPLIES, "same-commit"),
    "filled_later": helper(IMPORTS, None, "after", ADDS),
    "filled_body": own_file(
        "def test_x():\n    import app.{0}\n", "def test_x():\n" + ADDS.partition("\n")[2], {"test_x": "same-commit"}
    ),
    "filled_fixture": Situation(
        {TEST: EMPTY, CONFTEST: IMPORTING_FIXTURE}, {CONFTEST: FIXTURE}, {}, {"test_x": "same-commit"}
    ),
    "case_in_data": Situation(
        {TEST: CASES, DATA: ONE_CASE},
        {DATA: TWO_CASES},
        {},
        {"test_x[add-1-2-3]": "before", "test_x[mul-2-3-6]": "same-commit"},
    ),
    "loop_over_data": Situation({TEST: LOOP, DATA: ONE_CASE}, {DATA: TWO_CASES}, {}, {"test_x": "same-commit"}),
    "constant": own_file(
        CASES.replace('json.loads(pathlib.Path(__file__).with_name("cases_{0}.json").read_text())', ONE_CASE),
        CASES.replace('json.loads(pathlib.Path(__file__).with_name("cases_{0}.json").read_text())', TWO_CASES),
        {"test_x[add-1-2-3]": "before", "test_x[mul-2-3-6]": "same-commit"},
    ),
    "generated": Situation(
        {TEST: TAKES_N, CONFTEST: GENERATES.replace("{1}", "[1]")},
        {CONFTEST: GENERATES.replace("{1}", "[1, 2]")},
        {},
        {"test_x[1]": "before", "test_x[2]": "same-commit"},
    ),
    "inherited": Situation(
        {TEST: INHERITS, HELPER: BASE_ADD},
        {HELPER: BASE_MUL},
        {},
        {"TestIt::test_add": "before", "TestIt::test_mul": "same-commit"},
    ),
    "named_in_a_comment": own_file(
        ADDS.replace("check", "test_x") + "    # and mul\n    'mul'\n",
        ADDS.replace("check", "test_x") + MULTIPLIES,
        {"test_x": "same-commit"},
    ),
    "only_imported": own_file(
        ADDS.replace("check", "test_x").replace("add\n", "add, mul\n"),
        ADDS.replace("check", "test_x") + MULTIPLIES,
        {"test_x": "same-commit"},
    ),
    # honest edits
    "asked_by_its_name": own_file(
        "def test_x():\n    import app.{0}\n    assert app.{0}.add(1, 2) == 3\n    assert getattr(app.{0}, 'mul')\n",
        "def test_x():\n    import app.{0}\n    assert app.{0}.add(1, 2) == 3\n    assert app.{0}.mul(2, 3) == 6\n",
        {"test_x": "before"},
    ),
    "grown_helper": helper(ADDS, ADDS + MORE, "before"),
    "grown_later": helper(ADDS, None, "before", ADDS + MULTIPLIES),
    "unused_helper": helper(
        ADDS, ADDS + "\ndef other():\n    from app.{0} import mul\n    assert mul(2, 3)\n", "before"
    ),
    "moved_helper": Situation(
        {TEST: USES_HELPER, HELPER: ADDS},
        {TEST: USES_HELPER.replace("help_{0}", "moved_{0}"), "moved_{0}.py": ADDS},
        {},
        {"test_x": "before"},
    ),
    "fixture_for_others": Situation(
        {TEST: USES_HELPER, HELPER: ADDS},
        {CONFTEST: "import pytest\n\n@pytest.fixture\ndef other():\n    import app.{0}\n    return app.{0}.mul\n"},
        {},
        {"test_x": "before"},
    ),
    "neighbour": own_file(
        ADDS.replace("check", "test_x"),
        "import os\n\n"
        + ADDS.replace("check", "test_x")
        + MORE
        + "\n"
        + MULTIPLIES.replace("    ", "def test_y():\n    ", 1),
        {"test_x": "before", "test_y": "same-commit"},
    ),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Proof]:
    """Proofs of all situations."""
    repo = Repository(tmp_path_factory.mktemp("order") / "repo")

    def files(commit: str) -> dict[str, str | None]:
        return {
            f"tests/{name}/{path.format(name)}": text.replace("{0}", name)
            for name, situation in SITUATIONS.items()
            for path, text in getattr(situation, commit).items()
        }

    base = repo.commit("base", dict(INIT))
    repo.commit("red", files("red"))
    repo.commit("green", {**files("green"), **{f"src/app/{name}.py": ADD_MUL for name in SITUATIONS}})
    repo.commit("later", files("later"))
    return proofs(
        repo, *(nodeid(name, test) for name, (*_, orders) in SITUATIONS.items() for test in orders), base=base
    )


def nodeid(name: str, test: str) -> str:
    return f"tests/{name}/test_{name}.py::{test}"


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_order_comes_from_all_that_a_test_uses(found: dict[str, Proof], name: str) -> None:
    orders = SITUATIONS[name].orders
    assert {test: found[nodeid(name, test)].order for test in orders} == orders
