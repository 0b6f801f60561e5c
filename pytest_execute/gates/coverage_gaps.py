"""Text for what coverage lacks, by file, the shortest remedy first; and for lines that are left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Measure
from pytest_execute.gates.reason_codes import Finding, finding

Arc = tuple[int, int]
UNMEASURED = {
    "excluded": ("left-out", "left out, as the policy at base allows"),
    "ignored": ("comment-ignored", "its comment excludes nothing, as the policy at base does not allow it"),
    "opaque": ("no-lines", "runs code from a string, which has no lines to measure"),
}
"""By their field in a measure: the code and the message for lines that are listed and fail nothing."""


def find_gaps(measure: Measure) -> dict[str, tuple[tuple[int, ...], tuple[Arc, ...]]]:
    """Return by file the lines that were not reached, and the branches not taken between lines that were.

    The file with the fewest comes first.
    """
    gaps = {}
    for path in {*measure.missing, *measure.missing_arcs}:
        lines = measure.missing.get(path, ())
        gaps[path] = lines, tuple(arc for arc in measure.missing_arcs.get(path, ()) if not {*arc} & {*lines})
    return dict(sorted(gaps.items(), key=lambda gap: (sum(map(len, gap[1])), gap[0])))


def first_missing(measure: Measure) -> tuple[str, int] | tuple[None, None]:
    """Return the file and the line to begin with."""
    for path, (lines, arcs) in find_gaps(measure).items():
        return path, min([*lines, *(line for line, _ in arcs)])
    return None, None


def describe(lines: Iterable[int], arcs: Iterable[Arc] = ()) -> str:
    """Return lines, and branches between lines, in the order of the file.

    >>> describe([3, 4, 9], [(5, 7), (8, -1)])
    '3-4, 5->7, 8->exit, 9'
    """
    parts = [(first, str(first) if first == last else f"{first}-{last}") for first, last in _spans(lines)]
    parts += [(line, f"{line}->{'exit' if end < 0 else end}") for line, end in arcs]
    return ", ".join(text for _, text in sorted(parts))


def _spans(lines: Iterable[int]) -> list[list[int]]:
    """Return the first and the last of lines that follow one another."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return spans


def list_unmeasured(key: str, coverage: Mapping[str, Measure]) -> Iterator[Finding]:
    """List the lines of a task, or for "changed" of no task, that are left out or have a comment for that."""
    if key != gate_ids.CHANGED and not gate_ids.is_task(key):
        return
    tasks = [measure for gate, measure in coverage.items() if gate_ids.is_task(gate)] if key == gate_ids.CHANGED else []
    for name, (code, message) in UNMEASURED.items():
        for path, lines in getattr(coverage[key], name).items():
            listed = {line for measure in tasks for line in getattr(measure, name).get(path, ())}
            if left := [line for line in lines if line not in listed]:
                yield finding(code, f"{path}:{describe(left)}: {message}", (path, None))
