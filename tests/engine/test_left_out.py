"""pytest starts without the plugins, conftests and options that a tree does not have."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _pytest.config
import pytest
from _pytest.config import get_config

from pytest_execute.engine.child.left_out import LeftOut


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_pytest.config, "_resolve_warning_category", _pytest.config._resolve_warning_category)
    config = get_config(["--rootdir", str(tmp_path)])
    yield config.pluginmanager
    config._ensure_unconfigure()


def test_a_plugin_that_cannot_be_imported_is_left_out(manager: Any, tmp_path: Path) -> None:
    left_out = LeftOut(str(tmp_path), ["app"])
    left_out.watch(manager)
    manager.import_plugin("app.no_such_plugin")
    manager.import_plugin("pytester")
    assert [directory for directory, _ in left_out.errors] == [""]
    assert left_out.names == ["app.no_such_plugin"]
    assert manager.get_plugin("pytester") is not None


def test_a_conftest_that_cannot_be_imported_counts_for_tests_below_it(manager: Any, tmp_path: Path) -> None:
    left_out = LeftOut(str(tmp_path), ["app"])
    left_out.watch(manager)
    conftest = tmp_path / "below" / "conftest.py"
    conftest.parent.mkdir()
    conftest.write_text("import app.no_such_module\n")
    manager._importconftest(conftest, "prepend", tmp_path, consider_namespace_packages=False)
    assert left_out.names == ["below/conftest.py"]
    error = type("FixtureLookupError", (LookupError,), {})()
    assert isinstance(left_out.cause(error, "below/test_a.py"), ModuleNotFoundError)
    assert left_out.cause(error, "test_a.py") is error
    assert left_out.cause(ValueError(), "below/test_a.py").__class__ is ValueError


def test_an_entry_point_that_cannot_be_loaded_is_left_out(
    manager: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "site" / "other-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[pytest11]\nother = no_such_module.plugin\n")
    monkeypatch.syspath_prepend(information.parent)
    left_out = LeftOut(str(tmp_path), ["no_such_module"])
    left_out.watch(manager)
    load = importlib.metadata.EntryPoint.load
    manager.load_setuptools_entrypoints("pytest11", name="other")
    assert [type(error) for _, error in left_out.errors] == [ModuleNotFoundError]
    assert left_out.names == ["no_such_module.plugin"]
    assert importlib.metadata.EntryPoint.load is load
    assert "no_such_module" not in sys.modules
