"""Modules of the project that tests import from another place than the checkout that is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import Entry
from pytest_execute.workflow.imported_modules import CheckedOut, check_imports

OWN = (
    "src/app/__init__.py",
    "src/app/it.py",
    "src/build.py",
    "tests/test_it.py",
    "src/tests/help.py",
    "examples/app/it.py",
)
TREE = {path: Entry("100644", "0") for path in OWN}
INSTALLED = "venv/lib/python3.12/site-packages"


def error(tmp_path: Path, imported: dict[str, str], source: str = "src", *, have_run: bool = False) -> str:
    """Return the error for imported files, which begin below `tmp_path`; "" where there is none."""
    for path in OWN:
        (tmp_path / "here" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "here" / path).touch()
    checked_out = CheckedOut(Layout(source=(source,)), TREE, tmp_path / "here")
    files = {name: str(tmp_path / file) for name, file in imported.items()}
    try:
        check_imports(checked_out, files, have_run=have_run)
    except ExecuteError as found:
        return str(found).replace(f"{tmp_path}/", "")
    return ""


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("app", "here/src/app/__init__.py"),
        ("app.generated", "main/src/app/generated.py"),
        ("build", f"{INSTALLED}/build/__init__.py"),
        ("json", "lib/json/__init__.py"),
        ("tests.help", "main/src/tests/help.py"),
        ("alias", "main/src/app/it.py"),
        ("__main__", "main/src/app/__main__.py"),
        ("app.it", "linked/app/it.py"),
        ("app.it", "here/examples/app/it.py"),
    ],
)
def test_a_file_of_the_checkout_or_no_copy_of_one_is_no_error(tmp_path: Path, name: str, file: str) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "here/src")
    assert error(tmp_path, {name: file}) == ""


def test_another_checkout_is_named_with_the_remedy(tmp_path: Path) -> None:
    imported = {"app.it": "main/src/app/it.py", "app": "main/src/app/__init__.py", "os": "lib/os.py"}
    assert error(tmp_path, imported) == (
        "error: tests import app from main/src/app/__init__.py, in another checkout, and not from "
        'here/src/app/__init__.py: run `pip install -e .` here, or set pytest\'s `pythonpath = ["src"]` (other-code)'
    )


@pytest.mark.parametrize("place", [INSTALLED, f"here/{INSTALLED}", "usr/lib/python3/dist-packages"])
def test_an_installed_copy_is_named_with_the_remedy(tmp_path: Path, place: str) -> None:
    assert error(tmp_path, {"app": f"{place}/app/__init__.py"}) == (
        f"error: tests import app from {place}/app/__init__.py, an installed copy, and not from "
        'here/src/app/__init__.py: run `pip install -e .` here, or set pytest\'s `pythonpath = ["src"]` (other-code)'
    )


def test_a_directory_that_pythonpath_names_is_to_be_taken_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "main/src"))
    assert error(tmp_path, {"build": "main/src/build.py"}) == (
        "error: tests import build from main/src/build.py, in another checkout, and not from "
        "here/src/build.py: take main/src out of PYTHONPATH (other-code)"
    )


def test_code_that_is_no_implementation_may_come_from_anywhere(tmp_path: Path) -> None:
    assert error(tmp_path, {"build": "main/src/build.py"}, source="src/app") == ""


@pytest.mark.parametrize(
    ("place", "is_error"),
    [("main/src", True), (INSTALLED, True), ("tmp/test_a0/src", False), ("here/tmp/test_a0/src", False)],
)
def test_a_copy_that_a_test_has_made_is_no_error(tmp_path: Path, place: str, is_error: bool) -> None:
    for checkout in ("main", "here"):
        (tmp_path / checkout / ".git").mkdir(parents=True)
    assert bool(error(tmp_path, {"app": f"{place}/app/__init__.py"}, have_run=True)) == is_error
    assert error(tmp_path, {"app": f"{place}/app/__init__.py"})
