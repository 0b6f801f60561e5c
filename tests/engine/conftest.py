"""Fixtures of the engine's tests."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from pytest_execute.engine.child import module_origin
from tests.repository import Repository

# main.py loads the child's modules under such names, under which they import each other.
sys.modules.setdefault("_execute_module_origin", module_origin)
sys.modules.setdefault("_execute_exceptions", importlib.import_module("pytest_execute.engine.child.exceptions"))


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")
