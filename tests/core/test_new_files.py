"""Paths for the first module and test of a topic, beside those that the project has."""

from __future__ import annotations

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.core.new_files import new_module_path, new_test_path


def layout(*source: str) -> Layout:
    return Layout(source=source)


@pytest.mark.parametrize(
    ("source", "files", "path"),
    [
        ((), "", "src/chat.py"),
        ((), "README.md docs/conf.py", "src/chat.py"),
        (("src",), "src/app/__init__.py src/app/core.py", "src/app/chat.py"),
        (("src",), "src/app/__init__.py src/more/__init__.py src/more/a.py", "src/more/chat.py"),
        (("src",), "src/core.py src/app/__init__.py", "src/chat.py"),
        (("src",), "src/acme/app/__init__.py", "src/acme/app/chat.py"),
        (("app",), "app/__init__.py app/sub/__init__.py app/sub/a.py app/sub/b.py", "app/chat.py"),
        (("app", "release.py"), "app/__init__.py app/core.py release.py", "app/chat.py"),
        (("one.py", "two.py"), "one.py two.py", "chat.py"),
        (("backend/app",), "backend/app/main.py", "backend/app/chat.py"),
        (("app",), "app/__init__.py app/tests/test_a.py app/tests/helpers.py app/tests/test_b.py", "app/chat.py"),
    ],
)
def test_a_module_lies_where_most_of_the_code_is(source: tuple[str, ...], files: str, path: str) -> None:
    assert new_module_path("chat", files.split(), layout(*source)) == path


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ("", "tests/test_chat.py"),
        ("app/__init__.py", "tests/test_chat.py"),
        ("tests/__init__.py tests/test_a.py", "tests/test_chat.py"),
        ("test/test_a.py", "test/test_chat.py"),
        ("test/data.txt test/conftest.py", "test/test_chat.py"),
        ("tests/unit/test_a.py tests/unit/test_b.py tests/test_c.py", "tests/unit/test_chat.py"),
        ("tests/unit/test_a.py tests/test_c.py", "tests/test_chat.py"),
        ("app/tests/test_a.py", "app/tests/test_chat.py"),
        ("app/a.py app/a_test.py", "app/chat_test.py"),
        ("test_a.py", "test_chat.py"),
        ("tests/data/test_sample.txt test/test_a.py", "test/test_chat.py"),
    ],
)
def test_a_test_lies_where_most_tests_are_and_is_called_like_them(files: str, path: str) -> None:
    assert new_test_path("chat", files.split(), layout("app")) == path


def test_the_names_of_test_files_are_those_of_the_settings() -> None:
    files = ["checks/check_a.py", "tests/test_a.py"]
    assert new_test_path("chat", files, Layout(patterns=("check_*.py",))) == "checks/check_chat.py"
    assert new_test_path("chat", ["README.md"], Layout(patterns=("check_*.py",))) == "tests/check_chat.py"
    assert new_test_path("chat", ["tests/a.py"], Layout(patterns=("*.py",))) == "tests/test_chat.py"


def test_only_the_files_of_the_project_count() -> None:
    files = ["api/app/__init__.py", "api/test/test_a.py", "web/tests/test_b.py", "web/tests/test_c.py"]
    api = Layout(prefix="api/", source=("api/app",))
    assert new_module_path("chat", files, api) == "api/app/chat.py"
    assert new_test_path("chat", files, api) == "api/test/test_chat.py"
    assert new_module_path("chat", files, Layout(prefix="new/")) == "new/src/chat.py"
    assert new_test_path("chat", files, Layout(prefix="new/")) == "new/tests/test_chat.py"


def test_a_test_lies_where_pytest_looks_for_it() -> None:
    files = ["bench/test_a.py", "bench/test_b.py", "app/tests/test_c.py"]
    assert new_test_path("chat", files, layout("app"), ["app"]) == "app/tests/test_chat.py"
    assert new_test_path("chat", files, layout("app"), ["none"]) == "bench/test_chat.py"
