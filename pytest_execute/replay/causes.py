"""Why did a test fail, and does that failure count as a red? A pure answer from the facts that the replay brings."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pytest_execute.core.evidence import Cause
from pytest_execute.engine.outcome import State, TreeOutcome


class Red(Struct, frozen=True):
    """A failure with its cause, None where it does not count, and a phrase that says what it was."""

    cause: Cause | None
    phrase: str


class ProjectModules(Struct, frozen=True):
    """What belongs to the project: the dotted names of its modules at head, and which paths are tests."""

    modules: frozenset[str]
    is_test: Callable[[str], bool]


PLAIN: dict[State, Red] = {
    "timeout": Red("timeout", "it did not end within its time limit"),
    "crash": Red("crash", "it ended its process"),
    "skipped": Red(None, "it was skipped or expected to fail"),
    "absent": Red(None, "it was not collected"),
    "unprepared": Red(None, "its tree could not be prepared"),
    "lost": Red(None, "the process that runs it was ended"),
}
NOT_COUNTED = {
    "builtins.SyntaxError": "a syntax error",
    "builtins.Warning": "a warning turned into an error",
    "builtins.MemoryError": "the memory limit",
    "builtins.KeyboardInterrupt": "an interruption",
}
ASSERTIONS = ("builtins.AssertionError", "builtins.Failed")


def classify(seen: TreeOutcome, project: ProjectModules) -> Red:
    """The cause of a failure, or why it does not count."""
    if seen.state in PLAIN:
        return PLAIN[seen.state]
    if seen.fixture:
        return Red(None, f"a missing fixture '{seen.fixture}'")
    for kind, phrase in NOT_COUNTED.items():
        if kind in seen.types:
            return Red(None, f"{phrase} ({seen.message})")
    module, name = seen.missing or (None, None)
    if module in project.modules and seen.phase != "teardown":
        return Red("missing-symbol", f"{module}.{name} is not there" if name else f"{module} is not there")
    if "builtins.ImportError" in seen.types and not _answered(seen, project):
        return Red(None, f"a missing third-party module ({seen.message})")
    if seen.phase == "call":
        return _raised_in_call(seen)
    if _in_project(seen, project) or _refused(seen, project):
        return Red("exception", seen.message)
    return Red(None, f"an error of the test's own {seen.phase or 'protocol'} ({seen.message})")


def _raised_in_call(seen: TreeOutcome) -> Red:
    """The tests are the same before and after, so what a call raises only before comes from the project's change."""
    if not seen.types:
        return Red(None, seen.message)
    if any(kind in seen.types for kind in ASSERTIONS):
        return Red("assertion", seen.message)
    return Red("exception", seen.message)


def _answered(seen: TreeOutcome, project: ProjectModules) -> bool:
    """Is the error what the project's own code answers a call with? Nothing was imported in vain then."""
    return seen.phase == "call" and not seen.missing and seen.raiser is not None and not project.is_test(seen.raiser)


def _refused(seen: TreeOutcome, project: ProjectModules) -> bool:
    """Was it a call of the project, with arguments that it does not take?"""
    return seen.phase != "teardown" and any(module in project.modules for module, _ in seen.called)


def _in_project(seen: TreeOutcome, project: ProjectModules) -> bool:
    """Did the project's own code raise it, outside the call?"""
    return seen.phase != "teardown" and bool(seen.frames) and not project.is_test(seen.frames[-1])
