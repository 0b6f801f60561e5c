"""Faults of the flawed demo: the same application with more tasks, ten of which have a fault."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.demo.commits import SKELETON, TASKS, DemoTask

FLAWS: dict[str, tuple[str, str]] = {
    "4": ("test-first", "test-after"),
    "6": ("test-first", "same-commit"),
    "8": ("tests", "skipped"),
    "15": ("test-first", "never-red"),
    "16": ("test-first", "red-not-counted"),
    "17": ("tests", "no-tests"),
    "18": ("tests", "missing-test"),
    "19": ("coverage", "coverage-too-low"),
    "20": ("tests", "xfailed"),
    "22": ("dependencies", "unmet-dependency"),
}
"""`{task: (the check that must fail, the code of the reason)}`; every other ticked task has no fault."""

OPEN = ("21",)
"""Tasks that are neither ticked nor begun."""

FLAWED_SKELETON = (*SKELETON, "src/ferry/harbours.py", "src/ferry/testing.py")

FLAWED_TASKS = TASKS | {
    "4": replace(TASKS["4"], order="test-after"),
    "6": replace(TASKS["6"], order="same-commit"),
    "15": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(harbours): the tide decides in the south",
        green="feat(harbours): know the depth at the piers",
        tests=("tests/test_harbours.py",),
        code=("src/ferry/harbours.py",),
    ),
    "16": DemoTask(
        branch="stream-a",
        author="timetable-agent",
        red="test(bell): the bell rings in fog",
        green="feat(bell): ring in fog",
        tests=("tests/test_bell.py",),
        code=("src/ferry/bell.py", "src/ferry/testing.py"),
    ),
    "17": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="",
        green="feat(vouchers): pay with a voucher",
        tests=(),
        code=("src/ferry/vouchers.py",),
    ),
    "18": DemoTask(
        branch="stream-b",
        author="tickets-agent",
        red="test(receipts): a receipt ends with the total",
        green="feat(receipts): print what was paid",
        tests=("tests/test_receipts.py",),
        code=("src/ferry/receipts.py",),
    ),
    "19": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(lost): what is found can be claimed",
        green="feat(lost): keep what was found",
        tests=("tests/test_lost.py",),
        code=("src/ferry/lost.py",),
    ),
    "20": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(labels): each piece has its label",
        green="feat(labels): label luggage",
        tests=("tests/test_labels.py",),
        code=("src/ferry/labels.py",),
    ),
    "22": DemoTask(
        branch="stream-d",
        author="quay-agent",
        red="test(calls): passengers are called aboard",
        green="feat(calls): call passengers aboard",
        tests=("tests/test_calls.py",),
        code=("src/ferry/calls.py",),
    ),
}
