"""Messages between the engine and the processes that run tests: one JSON object per line.

| from | to | messages |
| --- | --- | --- |
| engine | `main.py`, `no_fork.py` | one `SetupMessage`, then one `JobMessage` per job |
| `no_fork.py` | `main.py` | one `SetupWithJobMessage` |
| engine | `build.py` | one `BuildMessage` |
| `main.py`, `no_fork.py` | engine | `PreloadedMessage` once; per job `GroupMessage`, replies, `FinishedMessage` |
| process of a test | its supervisor | `StartedMessage`, `AccessesMessage`, `TestMessage`, `AloneMessage` |

Each kind of reply has a key of its own. An `AccessesMessage` before the first `FileMessage` counts for all tests of the
job, a later one for the tests of that file that are reported after it. Without a `CompletedMessage` the job was
aborted: after a `CollectedMessage` something ended the process that runs the tests, before it a test file could not be
imported.
"""

from __future__ import annotations

from typing import Literal, TypedDict, final


class SetupMessage(TypedDict):
    """Values that all jobs of a process have in common. Paths are absolute."""

    tree: str
    """Directory that holds one tree after the other."""
    root: str
    """pytest's root directory, in the tree."""
    work_tree: str
    """User's own checkout, which no module may come from."""
    source_roots: list[str]
    top_modules: list[str]
    """Names of the project's top-level modules and packages."""
    installed: dict[str, str]
    """Directories that some of these modules are installed in, for trees that do not have them."""
    environment: dict[str, str]
    arguments: list[str]
    """pytest's command line, without test files."""
    memory: int
    """Bytes that one process may write to."""
    bytecode_cache: str
    """Directory of compiled modules."""


class MutationJob(TypedDict):
    """Stubs to be tried. Functions, trials and test lists are referred to by their numbers."""

    functions: dict[str, list[tuple[int, int, int]]]
    """(line, column, number) of the functions in each file of the tree."""
    function_count: int
    tests_to_probe: list[str]
    """Tests that run without a stub first, to learn which functions they enter."""
    known_probes: dict[str, tuple[float, list[int]]]
    """Tests that were probed before: CPU seconds that each may take over a stub (0 if it fails), functions entered."""
    trials: list[tuple[int, str, int]]
    """(function, stub, test list) to be run until one test of the list fails."""
    test_lists: list[list[str]]
    stubbed_on_import: tuple[int, str] | None
    """Function and stub that are in place before anything is imported; there is one trial then."""
    workers: int


class JobOptions(TypedDict, total=False):
    """Parts of a job that most jobs do without."""

    alone: bool
    """Each test runs in a process of its own, not one process for all tests of a file."""
    mutation: MutationJob
    in_process: bool
    """Tests of one file run in the process that starts pytest: the system cannot fork."""


class JobLimits(TypedDict):
    """Seconds that each test may take: wall-clock time, and CPU time."""

    wall_limits: dict[str, float]
    cpu_limits: dict[str, float]


class JobMessage(JobLimits, JobOptions):
    """Tests to be run in the tree; they are the keys of `wall_limits`."""

    environment: dict[str, str]
    test_modules: list[str]
    """Python files of the tests' side in the tree, which are imported in part: see `partial_imports.py`."""
    shadowed_modules: list[str]
    """Top-level modules, loaded already or of the standard library, that a file of the tree may shadow."""


class SetupWithJobMessage(SetupMessage, total=False):
    """Setup with the only job of the process."""

    job: JobMessage


class BuildMessage(TypedDict):
    """Command that prepares a tree. Both files are absolute paths."""

    command: list[str]
    root: str
    environment: dict[str, str]
    output_file: str
    """File for what the command prints."""
    result_file: str
    """File for the `BuildResult`."""


class BuildResult(TypedDict):
    """Exit status (None if the command could not be started) and last line of output."""

    status: int | None
    last_line: str


@final
class PreloadedMessage(TypedDict):
    """Installed packages that were imported once for all jobs."""

    preloaded: list[str]


@final
class GroupMessage(TypedDict):
    """Process group of all that a job starts."""

    process_group: int


@final
class FileMessage(TypedDict):
    """Test file that is collected next."""

    file: str


@final
class AccessesMessage(TypedDict):
    """Accesses to the tree since the last such message, see `accesses.py`."""

    accesses: list[str]


@final
class CollectedMessage(TypedDict):
    """Tests that were collected and run next."""

    collected: list[str]


@final
class StartedMessage(TypedDict):
    """Test that runs next in this process."""

    started: str


class FailureFacts(TypedDict, total=False):
    """Facts of an exception. Files are relative to the tree; symbols are [module, name]."""

    phase: str
    """"start" (of pytest), "collect", "setup", "call", "teardown" or "protocol"."""
    types: list[str]
    """Class of the exception, and its bases."""
    message: str
    frames: list[str]
    """Files of the tree in the traceback, outermost first."""
    lines: list[str]
    """Last lines of the traceback."""
    missing: list[str | None] | None
    """Symbol whose absence raised the exception; the name is None if a whole module is missing."""
    raiser: str | None
    """File whose own `raise` statement raised an ImportError."""
    import_path: list[str]
    """Directories of the tree on the module path, "" being its top, where something is missing or was called."""
    called: list[list[str]]
    """Callables that may have refused their arguments."""
    fixture: str | None
    """Fixture that was not found."""


class ItemOutcome(FailureFacts):
    """Outcome of one test."""

    state: Literal["passed", "failed", "skipped", "timeout", "crash", "foreign", "unprepared"]


class TimedOutcome(ItemOutcome, total=False):
    """Outcome with the seconds that the test took: CPU time, or the limit that it exceeded. 0 if missing."""

    seconds: float
    left_out: list[str]
    """Plugins, conftests, options and classes of warnings that the tree does not have, and today's settings name."""


@final
class TestMessage(TimedOutcome):
    """Outcome of a test in the job."""

    test: str


@final
class AloneMessage(TypedDict):
    """Outcome of the only test of a process."""

    state: str
    seconds: float


@final
class ModifiedMessage(TypedDict):
    """Notice that a test changed the tree; tests without a result were not run."""

    modified: bool


@final
class CompletedMessage(TypedDict):
    """Notice that all tests of the job were run."""

    completed: bool


@final
class InternalErrorMessage(TypedDict):
    """Error of the engine, not of the tree."""

    internal_error: str


@final
class FinishedMessage(TypedDict):
    """Last line of a job, completed or not."""

    finished: bool


@final
class ImportedMessage(TypedDict):
    """Functions that run when the test file is imported."""

    run_on_import: list[int]


@final
class CanaryMessage(TypedDict):
    """State of a test that was made to fail."""

    canary: str


@final
class ProbeMessage(TypedDict):
    """Outcome of a test without a stub: CPU seconds that it may take over one, functions that it enters."""

    probe: str
    state: str
    cpu_limit: float
    entered: list[int]
    test_accesses: list[str]


@final
class TrialMessage(TypedDict):
    """Outcome of a trial: tests that ran over the stub, the one that failed, how many tests were started.

    `failed_in` is the file of the tree whose code raised the error, "" for an assertion.
    """

    trial: int
    ran: list[str]
    noticed_by: str | None
    failed_in: str
    tried: int
    test_accesses: list[str]


JobReply = (
    PreloadedMessage
    | GroupMessage
    | FileMessage
    | AccessesMessage
    | CollectedMessage
    | StartedMessage
    | TestMessage
    | ModifiedMessage
    | CompletedMessage
    | InternalErrorMessage
    | FinishedMessage
    | ImportedMessage
    | CanaryMessage
    | ProbeMessage
    | TrialMessage
)
