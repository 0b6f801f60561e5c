"""Functions of scripts and of modules that a test loads by their path are stubbed as well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.engine.child import instrument
from pytest_execute.engine.runner import SITE_DIRECTORY

SCRIPT = "import sys\nimport beside\n\n\ndef main():\n    print('real', beside.NAME, __name__)\n\n\nmain()\n"
BY_PATH = """
import importlib.util
spec = importlib.util.spec_from_file_location("tool", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/beside.py").write_text("NAME = 'b'\n")
    (tmp_path / "marks").write_bytes(b"\0")
    (tmp_path / "bin/tool.py").write_text(SCRIPT)
    plan = {"functions": {str(tmp_path / "bin/tool.py"): [[5, 0, 0]]}, "count": 1, "marks": str(tmp_path / "marks")}
    (tmp_path / "plan").write_text(json.dumps(plan))
    return tmp_path / "bin/tool.py"


def run(script: Path, *arguments: str, stub: str = "") -> str:
    environment = {
        "PYTHONPATH": str(SITE_DIRECTORY),
        instrument.PLAN_VARIABLE: str(script.parent.parent / "plan"),
        instrument.STUB_VARIABLE: f"0 {stub}" if stub else "-1 ",
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=script.parent, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("way", "name"),
    [
        (["{path}"], "__main__"),
        (["tool.py"], "__main__"),
        (["-m", "tool"], "__main__"),
        (["-c", "import runpy; runpy.run_path({path!r}, run_name='__main__')"], "__main__"),
        (["-c", BY_PATH], "tool"),
    ],
)
def test_a_script_is_marked_and_stubbed_however_it_is_run(script: Path, way: list[str], name: str) -> None:
    arguments = [part.format(path=str(script)) for part in way]
    marks = script.parent.parent / "marks"
    assert run(script, *arguments) == f"real b {name}\n"
    assert marks.read_bytes() == bytes([instrument.ENTERED])
    assert run(script, *arguments, stub="none") == ""
    assert marks.read_bytes() == bytes([instrument.STUBBED])
