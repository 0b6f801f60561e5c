"""Fixtures that the project's own modules define."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.replay.project_fixtures import defined_fixtures, fixture_modules
from pytest_execute.tools.git import Git
from tests.repository import Repository


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@pytest.fixture\ndef a(): ...\n", ["a"]),
        ("@pytest_asyncio.fixture(scope='module')\nasync def a(): ...\n", ["a"]),
        ("class Plugin:\n    @fixture(name='b')\n    def a(self): ...\n", ["b"]),
        ("a = pytest.fixture(make)\nb = pytest.fixture(name='c')(make)\n", ["a", "c"]),
        ("def a(): ...\nb = make()\n@cache\ndef c(): ...\n", []),
        ("def fixture(:\n", []),
    ],
)
def test_a_fixture_is_defined_by_a_decorator_or_a_call(source: str, names: list[str]) -> None:
    assert list(defined_fixtures(source.encode())) == names


def test_a_fixture_has_the_module_of_the_implementation_that_defines_it(tmp_path: Path) -> None:
    fixture = "import pytest\n@pytest.fixture\ndef {}(): ...\n"
    files = {"src/app/__init__.py": fixture.format("a"), "src/app/testing.py": fixture.format("b")}
    commit = Repository(tmp_path / "repo").commit("a", {**files, "tests/conftest.py": fixture.format("c")})
    git = Git.find(tmp_path / "repo")
    module = fixture_modules(git.tree(commit), Layout(source=("src",)), git.blobs)
    assert [module(name) for name in "abc"] == ["app", "app.testing", None]
