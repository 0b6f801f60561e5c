"""Files of a run that cannot be written: one line, no verdict and no traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_execute.commands.explain import last_error
from pytest_execute.core.errors import ExecuteError
from pytest_execute.coverage.item_contexts import ItemContexts
from pytest_execute.distributed.controller_side import ControllerSide, SharedInput
from pytest_execute.distributed.worker_side import FAILURE_KEY
from pytest_execute.tools.disk_errors import disk_errors_reported
from tests import hello

LINE = (
    "the run cannot write or read its own files: disk I/O error: make room, raise the limit, "
    "or set TMPDIR to another directory (unwritable)"
)


def test_nothing_is_judged_where_coverage_cannot_be_saved(tmp_path: Path) -> None:
    """As on a full disk: the data of coverage.py take more than 8 KiB."""
    repository = hello.done(tmp_path / "repo").path
    command = "ulimit -f 8; exec pytest -n0 -p no:cacheprovider --execute-topic=hello"
    # CPython (3.10 to 3.14) would keep compiled modules that are cut off at the limit
    done = hello.run(["bash", "-c", command], repository, {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (4, "")
    assert f"\nERROR: {LINE}\n" in done.stdout
    assert "passed    " not in done.stdout
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("pytest-of-")] == ["repo"]


class FullDisk:
    """Recorder whose data cannot be written from the second context on."""

    def __init__(self) -> None:
        self.contexts: list[object] = []

    def switch(self, gates: object) -> None:
        if self.contexts:
            raise sqlite3.OperationalError("database or disk is full")
        self.contexts.append(gates)

    def stop(self) -> None:
        raise AssertionError("nothing is to be saved")


def test_tests_go_on_without_the_recorder() -> None:
    contexts = ItemContexts(FullDisk())
    contexts.switch(["1"])
    assert contexts.failure == ""
    contexts.switch(["2"])
    contexts.switch(["3"])
    contexts.end()
    assert contexts.failure == "database or disk is full"


def test_the_failures_of_all_workers_are_one_problem() -> None:
    config: Any = SimpleNamespace(rootpath=Path("/r"), invocation_params=SimpleNamespace(dir=Path("/r")))
    side = ControllerSide(config, SharedInput(b"", ()), lambda *_: None)
    for name, output in {"gw0": {FAILURE_KEY: "disk I/O error"}, "gw1": {FAILURE_KEY: "disk I/O error"}}.items():
        side.pytest_testnodedown(SimpleNamespace(gateway=SimpleNamespace(id=name), workeroutput=output))
    with pytest.raises(ExecuteError) as raised:
        side.check()
    assert raised.value.usage == (LINE,)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")])
def test_errors_of_files_are_reported_and_others_are_not(error: Exception) -> None:
    with pytest.raises(ExecuteError, match=str(error.args[-1])), disk_errors_reported():
        raise error
    with pytest.raises(LookupError), disk_errors_reported():
        raise LookupError


def test_explain_names_the_error_and_not_the_last_line() -> None:
    lines = ["collected 1 item", f"ERROR: {LINE}", "=== 1 passed ===", ""]
    assert last_error(lines) == LINE
    assert last_error(lines[:1]) == "collected 1 item"
    assert last_error([""]) == "it printed nothing"
