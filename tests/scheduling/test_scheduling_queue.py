"""The queue: which test may run next, and which never will."""

from __future__ import annotations

import heapq
import random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduling_model import Case, expected, random_case, shortest, topic, violations

from pytest_execute.scheduling.task_queue import Blocked, ScheduledWork, TaskQueue


def run(queue: TaskQueue, bad: set[int] = frozenset()) -> list[int]:
    """The order in which one worker takes all tests."""
    order = []
    while (test := queue.take()) is not None:
        order.append(test)
        queue.finish(test, test not in bad)
    return order


CHAIN = {"task:1": [], "task:2": ["task:1"], "task:3": ["task:2"]}


def test_a_unit_starts_when_what_it_needs_has_passed():
    queue = TaskQueue(CHAIN, [["task:3"], ["task:2"], ["task:1"], ["task:1"]])

    assert [queue.take(), queue.take(), queue.take()] == [2, 3, None]
    assert queue.finish(2, True) == []
    assert queue.take() is None
    queue.finish(3, True)
    assert queue.take() == 1


def test_a_failure_blocks_all_that_follows_and_names_its_root():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:2"], ["task:3"]])
    queue.take()

    assert queue.finish(0, False) == [Blocked(1, "task:2", "task:1"), Blocked(2, "task:3", "task:1")]
    assert queue.take() is None
    assert queue.left == 0


def test_the_other_tests_of_a_failed_unit_go_on():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:1"], ["task:2"]])
    queue.take()

    assert queue.finish(0, False) == []
    assert queue.take() == 1
    assert queue.finish(1, True) == [Blocked(2, "task:2", "task:1")]


def test_the_cause_is_the_first_need_whatever_failed_first():
    needs = {"task:1": [], "task:2": [], "task:3": ["task:1", "task:2"]}
    for order in ([0, 1], [1, 0]):
        queue = TaskQueue(needs, [["task:1"], ["task:2"], ["task:3"]])
        told = [blocked for test in order for blocked in queue.finish(test, False)]
        assert told == [Blocked(2, "task:3", "task:1")]


def test_a_unit_without_tests_passes_with_its_needs():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:3"]])

    assert run(queue) == [0, 1]


def test_a_need_that_nobody_describes_has_passed():
    assert sorted(run(TaskQueue({"task:2": ["task:1"]}, [["task:2"], ["task:9"]]))) == [0, 1]


def test_a_test_in_two_units_waits_for_both():
    needs = {"task:1": [], "task:2": [], "task:3": ["task:1"], "task:4": ["task:2"]}
    queue = TaskQueue(needs, [["task:3", "task:4"], ["task:1"], ["task:2"]])

    assert [queue.take(), queue.take(), queue.take()] == [1, 2, None]
    queue.finish(1, True)
    assert queue.finish(2, False) == [Blocked(0, "task:4", "task:2")]


@pytest.mark.parametrize(
    ("needs", "tests"),
    [
        pytest.param({"a": [], "b": ["a"]}, [["a", "b"], ["b"]], id="of a unit and of its dependent"),
        pytest.param({"a": [], "b": ["a"], "c": ["b"]}, [["a", "c"], ["b"]], id="around another unit"),
        pytest.param({"a": [], "c": [], "d": ["c"], "b": ["a"]}, [["a", "d"], ["c", "b"]], id="two that cross"),
    ],
)
def test_a_test_never_waits_for_itself(needs, tests):
    assert sorted(run(TaskQueue(needs, tests))) == list(range(len(tests)))


def test_the_longest_remaining_path_comes_first():
    needs = {"short": [], "long": [], "next": ["long"], "last": ["next"]}
    tests = [["short"], ["long"], ["next"], ["last"]]

    assert run(TaskQueue(needs, tests)) == [1, 2, 0, 3]


def test_where_nothing_is_known_more_tests_take_longer():
    needs = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"], ["b2"]]

    assert run(TaskQueue(needs, tests))[0] == 2


def test_known_durations_decide_what_is_long():
    needs = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"]]

    assert run(TaskQueue(needs, tests, {1: 0.1, 3: 9.0}))[0] == 2
    assert run(TaskQueue(needs, tests, {1: 9.0, 3: 0.1}))[0] == 0


