"""Coverage reports for other tools, parsed as these tools parse them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.coverage.export import write
from tests.repository import Repository
from tests.session.test_run import repo  # noqa: F401 - a fixture
from tests.topic import run

MORE = "def add(a, b):\n    return a + b\n\n\ndef more(a):\n    return a if a else 2\n"


def cobertura(path: Path) -> dict[str, dict[int, int]]:
    """Return `{file: {line: hits}}`."""
    classes = ElementTree.parse(path).iter("class")
    return {
        each.attrib["filename"]: {int(line.attrib["number"]): int(line.attrib["hits"]) for line in each.iter("line")}
        for each in classes
    }


def lcov(path: Path) -> dict[str, dict[int, int]]:
    """Return `{file: {line: hits}}`."""
    found: dict[str, dict[int, int]] = {}
    for key, _, value in (row.partition(":") for row in path.read_text().splitlines()):
        if key == "SF":
            lines = found[value] = {}
        elif key == "DA":
            number, hits, *_ = value.split(",")
            lines[int(number)] = int(hits)
    return found


def test_both_reports_have_every_file_and_line(repo: Repository) -> None:  # noqa: F811
    repo.commit("more", {"src/app/add.py": MORE, "src/app/idle.py": "IDLE = 1\n"})
    xml, info = repo.path / "out/coverage.xml", repo.path / "out/lcov.info"
    ran = run(repo.path, "-n2", "--execute-coverage-xml=out/coverage.xml", "--execute-lcov=out/lcov.info")
    assert ran.report["coverage"]["system"]["missing"] == {"src/app/add.py": [6], "src/app/idle.py": [1]}
    wanted = {
        "src/app/__init__.py": {},
        "src/app/add.py": {1: 1, 2: 1, 5: 1, 6: 0},
        "src/app/idle.py": {1: 0},
        "src/app/take.py": {1: 1, 2: 1},
        "src/app/undo.py": {1: 1, 2: 1},
    }
    assert lcov(info) == wanted
    assert {f"src/app/{name}": lines for name, lines in cobertura(xml).items()} == wanted or cobertura(xml) == wanted


def test_a_report_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ExecuteError, match=r"out/lcov\.info: error: coverage.py cannot write it: "):
        write(tmp_path, [], {"lcov": tmp_path / "out/lcov.info"})
