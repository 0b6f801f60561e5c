"""Lines and branches that tests reached, as sets and as counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T", int, tuple[int, int])


class Measure(Struct, frozen=True, kw_only=True):
    """Counts of executable and covered lines and branches, and those missing, by file.

    | field | |
    | --- | --- |
    | `missing` | lines that were not reached |
    | `missing_branches` | lines of which some branch was not taken |
    | `missing_arcs` | branches not taken, (from, to); a negative end is the exit of what starts there |
    | `excluded` | lines that the policy at base allows to leave out |
    | `ignored` | lines whose comment would leave them out, and does not count |
    | `opaque` | lines that run code which has no lines, such as `exec` |
    | `unparsed` | for a file that cannot be parsed the line of the error; nothing in it is counted |
    """

    lines: int = 0
    covered: int = 0
    branches: int = 0
    covered_branches: int = 0
    missing: dict[str, tuple[int, ...]] = {}
    missing_branches: dict[str, tuple[int, ...]] = {}
    missing_arcs: dict[str, tuple[tuple[int, int], ...]] = {}
    excluded: dict[str, tuple[int, ...]] = {}
    ignored: dict[str, tuple[int, ...]] = {}
    opaque: dict[str, tuple[int, ...]] = {}
    unparsed: dict[str, tuple[int, ...]] = {}

    def reaches(self, required: Decimal) -> bool:
        """Return whether the share of lines and branches that are covered is at least `required` percent, exactly."""
        return (self.covered + self.covered_branches) * 100 >= required * (self.lines + self.branches)


class LineSets(Struct, frozen=True, kw_only=True):
    """Lines and branches of one gate, as sets by file; of them come the counts of a `Measure`.

    `lines` are executable and `covered` were reached; `branches` lead from a line that has several to another, a
    negative one being the exit of what starts there, and `covered_branches` were taken. Lines that are `imported` ran
    as their file was loaded, whatever the tests do, and are not counted. `excluded`, `ignored`, `opaque` and
    `unparsed` are those of `Measure`.
    """

    lines: dict[str, frozenset[int]] = {}
    covered: dict[str, frozenset[int]] = {}
    branches: dict[str, frozenset[tuple[int, int]]] = {}
    covered_branches: dict[str, frozenset[tuple[int, int]]] = {}
    imported: dict[str, frozenset[int]] = {}
    excluded: dict[str, frozenset[int]] = {}
    ignored: dict[str, frozenset[int]] = {}
    opaque: dict[str, frozenset[int]] = {}
    unparsed: dict[str, frozenset[int]] = {}

    def of_file(self, path: str) -> LineSets:
        """Return the sets of one file."""
        sets = {name: getattr(self, name) for name in self.__struct_fields__}
        return LineSets(**{name: {path: files[path]} for name, files in sets.items() if path in files})

    def measure(self) -> Measure:
        """Return the counts of these sets, and what is missing."""
        none: frozenset[int] = frozenset()
        lines = {path: found - self.imported.get(path, none) for path, found in self.lines.items()}
        arcs = {path: {arc for arc in found if arc[0] in lines[path]} for path, found in self.branches.items()}
        missing = {path: found - self.covered.get(path, none) for path, found in lines.items()}
        missing_arcs = {path: found - self.covered_branches.get(path, frozenset()) for path, found in arcs.items()}
        line_count, arc_count = sum(map(len, lines.values())), sum(map(len, arcs.values()))
        return Measure(
            lines=line_count,
            covered=line_count - sum(map(len, missing.values())),
            branches=arc_count,
            covered_branches=arc_count - sum(map(len, missing_arcs.values())),
            missing=_sorted(missing),
            missing_branches=_sorted({path: {line for line, _ in found} for path, found in missing_arcs.items()}),
            missing_arcs=_sorted(missing_arcs),
            excluded=_sorted(self.excluded),
            ignored=_sorted(self.ignored),
            opaque=_sorted(self.opaque),
            unparsed=_sorted(self.unparsed),
        )


def unite(parts: Iterable[LineSets]) -> LineSets:
    """Return the union of line sets: of parts of one gate, or of two runs over the same tree, plan and owners."""
    united: dict[str, dict[str, set[Any]]] = {name: {} for name in LineSets.__struct_fields__}
    for part in parts:
        for name, files in united.items():
            for path, values in getattr(part, name).items():
                files.setdefault(path, set()).update(values)
    return LineSets(**{name: {path: frozenset(s) for path, s in files.items()} for name, files in united.items()})


def _sorted(files: Mapping[str, AbstractSet[T]]) -> dict[str, tuple[T, ...]]:
    """Return sets by file in order, without those that are empty."""
    return {path: tuple(sorted(values)) for path, values in sorted(files.items()) if values}
