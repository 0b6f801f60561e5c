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
for name in ("exceptions", "missing_values", "module_statements", "partial_imports"):
    sys.modules.setdefault(f"_execute_{name}", importlib.import_module(f"pytest_execute.engine.child.{name}"))


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")
