"""An item runs as pytest runs it."""

from __future__ import annotations

from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository

AROUND = """
    import warnings

    import pytest

    @pytest.mark.filterwarnings("error")
    def test_strict():
        warnings.warn("old", FutureWarning)

    @pytest.mark.filterwarnings("ignore")
    def test_lenient():
        warnings.warn("old", UserWarning)

    def test_wrapped(around):
        assert around == ["test_wrapped"]
    """


WRAPPER = """
    import pytest

    AROUND = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        AROUND.append(item.name)
        yield
        AROUND.pop()
        return True

    @pytest.fixture
    def around():
        return AROUND
    """


def test_a_test_runs_within_the_wrappers_of_plugins(repo: Repository) -> None:
    """They are the warning filters of its marks, and the wrappers of a conftest."""
    commit = repo.commit("a", {"tests/test_a.py": AROUND, "tests/conftest.py": WRAPPER})
    tests = [f"tests/test_a.py::test_{name}" for name in ("strict", "lenient", "wrapped")]
    with tree_runner(repo, "-W", "error::UserWarning") as runner:
        outcomes = runner.run(runner.git.tree(commit), tests)
    assert [outcomes[test].state for test in tests] == ["failed", "passed", "passed"]


def test_a_test_that_a_plugin_does_not_run_has_not_passed(repo: Repository) -> None:
    instead = """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item):
            return True
        """
    commit = repo.commit("a", {"tests/test_a.py": "def test_a(): pass\n", "tests/conftest.py": instead})
    with tree_runner(repo) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert (outcome.state, outcome.types, outcome.message) == (
        "failed",
        (),
        "a plugin took over the test and ran no phase of it",
    )
