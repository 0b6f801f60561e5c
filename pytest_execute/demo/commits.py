"""Commits of the demo: a table of its tasks, and the order of the commits."""

from __future__ import annotations

from itertools import zip_longest
from typing import Literal

from msgspec import Struct

TOPIC = "ferry"
NOTES = f"notes/{TOPIC}"
BREAKDOWN = f"{NOTES}/breakdown.md"
BRANCHES = ("stream-a", "stream-b", "main", "stream-d")
SKELETON = (".gitignore", "README.md", "pyproject.toml", "src/ferry/__init__.py", "tests/conftest.py")


class Commit(Struct, frozen=True, kw_only=True):
    """Commit of the demo. `stage` is the state of its files (see `DemoProject.read`), `done` the task that it ticks."""

    branch: str
    message: str
    author: str
    paths: tuple[str, ...] = ()
    stage: str = ""
    done: str = ""
    merges: str = ""


class DemoTask(Struct, frozen=True, kw_only=True):
    """Work on one task. `red` is the message of the commit with its tests, `green` that of the commit with its code."""

    branch: str
    author: str
    red: str
    green: str
    tests: tuple[str, ...]
    code: tuple[str, ...]
    order: Literal["test-first", "test-after", "same-commit"] = "test-first"


TASKS = {
    "1": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(boats): a boat refuses more than it carries",
        green="feat(boats): add boats and what they carry",
        tests=("tests/test_boats.py",),
        code=("src/ferry/boats.py",),
    ),
    "2": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(sailings): a boat is in one place at a time",
        green="feat(sailings): add sailings and when they clash",
        tests=("tests/test_sailings.py",),
        code=("src/ferry/sailings.py",),
    ),
    "3": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(timetable): sailings are kept in order",
        green="feat(timetable): add the timetable",
        tests=("tests/test_timetable.py",),
        code=("src/ferry/timetable.py",),
    ),
    "4": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(weather): old forecasts are asked for again",
        green="feat(weather): advise by wind and waves",
        tests=("tests/test_weather.py",),
        code=("src/ferry/weather.py",),
    ),
    "5": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="test(fares): children pay half",
        green="feat(fares): price passengers and vehicles",
        tests=("tests/test_fares.py",),
        code=("src/ferry/fares.py",),
    ),
    "6": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="test(fares): residents and parties pay less",
        green="feat(fares): take off discounts for parties",
        tests=("tests/test_discounts.py",),
        code=("src/ferry/fares.py",),
    ),
    "7": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="test(holds): a hold ends by itself",
        green="feat(holds): hold seats for a while",
        tests=("tests/test_holds.py",),
        code=("src/ferry/holds.py",),
    ),
    "8": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="test(passes): ten trips cost eight",
        green="feat(passes): sell ten trips at the price of eight",
        tests=("tests/test_passes.py",),
        code=("src/ferry/passes.py",),
    ),
    "9": DemoTask(
        branch="main",
        author="booking-agent",
        red="test(references): typing errors are found",
        green="feat(references): add references that catch typing errors",
        tests=("tests/test_references.py",),
        code=("src/ferry/references.py",),
    ),
    "10": DemoTask(
        branch="main",
        author="booking-agent",
        red="test(desk): a boat is not sold twice",
        green="feat(desk): reserve, book and cancel",
        tests=("tests/test_desk.py",),
        code=("src/ferry/desk.py",),
    ),
    "11": DemoTask(
        branch="main",
        author="booking-agent",
        red="test(waiting): a cancellation serves who waits",
        green="feat(waiting): offer free seats to who waited",
        tests=("tests/test_waiting.py", "tests/test_desk_waiting.py"),
        code=("src/ferry/waiting.py", "src/ferry/desk.py"),
    ),
    "12": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(manifest): nobody comes aboard twice",
        green="feat(manifest): list who is aboard",
        tests=("tests/test_manifest.py",),
        code=("src/ferry/manifest.py",),
    ),
    "13": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(board): the board shows the rest of the day",
        green="feat(board): show the departures",
        tests=("tests/test_board.py", "tests/test_boat_names.py"),
        code=("src/ferry/board.py", "src/ferry/boats.py"),
    ),
    "14": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(command): the command answers three questions",
        green="feat(command): add the ferry command",
        tests=("tests/test_command.py",),
        code=("src/ferry/command.py",),
    ),
}


def commits_of(tasks: dict[str, DemoTask], skeleton: tuple[str, ...] = SKELETON) -> list[Commit]:
    """Return the commits that build the application, in the order in which they are made."""
    streams: dict[str, list[Commit]] = {branch: [] for branch in BRANCHES}
    for task_id, task in tasks.items():
        streams[task.branch] += _commits_of_task(task_id, task)
    return [
        _commit_to_main("chore: begin the ferry", "planning-agent", *skeleton, stage="base"),
        _commit_to_main(
            "docs: plan the ferry",
            "planning-agent",
            *(f"{NOTES}/{name}.md" for name in ("research", "plan", "breakdown")),
        ),
        *_alternate(streams["stream-a"], streams["stream-b"]),
        _merge("stream-a"),
        _merge("stream-b"),
        *streams["main"],
        _commit_to_main(
            "test(booking): a passenger's journey from end to end", "integration-agent", "tests/test_journey.py"
        ),
        *streams["stream-d"],
        _merge("stream-d"),
        _commit_to_main("test(quay): a whole day", "integration-agent", "tests/test_day.py"),
        _commit_to_main("docs: write the changelog of 1.0.0", "documentation-agent", "CHANGELOG.md"),
    ]


def _commits_of_task(task_id: str, task: DemoTask) -> list[Commit]:
    """Return the commits of one task; the commit with the code ticks it."""

    def commit(message: str, paths: tuple[str, ...], done: str = "") -> Commit:
        return Commit(branch=task.branch, message=message, author=task.author, paths=paths, stage=task_id, done=done)

    if task.order == "same-commit":
        return [commit(task.green, (*task.tests, *task.code), done=task_id)]
    tests, code = commit(task.red, task.tests), commit(task.green, task.code, done=task_id)
    ordered = [tests, code] if task.order == "test-first" else [code, tests]
    return [each for each in ordered if each.paths]


def _commit_to_main(message: str, author: str, *paths: str, stage: str = "") -> Commit:
    return Commit(branch="main", message=message, author=author, paths=paths, stage=stage)


def _merge(branch: str) -> Commit:
    return Commit(branch="main", message=f"Merge branch '{branch}'", author="integration-agent", merges=branch)


def _alternate(first: list[Commit], second: list[Commit]) -> list[Commit]:
    """Return the commits of two branches in turns, as of two streams that are developed at the same time."""
    return [commit for pair in zip_longest(first, second) for commit in pair if commit is not None]
