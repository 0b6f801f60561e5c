"""pytest starts once for all trees, and yet each tree is seen as it is."""

from __future__ import annotations

from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_a_plugin_of_the_project_is_loaded_from_each_tree(repo: Repository) -> None:
    """A module of the project that the start of pytest loads must not stay for the next tree."""
    plugin = "import pytest\n@pytest.fixture\ndef value():\n    return {}\n"
    commits = [
        repo.commit(str(n), {"src/app/plugin.py": plugin.format(n), "src/app/__init__.py": "", "tests/test_a.py": (
            f"def test_a(value):\n    assert value == {n}\n"
        )})
        for n in (1, 2)
    ]  # fmt: skip
    with tree_runner(repo, "-p", "app.plugin") as runner:
        for commit in (*commits, *commits):
            assert runner.run(runner.git.tree(commit), [ONE])[ONE].state == "passed"


def test_a_conftest_and_a_directory_that_a_tree_adds_are_found(repo: Repository) -> None:
    repo.put("tests/test_a.py", "def test_a(value):\n    import app.new\n    assert value == 2\n")
    first = repo.commit("a", {"src/app/__init__.py": "", "tests/conftest.py": ""})
    fixture = "import pytest\n@pytest.fixture\ndef value():\n    return 2\n"
    second = repo.commit("b", {"tests/conftest.py": fixture, "src/app/new/__init__.py": ""})
    with tree_runner(repo) as runner:
        states = [runner.run(runner.git.tree(commit), [ONE])[ONE].state for commit in (first, second, first, second)]
    assert states == ["failed", "passed"] * 2


def test_a_file_whose_name_pytest_takes_for_a_parameter(repo: Repository) -> None:
    test = "tests/a[1]/test_[a] *.py::test_a"
    source = "import pytest\n\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n):\n    assert n == 1\n"
    commit = repo.commit("a", {test.partition("::")[0]: source, "tests/a[1]/conftest.py": ""})
    with tree_runner(repo) as runner:
        outcomes = runner.run(runner.git.tree(commit), [f"{test}[1]", f"{test}[2]"])
    assert [outcome.state for outcome in outcomes.values()] == ["passed", "failed"]


def test_all_tests_fail_if_pytest_cannot_start(repo: Repository) -> None:
    commit = repo.commit("a", {"tests/test_a.py": "def test_a(): pass\n"})
    with tree_runner(repo, "--maxfail=many") as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert (outcome.state, outcome.phase) == ("failed", "start")
    assert outcome.types[0].endswith("UsageError")  # its module differs between releases


def test_a_plugin_that_the_first_tree_does_not_have_is_loaded_from_the_next(repo: Repository) -> None:
    first = repo.commit("a", {"tests/test_a.py": "def test_a(value):\n    assert value == 1\n"})
    second = repo.commit("b", {"src/plugin.py": "import pytest\n@pytest.fixture\ndef value():\n    return 1\n"})
    with tree_runner(repo, "-p", "plugin", top_modules=("plugin",)) as runner:
        outcomes = [runner.run(runner.git.tree(commit), [ONE])[ONE] for commit in (first, second, first)]
    assert [outcome.state for outcome in outcomes] == ["failed", "passed", "failed"]
    assert outcomes[0].missing == ("plugin", None)


def test_project_files_loaded_by_the_start_of_pytest_are_accesses_of_every_test(repo: Repository) -> None:
    files = {
        "src/app/__init__.py": "",
        "src/app/plug.py": "VALUE = 1\n",
        "tests/test_a.py": "def test_a():\n    assert 0\n",
    }
    commit = repo.commit("a", files)
    with tree_runner(repo, "-p", "app.plug") as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert outcome.accesses is not None
    assert outcome.accesses >= {"src/app/plug.py", "tests/test_a.py"}
