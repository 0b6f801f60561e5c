"""What the documents show of the demo is what it prints."""

from __future__ import annotations

import re

import pytest

from tests import hello
from tests.docs.shown import block


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the README's first command prints, line by line."""
    place = tmp_path_factory.mktemp("demo")
    done = hello.run(["pytest-execute", "demo", str(place / "ferry")], place)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def without_times(line: str) -> str:
    """The line without the one thing that differs from run to run, and the rule around it."""
    return re.sub(r"^=+ (.* in) [\d.]+s( \([\d:]+\))? =+$", r"\1", line)


def test_the_output_of_the_demo(demo: list[str]) -> None:
    """What is shown before the cut follows on itself, what comes after it ends the output."""
    shown = [without_times(line) for line in block("README.md", "output of the demo").splitlines()]
    cut = shown.index("…")
    real = [without_times(line) for line in demo]
    start = real.index(shown[0])
    assert real[start : start + cut] == shown[:cut]
    assert real[-len(shown[cut + 1 :]) :] == shown[cut + 1 :]


def test_the_line_of_the_demo(demo: list[str]) -> None:
    assert block("docs/tutorial/demo.md", "output of the demo").rstrip("\n") in demo
