"""Projects that are pytest plugins: their functions are stubbed however pytest loads them."""

from __future__ import annotations

import pytest

from pytest_execute.engine.child.instrument import MetaPath
from tests.mutation.cases import Case, repository
from tests.topic import Ran, run

FIXTURE = "import pytest\n\n@pytest.fixture\ndef {0}():\n    return 42\n"
INNER = "def test_it({0}):\\n    assert {0} == 42\\n"
IN_PROCESS = "def test_it(pytester):\n    pytester.makepyfile('{}')\n    result = pytester.runpytest_inprocess({})\n"
IN_CONFTEST = (
    "    pytester.makeconftest('pytest_plugins = [\"app.told\"]')\n    result = pytester.runpytest_subprocess()\n"
)
PASSES = "    result.assert_outcomes(passed=1)\n"
CASES = {
    "inner": Case(FIXTURE.format("inner"), IN_PROCESS.format(INNER.format("inner"), "'-p', 'app.inner'") + PASSES),
    "other": Case(
        FIXTURE.format("other"),
        IN_PROCESS.format(INNER.format("other"), "'-p', 'app.other'").replace("_inprocess", "_subprocess") + PASSES,
    ),
    "told": Case(
        FIXTURE.format("told"),
        f"def test_it(pytester):\n    pytester.makepyfile('{INNER.format('told')}')\n{IN_CONFTEST}{PASSES}",
    ),
    "outer": Case(FIXTURE.format("outer"), "def test_it(outer):\n    assert outer == 42"),
    "top": Case(FIXTURE.format("top"), "def test_it(top):\n    assert top == 42"),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Return a run whose settings load one plugin by `-p` and one by a conftest."""
    repo = repository(tmp_path_factory.mktemp("plugins") / "work", CASES)
    settings = (repo.path / "pyproject.toml").read_text()
    options = 'addopts = ["-p", "pytester", "-p", "app.outer", '
    repo.put("pyproject.toml", settings.replace("addopts = [", options))
    repo.put("conftest.py", "pytest_plugins = ['app.top']\n")
    repo.commit("load the plugins")
    return run(repo.path, "-n0", topic="cases", PYTHONPATH=str(repo.path / "src"))


@pytest.mark.parametrize("name", CASES)
def test_a_function_of_a_plugin_is_stubbed_and_noticed(ran: Ran, name: str) -> None:
    rows = [row for row in ran.report["mutants"] if row["function"] == f"app.{name}:{name}"]
    assert {(row["verdict"], row["killed_by"]) for row in rows} == {("killed", f"tests/test_{name}.py::test_it")}


@pytest.mark.parametrize("name", [name for name in CASES if name != "top"])
def test_what_a_plugin_runs_is_measured_and_its_test_proven(ran: Ran, name: str) -> None:
    """But for the test that uses the conftest, which came after the code."""
    task = f"task:{[*CASES].index(name) + 1}"
    assert ran.verdicts()[task] == "passed", ran.codes(task)


def test_assertion_rewriting_comes_after_the_finder_that_instruments() -> None:
    """An inner pytest puts it before all others; other finders may come first."""
    hook = type("AssertionRewritingHook", (), {})()
    path = MetaPath(["first", "second"])
    path.insert(0, hook)
    assert path == ["first", hook, "second"]
    path.insert(0, "other")
    assert path == ["other", "first", hook, "second"]
