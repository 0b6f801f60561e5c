"""Implementation that is detected, and the directories that its modules are imported from."""

from __future__ import annotations

import pytest

from pytest_execute.core.detect_source import Import, detect_source, import_roots
from pytest_execute.core.layout import Layout


@pytest.mark.parametrize(
    ("paths", "source"),
    [
        (["src/app/__init__.py", "tests/test_a.py", "tool/__init__.py"], ["src"]),
        (["app/__init__.py", "app/x.py", "tests/__init__.py", "docs/conf.py", "setup.py"], ["app"]),
        (["one.py", "test_one.py", "conftest.py", "noxfile.py"], ["one.py"]),
        (["README.md"], []),
        (["backend/app/it.py", "notes/a.py"], []),
    ],
)
def test_the_usual_layouts(paths: list[str], source: list[str]) -> None:
    assert list(detect_source(paths, Layout())) == source


def test_the_source_is_found_below_a_prefix() -> None:
    paths = ["api/app/__init__.py", "web/other/__init__.py"]
    assert detect_source(paths, Layout(prefix="api/", home="api/")) == ("api/app",)


@pytest.mark.parametrize(
    ("paths", "prefix", "expected"),
    [
        (["services/api/src/app/x.py"], "services/api/", ("services/api/src",)),
        (["services/tests/help.py", "services/calc.py"], "services/tests/", ("services/calc.py",)),
        (["services/api/x/y/z.py", "services/calc.py"], "services/api/", ()),
    ],
)
def test_the_source_is_beside_a_root_directory_of_tests(
    paths: list[str], prefix: str, expected: tuple[str, ...]
) -> None:
    assert detect_source(paths, Layout(prefix=prefix, home="services/")) == expected


def test_build_settings_come_before_the_usual_layouts() -> None:
    paths = ["lib/app/__init__.py", "tools/__init__.py", "src/x.py"]
    assert detect_source(paths, Layout(), ["lib", "gone"]) == ("lib",)


@pytest.mark.parametrize(
    ("paths", "name", "beside", "source"),
    [
        (["app/it.py", "docs/conf.py"], "app.it", "tests", ["app"]),
        (
            ["backend/app/__init__.py", "backend/app/sub/it.py", "backend/seed.py"],
            "app.sub.it",
            "tests",
            ["backend/app"],
        ),
        (["backend/app/it.py"], "app.it", "tests", ["backend/app"]),
        (["backend/billing.py", "backend/more.py"], "billing", "tests", ["backend"]),
        (["katas/bowling/bowling.py", "katas/tennis/x.py"], "bowling", "katas/bowling", ["katas/bowling"]),
        (["src/ns/app/__init__.py", "tools/gen.py"], "tools.gen", "tests", ["src", "tools"]),
        (["tests/helper.py", "app/__init__.py"], "helper", "tests", ["app"]),
        (["vendor/requests/__init__.py", "app/__init__.py"], "requests", "tests", ["app"]),
        (["setup.py"], "setup", "", []),
        (["one.py"], "one", "", ["one.py"]),
    ],
)
def test_what_tests_import_from_the_tree(paths: list[str], name: str, beside: str, source: list[str]) -> None:
    layout = Layout(roots=("backend",))
    assert list(detect_source(paths, layout, imports=[Import(name, beside), Import("sys", beside)])) == source


@pytest.mark.parametrize(
    ("source", "name", "roots"),
    [
        ("src/ns", "ns.app.x", ["lib", "src"]),
        ("src/ns", "app.x", ["lib", "src/ns"]),
        ("src/ns", "src.ns.app.x", ["lib", ""]),
        ("src/ns", "requests", ["lib"]),
        ("src/ns/app", "ns.app.x", ["lib"]),
    ],
)
def test_imports_show_where_a_directory_without_init_is_imported_from(source: str, name: str, roots: list[str]) -> None:
    files = ["src/ns/app/__init__.py", "src/ns/app/x.py"]
    layout = Layout(source=(source,), roots=("lib",))
    assert list(import_roots(files, layout, [Import(name, "tests")])) == roots


def test_a_root_that_is_known_spares_a_guess() -> None:
    assert Layout(source=("src/ns",), roots=("src",)).import_roots(["src/ns/x.py"]) == ("src", "")
    assert Layout(source=("src/ns",)).import_roots(["src/ns/x.py"]) == ("src/ns", "src", "")
