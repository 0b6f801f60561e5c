"""Tests whose file or conftest needs code that only another test is about.

All situations share one history: base, code of `late` before its test, the tests of `early`, code of `early`. In each
the test of `late` came after its code, and fails for one reason more as long as `early` does not exist.
"""

from __future__ import annotations

import pytest

from pytest_execute.core.evidence import Proof
from tests.replay.test_prove import INIT, proofs
from tests.repository import Repository

LATE, EARLY = (
    "def late(x):\n    return x + 1\n",
    "def early(x):\n    return x + 2\n\n\nEARLY = 3\n\n\nclass Early:\n    value = 3\n",
)
NEW = f"import pytest\n\n{EARLY}\n\n@pytest.fixture\ndef made():\n    return early(1)\n"
TEST_LATE = "def test_late():\n    assert late(1) == 2\n"
TEST_EARLY = "def test_early():\n    assert early(1) == 3\n"
BOTH = f"{TEST_LATE}\n\n{TEST_EARLY}"
TEST, CONFTEST, HELPER = "test_{0}.py", "conftest.py", "help_{0}.py"
IMPORT = "from app.{0} import late, early, EARLY\n"

SITUATIONS: dict[str, dict[str, str]] = {
    "one_statement": {TEST: f"{IMPORT}\n\n{BOTH}"},
    "a_module": {TEST: f"import app.{{0}}\nfrom app.{{0}} import late\nfrom app.{{0}}_new import early\n\n\n{BOTH}"},
    "a_submodule": {
        TEST: "import app.{0}_new, app.{0}\nit = app.{0}\n\n\n"
        + BOTH.replace("late(1)", "it.late(1)").replace("early(1)", "app.{0}_new.early(1)")
    },
    "all_names": {
        TEST: f"import pytest\nfrom app.{{0}} import *\nfrom app.{{0}}_new import *\n\n\n@pytest.fixture\n"
        f"def want():\n    return early(1)\n\n\n{TEST_LATE}\n\ndef test_early(want):\n    assert want == 3\n"
    },
    "a_base_class": {
        TEST: "from app.{0} import late, Early\n\n\nclass TestIt(Early):\n"
        f"    def test_early(self):\n        assert self.value == 3\n\n\n{TEST_LATE}"
    },
    "a_block": {TEST: f"if True:\n    from app.{{0}} import late, early\n\n\n{BOTH}"},
    "after_it_in_a_block": {
        TEST: "import warnings\n\nwith warnings.catch_warnings():\n"
        "    if True:\n        from app.{0} import early, late\n        from app.{0} import late as again\n\n"
        "    def test_late():\n        assert again(1) == late(1)\n\n\n" + TEST_EARLY
    },
    "an_annotation": {
        TEST: f"{IMPORT}from app.{{0}} import Early\n\n\ndef make(x: int, by: Early | None = None) -> late:\n"
        "    return late(x) if by is None else by.value\n\n\n"
        "def test_late():\n    assert make(1) == 2\n\n\ndef test_early():\n    assert make(1, Early()) == 3\n"
    },
    "all_names_of_a_helper": {
        HELPER: "from app.{0} import *\nfrom app.{0}_new import *\n",
        TEST: f"from help_{{0}} import late, early\n\n\n{BOTH}",
    },
    "a_fixture_among_all_names": {
        TEST: f"from app.{{0}}_new import *\nfrom app.{{0}} import late\n\n\n{TEST_LATE}\n\n"
        "def test_early(made):\n    assert made == 3\n"
    },
    "computed_ids": {
        TEST: f"import pytest\n{IMPORT}from app.{{0}} import Early\n\n\n{TEST_LATE}\n\n"
        "@pytest.mark.parametrize('it', [Early], ids=lambda it: it.value)\n"
        "def test_early(it):\n    assert it.value == 3\n"
    },
    "a_value": {TEST: f"{IMPORT}VALUE = early(1)\n\n\n{BOTH}".replace("early(1) ==", "VALUE ==")},
    "an_attribute": {
        TEST: f"import app.{{0}} as it\nearly = it.early\n\n\n{BOTH}".replace("assert late", "assert it.late")
    },
    "a_call_that_is_refused": {
        TEST: "from app.{0} import late\nVALUE = late(1, by=1)\n\n\n" + BOTH.replace("early(1) == 3", "VALUE == 2")
    },
    "a_class": {
        TEST: f"{IMPORT}\n\nclass TestIt:\n    early = early(0)\n    late = late(0)\n"
        "    def test_late(self):\n        assert self.late == 1\n"
        "    def test_early(self):\n        assert self.early == 2\n"
    },
    "parameters": {
        TEST: f"import pytest\n{IMPORT}\n\n@pytest.mark.parametrize('call, want', [(late, 2), (early, 3)])\n"
        "def test_it(call, want):\n    assert call(1) == want\n"
    },
    "computed_parameters": {
        TEST: f"import pytest\n{IMPORT}\n\n{TEST_LATE}\n\n@pytest.mark.parametrize('want', [EARLY + 0])\n"
        "def test_early(want):\n    assert want == 3\n"
    },
    "parameters_with_other_names": {
        TEST: f"import pytest\n{IMPORT}\n\n{TEST_LATE}\n\n@pytest.mark.parametrize('want', [EARLY])\n"
        "def test_early(want):\n    assert want == 3\n"
    },
    "generated": {
        TEST: f"{IMPORT}\n\ndef pytest_generate_tests(metafunc):\n    if 'want' in metafunc.fixturenames:\n"
        f"        metafunc.parametrize('want', [early(1)])\n\n\n{TEST_LATE}\n\n"
        "def test_early(want):\n    assert want == 3\n"
    },
    "a_helper": {HELPER: IMPORT, TEST: f"from help_{{0}} import late, early\n\n\n{BOTH}"},
    "a_conftest": {
        CONFTEST: f"import pytest\n{IMPORT}\n\ndef pytest_runtest_setup(item):\n    assert early(1) or True\n\n\n"
        "@pytest.fixture\ndef make_late():\n    return late\n\n\n"
        "@pytest.fixture\ndef make_early():\n    return early\n",
        TEST: "def test_late(make_late):\n    assert make_late(1) == 2\n\n\n"
        "def test_early(make_early):\n    assert make_early(1) == 3\n",
    },
    "a_fixture_that_cannot_be_made": {
        TEST: f"import pytest\n{IMPORT}\n\n@pytest.fixture(params=[early(1)])\ndef want(request):\n"
        f"    return request.param\n\n\n{TEST_LATE}\n\ndef test_early(want):\n    assert want == 3\n"
    },
    "a_caught_error": {
        TEST: f"import pytest\n{IMPORT}\n\n{TEST_LATE}\n\ndef test_early():\n"
        "    with pytest.raises(Exception):\n        early('1')\n"
    },
    "an_argument": {
        TEST: "import pytest\nfrom app.{0} import late, early\n\n\n@pytest.mark.parametrize('call', [late, early])\n"
        "def test_it(call):\n    assert call is not None\n"
    },
    "existence": {TEST: f"{IMPORT}\n\n{TEST_LATE}\n\ndef test_early():\n    assert early is not None\n"},
    "existence_in_a_helper": {
        TEST: f"import functools\n{IMPORT}\n\ndef wrapped(test):\n    return functools.wraps(test)(lambda: test())\n"
        f"\n\ndef check():\n    assert [callable(each) for each in [1] for each in [early]]\n\n\n{TEST_LATE}\n\n"
        "@wrapped\ndef test_early():\n    check()\n"
    },
    "existence_in_a_fixture": {
        TEST: f"import pytest\n{IMPORT}\n\n@pytest.fixture\ndef it():\n    return early\n\n\n"
        f"{TEST_LATE}\n\ndef test_early(it):\n    assert it is not None\n"
    },
    "an_attribute_of_that_name": {
        TEST: f"import types\n{IMPORT}\nit = types.SimpleNamespace(early=late)\n\n\n"
        + BOTH.replace("assert late", "assert it.early")
    },
    "an_exception_class": {
        TEST: f"import pytest\n{IMPORT}\n\n{TEST_LATE}\n\ndef test_early():\n"
        "    with pytest.raises((ZeroDivisionError, TypeError)):\n        early(1) / 0\n"
    },
}
TESTS = {
    "parameters": ("test_it[late-2]", "test_it[early-3]"),
    "an_argument": ("test_it[late]", "test_it[early]"),
    "computed_parameters": ("test_late", "test_early[3]"),
    "parameters_with_other_names": ("test_late", "test_early[3]"),
    "computed_ids": ("test_late", "test_early[3]"),
    "generated": ("test_late", "test_early[3]"),
    "a_fixture_that_cannot_be_made": ("test_late", "test_early[3]"),
    "a_base_class": ("test_late", "TestIt::test_early"),
    "a_class": ("TestIt::test_late", "TestIt::test_early"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Proof]:
    """Proofs of all situations."""
    repo = Repository(tmp_path_factory.mktemp("missing") / "repo")

    def code(text: str, suffix: str = "") -> dict[str, str | None]:
        return {f"src/app/{name}{suffix}.py": text for name in SITUATIONS}

    base = repo.commit("base", dict(INIT) | code("OLD = 1\n"))
    repo.commit("late", code(LATE))
    tests = {
        f"tests/{name}/{path.format(name)}": text.replace("{0}", name)
        for name, files in SITUATIONS.items()
        for path, text in files.items()
    }
    repo.commit("tests", {**tests})
    repo.commit("early", code(f"{LATE}\n\n{EARLY}".replace("(x):", "(x, by=2):", 1)) | code(NEW, "_new"))
    return proofs(repo, *(nodeid(name, each) for name in SITUATIONS for each in names_of(name)), base=base)


def names_of(name: str) -> tuple[str, str]:
    return TESTS.get(name, ("test_late", "test_early"))


def nodeid(name: str, test: str) -> str:
    return f"tests/{name}/test_{name}.py::{test}"


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_test_that_came_after_its_code_is_not_saved_by_what_another_one_needs(
    found: dict[str, Proof], name: str
) -> None:
    assert found[nodeid(name, names_of(name)[0])].order == "after"


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_test_that_needs_it_came_before_the_code(found: dict[str, Proof], name: str) -> None:
    proof = found[nodeid(name, names_of(name)[1])]
    assert (proof.order, proof.found) == ("before", "turned")
