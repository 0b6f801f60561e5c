"""A program that uses the public Python API type-checks, as strictly as mypy can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.docs.shown import TOP, blocks

PROGRAM = Path(__file__).with_name("public_api.py")


def strict(program: Path) -> subprocess.CompletedProcess[str]:
    """Run mypy on one program, without this project's configuration, as a user's project does."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-incremental", program.name]
    return subprocess.run(command, cwd=program.parent, capture_output=True, text=True, check=False)


def test_the_program_is_right(tmp_path: Path) -> None:
    copy = tmp_path / "program.py"
    copy.write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    assert strict(copy).stdout == "Success: no issues found in 1 source file\n"


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from pytest_execute.core.verdict import Verdict\n\nVerdict(topic=1, verdict='fine')\n")
    done = strict(wrong)
    assert done.returncode == 1
    assert [line.rpartition("[")[2] for line in done.stdout.splitlines()[:-1]] == ["arg-type]", "arg-type]"]


def test_the_documented_program_is_right_and_runs(tmp_path: Path) -> None:
    """The one on the page of the API, on a breakdown of one task."""
    (example,) = blocks("docs/reference/api.md", "python")
    program = tmp_path / "example.py"
    program.write_text(example, encoding="utf-8")
    assert strict(program).stdout == "Success: no issues found in 1 source file\n"
    breakdown = tmp_path / "notes/hello/breakdown.md"
    breakdown.parent.mkdir(parents=True)
    breakdown.write_text("### 1. [x] Greet\n\n- **Objective**: greet\n", encoding="utf-8")
    done = subprocess.run([sys.executable, program.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "| task:1 | failed | Greet |" in done.stdout.splitlines()


def test_every_documented_name_is_checked() -> None:
    """The program imports every module of which the page shows something, and uses each name that it lists."""
    page = (TOP / "docs/reference/api.md").read_text(encoding="utf-8")
    program = PROGRAM.read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith((".. autofunction:: ", ".. autoclass:: ", ".. autoexception:: ")):
            assert line.rpartition(".")[2] in program, line
