"""Order, cycles, closure and paths, held against plain definitions on random graphs."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.core.graph import closure, critical_path, cycles, fill_weights, order, tails

NODES = "abcdef"
graphs = st.dictionaries(st.sampled_from(NODES), st.lists(st.sampled_from(NODES), unique=True, max_size=3), max_size=6)
acyclic = st.dictionaries(
    st.sampled_from(NODES), st.lists(st.sampled_from(NODES), unique=True, max_size=3), max_size=6
).map(lambda edges: {node: [n for n in needs if n < node] for node, needs in edges.items()})


def reach(start: str, edges: dict[str, list[str]]) -> set[str]:
    """All that `start` leads to by at least one edge, by brute force."""
    found: set[str] = set()
    step = set(edges.get(start, ()))
    while step - found:
        found |= step
        step = {after for node in found for after in edges.get(node, ())}
    return found


@given(acyclic)
def test_everything_comes_after_what_it_needs(edges: dict[str, list[str]]) -> None:
    place = {node: index for index, node in enumerate(order(edges))}
    assert set(place) == set(edges)
    assert all(place[need] < place[node] for node in edges for need in edges[node] if need in edges)


@given(graphs)
def test_a_cycle_does_not_keep_anything_out(edges: dict[str, list[str]]) -> None:
    assert sorted(order(edges)) == sorted(edges)


def test_equals_keep_their_order() -> None:
    assert order({"c": [], "a": [], "b": ["c"]}) == ["c", "a", "b"]


@given(graphs)
def test_there_is_a_cycle_where_a_node_leads_to_itself(edges: dict[str, list[str]]) -> None:
    inner = {node: [need for need in needs if need in edges] for node, needs in edges.items()}
    found = cycles(edges)
    assert bool(found) == any(node in reach(node, inner) for node in edges)
    for path in found:
        assert path[0] == path[-1]
        assert all(after in edges[before] for before, after in itertools.pairwise(path))


@given(graphs, st.lists(st.sampled_from(NODES), max_size=2))
def test_the_closure_is_all_that_is_reached(edges: dict[str, list[str]], nodes: list[str]) -> None:
    assert closure(nodes, edges) == set(nodes).union(*(reach(node, edges) for node in nodes))


weights = st.fixed_dictionaries({node: st.integers(1, 9) for node in NODES})


def chains(edges: dict[str, list[str]]) -> list[list[str]]:
    """All chains in which each node waits for the one before it, by brute force."""
    longer = found = [[node] for node in edges]
    while longer:
        longer = [[*chain, node] for chain in longer for node in edges if chain[-1] in edges[node]]
        found = found + longer
    return found


@given(acyclic, weights)
def test_no_chain_is_heavier_than_the_critical_path(edges: dict[str, list[str]], weights: dict[str, int]) -> None:
    edges = {node: [need for need in needs if need in edges] for node, needs in edges.items()}
    path = critical_path(edges, weights)
    assert path in chains(edges) or (path == [] and not edges)
    assert sum(weights[node] for node in path) == max(
        (sum(weights[node] for node in chain) for chain in chains(edges)), default=0
    )


@given(acyclic, weights)
def test_the_tail_of_a_node_is_the_heaviest_chain_after_it(
    edges: dict[str, list[str]], weights: dict[str, int]
) -> None:
    edges = {node: [need for need in needs if need in edges] for node, needs in edges.items()}
    for node, tail in tails(edges, weights).items():
        after = (sum(weights[each] for each in chain[1:]) for chain in chains(edges) if chain[0] == node)
        assert tail == max(after)


def test_a_node_of_unknown_weight_weighs_as_much_as_the_median() -> None:
    alike = {"a": 1.0, "b": 1.0, "c": 1.0}
    assert fill_weights({"a": 4.0, "b": 2.0}, alike) == {"a": 4.0, "b": 2.0, "c": 3.0}
    assert fill_weights({}, alike) == alike
