"""Board: events go in, lines and forecasts come out."""

from __future__ import annotations

import pytest

from pytest_execute.core.plan import Plan, Stream, Task
from pytest_execute.progress.board import Board, BoardInput, stream_rows
from pytest_execute.progress.forecast import RemainingWork, forecast
from pytest_execute.progress.format import columns, ended_line, format_seconds, render

PLAN = Plan(
    topic="sums",
    path="notes/sums/breakdown.md",
    streams=(Stream(id="A", title="Adding", line=1), Stream(id="B", title="Taking", line=2)),
    tasks=(
        Task(id="1", title="Add", line=3, stream="A"),
        Task(id="2", title="Add all", line=4, stream="A"),
        Task(id="3", title="Take", line=5, stream="B"),
    ),
)
DEPENDENCIES = {"task:2": ["task:1"], "task:3": ["task:2"]}
GATES = {"a": ["task:1"], "b": ["task:1"], "c": ["task:2"], "d": ["task:3"], "e": []}


def board(seconds: dict[str, float] | None = None, plan: Plan = PLAN) -> Board:
    return Board(BoardInput(stream_rows(plan, {"1", "2", "3"}), GATES, DEPENDENCIES, seconds or {}, 2))


def texts(state: Board, width: int = 100, height: int = 10, now: float = 0.0) -> list[str]:
    return [text for text, _ in render(state, state.remaining_seconds(now), width, height)]


def test_before_anything_has_run() -> None:
    assert texts(board()) == [
        "A  Adding       0 of 2 done",
        "B  Taking       0 of 1 done, waits for A",
        "   other tests  0 of 1 tests",
        "0 of 5 tests",
    ]


def test_tests_run_end_fail_and_render() -> None:
    state = board()
    state.start("a", 0.0)
    state.start("e", 0.0)
    assert texts(state)[0] == "A  Adding       0 of 2 done, 1 running"
    assert state.record("a", None, 1.0) == []
    assert state.record("b", "failed", 0.5) == ["task:1"]
    assert state.record("c", "blocked", cause="task:1") == ["task:2"]
    assert state.record("d", "blocked", cause="task:1") == ["task:3"]
    assert state.record("e", None) == [""]
    assert render(state, None, 100, 10) == [
        ("A  Adding       0 of 2 done, 1 failed, 1 blocked", "failed"),
        ("B  Taking       0 of 1 done, 1 blocked", "blocked"),
        ("   other tests  1 of 1 tests", "passed"),
        ("5 of 5 tests, 1 failed", "failed"),
    ]
    assert ended_line("task:1", state.progress["task:1"]) == "task 1: 1 failed, 1 passed (1.5 s)"
    assert ended_line("task:2", state.progress["task:2"]) == "task 2: 1 blocked by task 1"


def test_the_worst_report_counts_and_reports_after_the_last_are_ignored() -> None:
    state = board()
    state.record("a", "failed", 1.0, is_last=False)
    state.record("a", "skipped", 1.0, is_last=False)
    state.record("a", None, 1.0)
    state.record("a", None, 1.0)
    assert (state.progress["task:1"].ends, state.progress["task:1"].seconds) == ({"failed": 1}, 3.0)
    assert state.record("nobody knows it", "failed") == []


def test_the_remaining_time_follows_the_dependencies() -> None:
    state = board({"a": 4.0, "b": 4.0, "c": 10.0, "d": 60.0})
    assert texts(state)[-1] == "0 of 5 tests, about 1:14 min to go"
    state.start("a", 0.0)
    state.record("b", None, 4.0)
    ends = state.remaining_seconds(3.0)
    assert ends is not None
    assert ends["task:1"] == pytest.approx(1.0)
    assert ends["task:2"] == pytest.approx(11.0)


def test_there_is_no_remaining_time_while_most_durations_are_unknown() -> None:
    assert board({"a": 1.0, "b": 1.0}).remaining_seconds(0.0) is None
    assert board({"a": 1.0, "b": 1.0, "c": 1.0}).remaining_seconds(0.0) is not None


def test_the_forecast_follows_gates_without_tests_and_shares_the_workers() -> None:
    left = {
        "a": RemainingWork([2.0]),
        "empty": RemainingWork([]),
        "b": RemainingWork([3.0]),
        "c": RemainingWork([5.0, 5.0]),
    }
    ends = forecast({"empty": ["a"], "b": ["empty"]}, left, workers=3)
    assert (ends["a"], ends["b"]) == (2.0, 5.0)
    assert ends["c"] == pytest.approx(5.0)
    one = forecast({}, {"c": RemainingWork([5.0, 1.0])}, workers=2)
    assert one == {"c": pytest.approx(5.0)}


@pytest.mark.parametrize("width", [10, 20, 40, 60, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    streams = (Stream(id="A", title="Adding 数える \x1b[31mred " * 3, line=1), Stream(id="B", title="B", line=2))
    plan = Plan(topic="t", path="p", streams=streams, tasks=PLAN.tasks)
    shown = texts(board({"a": 1.0, "b": 2.0, "c": 3.0}, plan), width)
    assert max(map(columns, shown)) <= width
    assert "\x1b" not in "".join(shown)


def test_on_a_low_terminal_running_streams_are_shown() -> None:
    state = board()
    state.start("d", 0.0)
    assert texts(state, height=3) == ["B  Taking  0 of 1 done, 1 running", "and 2 more", "0 of 5 tests"]


def test_durations_are_formatted() -> None:
    assert [format_seconds(seconds) for seconds in (0.2, 12.1, 75, 7260)] == ["1 s", "13 s", "1:15 min", "2:01 h"]
