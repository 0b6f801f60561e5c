"""Lines that count as reached for each gate, on a real recording of coverage.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import Measure
from pytest_execute.core.ownership import LineOwners
from pytest_execute.core.plan import Plan, Stream, Task
from pytest_execute.coverage.data import Recording, read
from pytest_execute.coverage.measure import MeasureRequest, line_sets
from pytest_execute.coverage.recorder import Recorder

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


FIRST, SECOND = frozenset("1"), frozenset("2")
Recorded = tuple[Path, Recording]


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("code_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    return code


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Task 1 calls `grow`, task 2 calls `shrink`, and a test of no task calls `grow` past the limit."""
    root = tmp_path_factory.mktemp("root").resolve()
    (root / "code.py").write_text(dedent(SOURCE).lstrip())
    (root / "idle.py").write_text("def idle():\n    return 1\n")
    (root / "broken.py").write_text("def broken(:\n")
    recorder = Recorder([root], True, root / "data")
    code = load(root / "code.py")
    recorder.switch(["task:1"])
    code.grow(1)
    recorder.switch(["task:2", "stream:A"])
    code.shrink(1)
    recorder.switch([])
    code.grow(9)
    recorder.stop()
    return root, read(root / "data")


def request(
    root: Path, owned: LineOwners, sources: tuple[str, ...] = ("code.py",), exclude: tuple[str, ...] = ()
) -> MeasureRequest:
    changed = dict.fromkeys(sources, frozenset(range(1, 20)))
    return MeasureRequest(root=root, branch=True, sources=sources, changed=changed, owners=owned, exclude=exclude)


def measure(plan: Plan, request: MeasureRequest, data: Recording) -> dict[str, Measure]:
    return {gate: sets.measure() for gate, sets in line_sets(plan, request, data).items()}


def owned_by(lines: range, tasks: frozenset[str]) -> LineOwners:
    return {"code.py": dict.fromkeys(lines, tasks)}


def test_only_its_own_tests_reach_the_functions_of_a_task(recording: Recorded) -> None:
    root, data = recording
    first = measure(PLAN, request(root, owned_by(range(1, 10), FIRST)), data)["task:1"]
    assert (first.lines, first.missing) == (3, {"code.py": (5,)})
    assert (first.branches, first.covered_branches, first.missing_branches) == (2, 1, {"code.py": (4,)})
    assert first.missing_arcs == {"code.py": ((4, 5),)}


def test_a_test_with_a_mark_reaches_the_lines_of_the_gates_that_it_counts_for(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "code.py").write_text(dedent(SOURCE).lstrip())
    recorder = Recorder([root], True, root / "data")
    code = load(root / "code.py")
    recorder.switch(["test:a"])
    code.grow(1)
    recorder.stop()
    data, one = read(root / "data"), request(root, owned_by(range(1, 10), FIRST))
    assert measure(PLAN, one, data)["task:1"].covered == 0
    marked = replace(one, marks={"task:1": frozenset(["test:a"])})
    assert measure(PLAN, marked, data)["task:1"].covered == 2


def test_a_test_of_base_reaches_the_lines_that_are_kept_and_no_others(recording: Recorded) -> None:
    """Task 2 calls `shrink`; its mark stands for a test of base. Task 1 owns `grow` and `shrink`."""
    root, data = recording
    owned = request(root, owned_by(range(1, 13), FIRST))
    of_base = replace(owned, kept={"code.py": frozenset(range(11, 13))}, marks_of_base=frozenset(["task:2"]))
    assert measure(PLAN, owned, data)["task:1"].missing == {"code.py": (5, 12)}
    assert measure(PLAN, of_base, data)["task:1"].missing == {"code.py": (5,)}
    other = replace(of_base, kept={"code.py": frozenset(range(3, 10))})
    assert measure(PLAN, other, data)["task:1"].missing == {"code.py": (5, 12)}
    assert measure(PLAN, replace(of_base, marks_of_base=frozenset()), data)["task:1"].missing == {"code.py": (5, 12)}


def test_lines_that_run_on_import_do_not_count_for_a_task(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, owned_by(range(11, 13), SECOND)), data)["task:2"]
    assert (found.lines, found.covered) == (1, 1)
    assert measure(PLAN, request(root, owned_by(range(11, 13), FIRST)), data)["task:1"].covered == 0


@pytest.mark.parametrize(
    ("noticed_by", "missing"),
    [
        ({"task:1"}, {}),
        ({"task:1|stream:A"}, {}),
        ({"task:1", "task:2"}, {"task:1": (2, 3)}),
        ({"task:2"}, {"task:1": (2, 3)}),
        ({"rest"}, {"task:1": (2, 3)}),
        (set(), {"task:1": (2, 3), "changed": (2, 3)}),
    ],
)
def test_a_function_that_runs_on_import_is_reached_if_own_tests_notice_each_of_its_stubs(
    tmp_path: Path, noticed_by: set[str], missing: dict[str, tuple[int, ...]]
) -> None:
    """`noticed_by` has the gates of the test that noticed it, for each stub."""
    file = tmp_path.resolve() / "code.py"
    file.write_text("def build():\n    table = [1]\n    return table\n\n\nTABLE = build()\n")
    data = Recording()
    data.lines = {str(file): {"": 0b1001110}}
    noticed = {"code.py": {1: frozenset(noticed_by)}} if noticed_by else {}
    asked = MeasureRequest(
        root=file.parent,
        branch=False,
        sources=("code.py",),
        changed={"code.py": frozenset(range(1, 7))},
        owners=owned_by(range(1, 7), FIRST),
        noticed=noticed,
    )
    found = measure(PLAN, asked, data)
    assert {
        gate: found[gate].missing.get("code.py") for gate in ("task:1", "changed") if found[gate].missing
    } == missing


