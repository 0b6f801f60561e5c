"""An error of this package inside pytest: one line, a file with the traceback, and neither a verdict nor status 1."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_execute import plugin, session
from tests import hello

BREAKER = """
import importlib

setattr(importlib.import_module("{}"), "{}", len)  # which takes one argument
"""
PLACES = {
    "when tests are mapped": ("pytest_execute.discovery.mapping", "map_tests", 2),
    "when the run is judged": ("pytest_execute.workflow", "judge_run", 3),
}
REMEDY = "nothing was judged; please report it with {}, which has the traceback (`{}` names another file)"


@pytest.mark.parametrize("place", PLACES)
def test_a_run_has_no_verdict(tmp_path: Path, place: str) -> None:
    repo = hello.done(tmp_path / "repo")
    module, name, given = PLACES[place]
    (tmp_path / "breaker.py").write_text(BREAKER.format(module, name))
    file = tmp_path / "debug.txt"
    command = ["pytest", "-p", "breaker", "--execute-topic=hello", f"--execute-debug-file={file}"]
    done = hello.run(command, repo.path, {"PYTHONPATH": str(tmp_path)})
    error = f"TypeError: len() takes exactly one argument ({given} given)"
    line = f"internal error: {error}: {REMEDY.format(file, '--execute-debug-file')}"
    assert (done.returncode, done.stderr) == (3, f"Exit: {line}\n")
    assert "Traceback" not in done.stdout
    assert "hello: passed" not in done.stdout
    assert error in file.read_text()


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (LookupError("what"), 3, f"internal error: LookupError: what: {REMEDY}\n"),
        (KeyboardInterrupt(), 2, "interrupted: nothing was judged\n"),
    ],
)
def test_a_run_that_cannot_begin_ends_at_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    line: str,
) -> None:
    def begin(*_: object) -> None:
        raise error

    file = tmp_path / "debug.txt"
    monkeypatch.setattr(session, "begin", begin)
    options = argparse.Namespace(execute_topic="sums", execute_debug_file=str(file), collectonly=False)
    config: Any = SimpleNamespace(known_args_namespace=options, rootpath=tmp_path)
    hook: Generator[None, object, object] = plugin.pytest_load_initial_conftests(config, [])
    with pytest.raises(SystemExit) as end:
        next(hook)
    assert (end.value.code, capsys.readouterr().err) == (status, line.format(file, "--execute-debug-file"))
