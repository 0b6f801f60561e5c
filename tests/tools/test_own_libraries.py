"""The judge's own libraries are found anywhere but in the checkout that it judges."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_execute.tools import own_libraries
from pytest_execute.tools.own_libraries import OwnLibraryError, imported_from_elsewhere, leave_to_project


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a checkout whose module `steady` is a library of the judge, and put it first on the module path."""
    monkeypatch.setattr(own_libraries, "OWN", {"steady": "steady-py"})
    write(tmp_path / "checkout", "'project'")
    (tmp_path / "checkout/.git").mkdir()
    (tmp_path / "checkout/tests").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "checkout")
    monkeypatch.delitem(sys.modules, "steady", raising=False)
    return tmp_path / "checkout"


def write(directory: Path, owner: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "steady.py").write_text(f"OWNER = {owner}\n")


@pytest.mark.parametrize("place", ["elsewhere", "checkout/.venv/lib/python3.12/site-packages", "checkout/.deps"])
def test_the_judge_imports_the_installed_one_and_the_tests_the_projects(
    checkout: Path, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pip install --target` installs into any directory; beside a package is then what describes it."""
    write(tmp_path / place, "'judge'")
    (tmp_path / place / "steady_py-1.0.dist-info").mkdir()
    path = [*sys.path, str(tmp_path / place)]
    monkeypatch.setattr(sys, "path", path[:])
    with imported_from_elsewhere(checkout / "tests"):
        import steady  # type: ignore[import-not-found]
    assert steady.OWNER == "judge"
    assert sys.path == path
    leave_to_project({"app"})
    assert sys.modules["steady"] is steady
    leave_to_project({"steady"})
    import steady as again

    assert again.OWNER == "project"


def test_a_library_without_another_copy_is_an_error_with_the_remedy(checkout: Path) -> None:
    with pytest.raises(OwnLibraryError) as error, imported_from_elsewhere(checkout):
        import steady  # noqa: F401
    assert str(error.value) == (
        "error: the judge itself needs steady, which here is the project's own: run `pip install --force-reinstall "
        "steady-py`, and let tests find the project's by `pythonpath` (own-library)"
    )


def test_a_finder_of_an_editable_install_does_not_help(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no entry of the path that could be hidden, and comes after all of them."""
    from importlib.machinery import PathFinder

    class Finder:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> object:
            return PathFinder.find_spec(name, [str(checkout)]) if name == "steady" else None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    with pytest.raises(OwnLibraryError), imported_from_elsewhere(checkout):
        import steady  # noqa: F401


def test_another_missing_module_is_not_taken_for_a_library(checkout: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), imported_from_elsewhere(checkout):
        import no_such_module  # type: ignore[import-not-found]  # noqa: F401


def test_what_a_plugin_of_the_project_has_loaded_before_stays_for_the_tests(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "elsewhere", "'judge'")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "elsewhere")])
    import steady as loaded

    with imported_from_elsewhere(checkout):
        import steady
    assert (steady.OWNER, sys.modules["steady"]) == ("judge", loaded)
