"""Causes of failures: why a test failed, and if the failure counts as a red.

The functions are pure: the facts of an outcome decide.

The first rule that applies decides:

    1. did not end, crashed                          counts, as "timeout" or "crash"
    2. skipped, not collected, not prepared, lost,
       or pytest could not start                     does not count
    3. missing fixture                               does not count
    4. SyntaxError, warning, MemoryError, Ctrl-C     does not count
    5. symbol of the project that is missing         counts, as "missing-symbol", unless it is a top-level module
                                                     that the project's code imports: a dependency of that time
    6. other ImportError                             does not count, unless the project raised it in a call
    7. exception in the test's call                  counts, as "assertion" or "exception"
    8. exception of the project's code, or a call
       that it refuses, in setup or collection       counts, as "exception"
    9. other errors in setup, collection, teardown   do not count
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from msgspec import Struct

from pytest_execute.core.evidence import Cause
from pytest_execute.engine.outcome import State, TreeOutcome


class Red(Struct, frozen=True):
    """Failure with its cause, None where it does not count, and a phrase that describes it."""

    cause: Cause | None
    phrase: str


class ProjectModules(Struct, frozen=True):
    """Modules of the project at head by their dotted names, and a function that returns whether a path is a test.

    `paths` are those of all its modules and packages, without a suffix.
    """

    modules: frozenset[str]
    is_test: Callable[[str], bool]
    paths: frozenset[str] = frozenset()

    def has(self, module: str | None, import_path: Iterable[str]) -> bool:
        """Return whether the project has a module, in its source or where `import_path` leads to."""
        path = (module or "").replace(".", "/")
        return module in self.modules or any(f"{root}/{path}".lstrip("/") in self.paths for root in import_path)


def module_paths(files: Iterable[str]) -> frozenset[str]:
    """Return the paths of the modules in `files`, and of the packages that they are in, without a suffix."""
    modules = [PurePosixPath(path).with_suffix("") for path in files if path.endswith(".py")]
    return frozenset(str(path) for module in modules for path in (module, *module.parents))


WITHOUT_EXCEPTION: dict[State, Red] = {
    "timeout": Red("timeout", "the test did not end within its time limit"),
    "crash": Red("crash", "the test ended its process"),
    "skipped": Red(None, "a skip or an expected failure"),
    "absent": Red(None, "its absence: pytest did not collect it there"),
    "unprepared": Red(None, "a tree in which the policy's `prepare` command failed"),
    "lost": Red(None, "the end of the process that ran it"),
}
NOT_COUNTED = {
    "builtins.SyntaxError": "a syntax error",
    "builtins.Warning": "a warning turned into an error",
    "builtins.MemoryError": "the memory limit",
    "builtins.KeyboardInterrupt": "an interruption",
}
ASSERTIONS = ("builtins.AssertionError", "builtins.Failed")
"""`Failed` is what `pytest.fail` and `pytest.raises` raise; its `__module__` is "builtins" (`_pytest.outcomes`, pytest
8 and 9).
"""


def classify(outcome: TreeOutcome, project: ProjectModules) -> Red:
    """Return the cause of a failure, or the phrase that says why it does not count."""
    if outcome.state in WITHOUT_EXCEPTION:
        return WITHOUT_EXCEPTION[outcome.state]
    if outcome.phase == "start":
        return Red(None, f"an error in the start of pytest ({outcome.message})")
    if outcome.fixture:
        return Red(None, f"a missing fixture '{outcome.fixture}'")
    for exception, phrase in NOT_COUNTED.items():
        if exception in outcome.types:
            return Red(None, f"{phrase} ({outcome.message})")
    module, name = outcome.missing or (None, None)
    is_missing = project.has(module, outcome.import_path) and not _is_dependency_there(outcome, project)
    if is_missing and outcome.phase != "teardown":
        return Red("missing-symbol", f"{module}.{name} does not exist" if name else f"{module} does not exist")
    if "builtins.ImportError" in outcome.types and not _is_projects_own(outcome, project):
        return Red(
            None, f"a missing third-party module ({outcome.message}); install it, so that older commits can be replayed"
        )
    if outcome.phase == "call":
        return _raised_in_call(outcome)
    if _is_raised_by_project(outcome, project) or _is_call_refused(outcome, project):
        return Red("exception", outcome.message)
    phase = "collection" if outcome.phase == "collect" else outcome.phase or "protocol"
    return Red(None, f"an error in the test's own {phase} ({outcome.message})")


def _is_dependency_there(outcome: TreeOutcome, project: ProjectModules) -> bool:
    """Return whether the project's own code imports a top-level module that the tree does not have.

    It was a dependency there, which is not installed, and was taken into the project later.
    """
    module, name = outcome.missing or ("", None)
    is_top_level = name is None and "." not in str(module)
    return is_top_level and bool(outcome.frames) and not project.is_test(outcome.frames[-1])


def _raised_in_call(outcome: TreeOutcome) -> Red:
    """Return the cause of a failed call.

    Tests are the same before and after, so the change of the project made the failure go.
    """
    if not outcome.types:
        return Red(None, outcome.message)
    if any(exception in outcome.types for exception in ASSERTIONS):
        return Red("assertion", outcome.message)
    return Red("exception", outcome.message)


def _is_projects_own(outcome: TreeOutcome, project: ProjectModules) -> bool:
    """Return whether the project's code raised the ImportError as its answer to a call.

    An ImportError with a failed import behind it is no such answer.
    """
    is_raised = outcome.raiser is not None and not project.is_test(outcome.raiser)
    return outcome.phase == "call" and not outcome.missing and is_raised


def _is_call_refused(outcome: TreeOutcome, project: ProjectModules) -> bool:
    """Return whether it was a call of the project, with arguments that it does not take."""
    return outcome.phase != "teardown" and any(project.has(module, outcome.import_path) for module, _ in outcome.called)


def _is_raised_by_project(outcome: TreeOutcome, project: ProjectModules) -> bool:
    """Return whether the project's own code raised the exception, outside the call."""
    return outcome.phase != "teardown" and bool(outcome.frames) and not project.is_test(outcome.frames[-1])
