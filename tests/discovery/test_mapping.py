"""Gates for which tests count, by marker and by the breakdown's Tests fields."""

from msgspec.structs import replace

from pytest_execute.core.evidence import CollectedTest, Unmatched
from pytest_execute.core.plan import NamedGate, Plan, Stream, Task, TestRef
from pytest_execute.discovery.mapping import add_files, gate_dependencies, lowest_gates, map_tests, select_tests

PLAN = Plan(
    topic="t",
    path="notes/t/breakdown.md",
    streams=(Stream(id="A", title="", line=1), Stream(id="B", title="", line=9, after=("A",))),
    tasks=(
        Task(id="1", title="", line=2, stream="A", tests=(TestRef("tests/test_a.py::test_x", 3),)),
        Task(id="2", title="", line=10, stream="B", tests=(TestRef("tests/api/", 11), TestRef("tests/test_no.py", 12))),
    ),
    gates=(NamedGate(name="Gate 1", text="", line=20, after=("A",), tests=(TestRef("tests/test_a.py", 20),)),),
)


def collected(name: str, *markers: tuple[str, str]) -> CollectedTest:
    return CollectedTest(name, name.split("::")[0], 1, markers)


TESTS = [
    collected("tests/test_a.py::test_x[1]"),
    collected("tests/test_a.py::test_xy"),
    collected("tests/api/test_b.py::TestB::test_b"),
    collected("tests/apis/test_c.py::test_c", ("task", "A1"), ("stream", "B"), ("gate", "system")),
    collected("tests/test_d.py::test_d", ("task", "9"), ("stream", "Z"), ("gate", "Gate 2")),
    collected("tests/test_e.py::test_e", ("stream", "B"), ("gate", "deployment")),
]
MANIFEST = map_tests(PLAN, TESTS)


def test_fields_and_markers() -> None:
    assert MANIFEST.gates == {
        "tests/test_a.py::test_x[1]": ("task:1", "gate:Gate 1"),
        "tests/test_a.py::test_xy": ("gate:Gate 1",),
        "tests/api/test_b.py::TestB::test_b": ("task:2",),
        "tests/apis/test_c.py::test_c": ("task:1", "stream:B", "system"),
        "tests/test_d.py::test_d": (),
        "tests/test_e.py::test_e": ("stream:B", "deployment"),
    }


def test_unknown_markers_and_missing_tests_are_reported() -> None:
    assert MANIFEST.missing_tests == (Unmatched("tests/test_no.py", "notes/t/breakdown.md", 12, gate="task:2"),)
    assert [unknown.name for unknown in MANIFEST.unknown_markers] == ['task("9")', 'stream("Z")', 'gate("Gate 2")']


def test_the_order_is_that_of_the_files() -> None:
    assert map_tests(PLAN, TESTS[::-1]) == MANIFEST
    assert list(map_tests(PLAN, TESTS[::-1]).tests) == sorted(MANIFEST.tests)


def test_the_lowest_gate_decides_when_a_test_starts() -> None:
    assert lowest_gates(MANIFEST, "tests/test_a.py::test_x[1]") == ("task:1",)
    assert lowest_gates(MANIFEST, "tests/test_a.py::test_xy") == ("gate:Gate 1",)
    assert lowest_gates(MANIFEST, "tests/test_d.py::test_d") == ()


def test_each_gate_waits_for_others() -> None:
    waits = gate_dependencies(PLAN)
    assert waits["task:2"] == ("task:1",)
    assert waits["stream:B"] == ("task:2",)
    assert waits["gate:Gate 1"] == ("stream:A",)
    assert waits["deployment"] == ("system",)


def test_a_task_is_selected_with_its_dependencies() -> None:
    assert select_tests(PLAN, MANIFEST, (), ("2",)) == {
        "tests/test_a.py::test_x[1]", "tests/apis/test_c.py::test_c", "tests/api/test_b.py::TestB::test_b",
    }  # fmt: skip
    assert "tests/test_e.py::test_e" in select_tests(PLAN, MANIFEST, ("B",), ())


def test_a_file_stands_for_its_tests_where_these_are_not_known() -> None:
    file, directory = collected("tests/test_no.py"), collected("tests/api")
    manifest = add_files(PLAN, MANIFEST, [file, directory, collected("tests/test_a.py")], undefined=())
    assert manifest.gates["tests/test_no.py"] == ("task:2",)
    assert manifest.gates["tests/api"] == ("task:2",)
    assert manifest.gates["tests/test_a.py"] == ("task:1", "gate:Gate 1")
    assert manifest.missing_tests == ()
    assert list(manifest.tests) == sorted(manifest.tests)


def test_what_a_file_does_not_define_stays_missing() -> None:
    plan = replace(
        PLAN, tasks=(Task(id="1", title="", line=2, tests=(TestRef("tests/test_d.py::test_no", 3),)),), gates=()
    )
    manifest = add_files(plan, map_tests(plan, []), [collected("tests/test_d.py")], {"tests/test_d.py::test_no"})
    assert [each.name for each in manifest.missing_tests] == ["tests/test_d.py::test_no"]
    assert manifest.gates["tests/test_d.py"] == ("task:1",)
