"""What was seen, and nothing decided: the plain values that every stage hands to the judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal, TypeVar

from msgspec import Struct

T = TypeVar("T")
Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed", "rerun", "blocked", "not-run"]
Order = Literal["before", "same-commit", "after"]
Found = Literal[
    "turned", "never-red", "red-not-counted", "not-reproduced", "not-prepared", "foreign-module", "unstable", "dropped"
]
Cause = Literal["assertion", "missing-symbol", "exception", "timeout", "crash"]


class CollectedTest(Struct, frozen=True):
    """A test as pytest collected it. `line` counts from 1; `markers` are (marker, id) pairs such as ("task", "1")."""

    id: str
    path: str
    line: int
    markers: tuple[tuple[str, str], ...] = ()


class Unmatched(Struct, frozen=True):
    """A name that leads nowhere: a marker's id that no gate has, or a test that the breakdown names and nobody collects."""

    name: str
    path: str
    line: int
    test: str = ""
    gate: str = ""


class Manifest(Struct, frozen=True, kw_only=True):
    """What discovery says must run: the gates each test counts for (`task:1`, `stream:A`, `gate:Gate 1`, `system`)."""

    tests: dict[str, CollectedTest] = {}
    gates: dict[str, tuple[str, ...]] = {}
    unknown_markers: tuple[Unmatched, ...] = ()
    missing_tests: tuple[Unmatched, ...] = ()

    def of(self, gate: str) -> tuple[str, ...]:
        """The ids of the tests that count for `gate`, in the order of the files."""
        return tuple(test for test, gates in self.gates.items() if gate in gates)


class TestResult(Struct, frozen=True):
    """How one test ended in the run. `seconds` is the time of its call; `message` the first line of what went wrong.

    `crashed` says that it took along the process that ran it.
    """

    __test__ = False

    id: str
    outcome: Outcome
    seconds: float = 0.0
    message: str = ""
    crashed: bool = False


class Turn(Struct, frozen=True):
    """A commit with which a test's outcome turned: it passes there and at no parent, or fails there and passed at a parent."""

    commit: str
    passes: bool

    def __str__(self) -> str:
        return f"{'passes' if self.passes else 'fails'} with {short(self.commit)}"


def short(commit: str | None) -> str:
    """A commit as people read it: the first letters of its id, or what comes after the commits."""
    return f"the {commit}" if commit in ("worktree", "index") else (commit or "")[:7]


class Proof(Struct, frozen=True, kw_only=True):
    """What the replay found on one test.

    `found` is "turned" when the test fails for a reason that counts before the commit `after` and passes with it; the other
    values say why there is no proof. "dropped" is of a test that stood in the commit `before`, is gone, and fails on today's code; `after` is the same commit where it passed there. `before` and `after` are commits, "index" or "worktree". `turns` are all of its turns,
    oldest first, where they were asked for. `trace` holds the last lines of the red's traceback.
    """

    test: str
    found: Found
    order: Order | None = None
    before: str | None = None
    after: str | None = None
    cause: Cause | None = None
    detail: str = ""
    turns: tuple[Turn, ...] = ()
    trace: tuple[str, ...] = ()


class Measure(Struct, frozen=True, kw_only=True):
    """Executable lines and branches, and how many of them were reached. `missing` maps paths to line numbers.

    `missing_branches` are the lines that were not left in every way, `missing_arcs` the ways not taken, from line to line, a negative
    line being the exit of what starts there. `excluded` are lines that the policy at base allows to leave out, `ignored` those with a comment
    that would leave them out and does not count, `opaque` those that run code which has no lines.
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


class LineSets(Struct, frozen=True, kw_only=True):
    """Lines and branches of one gate, as sets by file; of them come the counts of a `Measure`.

    `lines` are executable and `covered` were reached; `branches` lead from a line that has several to another, a negative one being the
    exit of what starts there, and `covered_branches` were taken. Lines that are `imported` ran as their file was loaded, whatever the tests
    do, and are not counted. `excluded`, `ignored` and `opaque` are those of `Measure`.
    """

    lines: dict[str, frozenset[int]] = {}
    covered: dict[str, frozenset[int]] = {}
    branches: dict[str, frozenset[tuple[int, int]]] = {}
    covered_branches: dict[str, frozenset[tuple[int, int]]] = {}
    imported: dict[str, frozenset[int]] = {}
    excluded: dict[str, frozenset[int]] = {}
    ignored: dict[str, frozenset[int]] = {}
    opaque: dict[str, frozenset[int]] = {}

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
    return {path: tuple(sorted(values)) for path, values in sorted(files.items()) if values}  # type: ignore[type-var]


class Mutant(Struct, frozen=True, kw_only=True):
    """What became of one function, as `module:name`, with its body replaced by `stub`: "raise", "none", or another constant.

    `killed_by` is the test that noticed, `tests` are those that ran over it. A function that is exempt or cannot be stubbed is one of
    these without a stub; `detail` then, or where it is unproven, says why. `ignored` says that head exempts it and base does not.
    """

    function: str
    path: str
    line: int
    tasks: tuple[str, ...] = ()
    stub: str = ""
    state: Literal["killed", "survived", "not-reached", "unproven", "not-applicable", "exempt"]
    killed_by: str | None = None
    tests: tuple[str, ...] = ()
    detail: str = ""
    ignored: bool = False


COUNTED = ("killed", "survived", "not-reached", "unproven")
"""The states of a mutant whose function was to be tried."""


def functions_of(mutants: Iterable[Mutant], task: str | None) -> dict[str, list[Mutant]]:
    """The mutants of each function of a task that count, by path and name; None: of the functions of no task."""
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        if mutant.state in COUNTED and (task in mutant.tasks if task is not None else not mutant.tasks):
            found.setdefault(f"{mutant.path} {mutant.function}", []).append(mutant)
    return found


class History(Struct, frozen=True, kw_only=True):
    """The stretch of git history that is judged. `head` is a commit; `snapshot` names work that comes after it, if
    any, and `uncommitted` its files. `held` are the paths that the replay takes from today, `roots` where modules are imported
    from, both from the top of the repository, from which `prefix` leads to the project. `prepare` is the command that builds what tests need."""

    base: str
    head: str
    snapshot: Literal["index", "worktree"] | None = None
    shallow: bool = False
    uncommitted: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    prefix: str = ""
    prepare: tuple[str, ...] = ()


class CommandResult(Struct, frozen=True):
    """How a command of the policy ended; `output` is the last line it printed."""

    command: tuple[str, ...]
    status: int
    output: str = ""


class Missing(Struct, frozen=True):
    """Evidence that there is not, and why. It is false, so `evidence.proofs or {}` is what there is."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


class Evidence(Struct, frozen=True, kw_only=True):
    """All that is known of one run. `proofs` are by test, `coverage` is by gate, with the key "changed" beside them;
    it is counted from `line_sets`."""

    history: History
    manifest: Manifest
    results: dict[str, TestResult] = {}
    proofs: dict[str, Proof] | Missing = Missing("not replayed")
    coverage: dict[str, Measure] | Missing = Missing("not measured")
    line_sets: dict[str, LineSets] = {}
    mutants: tuple[Mutant, ...] | Missing = Missing("not tried")
    documents: dict[str, bool] = {}
    files: dict[str, bool] = {}
    commands: tuple[CommandResult, ...] = ()
