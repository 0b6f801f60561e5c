"""Imports of the plugin: without `--execute-topic`, pytest imports only its entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.topic import honest, run

ENTRY_POINT = {"pytest_execute", "pytest_execute.plugin"}
LOADED = """
import sys, pytest
pytest.main(sys.argv[1:])
sys.stderr.write(" ".join(name for name in sys.modules if name.startswith("pytest_execute")))
"""


def stderr(directory: Path, *arguments: str) -> list[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False).stderr.splitlines()


@pytest.mark.parametrize("arguments", [["--markers"], ["--collect-only"], []])
def test_without_the_option_only_the_entry_point_is_imported(tmp_path: Path, arguments: list[str]) -> None:
    assert set(stderr(tmp_path, "-c", LOADED, *arguments)[-1].split()) == ENTRY_POINT


def test_importtime_shows_only_the_entry_point(tmp_path: Path) -> None:
    """-X importtime lists `import` statements; pluggy loads an entry point without one."""
    lines = stderr(tmp_path, "-X", "importtime", "-m", "pytest")
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    assert "xdist" in imported or "_pytest.config" in imported
    assert {name for name in imported if name.startswith("pytest_execute")} <= ENTRY_POINT


def test_a_worker_does_not_import_the_stages_of_the_judgement(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.commit("list imports", {"conftest.py": WRITE_IMPORTED})
    run(repo.path, "-n1")
    imported = (repo.path / "imported").read_text().split()
    assert "pytest_execute.scheduling.worker" in imported
    stages = {"breakdown", "engine", "gates", "mutation", "progress", "replay", "reports", "workflow"}
    assert stages.isdisjoint(name.split(".")[1] for name in imported if "." in name)


WRITE_IMPORTED = """
import os, sys

def pytest_sessionfinish():
    if "PYTEST_XDIST_WORKER" in os.environ:
        with open("imported", "w") as file:
            file.write(" ".join(name for name in sys.modules if name.startswith("pytest_execute")))
"""
