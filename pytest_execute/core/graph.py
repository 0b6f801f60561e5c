"""Order, cycles, closure and paths of a graph: pure functions on `{node: the nodes it depends on}`.

Nodes keep the order in which the mapping lists them, so every answer is the same on every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

Edges = Mapping[str, Sequence[str]]


def order(edges: Edges) -> list[str]:
    """Return every node after those it depends on, else in the order of `edges`. A cycle is cut where it is entered."""
    done: dict[str, None] = {}
    entered: set[str] = set()
    for root in edges:
        stack = [] if root in entered else [(root, iter(edges[root]))]
        entered.add(root)
        while stack:
            node, needed = stack[-1]
            following = next((n for n in needed if n in edges and n not in entered), None)
            if following is None:
                done[node] = None
                stack.pop()
            else:
                entered.add(following)
                stack.append((following, iter(edges[following])))
    return list(done)


def cycles(edges: Edges) -> list[list[str]]:
    """Return one closed path, first node repeated at the end, for each group of nodes that depend on each other."""
    found: list[list[str]] = []
    finished: set[str] = set()
    for root in edges:
        if root in finished:
            continue
        path: dict[str, None] = {root: None}
        stack = [iter(edges[root])]
        while stack:
            node = next((n for n in stack[-1] if n in edges and n not in finished), None)
            if node is None:
                stack.pop()
                finished.add(path.popitem()[0])
            elif node in path:
                nodes = list(path)
                found.append([*nodes[nodes.index(node) :], node])
                finished.update(nodes)
                break
            else:
                path[node] = None
                stack.append(iter(edges[node]))
    return found


def closure(nodes: Iterable[str], edges: Edges) -> set[str]:
    """Return `nodes` and all they depend on, directly or not."""
    reached: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(edges.get(node, ()))
    return reached


def tails(edges: Edges, weights: Mapping[str, float]) -> dict[str, float]:
    """Return for each node the weight of the heaviest chain of nodes that follow it, itself left out."""
    after = dict.fromkeys(edges, 0.0)
    for node in reversed(order(edges)):
        for needed in edges[node]:
            after[needed] = max(after[needed], after[node] + weights[node])
    return after


def critical_path(edges: Edges, weights: Mapping[str, float]) -> list[str]:
    """Return the heaviest chain in which each node depends on the one before it; [] of an empty graph."""
    after = tails(edges, weights)
    users: dict[str, list[str]] = {node: [] for node in edges}
    for node, needs in edges.items():
        for needed in needs:
            users[needed].append(node)
    path: list[str] = []
    candidates = list(edges)
    while candidates:
        path.append(max(candidates, key=lambda node: after[node] + weights[node]))
        candidates = users[path[-1]]
    return path


def fill_weights(known: Mapping[str, float], defaults: Mapping[str, float]) -> dict[str, float]:
    """Return a weight for each node of `defaults`: the known one, else the median of those, else its default."""
    usual = median(known.values()) if known else 0.0
    return {node: known.get(node, usual or default) for node, default in defaults.items()}
