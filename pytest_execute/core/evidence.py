"""Evidence: the plain values that every stage hands to the judge. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any, Literal, TypeVar

from msgspec import Struct

from pytest_execute.core.stricter_policy import WeakerKey

T = TypeVar("T", int, tuple[int, int])
Outcome = Literal[
    "passed",
    "failed",
    "error",
    "skipped",
    "xfailed",
    "xpassed",
    "rerun",
    "passed-alone",
    "blocked",
    "not-run",
    "not-collected",
]
Order = Literal["before", "same-commit", "after"]
ProofState = Literal[
    "turned",
    "never-red",
    "red-not-counted",
    "not-reproduced",
    "not-prepared",
    "not-started",
    "foreign-module",
    "unstable",
    "dropped",
    "doctest",
]
Cause = Literal["assertion", "missing-symbol", "exception", "timeout", "crash"]


class CollectedTest(Struct, frozen=True):
    """Test as pytest collected it. `line` counts from 1; `markers` are (marker, id) pairs such as ("task", "1")."""

    id: str
    path: str
    line: int
    markers: tuple[tuple[str, str], ...] = ()


class Unmatched(Struct, frozen=True):
    """Name without a match: a marker's id that no gate has, or a test of the breakdown that was not collected."""

    name: str
    path: str
    line: int
    test: str = ""
    gate: str = ""


class Manifest(Struct, frozen=True, kw_only=True):
    """Tests that must run, and the ids of the gates that each counts for.

    A file or directory that pytest could not collect, or that an option left out, is in their place one entry: its id
    is its path.
    """

    tests: dict[str, CollectedTest] = {}
    gates: dict[str, tuple[str, ...]] = {}
    unknown_markers: tuple[Unmatched, ...] = ()
    missing_tests: tuple[Unmatched, ...] = ()

    def tests_for(self, gate: str) -> tuple[str, ...]:
        """Return the ids of the tests that count for `gate`, in the order of the files."""
        return tuple(test for test, gates in self.gates.items() if gate in gates)


class TestResult(Struct, frozen=True):
    """Outcome of one test of the run. `seconds` is the time of its call, `message` the first line of its failure.

    With `crashed` the process died that ran it.
    """

    __test__ = False

    id: str
    outcome: Outcome
    seconds: float = 0.0
    message: str = ""
    crashed: bool = False


class Turn(Struct, frozen=True):
    """Commit at which a test's outcome turned.

    The test passes there and at no parent, or fails there and passed at a parent.
    """

    commit: str
    passes: bool

    def __str__(self) -> str:
        return f"{'passes' if self.passes else 'fails'} with {short_commit(self.commit)}"


def short_commit(commit: str | None) -> str:
    """Return a commit as people read it: the first letters of its id, or "the worktree", "the index"."""
    return f"the {commit}" if commit in ("worktree", "index") else (commit or "")[:7]


class Guard(Struct, frozen=True, kw_only=True):
    """Result of replacing the bodies of functions that base has, under a test that passes at base.

    The test noticed every stub of `function`, as `module:name`. Where it did so of none, `tried` is how many functions
    were tried, and `missed` a stub that it did not notice. `error` says why none could be tried.
    """

    function: str | None = None
    tried: int = 0
    missed: str = ""
    error: str = ""


class Proof(Struct, frozen=True, kw_only=True):
    """Result of the replay of one test.

    | `found` | |
    | --- | --- |
    | `turned` | it fails at `before`, for a reason that counts, and passes at `after` |
    | `dropped` | it existed at `before`, is gone, and fails on today's code; `after` is the same if it passed there |
    | `doctest` | it stands in the code that it tests, and so was not replayed |
    | any other | why there is no proof |

    `only_data` are the files that `after` brought where none of them is code; tests and their data apart.

    `before` and `after` are commits, "index" or "worktree". `turns` are all turns, oldest first, where they were
    requested. `trace` holds the last lines of the traceback at `before`. `at_base` says if base had a test
    without a proof in the same form or in another. `guard` is there for one that is new or changed, and passes at base.
    """

    test: str
    found: ProofState
    order: Order | None = None
    before: str | None = None
    after: str | None = None
    cause: Cause | None = None
    detail: str = ""
    turns: tuple[Turn, ...] = ()
    trace: tuple[str, ...] = ()
    only_data: tuple[str, ...] = ()
    at_base: Literal["same", "other"] | None = None
    guard: Guard | None = None

    @property
    def is_guard(self) -> bool:
        """Return whether the test protects what base did."""
        return self.guard is not None and self.guard.function is not None

    @property
    def code(self) -> str:
        """Return the reason code of what was found; that of a proof is "turned"."""
        if self.at_base == "same":
            return "at-base"
        return "guard" if self.is_guard else self.found

    @property
    def owes_no_red(self) -> bool:
        """Return whether the test has to pass only. Such a test counts for nothing else in its task."""
        return self.at_base == "same" or self.is_guard