def test_a_line_of_a_noticed_function_that_did_not_run_on_import_is_not_reached(tmp_path: Path) -> None:
    file = tmp_path.resolve() / "code.py"
    file.write_text("def f(x):\n    if x:\n        return 1\n    return 2\n\n\nONE = f(1)\n")
    data = Recording()
    data.lines = {str(file): {"": 0b10001110, "task:2": 0b10110}}
    noticed = {"code.py": {1: frozenset({"task:1"})}}
    owners = owned_by(range(1, 8), FIRST)
    asked = MeasureRequest(root=file.parent, branch=False, sources=(), changed={}, owners=owners, noticed=noticed)
    assert measure(PLAN, asked, data)["task:1"].missing == {"code.py": (4,)}


def test_a_line_that_two_tasks_share_is_reached_by_either_and_a_stream_is_their_union(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, owned_by(range(1, 20), FIRST | SECOND)), data)
    assert found["task:1"] == found["task:2"] == found["stream:A"]
    assert found["task:1"].missing == {"code.py": (5, 15)}


def test_exclusion_comments_hide_no_changed_line(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {}), data)
    assert found["changed"].missing == found["system"].missing == {"code.py": (15,)}
    assert "task:1" not in found
    unchanged = MeasureRequest(root=root, branch=True, sources=("code.py",), changed={})
    assert measure(PLAN, unchanged, data)["system"].missing == {}


def test_lines_that_the_policy_excludes_are_left_out_and_listed(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {}, exclude=("pragma: no cover",)), data)["changed"]
    assert (found.missing, found.excluded, found.ignored) == ({}, {"code.py": (14, 15)}, {})


def test_exclusion_comments_that_do_not_count_are_listed(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, owned_by(range(1, 20), FIRST)), data)
    assert found["task:1"].ignored == found["changed"].ignored == {"code.py": (14,)}


def test_code_without_lines_is_listed(tmp_path: Path) -> None:
    text = (
        "def f(text):\n    exec(text)\n    return eval('1')\n\n\n"
        "class A:\n    def exec(self):\n        return self.exec()\n"
    )
    (tmp_path / "code.py").write_text(text)
    found = measure(PLAN, request(tmp_path, owned_by(range(1, 9), FIRST)), Recording())
    assert found["task:1"].opaque == {"code.py": (2, 3)}


def test_a_file_that_was_never_imported_or_cannot_be_read_is_not_covered(recording: Recorded) -> None:
    root, data = recording
    found = measure(PLAN, request(root, {}, ("idle.py", "broken.py")), data)
    assert found["changed"].missing == {"idle.py": (1, 2)}
    assert found["changed"].unparsed == {"broken.py": (1,)}
    assert found["changed"].covered == 0


@pytest.mark.parametrize("name", ["caf\udce9.py", "a\nb.py"])
def test_a_file_whose_name_coverage_py_does_not_take_is_unknown(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x = 1\n")
    found = measure(PLAN, request(tmp_path, {}, (name,)), Recording())["changed"]
    assert (found.unparsed, found.missing) == ({name: (1,)}, {})


def test_unchanged_lines_are_not_measured(recording: Recorded) -> None:
    root, data = recording
    one_line = MeasureRequest(root=root, branch=True, sources=("code.py",), changed={"code.py": frozenset({8})})
    found = measure(PLAN, one_line, data)["changed"]
    assert (found.lines, found.covered) == (1, 1)  # line 8 is in the statement of line 6


def test_the_system_measure_equals_coverage_py(recording: Recorded) -> None:
    """The file has no exclusion comment on a changed line; lines and branches are compared."""
    import coverage

    root, data = recording
    theirs = coverage.Coverage(data_file=None, config_file=False)
    theirs.get_data().add_arcs({str(root / "code.py"): data.arcs(str(root / "code.py"))})
    ours = measure(PLAN, MeasureRequest(root=root, branch=True, sources=("code.py",), changed={}), data)["system"]
    _, statements, _, missing, _ = theirs.analysis2(str(root / "code.py"))
    exits = theirs.branch_stats(str(root / "code.py"))
    theirs.get_data().close(force=True)
    assert (ours.lines, ours.missing.get("code.py", ())) == (len(statements), tuple(missing))
    assert (ours.branches, ours.covered_branches) == tuple(map(sum, zip(*exits.values(), strict=True)))


def test_a_recording_is_the_same_after_encoding_and_can_be_renamed(recording: Recorded) -> None:
    root, data = recording
    path = str(root / "code.py")
    again = Recording.decode(data.encode())
    assert (again.lines, again.packed_arcs) == (data.lines, data.packed_arcs)
    data_of_first = again.renamed({path: "new.py"}, {"task:1": "first"})
    assert data_of_first.contexts("new.py") == {"first"}
    assert data_of_first.arcs("new.py") == data.arcs(path, "task:1".__eq__)
    assert data_of_first.contexts(path) == set()
