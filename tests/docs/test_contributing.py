"""CONTRIBUTING.md shows what is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from pytest_execute.breakdown import read_text
from tests.docs.shown import TOP, block

PAGE = "CONTRIBUTING.md"


def test_the_good_test_passes(tmp_path: Path) -> None:
    file = tmp_path / "test_good.py"
    file.write_text(block(PAGE, "python: a good test"), encoding="utf-8")
    names = runpy.run_path(str(file), {"read_text": read_text})
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test()


def test_each_of_six_changes_has_five_lines() -> None:
    text = (TOP / PAGE).read_text(encoding="utf-8")
    _, _, changes = text.partition("## Six changes")
    parts = changes.partition("\n## ")[0].split("\n### ")[1:]
    assert [re.findall(r"^\d", part, re.MULTILINE) for part in parts] == [["1", "2", "3", "4", "5"]] * 6


def test_the_architecture_is_one_screen() -> None:
    assert len((TOP / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) < 60