def test_long_tests_come_first_within_a_unit_and_short_ones_in_order():
    tests = [["a"]] * 4

    assert run(TaskQueue({"a": []}, tests, {0: 0.01, 1: 0.02, 2: 1.0, 3: 2.0})) == [3, 2, 0, 1]


def test_tests_of_no_unit_fill_the_gaps():
    assert run(TaskQueue({"a": [], "b": ["a"]}, [[], ["a"], ["b"]])) == [1, 2, 0]


def test_a_long_test_of_no_unit_starts_early():
    assert run(TaskQueue({"a": []}, [["a"], []], {0: 1.0, 1: 9.0})) == [1, 0]


def test_effort_stands_in_where_nothing_is_known():
    needs = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"]]

    assert run(TaskQueue(needs, tests, effort={"a2": 1, "b2": 8}))[0] == 2
    assert run(TaskQueue(needs, tests, effort={"a2": 8, "b2": 1}))[0] == 0
    assert run(TaskQueue(needs, tests, {1: 5.0, 3: 1.0}, effort={"a2": 1, "b2": 8}))[0] == 0


def test_effort_is_measured_by_what_is_known():
    """Two hours that took a second: four hours are two seconds, which is longer than a unit that took one and a half."""
    needs = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"], ["c"]]
    known = {1: 1.5, 4: 1.0}

    assert run(TaskQueue(needs, tests, known, effort={"a2": 9, "b2": 4, "c": 2}))[0] == 0
    assert run(TaskQueue(needs, tests, known, effort={"b2": 4, "c": 2}))[0] == 2


@pytest.mark.parametrize("known", [{}, dict.fromkeys(range(12), 0.01)])
def test_the_tests_of_a_file_stay_with_one_worker(known):
    queue = TaskQueue({}, [[]] * 12, known, groups=[0, 1] * 6)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 1, 2, 3]
    assert [queue.take("x") for _ in range(4)] == [4, 6, 8, 10]


def test_a_worker_that_would_idle_takes_half_of_what_another_has():
    queue = TaskQueue({}, [[]] * 9, groups=[0] * 9)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 5, 1, 6]
    assert [queue.take("y"), queue.take("y"), queue.take("y"), queue.take("x")] == [7, 8, 4, 2]


def test_who_left_holds_no_file():
    queue = TaskQueue({}, [[]] * 4, groups=[0, 0, 1, 1])
    assert [queue.take("x"), queue.take("y")] == [0, 2]
    queue.leave("x")

    assert [queue.take("y"), queue.take("y")] == [3, 1]


def test_what_is_urgent_comes_before_what_shares_fixtures():
    queue = TaskQueue({"a": [], "b": ["a"]}, [["b"], [], ["a"], [], []], groups=[0, 1, 0, 1, 1])
    assert [queue.take("x"), queue.take("x")] == [2, 1]
    queue.finish(2, True)

    assert [queue.take("x"), queue.take("x")] == [0, 3]


def test_keep_going_runs_what_would_be_blocked():
    queue = TaskQueue(CHAIN, [["task:3"], ["task:2"], ["task:1"]], keep_going=True)

    assert run(queue, bad={2, 1}) == [2, 1, 0]
    assert queue.left == 0


def test_a_test_that_is_run_again_has_failed_all_the_same():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:2"]])
    queue.take()
    assert queue.finish(0, False) == [Blocked(1, "task:2", "task:1")]
    queue.again(0)
    assert (queue.left, queue.unfinished(), queue.take()) == (1, [0], 0)

    assert queue.finish(0, True) == []
    assert (queue.left, queue.unfinished(), queue.take()) == (0, [], None)


def test_one_worker_keeps_the_order_of_collection_as_far_as_it_can():
    needs = {"a": [], "b": ["a"], "c": ["b"]}

    assert run(TaskQueue(needs, [["b"], [], ["a"], ["c"], []], workers=1)) == [1, 2, 0, 3, 4]


def test_a_test_given_back_is_taken_again():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:1"]])
    queue.take()
    queue.give_back(0)

    assert run(queue) == [0, 1]


def test_left_counts_what_neither_ended_nor_is_blocked():
    queue = TaskQueue(CHAIN, [["task:1"], ["task:2"], []])
    queue.take()
    assert (queue.left, queue.unfinished()) == (3, [0, 1, 2])
    queue.finish(0, False)
    assert (queue.left, queue.unfinished()) == (1, [2])


