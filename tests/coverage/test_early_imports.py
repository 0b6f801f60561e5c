"""Modules that were imported before the measurement began, such as those of the project's own pytest plugin."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from pytest_execute.coverage import data
from pytest_execute.coverage.early_imports import record_early_imports, statements_that_always_run

MODULE = dedent(
    """\
    import os
    from sys import (
        path,
    )

    @staticmethod
    def f():
        return os

    class A(
        object,
    ):
        value = 1

        def method(self):
            return 2

    if path:
        value = 3
    else:
        value = 4
    for _ in path:
        value = 5
    with open(os.devnull) as file:
        value = 6
    try:
        value = 7
    except ValueError:
        value = 8
    text = "a"; more = "b"
    """
)


def test_statements_that_run_on_each_import() -> None:
    assert sorted(statements_that_always_run(MODULE.encode())) == [1, 2, 6, 7, 10, 13, 15, 18, 22, 24, 26, 30]


def test_a_source_that_is_not_python_has_none() -> None:
    assert statements_that_always_run(b"def f(:\n") == frozenset()
    assert statements_that_always_run("é = 1\n".encode("latin-1")) == frozenset()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that was imported, below tmp_path/src."""
    file = tmp_path / "src/early.py"
    file.parent.mkdir()
    file.write_text("import os\n\n\ndef f():\n    return os\n")
    imported = ModuleType("early_imports_sample")
    imported.__file__ = str(file)
    monkeypatch.setitem(sys.modules, imported.__name__, imported)
    return imported


@pytest.mark.parametrize("branch", [True, False])
@pytest.mark.parametrize("source", ["src", "src/early.py"])
def test_an_imported_module_has_its_statements_recorded_without_a_test(
    module: ModuleType, tmp_path: Path, source: str, branch: bool
) -> None:
    record_early_imports([tmp_path / source], branch, tmp_path / "coverage")
    recording = data.read(tmp_path / "coverage")
    assert recording.arcs(str(module.__file__)) == {(1, 1), (4, 4)}
    assert recording.contexts(str(module.__file__)) == {""}


def test_what_is_not_below_the_source_or_has_not_finished_is_not_recorded(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_early_imports([tmp_path / "sr"], True, tmp_path / "coverage")
    monkeypatch.setattr(module, "__spec__", type("Spec", (), {"_initializing": True})())
    record_early_imports([tmp_path / "src"], True, tmp_path / "coverage")
    assert not (tmp_path / "coverage").exists()


def test_modules_that_hide_where_they_are_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise ImportError(name)

    monkeypatch.setitem(sys.modules, "early_imports_lazy", Lazy("early_imports_lazy"))
    monkeypatch.setitem(sys.modules, "early_imports_none", None)
    record_early_imports([tmp_path], True, tmp_path / "coverage")
    assert not (tmp_path / "coverage").exists()
