"""Line sets: united exactly, in whatever order, and counted."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.core.evidence import LineSets, Measure, unite

FILES = ("a.py", "b.py")
lines = st.frozensets(st.integers(1, 6), max_size=6)


@st.composite
def line_sets(draw: st.DrawFn) -> LineSets:
    """Lines that one machine saw of files that are the same everywhere: six lines, of which the odd ones branch."""
    files = draw(st.sets(st.sampled_from(FILES)))
    return LineSets(
        lines={path: frozenset(range(1, 7)) for path in files},
        covered={path: draw(lines) for path in files},
        branches={path: frozenset((line, end) for line in (1, 3, 5) for end in (line + 1, -1)) for path in files},
        covered_branches={path: draw(st.frozensets(st.sampled_from([(1, 2), (1, -1), (3, 4)]))) for path in files},
        imported={path: draw(lines) for path in files},
    )


@given(line_sets(), line_sets(), line_sets())
def test_a_union_is_the_same_in_whatever_order(one: LineSets, two: LineSets, three: LineSets) -> None:
    assert unite([one, two]) == unite([two, one])
    assert unite([unite([one, two]), three]) == unite([one, unite([two, three])]) == unite([one, two, three])
    assert unite([one, one]) == unite([one]) == one


@given(st.lists(line_sets(), min_size=1, max_size=3))
def test_the_counts_of_a_union_are_those_of_all_that_was_seen(parts: list[LineSets]) -> None:
    measure = unite(parts).measure()
    files = [path for path in FILES if any(path in part.lines for part in parts)]
    seen = {
        path: [
            reduce(frozenset.union, (getattr(part, name).get(path, frozenset()) for part in parts)) for name in NAMES
        ]
        for path in files
    }
    executable = {path: set(range(1, 7)) - imported for path, (_, _, imported) in seen.items()}
    branches = {
        path: {(line, end) for line in found & {1, 3, 5} for end in (line + 1, -1)}
        for path, found in executable.items()
    }
    assert measure.lines == sum(map(len, executable.values()))
    assert measure.covered == sum(len(executable[path] & covered) for path, (covered, _, _) in seen.items())
    assert measure.branches == sum(map(len, branches.values()))
    assert measure.covered_branches == sum(len(branches[path] & taken) for path, (_, taken, _) in seen.items())


NAMES = ("covered", "covered_branches", "imported")


def test_a_measure_says_what_is_missing() -> None:
    sets = LineSets(
        lines={"a.py": frozenset({1, 2, 3, 4}), "b.py": frozenset({1})},
        covered={"a.py": frozenset({1, 2}), "b.py": frozenset({1})},
        branches={"a.py": frozenset({(1, 2), (1, 4), (2, 3), (2, -1)})},
        covered_branches={"a.py": frozenset({(1, 2)})},
        imported={"a.py": frozenset({1})},
        excluded={"a.py": frozenset({9, 8})},
    )
    assert sets.measure() == Measure(
        lines=4,
        covered=2,
        branches=2,
        covered_branches=0,
        missing={"a.py": (3, 4)},
        missing_branches={"a.py": (2,)},
        missing_arcs={"a.py": ((2, -1), (2, 3))},
        excluded={"a.py": (8, 9)},
    )