def tests_without_red(proofs: Mapping[str, Proof]) -> frozenset[str]:
    """Return the tests that owe no red, and so count for nothing but that they pass."""
    return frozenset(test for test, proof in proofs.items() if proof.owes_no_red)


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


MutantState = Literal["killed", "survived", "not-reached", "unproven", "not-applicable", "exempt"]


class Mutant(Struct, frozen=True, kw_only=True):
    """One function, as `module:name`, with its body replaced by `stub`: "raise", "none", or another constant.

    `killed_by` is the test that failed, `tests` are those that execute the function. A function that is exempt or
    cannot be stubbed has no stub. `detail` says why it is exempt, not applicable or unproven. It is `ignored` that head
    exempts it where base does not.
    """

    function: str
    path: str
    line: int
    tasks: tuple[str, ...] = ()
    stub: str = ""
    state: MutantState
    killed_by: str | None = None
    tests: tuple[str, ...] = ()
    detail: str = ""
    ignored: bool = False


TRIED = ("killed", "survived", "not-reached", "unproven")
"""States of a mutant whose function was to be tried."""


def mutants_by_function(mutants: Iterable[Mutant], task: str | None) -> dict[str, list[Mutant]]:
    """Return the tried mutants of each function of a task, by path and name; None: of the functions of no task."""
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        if mutant.state in TRIED and (task in mutant.tasks if task is not None else not mutant.tasks):
            found.setdefault(f"{mutant.path} {mutant.function}", []).append(mutant)
    return found


class History(Struct, frozen=True, kw_only=True):
    """Range of git history that is judged. Paths are relative to the top of the repository.

    `head` is a commit; `snapshot` names work that comes after it, if any, and `uncommitted` its files. The replay takes
    `overlay_paths` from today. Modules are imported from `import_roots`; `prefix` leads to the project. `prepare` is
    the command that builds what tests need.
    """

    base: str
    head: str
    snapshot: Literal["index", "worktree"] | None = None
    shallow: bool = False
    uncommitted: tuple[str, ...] = ()
    overlay_paths: tuple[str, ...] = ()
    import_roots: tuple[str, ...] = ()
    prefix: str = ""
    prepare: tuple[str, ...] = ()


class NamedFile(Struct, frozen=True, kw_only=True):
    """File or directory that the plan names, compared with base. Paths are relative to the root directory.

    It `is_changed` where more than white space differs, and `is_test` where only tests or notes do. The rest is looked
    for only where a task without tests names it: `broken_links` of Markdown files, as "path:line: target"; `code` in
    it; and `code_beside`, which came in the same commits and belongs to no other task.
    """

    path: str
    is_changed: bool = False
    is_test: bool = False
    is_empty: bool = False
    broken_links: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    code_beside: tuple[str, ...] = ()


class CommandResult(Struct, frozen=True):
    """Exit status of a command of the policy, and the last line that it printed."""

    command: tuple[str, ...]
    status: int
    output: str = ""


class Missing(Struct, frozen=True):
    """Reason why a part of the evidence is missing. It is false: `evidence.proofs or {}` are the proofs that exist."""

    reason: str

    def __bool__(self) -> Literal[False]:
        return False


class Evidence(Struct, frozen=True, kw_only=True):
    """Everything that was observed in one run.

    `proofs` are by test. `coverage` is by gate, with the key "changed" beside the gates, and is counted from
    `line_sets`. `lost_lines` are by file: base's own tests reached them, and none of today's does. `weaker_keys` are
    those of the policy that head made weaker than base. `unknown_code` are the Python files that changed and are
    neither tests nor implementation; all such files where no implementation is known.
    """

    history: History
    manifest: Manifest
    results: dict[str, TestResult] = {}
    proofs: dict[str, Proof] | Missing = Missing("not replayed")
    coverage: dict[str, Measure] | Missing = Missing("not measured")
    line_sets: dict[str, LineSets] = {}
    lost_lines: dict[str, tuple[int, ...]] | Missing = {}
    mutants: tuple[Mutant, ...] | Missing = Missing("not tried")
    documents: dict[str, bool] = {}
    files: dict[str, bool] = {}
    named_files: dict[str, NamedFile] = {}
    commands: tuple[CommandResult, ...] = ()
    weaker_keys: tuple[WeakerKey, ...] = ()
    unknown_code: tuple[str, ...] = ()
