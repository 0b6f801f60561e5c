"""Memory limit and environment of the processes that run tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_execute.engine.settings import MINIMUM_MEMORY, PytestOptions, Settings, memory_limit, tree_environment


@pytest.mark.parametrize(("workers", "gigabytes"), [(1, 16), (2, 8), (4, 4), (64, 1)])
def test_workers_share_half_of_the_memory(monkeypatch: pytest.MonkeyPatch, workers: int, gigabytes: int) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 8 << 20, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert memory_limit(workers) == gigabytes << 30
    assert MINIMUM_MEMORY == 1 << 30


def test_the_memory_limit_has_a_default_where_the_system_does_not_report_its_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown)
    assert memory_limit(2) == 2 << 30


def test_variables_that_control_python_pytest_or_git_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    steering = {"PYTHONOPTIMIZE": "2", "PYTHONPATH": "elsewhere", "PYTEST_ADDOPTS": "--collect-only", "GIT_DIR": "x"}
    for name, value in {**steering, "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    env = tree_environment(Path("/place/tree"), Path("/place/home"), ["/place/tree/src"])
    assert env.keys() & steering.keys() == {"PYTHONPATH"}
    assert (env["PYTHONPATH"], env["HOME"], env["LANG"]) == ("/place/tree/src", "/place/home", "C")


def test_a_newly_installed_version_changes_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(work_tree="", roots=(), top_modules=(), prefix="", pytest=PytestOptions(), memory=1)
    monkeypatch.syspath_prepend(tmp_path)
    fingerprints = [settings.fingerprint()]
    for name in ("lib-1.0.dist-info", "lib-1.1.dist-info"):
        (tmp_path / name).mkdir()
        fingerprints.append(settings.fingerprint())
    assert len(set(fingerprints)) == 3
    assert settings.fingerprint() == fingerprints[-1]
