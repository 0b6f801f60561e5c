"""Graph of gates and tests: which gates and tests must have ended before each of them is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.core import graph

Dependencies = Mapping[str, Sequence[str]]
"""For each gate the gates that it depends on."""
Tests = Sequence[Sequence[str]]
"""For each test the gates that it counts for."""
Node = int | str
"""A test or a gate."""


def complete_dependencies(dependencies: Dependencies, tests: Tests) -> dict[str, tuple[str, ...]]:
    """Return `dependencies` with an entry for every gate that is mentioned."""
    gates = dict.fromkeys(dependencies)
    gates |= dict.fromkeys(required for each in dependencies.values() for required in each)
    gates |= dict.fromkeys(gate for each in tests for gate in each)
    return {gate: tuple(dict.fromkeys(dependencies.get(gate, ()))) for gate in gates}


def prerequisites(dependencies: Dependencies, tests: Tests) -> dict[Node, tuple[Node, ...]]:
    """Return the prerequisites of each node: of a gate its dependencies and tests, of a test the gates it waits for."""
    members: dict[str, list[int]] = {gate: [] for gate in dependencies}
    for test, gates in enumerate(tests):
        for gate in dict.fromkeys(gates):
            members[gate].append(test)
    gate_nodes: dict[Node, tuple[Node, ...]] = {gate: (*dependencies[gate], *members[gate]) for gate in dependencies}
    return {**gate_nodes, **dict(enumerate(_awaited_gates(dependencies, tests)))}


def _awaited_gates(dependencies: Dependencies, tests: Tests) -> list[tuple[str, ...]]:
    """Return for each test the gates it waits for, without those that could only pass after the test itself.

    A test that counts for two gates can be on a cycle: it waits for a gate that waits for the test.
    """
    awaited = [tuple(dict.fromkeys(required for gate in gates for required in dependencies[gate])) for gates in tests]
    shared = [test for test, gates in enumerate(tests) if len(set(gates)) > 1]
    while cycles := graph.cycles(_edges(dependencies, tests, awaited, shared)) if shared else []:
        for cycle in cycles:
            position = next(i for i, node in enumerate(cycle) if node[0] == "\0")
            test, successor = int(cycle[position][1:]), cycle[(position + 1) % (len(cycle) - 1)]
            awaited[test] = tuple(gate for gate in awaited[test] if gate != successor)
    return awaited


def _edges(
    dependencies: Dependencies, tests: Tests, awaited: Sequence[tuple[str, ...]], shared: Sequence[int]
) -> dict[str, list[str]]:
    r"""Return the graph of the gates and of the tests that count for several gates (named `\0` and the index)."""
    edges = {gate: list(required) for gate, required in dependencies.items()}
    for test in shared:
        edges[f"\0{test}"] = list(awaited[test])
        for gate in tests[test]:
            edges[gate].append(f"\0{test}")
    return edges
