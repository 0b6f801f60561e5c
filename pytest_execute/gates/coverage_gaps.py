"""What coverage lacks, as a person reads it: by file, the shortest remedy first; and what has no say in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Measure
from pytest_execute.core.verdict import Reason

Arc = tuple[int, int]
LISTED = {
    "excluded": ("left-out", "left out, as the policy at base allows"),
    "ignored": ("comment-ignored", "its comment leaves nothing out, as the policy at base does not allow it"),
    "opaque": ("no-lines", "runs code that stands in a text, which has no lines to measure"),
}
"""The code and the words for lines that are told and fail nothing, by their name in a measure."""


def gaps(measure: Measure) -> dict[str, tuple[tuple[int, ...], tuple[Arc, ...]]]:
    """The lines that were not reached, and the ways not taken between lines that were, by file: the file with the fewest first."""
    found = {}
    for path in {*measure.missing, *measure.missing_arcs}:
        lines = measure.missing.get(path, ())
        found[path] = lines, tuple(arc for arc in measure.missing_arcs.get(path, ()) if not {*arc} & {*lines})
    return dict(sorted(found.items(), key=lambda gap: (sum(map(len, gap[1])), gap[0])))


def first_missing(measure: Measure) -> tuple[str, int] | tuple[None, None]:
    """The place to begin with."""
    for path, (lines, ways) in gaps(measure).items():
        return path, min([*lines, *(line for line, _ in ways)])
    return None, None


def places(lines: Iterable[int], ways: Iterable[Arc] = ()) -> str:
    """Lines, and ways between lines, in the order of the file.

    >>> places([3, 4, 9], [(5, 7), (8, -1)])
    '3-4, 5->7, 8->exit, 9'
    """
    named = [(first, str(first) if first == last else f"{first}-{last}") for first, last in _spans(lines)]
    named += [(line, f"{line}->{'exit' if to < 0 else to}") for line, to in ways]
    return ", ".join(text for _, text in sorted(named))


def _spans(lines: Iterable[int]) -> list[list[int]]:
    """The first and the last of lines that follow one another."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return spans


def listed(key: str, coverage: Mapping[str, Measure]) -> Iterator[Reason]:
    """The lines of a task that no test can reach for coverage, or that look so; for "changed" those of no task."""
    if key != gate_ids.CHANGED and not gate_ids.is_task(key):
        return
    others = (
        [measure for gate, measure in coverage.items() if gate_ids.is_task(gate)] if key == gate_ids.CHANGED else []
    )
    for name, (code, words) in LISTED.items():
        for path, lines in getattr(coverage[key], name).items():
            told = {line for other in others for line in getattr(other, name).get(path, ())}
            if left := [line for line in lines if line not in told]:
                yield Reason(code, f"{path}:{places(left)}: {words}", path)
