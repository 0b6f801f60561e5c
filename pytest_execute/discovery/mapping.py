"""From a plan and the collected tests to a manifest: a pure mapping by markers and by the breakdown's Tests fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import CollectedTest, Manifest, Unmatched
from pytest_execute.core.plan import Plan, TestRef

LEVELS: tuple[gate_ids.Level, ...] = ("task", "stream", "gate", "system", "deployment")
"""The levels of gates from the lowest up: a test starts when what its lowest gates need has passed."""


def map_tests(plan: Plan, tests: Sequence[CollectedTest]) -> Manifest:
    """The gates that each test counts for, and every name that leads nowhere; in the order of the files, however they ran."""
    tests = sorted(tests, key=lambda test: (test.path, test.line, test.id))
    gates: dict[str, list[str]] = {test.id: [] for test in tests}
    unknown: list[Unmatched] = []
    missing: list[Unmatched] = []
    for test in tests:
        for marker, name in test.markers:
            gate = resolve(plan, marker, name)
            if gate is None:
                unknown.append(Unmatched(f'{marker}("{name}")', test.path, test.line, test.id))
            else:
                gates[test.id].append(gate)
    by_path: dict[str, list[CollectedTest]] = {}
    for test in tests:
        by_path.setdefault(test.path, []).append(test)
    for gate, ref in _references(plan):
        file, nodeid, _ = ref.target.partition("::")
        paths = [file] if nodeid else by_path
        matched = [test.id for path in paths for test in by_path.get(path, ()) if names(ref.target, test)]
        for test_id in matched:
            gates[test_id].append(gate)
        if not matched:
            missing.append(Unmatched(ref.target, plan.path, ref.line, gate=gate))
    return Manifest(
        tests={test.id: test for test in tests},
        gates={test: tuple(dict.fromkeys(ids)) for test, ids in gates.items()},
        unknown_markers=tuple(unknown),
        missing_tests=tuple(missing),
    )


def resolve(plan: Plan, marker: str, name: str) -> str | None:
    """The gate that a marker such as `task("A1")` means, or None."""
    if marker == "task":
        task = plan.find(name)
        return gate_ids.task(task) if task is not None else None
    if marker == "stream":
        return gate_ids.stream(name) if any(stream.id == name for stream in plan.streams) else None
    if name in (gate_ids.SYSTEM, gate_ids.DEPLOYMENT):
        return name
    return gate_ids.named(name) if any(gate.name == name for gate in plan.gates) else None


def names(target: str, test: CollectedTest) -> bool:
    """Does a name out of the breakdown, a nodeid, a file or a directory, mean this test?

    >>> names("tests/test_a.py::test_x", CollectedTest("tests/test_a.py::test_x[1]", "tests/test_a.py", 1))
    True
    """
    target = target.rstrip("/")
    if "::" in target:
        return test.id == target or test.id.startswith((f"{target}[", f"{target}::"))
    return test.path == target or test.path.startswith(f"{target}/")


def needs(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The gates that each gate waits for, as the scheduler wants them."""
    waits = {
        gate_ids.task(task): tuple(gate_ids.task(other) for other in before) for task, before in plan.edges().items()
    }
    for stream in plan.streams:
        waits[gate_ids.stream(stream.id)] = tuple(gate_ids.task(task.id) for task in plan.tasks_of(stream.id))
    for gate in plan.gates:
        waits[gate_ids.named(gate.name)] = gate.waits()
    waits[gate_ids.SYSTEM] = tuple(waits)
    waits[gate_ids.DEPLOYMENT] = (gate_ids.SYSTEM,)
    return waits


def units(manifest: Manifest, test: str) -> tuple[str, ...]:
    """The gates of the lowest level that `test` counts for: those decide when it starts."""
    mine = manifest.gates.get(test, ())
    for level in LEVELS:
        lowest = tuple(gate for gate in mine if gate_ids.level(gate) == level)
        if lowest:
            return lowest
    return ()


def chosen(plan: Plan, manifest: Manifest, streams: tuple[str, ...], tasks: tuple[str, ...]) -> set[str]:
    """The tests to run for some streams and tasks: theirs, and those of all that these depend on."""
    gates = {gate_ids.task(task) for task in plan.select(streams, tasks)} | {
        gate_ids.stream(stream) for stream in streams
    }
    return {test for test in manifest.tests if gates.intersection(units(manifest, test))}


def _references(plan: Plan) -> Iterator[tuple[str, TestRef]]:
    """(gate, test as its text names it) of every task and named gate."""
    for task in plan.tasks:
        yield from ((gate_ids.task(task.id), ref) for ref in task.tests)
    for gate in plan.gates:
        yield from ((gate_ids.named(gate.name), ref) for ref in gate.tests)
