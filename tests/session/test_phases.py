"""Phases after the run: a line at their beginning, and where lines stay, their time at their end."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from pytest_execute.progress.plugin import ProgressPlugin
from pytest_execute.session import phases
from pytest_execute.session.phases import Phases

NO_CONFIG = cast(pytest.Config, None)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []
    monkeypatch.setattr(phases, "write_line", lambda config, text: written.append(text))
    return written


def test_a_phase_on_a_pipe_ends_with_its_count_and_its_time(lines: list[str]) -> None:
    with Phases(NO_CONFIG, ProgressPlugin(NO_CONFIG))("replaying the tests", "trees replayed") as count:
        count(3, 36)
        count(36, 36)
    assert lines[0] == "execute: replaying the tests …"
    assert re.fullmatch(r"execute: 36 of 36 trees replayed \(\d+\.\d s\)", lines[1])


def test_a_phase_that_has_nothing_to_run_says_so(lines: list[str]) -> None:
    with Phases(NO_CONFIG, ProgressPlugin(NO_CONFIG))("replaying the tests", "trees replayed"):
        pass
    assert re.fullmatch(r"execute: all results were known \(\d+\.\d s\)", lines[1])


def test_a_phase_on_a_terminal_leaves_one_line(lines: list[str]) -> None:
    class Area:
        def size(self) -> tuple[int, int]:
            return 80, 24

        def show(self, shown: object) -> None:
            pass

    progress = ProgressPlugin(NO_CONFIG)
    progress.status_area = cast(Any, Area())
    with Phases(NO_CONFIG, progress)("replaying the tests", "trees replayed"):
        pass
    assert lines == ["execute: replaying the tests …"]