def test_peek_names_the_test_that_take_gives():
    queue = TaskQueue(CHAIN, [["task:1"]])

    assert (queue.peek(), queue.ready, queue.take(), queue.peek(), queue.ready) == (0, 1, 0, None, 0)


def test_work_becomes_a_queue_over_the_collected_tests():
    work = ScheduledWork({"a": [], "b": ["a"]}, {"t.py::x": ["b"], "t.py::y": ["a"]}, {"t.py::y": 3.0})

    assert run(work.queue(["t.py::x", "t.py::y", "t.py::z"], workers=2)) == [1, 0, 2]


def test_work_of_one_file_stays_together():
    queue = ScheduledWork({}, {}).queue(["a.py::x", "b.py::x", "a.py::y", "b.py::y"], workers=2)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 1, 2, 3]


def test_work_hands_on_effort_and_whether_to_keep_going():
    work = ScheduledWork(
        {"a": [], "b": ["a"]},
        {"t.py::x": ["b"], "t.py::y": ["a"], "t.py::z": ["c"]},
        {},
        {"a": 1, "b": 1, "c": 9},
        True,
    )

    assert run(work.queue(["t.py::x", "t.py::y", "t.py::z"], workers=2), bad={1}) == [2, 1, 0]


def total(case: Case, seconds: list[float], workers: int, known: dict[int, float]) -> float:
    """How long a run takes where nothing but the tests costs time."""
    queue = TaskQueue(case.needs, case.tests, known, workers, groups=[len(units) for units in case.tests])
    now, idle, running = 0.0, list(range(workers)), []
    while queue.left:
        for worker in list(idle):
            if (test := queue.take(worker)) is not None:
                idle.remove(worker)
                heapq.heappush(running, (now + seconds[test], worker, test))
        now, worker, test = heapq.heappop(running)
        idle.append(worker)
        queue.finish(test, True)
    return now


@pytest.mark.parametrize("workers", [4, 8])
def test_no_order_could_be_much_faster(workers):
    """Sixty tasks in four streams, some tests very long: as fast as can be with known durations, and nearly so without."""
    known, first = [], []
    for seed in range(10):
        case, seconds = topic(seed)
        least = shortest(case, seconds, workers)
        known.append(total(case, seconds, workers, dict(enumerate(seconds))) / least)
        first.append(total(case, seconds, workers, {}) / least)

    assert min(known + first) >= 0.999
    assert median(known) <= 1.02
    assert median(first) <= 1.1


@given(seed=st.integers(0, 10**9), workers=st.integers(1, 5))
def test_every_test_runs_once_in_order_or_is_blocked_for_the_right_reason(seed, workers):
    case, dice = random_case(seed), random.Random(seed)
    known = {i: dice.random() for i in range(len(case.tests)) if dice.random() < 0.5}
    groups = [dice.randrange(4) for _ in case.tests]
    queue = TaskQueue(case.needs, case.tests, known, workers, groups=groups)
    running, events, blocked = [], [], []
    while queue.left:
        while len(running) < workers and (test := queue.take(dice.randrange(workers))) is not None:
            running.append(test)
            events.append(("start", test))
        test = running.pop(dice.randrange(len(running)))
        if dice.random() < 0.1:
            queue.give_back(test)
            events.remove(("start", test))
            continue
        events.append(("end", test))
        blocked += queue.finish(test, test not in case.bad)

    assert violations(case, events) == []
    assert {b.test: b.cause for b in blocked} == {t: cause for t, cause in expected(case).items() if cause}
    assert len(blocked) == len({b.test for b in blocked})
    assert all(b.unit in case.tests[b.test] for b in blocked)


@given(seed=st.integers(0, 10**9))
def test_knots_of_tests_in_many_units_never_stop_the_queue(seed):
    case, dice = random_case(seed, shared=0.0), random.Random(seed)
    tests = [dice.sample(list(case.needs), dice.randrange(4)) for _ in case.tests]

    assert sorted(run(TaskQueue(case.needs, tests))) == list(range(len(tests)))
    assert len(run(TaskQueue(case.needs, tests), case.bad)) <= len(tests)


def test_the_checker_sees_a_queue_that_knows_no_graph():
    case = random_case(7)
    queue = TaskQueue({}, [[] for _ in case.tests])
    events = [(event, test) for test in run(queue) for event in ("start", "end")]

    assert violations(case, events) != []
