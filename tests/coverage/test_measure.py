"""What counts as reached, by whom: on a real recording of coverage.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from textwrap import dedent

import pytest

from pytest_execute.core.plan import FileRef, Plan, Stream, Task
from pytest_execute.coverage.measure import Request, measure
from pytest_execute.coverage.recorder import Recorder
from pytest_execute.coverage.source import read

SOURCE = """
    LIMIT = 3

    def grow(n):
        if n > LIMIT:
            return LIMIT
        return (
            n +
            1
        )

    def shrink(n):
        return n - 1

    def hidden():  # pragma: no cover
        return 6

    def abstract(): ...
    """
PLAN = Plan(
    topic="t",
    path="b",
    streams=(Stream(id="A", title="", line=1),),
    tasks=tuple(Task(id=n, title="", line=1, stream="A") for n in "12"),
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Task 1 grows, task 2 shrinks, a test of no task grows past the limit."""
    root = tmp_path_factory.mktemp("root")
    (root / "code.py").write_text(dedent(SOURCE).lstrip())
    (root / "idle.py").write_text("def idle():\n    return 1\n")
    (root / "broken.py").write_text("def broken(:\n")
    recorder = Recorder([root], branch=True)
    spec = importlib.util.spec_from_file_location("code_under_test", root / "code.py")
    assert spec is not None
    assert spec.loader is not None
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    recorder.switch(["task:1"])
    code.grow(1)
    recorder.switch(["task:2", "stream:A"])
    code.shrink(1)
    recorder.switch([])
    code.grow(9)
    return root, recorder.stop()


def request(root: Path, files: dict[str, tuple[FileRef, ...]], sources: tuple[str, ...] = ("code.py",)) -> Request:
    changed = dict.fromkeys(sources, frozenset(range(1, 20)))
    return Request(root=root, branch=True, sources=sources, changed=changed, files=files)


def test_only_its_own_tests_reach_the_functions_of_a_task(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {"1": (FileRef("code.py", 1, 1, 9),), "2": (FileRef("idle.py", 1),)}), [data])
    first = found["task:1"]
    assert (first.lines, first.missing) == (5, {"code.py": (5,)})
    assert (first.branches, first.covered_branches, first.missing_branches) == (2, 1, {"code.py": (4,)})


def test_what_runs_on_import_is_reached_by_whoever_imports(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {"2": (FileRef("code.py", 1, 11, 12),)}), [data])["task:2"]
    assert (found.lines, found.covered) == (2, 2)


def test_a_shared_file_is_reached_by_all_its_tasks(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {n: (FileRef("code.py", 1),) for n in "12"}), [data])
    assert found["task:1"] == found["task:2"] == found["stream:A"]
    assert found["task:1"].missing == {"code.py": (5, 15)}


def test_exclusions_hide_nothing_that_changed(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {}), [data])
    assert found["changed"].missing == {"code.py": (15,)}
    assert found["system"].missing == {}
    assert "task:1" not in found


def test_a_file_that_was_never_imported_or_cannot_be_read_is_not_covered(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {}, ("idle.py", "broken.py")), [data])
    assert found["changed"].missing == {"idle.py": (1, 2), "broken.py": (1,)}
    assert found["changed"].covered == 0


def test_lines_that_did_not_change_are_not_asked_for(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    asked = Request(root=root, branch=True, sources=("code.py",), changed={"code.py": frozenset({8})}, files={})
    found = measure(PLAN, asked, [data])["changed"]
    assert (found.lines, found.covered) == (1, 1)  # line 8 stands in the statement of line 6


def test_data_of_several_workers_adds_up(recording: tuple[Path, bytes]) -> None:
    root, data = recording
    asked = request(root, {"1": (FileRef("code.py", 1),)})
    assert measure(PLAN, asked, [data, data]) == measure(PLAN, asked, [data])
    assert measure(PLAN, asked, [])["task:1"].covered == 0


def test_the_lines_of_statements_and_of_bodies() -> None:
    lines = read(dedent(SOURCE).lstrip())
    assert 3 not in lines.bodies
    assert {4, 5, 6, 8, 12} <= lines.bodies
    assert lines.starts[8] == 6
    assert read("def broken(:") == read("")
