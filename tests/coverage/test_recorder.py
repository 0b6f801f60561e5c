"""Contexts of a recorder, in its process and in those that tests start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.coverage.data import read
from pytest_execute.coverage.item_contexts import ItemContexts
from pytest_execute.coverage.recorder import Recorder
from tests.coverage.test_measure import load


@pytest.mark.parametrize("branch", [True, False], ids=["branches", "lines"])
def test_processes_count_for_the_test_that_started_them(tmp_path: Path, branch: bool) -> None:
    """A subprocess and a fork that ends with `os._exit` are recorded; a line that ran before is recorded in each later
    context.
    """
    root = tmp_path.resolve()
    (root / "code.py").write_text("def one():\n    return 1\n\n\ndef two():\n    return 2\n")
    recorder = Recorder([root], branch, root / "data")
    code = load(root / "code.py")
    recorder.switch(["task:1"])
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r}); import code; code.one()"], check=True
    )
    recorder.switch(["task:2"])
    pid = os.fork()
    if not pid:
        code.two()
        os._exit(0)
    os.waitpid(pid, 0)
    recorder.switch(["task:1"])
    code.two()
    recorder.switch(["stream:A"])
    code.two()
    recorder.stop()
    found, path = read(root / "data"), str(root / "code.py")
    reached = {
        gate: {line for arc in found.arcs(path, gate.__eq__) for line in arc if line in (2, 6)}
        for gate in found.contexts(path)
    }
    assert {gate: reached.get(gate) for gate in ("task:1", "task:2", "stream:A")} == {
        "task:1": {2, 6}, "task:2": {6}, "stream:A": {6},
    }  # fmt: skip
    assert "COVERAGE_PROCESS_CONFIG" not in os.environ


@pytest.mark.parametrize("name", ["a[b]", "*?", "**", "{x},%$HOME", "\x1b[0m", "back\\slash"])
def test_names_that_mean_something_in_patterns(tmp_path: Path, name: str) -> None:
    root = tmp_path.resolve() / name
    root.mkdir()
    for file in ("code.py", f"{name}.py"):
        (root / file).write_text("def one():\n    return 1\n")
    recorder = Recorder([root / "code.py", root], True, tmp_path / "data")
    for file in ("code.py", f"{name}.py"):
        load(root / file).one()
    recorder.stop()
    assert {*read(tmp_path / "data").packed_arcs} == {str(root / "code.py"), str(root / f"{name}.py")}


def test_a_fixture_that_is_torn_down_after_the_end_counts_for_nobody(tmp_path: Path) -> None:
    """pytest tears down what is left after an interrupt, when coverage has ended."""
    contexts = ItemContexts(Recorder([tmp_path], branch=False, directory=tmp_path / "data"))
    contexts.end()
    contexts.switch(("task:1",))
    contexts.end()
