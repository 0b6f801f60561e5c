"""Output of the demo, as the documents show it."""

from __future__ import annotations

import re

import pytest

from tests import hello
from tests.docs.shown import block


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the lines that the README's first command prints."""
    directory = tmp_path_factory.mktemp("demo")
    done = hello.run(["pytest-execute", "demo", str(directory / "ferry")], directory)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def without_times(line: str) -> str:
    """Return the line without the duration, which differs from run to run, and the rule around it."""
    return re.sub(r"^=+ (.* in) [\d.]+s( \([\d:]+\))? =+$", r"\1", line)


def test_the_output_of_the_demo(demo: list[str]) -> None:
    """The lines before the cut are consecutive, those after it end the output."""
    shown = [without_times(line) for line in block("README.md", "output of the demo").splitlines()]
    cut = shown.index("…")
    actual = [without_times(line) for line in demo]
    start = actual.index(shown[0])
    assert actual[start : start + cut] == shown[:cut]
    assert actual[-len(shown[cut + 1 :]) :] == shown[cut + 1 :]


def test_the_line_of_the_demo(demo: list[str]) -> None:
    assert block("docs/tutorial/demo.md", "output of the demo").rstrip("\n") in demo
