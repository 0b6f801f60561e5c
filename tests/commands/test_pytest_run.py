"""Running pytest as a child process: where it runs, and which exit status its report gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.commands.pytest_run import exit_status, judged_report, project_directory


@pytest.mark.parametrize(
    ("text", "pytest_status", "expected"),
    [
        ('{"verdict": "passed"}', 0, 0),
        ('{"verdict": "passed"}', 2, 0),
        ('{"verdict": "failed"}', 1, 1),
        ('{"verdict": "passed"}', 3, 2),
        ("", 0, 2),
    ],
)
def test_the_report_decides_unless_pytest_broke_down(
    tmp_path: Path, text: str, pytest_status: int, expected: int
) -> None:
    report = tmp_path / "report"
    report.write_text(text)
    assert exit_status(judged_report(report, pytest_status)) == expected


def test_the_project_is_the_nearest_directory_with_a_configuration_file(tmp_path: Path) -> None:
    start = tmp_path / "services/api/src"
    start.mkdir(parents=True)
    assert project_directory(start, tmp_path) == tmp_path
    (tmp_path / "services/api/tox.ini").touch()
    assert project_directory(start, tmp_path) == tmp_path / "services/api"
