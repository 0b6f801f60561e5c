"""Verdict on the flawed demo: every fault is found and named, and every sound task passes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_execute.demo.flaws import FLAWS, OPEN
from tests.topic import environment


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any], Path]:
    directory = tmp_path_factory.mktemp("demo") / "flawed"
    done = subprocess.run(
        [sys.executable, "-m", "pytest_execute", "demo", "--flawed", "--json", str(directory)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), directory


def tasks(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {gate["id"].removeprefix("task:"): gate for gate in report["gates"] if gate["level"] == "task"}


def test_the_flawed_demo_does_not_pass(flawed: tuple[int, dict[str, Any], Path]) -> None:
    status, report, _ = flawed
    assert (status, report["verdict"]) == (1, "failed")
    assert len(FLAWS) >= 8


@pytest.mark.parametrize("task", FLAWS)
def test_each_fault_is_found_and_named(flawed: tuple[int, dict[str, Any], Path], task: str) -> None:
    name, code = FLAWS[task]
    gate = tasks(flawed[1])[task]
    found = {
        (check["name"], reason["code"])
        for check in gate["checks"]
        if check["verdict"] == "failed"
        for reason in check["reasons"]
    }
    assert (name, code) in found
    assert gate["verdict"] == "failed"


def test_every_sound_task_passes(flawed: tuple[int, dict[str, Any], Path]) -> None:
    sound = {task: gate["verdict"] for task, gate in tasks(flawed[1]).items() if task not in FLAWS}
    assert sound == {task: "open" if task in OPEN else "passed" for task in sound}
    assert len(sound) >= 10


def test_a_directory_that_is_not_empty_is_refused(flawed: tuple[int, dict[str, Any], Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest_execute", "demo", str(flawed[2])],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr
        == f"{flawed[2]}: error: there is something here already: name a new or an empty directory (not-empty)\n"
    )
