"""Tests and implementation, told from paths alone."""

import pytest

from pytest_execute.core.layout import Layout

SRC = Layout(source=("src/app",))


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py",
        "tests/data/x.json",
        "conftest.py",
        "src/app/conftest.py",
        "src/app/tests/helper.py",
        "src/app/test_a.py",
        "a_test.py",
    ],
)
def test_tests_and_all_that_supports_them(path: str) -> None:
    assert SRC.is_test(path)
    assert SRC.is_overlaid(path)
    assert not SRC.is_source(path)


@pytest.mark.parametrize("path", ["src/app/__init__.py", "src/app/deep/testing.py", "src/app/latest.py"])
def test_implementation(path: str) -> None:
    assert SRC.is_source(path)
    assert not SRC.is_overlaid(path)


def test_other_files_come_from_the_commit() -> None:
    for path in ("README.md", "src/application/x.py", "setup.py"):
        assert not SRC.is_source(path)
        assert not SRC.is_overlaid(path)


def test_notes_and_configured_test_directories_are_overlaid() -> None:
    layout = Layout(source=("app",), tests=("checks",), notes="notes")
    assert layout.is_overlaid("notes/chat/breakdown.md")
    assert layout.is_test("checks/data.txt")


def test_module_names_from_the_roots_of_the_source() -> None:
    paths = ["src/app/__init__.py", "src/app/deep/x.py", "tests/test_a.py", "src/app/tests/helper.py"]
    assert SRC.modules(paths) == {"app", "app.deep", "app.deep.x", "src", "src.app", "src.app.deep", "src.app.deep.x"}
    assert Layout(source=("src",)).import_roots(paths) == ("src", "")
    assert Layout(source=("one.py",)).modules(["one.py"]) == {"one"}


@pytest.mark.parametrize(
    ("paths", "tests", "code"),
    [
        (["src/app/ab_test.py", "tests/test_a.py"], [], {"src/app/ab_test.py"}),
        (["src/app/test_a.py", "src/app/a.py"], ["src/app/test_a.py"], set()),
        (["src/app/test/client.py", "src/app/test/data/x.json"], [], {"src/app/test"}),
        (["src/app/test/client.py", "src/app/test/test_client.py"], ["src/app/test/test_client.py"], set()),
        (["src/app/tests/helper.py", "src/app/tests/conftest.py"], [], set()),
        (["src/app/tests/deep/helper.py", "src/app/tests/test_a.py"], ["src/app/tests/test_a.py"], set()),
        (["src/app/tests/data.json", "src/app/a.py"], [], set()),
        (["ab_test.py", "test/client.py"], [], set()),
        (["src/app/checks/ab_test.py"], [], set()),
    ],
)
def test_code_below_the_source_may_be_named_like_tests(paths: list[str], tests: list[str], code: set[str]) -> None:
    layout = Layout(source=("src/app",), tests=("src/app/checks",)).with_code_named_like_tests(
        paths, tests.__contains__
    )
    assert set(layout.code) == code
    for path in paths:
        assert layout.is_test(path) == (SRC.is_test(path) and not any(path.startswith(entry) for entry in code))


def test_a_source_in_a_directory_that_is_named_like_tests() -> None:
    paths = ["tests/plugin/a.py", "tests/plugin/test_a.py", "tests/test_b.py"]
    layout = Layout(source=("tests/plugin",)).with_code_named_like_tests(paths, lambda path: "test_" in path)
    assert [path for path in paths if layout.is_source(path)] == ["tests/plugin/a.py"]


def test_names_above_the_project_do_not_make_its_files_tests() -> None:
    layout = Layout(prefix="test/api/", source=("test/api/app",))
    assert layout.is_source("test/api/app/x.py")
    assert layout.is_test("test/api/tests/helper.py")


def test_a_file_that_pytest_collected_tests_from_is_no_implementation() -> None:
    layout = Layout(source=("test.py", "calc.py"), collected=("test.py",))
    assert [layout.is_source(path) for path in ("test.py", "calc.py")] == [False, True]
    assert layout.is_overlaid("test.py")
