"""Mapping of the collected tests to gates, by markers and by the breakdown's Tests fields."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import CollectedTest, Manifest, Unmatched
from pytest_execute.core.plan import Plan, TestRef

LEVELS: tuple[gate_ids.Level, ...] = ("task", "stream", "gate", "system", "deployment")
"""Kinds of gates, the lowest first: a test starts when all that its lowest gates wait for has passed."""


def map_tests(plan: Plan, tests: Sequence[CollectedTest]) -> Manifest:
    """Return the gates for which each test counts, and all names that match nothing.

    The tests are sorted by file and line, whatever their order in the run.
    """
    tests = sorted(tests, key=lambda test: (test.path, test.line, test.id))
    by_marker, unknown_markers = _gates_by_marker(plan, tests)
    by_field, missing_tests = _gates_by_field(plan, tests)
    return Manifest(
        tests={test.id: test for test in tests},
        gates={test.id: tuple(dict.fromkeys((*by_marker[test.id], *by_field[test.id]))) for test in tests},
        unknown_markers=tuple(unknown_markers),
        missing_tests=tuple(missing_tests),
    )


def add_files(plan: Plan, manifest: Manifest, files: Iterable[CollectedTest], undefined: Container[str]) -> Manifest:
    """Return the manifest with files and directories whose tests are not known, each as one entry.

    A file counts for each gate that names it, a directory around it, or something in it. What is named and in such a
    file is no longer missing, unless it is in `undefined`.
    """
    tests, gates = dict(manifest.tests), dict(manifest.gates)
    references, missing = tuple(_references(plan)), manifest.missing_tests
    for file in files:
        tests[file.id] = file
        gates[file.id] = tuple(dict.fromkeys(gate for gate, ref in references if _overlap(ref.target, file.id)))
        missing = tuple(each for each in missing if each.name in undefined or not _overlap(each.name, file.id))
    in_order = sorted(tests.values(), key=lambda test: (test.path, test.line, test.id))
    tests = {test.id: test for test in in_order}
    return replace(manifest, tests=tests, gates={test: gates[test] for test in tests}, missing_tests=missing)


def _overlap(target: str, other: str) -> bool:
    """Return True if one of two nodeids, files or directories contains the other.

    >>> _overlap("tests/test_a.py::test_x", "tests"), _overlap("tests/api/", "tests/api/test_b.py")
    (True, True)
    """
    short, long = sorted((target.rstrip("/"), other.rstrip("/")), key=len)
    return short in ("", ".") or long == short or long.startswith((f"{short}/", f"{short}::", f"{short}["))


def _gates_by_marker(plan: Plan, tests: Sequence[CollectedTest]) -> tuple[dict[str, list[str]], list[Unmatched]]:
    """Return `{test id: gates}` by the tests' markers, and the markers that mean no gate."""
    gates: dict[str, list[str]] = {test.id: [] for test in tests}
    unknown: list[Unmatched] = []
    for test in tests:
        for marker, name in test.markers:
            gate = gate_for_marker(plan, marker, name)
            if gate is None:
                unknown.append(Unmatched(f'{marker}("{name}")', test.path, test.line, test.id))
            else:
                gates[test.id].append(gate)
    return gates, unknown


def _gates_by_field(plan: Plan, tests: Sequence[CollectedTest]) -> tuple[dict[str, list[str]], list[Unmatched]]:
    """Return `{test id: gates}` by the breakdown's Tests fields, and the tests in them that were not collected."""
    gates: dict[str, list[str]] = {test.id: [] for test in tests}
    missing: list[Unmatched] = []
    by_path: dict[str, list[CollectedTest]] = {}
    for test in tests:
        by_path.setdefault(test.path, []).append(test)
    for gate, ref in _references(plan):
        file, nodeid, _ = ref.target.partition("::")
        paths = [file] if nodeid else by_path
        matches = [test.id for path in paths for test in by_path.get(path, ()) if target_matches(ref.target, test)]
        for test_id in matches:
            gates[test_id].append(gate)
        if not matches:
            missing.append(Unmatched(ref.target, plan.path, ref.line, gate=gate))
    return gates, missing


def gate_for_marker(plan: Plan, marker: str, name: str) -> str | None:
    """Return the gate that a marker such as `task("A1")` means, or None."""
    if marker == "task":
        task = plan.find(name)
        return gate_ids.task(task) if task is not None else None
    if marker == "stream":
        return gate_ids.stream(name) if any(stream.id == name for stream in plan.streams) else None
    if name in (gate_ids.SYSTEM, gate_ids.DEPLOYMENT):
        return name
    return gate_ids.named(name) if any(gate.name == name for gate in plan.gates) else None


def target_matches(target: str, test: CollectedTest) -> bool:
    """Return True if a nodeid, file or directory in the breakdown contains this test.

    >>> target_matches("tests/test_a.py::test_x", CollectedTest("tests/test_a.py::test_x[1]", "tests/test_a.py", 1))
    True
    """
    target = target.rstrip("/")
    if target == ".":
        return True
    if "::" in target:
        return test.id == target or test.id.startswith((f"{target}[", f"{target}::"))
    return test.path == target or test.path.startswith(f"{target}/")


def gate_dependencies(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return `{gate: gates that it waits for}`, for the scheduler."""
    waits = {gate_ids.task(task): tuple(map(gate_ids.task, before)) for task, before in plan.edges().items()}
    for stream in plan.streams:
        waits[gate_ids.stream(stream.id)] = tuple(gate_ids.task(task.id) for task in plan.tasks_of(stream.id))
    for gate in plan.gates:
        waits[gate_ids.named(gate.name)] = gate.awaited_gates()
    waits[gate_ids.SYSTEM] = tuple(waits)
    waits[gate_ids.DEPLOYMENT] = (gate_ids.SYSTEM,)
    return waits


def lowest_gates(manifest: Manifest, test: str) -> tuple[str, ...]:
    """Return the gates of the lowest level for which a test counts; they decide when it starts."""
    gates = manifest.gates.get(test, ())
    for level in LEVELS:
        lowest = tuple(gate for gate in gates if gate_ids.level(gate) == level)
        if lowest:
            return lowest
    return ()


def select_tests(plan: Plan, manifest: Manifest, streams: tuple[str, ...], tasks: tuple[str, ...]) -> set[str]:
    """Return the tests of some streams and tasks, and those of all their dependencies."""
    gates = {gate_ids.task(task) for task in plan.select(streams, tasks)} | set(map(gate_ids.stream, streams))
    return {test for test in manifest.tests if not gates.isdisjoint(manifest.gates[test])}


def _references(plan: Plan) -> Iterator[tuple[str, TestRef]]:
    """Yield (gate, test as the breakdown names it) for each task and named gate."""
    for task in plan.tasks:
        yield from ((gate_ids.task(task.id), ref) for ref in task.tests)
    for gate in plan.gates:
        yield from ((gate_ids.named(gate.name), ref) for ref in gate.tests)
