"""The history of the demo as a table: who committed what, where, in which order."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Literal

from msgspec import Struct

TOPIC = "ferry"
NOTES = f"notes/{TOPIC}"
BREAKDOWN = f"{NOTES}/breakdown.md"
SKELETON = (".gitignore", "README.md", "pyproject.toml", "src/ferry/__init__.py", "tests/conftest.py")


class Commit(Struct, frozen=True, kw_only=True):
    """One commit. `stage` names the state in which it brings its `paths`, `done` the task that it ticks."""

    branch: str
    message: str
    author: str
    paths: tuple[str, ...] = ()
    stage: str = ""
    done: str = ""
    merges: str = ""


class DemoCommit(Struct, frozen=True, kw_only=True):
    """One task: where it is done, by whom, the messages for its tests and its code, and their paths."""

    branch: str
    author: str
    red: str
    green: str
    tests: tuple[str, ...]
    code: tuple[str, ...]
    order: Literal["test-first", "test-after", "same-commit"] = "test-first"


WORK = {
    "1": DemoCommit(
        branch="stream-a",
        author="timetable-agent",
        red="test(boats): a boat refuses more than it carries",
        green="feat(boats): add boats and what they carry",
        tests=("tests/test_boats.py",),
        code=("src/ferry/boats.py",),
    ),
    "2": DemoCommit(
        branch="stream-a",
        author="timetable-agent",
        red="test(sailings): a boat is in one place at a time",
        green="feat(sailings): add sailings and when they clash",
        tests=("tests/test_sailings.py",),
        code=("src/ferry/sailings.py",),
    ),
    "3": DemoCommit(
        branch="stream-a",
        author="timetable-agent",
        red="test(timetable): sailings are kept in order",
        green="feat(timetable): add the timetable",
        tests=("tests/test_timetable.py",),
        code=("src/ferry/timetable.py",),
    ),
    "4": DemoCommit(
        branch="stream-a",
        author="timetable-agent",
        red="test(weather): old forecasts are asked for again",
        green="feat(weather): advise by wind and waves",
        tests=("tests/test_weather.py",),
        code=("src/ferry/weather.py",),
    ),
    "5": DemoCommit(
        branch="stream-b",
        author="tickets-agent",
        red="test(fares): children pay half",
        green="feat(fares): price passengers and vehicles",
        tests=("tests/test_fares.py",),
        code=("src/ferry/fares.py",),
    ),
    "6": DemoCommit(
        branch="stream-b",
        author="tickets-agent",
        red="test(fares): residents and parties pay less",
        green="feat(fares): take off discounts for parties",
        tests=("tests/test_discounts.py",),
        code=("src/ferry/fares.py",),
    ),
    "7": DemoCommit(
        branch="stream-b",
        author="tickets-agent",
        red="test(holds): a hold ends by itself",
        green="feat(holds): hold seats for a while",
        tests=("tests/test_holds.py",),
        code=("src/ferry/holds.py",),
    ),
    "8": DemoCommit(
        branch="stream-b",
        author="tickets-agent",
        red="test(passes): ten trips cost eight",
        green="feat(passes): sell ten trips at the price of eight",
        tests=("tests/test_passes.py",),
        code=("src/ferry/passes.py",),
    ),
    "9": DemoCommit(
        branch="main",
        author="booking-agent",
        red="test(references): typing errors are found",
        green="feat(references): add references that catch typing errors",
        tests=("tests/test_references.py",),
        code=("src/ferry/references.py",),
    ),
    "10": DemoCommit(
        branch="main",
        author="booking-agent",
        red="test(desk): a boat is not sold twice",
        green="feat(desk): reserve, book and cancel",
        tests=("tests/test_desk.py",),
        code=("src/ferry/desk.py",),
    ),
    "11": DemoCommit(
        branch="main",
        author="booking-agent",
        red="test(waiting): a cancellation serves who waits",
        green="feat(waiting): offer free seats to who waited",
        tests=("tests/test_waiting.py", "tests/test_desk_waiting.py"),
        code=("src/ferry/waiting.py", "src/ferry/desk.py"),
    ),
    "12": DemoCommit(
        branch="stream-d",
        author="quay-agent",
        red="test(manifest): nobody comes aboard twice",
        green="feat(manifest): list who is aboard",
        tests=("tests/test_manifest.py",),
        code=("src/ferry/manifest.py",),
    ),
    "13": DemoCommit(
        branch="stream-d",
        author="quay-agent",
        red="test(board): the board shows the rest of the day",
        green="feat(board): show the departures",
        tests=("tests/test_board.py", "tests/test_boat_names.py"),
        code=("src/ferry/board.py", "src/ferry/boats.py"),
    ),
    "14": DemoCommit(
        branch="stream-d",
        author="quay-agent",
        red="test(command): the command answers three questions",
        green="feat(command): add the ferry command",
        tests=("tests/test_command.py",),
        code=("src/ferry/command.py",),
    ),
}


def story(work: dict[str, DemoCommit], skeleton: tuple[str, ...] = SKELETON) -> list[Commit]:
    """The commits that build the application out of `work`, in the order in which they are made."""
    streams = {
        branch: [_commits(task, one) for task, one in work.items() if one.branch == branch] for branch in BRANCHES
    }
    return [
        _main("chore: begin the ferry", "planning-agent", *skeleton, stage="base"),
        _main(
            "docs: plan the ferry",
            "planning-agent",
            *(f"{NOTES}/{name}.md" for name in ("research", "plan", "breakdown")),
        ),
        *_side_by_side(list(chain(*streams["stream-a"])), list(chain(*streams["stream-b"]))),
        _merge("stream-a"),
        _merge("stream-b"),
        *chain(*streams["main"]),
        _main("test(booking): a passenger's journey from end to end", "integration-agent", "tests/test_journey.py"),
        *chain(*streams["stream-d"]),
        _merge("stream-d"),
        _main("test(quay): a whole day", "integration-agent", "tests/test_day.py"),
        _main("docs: write the changelog of 1.0.0", "documentation-agent", "CHANGELOG.md"),
    ]


BRANCHES = ("stream-a", "stream-b", "main", "stream-d")


def _commits(task: str, work: DemoCommit) -> list[Commit]:
    """The commits of one task; the one that brings the code ticks it."""

    def commit(message: str, paths: tuple[str, ...], done: str = "") -> Commit:
        return Commit(branch=work.branch, message=message, author=work.author, paths=paths, stage=task, done=done)

    red, green = commit(work.red, work.tests), commit(work.green, work.code, done=task)
    if work.order == "same-commit":
        return [commit(work.green, (*work.tests, *work.code), done=task)]
    ordered = [red, green] if work.order == "test-first" else [green, red]
    return [one for one in ordered if one.paths]


def _main(message: str, author: str, *paths: str, stage: str = "") -> Commit:
    return Commit(branch="main", message=message, author=author, paths=paths, stage=stage)


def _merge(branch: str) -> Commit:
    return Commit(branch="main", message=f"Merge branch '{branch}'", author="integration-agent", merges=branch)


def _side_by_side(first: list[Commit], second: list[Commit]) -> list[Commit]:
    return [commit for pair in zip_longest(first, second) for commit in pair if commit is not None]
