"""Queue: which test may run next, and which tests are blocked."""

from __future__ import annotations

import heapq
import random
from collections.abc import Set as AbstractSet
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.scheduling.task_queue import Blocked, TaskQueue, Workload
from pytest_execute.scheduling.work import ScheduledWork
from tests.scheduling.model import Case, expected, random_case, random_topic, shortest_seconds, violations


def create_queue(dependencies, tests, seconds=None, workers=2, **options):
    return TaskQueue(Workload(dependencies, tests, seconds or {}, workers, **options))


def run(queue: TaskQueue, bad: AbstractSet[int] = frozenset()) -> list[int]:
    """Return the order in which one worker takes all tests."""
    order = []
    while (test := queue.take()) is not None:
        order.append(test)
        queue.finish(test, test not in bad)
    return order


CHAIN = {"task:1": [], "task:2": ["task:1"], "task:3": ["task:2"]}


def test_a_gate_starts_when_its_dependencies_have_passed():
    queue = create_queue(CHAIN, [["task:3"], ["task:2"], ["task:1"], ["task:1"]])

    assert [queue.take(), queue.take(), queue.take()] == [2, 3, None]
    assert queue.finish(2, True) == []
    assert queue.take() is None
    queue.finish(3, True)
    assert queue.take() == 1


def test_a_failure_blocks_all_dependents_and_is_named_as_the_cause():
    queue = create_queue(CHAIN, [["task:1"], ["task:2"], ["task:3"]])
    queue.take()

    assert queue.finish(0, False) == [Blocked(1, "task:2", "task:1"), Blocked(2, "task:3", "task:1")]
    assert queue.take() is None
    assert queue.remaining == 0


def test_the_other_tests_of_a_failed_gate_still_run():
    queue = create_queue(CHAIN, [["task:1"], ["task:1"], ["task:2"]])
    queue.take()

    assert queue.finish(0, False) == []
    assert queue.take() == 1
    assert queue.finish(1, True) == [Blocked(2, "task:2", "task:1")]


def test_the_cause_is_the_first_dependency_whatever_failed_first():
    dependencies = {"task:1": [], "task:2": [], "task:3": ["task:1", "task:2"]}
    for order in ([0, 1], [1, 0]):
        queue = create_queue(dependencies, [["task:1"], ["task:2"], ["task:3"]])
        blocked_tests = [blocked for test in order for blocked in queue.finish(test, False)]
        assert blocked_tests == [Blocked(2, "task:3", "task:1")]


def test_a_gate_without_tests_passes_with_its_dependencies():
    queue = create_queue(CHAIN, [["task:1"], ["task:3"]])

    assert run(queue) == [0, 1]


def test_a_dependency_without_an_entry_has_passed():
    assert sorted(run(create_queue({"task:2": ["task:1"]}, [["task:2"], ["task:9"]]))) == [0, 1]


def test_a_test_in_two_gates_waits_for_both():
    dependencies = {"task:1": [], "task:2": [], "task:3": ["task:1"], "task:4": ["task:2"]}
    queue = create_queue(dependencies, [["task:3", "task:4"], ["task:1"], ["task:2"]])

    assert [queue.take(), queue.take(), queue.take()] == [1, 2, None]
    queue.finish(1, True)
    assert queue.finish(2, False) == [Blocked(0, "task:4", "task:2")]


@pytest.mark.parametrize(
    ("dependencies", "tests"),
    [
        pytest.param({"a": [], "b": ["a"]}, [["a", "b"], ["b"]], id="of a gate and of its dependent"),
        pytest.param({"a": [], "b": ["a"], "c": ["b"]}, [["a", "c"], ["b"]], id="around another gate"),
        pytest.param({"a": [], "c": [], "d": ["c"], "b": ["a"]}, [["a", "d"], ["c", "b"]], id="two that cross"),
    ],
)
def test_a_test_never_waits_for_itself(dependencies, tests):
    assert sorted(run(create_queue(dependencies, tests))) == list(range(len(tests)))


def test_the_longest_remaining_path_comes_first():
    dependencies = {"short": [], "long": [], "next": ["long"], "last": ["next"]}
    tests = [["short"], ["long"], ["next"], ["last"]]

    assert run(create_queue(dependencies, tests)) == [1, 2, 0, 3]


def test_without_known_durations_more_tests_count_as_longer():
    dependencies = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"], ["b2"]]

    assert run(create_queue(dependencies, tests))[0] == 2


def test_known_durations_decide_which_path_is_longest():
    dependencies = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"]]

    assert run(create_queue(dependencies, tests, {1: 0.1, 3: 9.0}))[0] == 2
    assert run(create_queue(dependencies, tests, {1: 9.0, 3: 0.1}))[0] == 0


def test_long_tests_come_first_within_a_gate_and_short_ones_in_order():
    tests = [["a"]] * 4

    assert run(create_queue({"a": []}, tests, {0: 0.01, 1: 0.02, 2: 1.0, 3: 2.0})) == [3, 2, 0, 1]


def test_tests_without_a_gate_come_last():
    assert run(create_queue({"a": [], "b": ["a"]}, [[], ["a"], ["b"]])) == [1, 2, 0]


def test_a_long_test_without_a_gate_starts_early():
    assert run(create_queue({"a": []}, [["a"], []], {0: 1.0, 1: 9.0})) == [1, 0]


def test_effort_is_used_where_no_duration_is_known():
    dependencies = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"]]

    assert run(create_queue(dependencies, tests, effort={"a2": 1, "b2": 8}))[0] == 2
    assert run(create_queue(dependencies, tests, effort={"a2": 8, "b2": 1}))[0] == 0
    assert run(create_queue(dependencies, tests, {1: 5.0, 3: 1.0}, effort={"a2": 1, "b2": 8}))[0] == 0


def test_effort_is_scaled_by_known_durations():
    """Two hours took a second, so four hours are two seconds, which is longer than a gate that took 1.5."""
    dependencies = {"a": [], "a2": ["a"], "b": [], "b2": ["b"]}
    tests = [["a"], ["a2"], ["b"], ["b2"], ["c"]]
    known = {1: 1.5, 4: 1.0}

    assert run(create_queue(dependencies, tests, known, effort={"a2": 9, "b2": 4, "c": 2}))[0] == 0
    assert run(create_queue(dependencies, tests, known, effort={"b2": 4, "c": 2}))[0] == 2


@pytest.mark.parametrize("known", [{}, dict.fromkeys(range(12), 0.01)])
def test_the_tests_of_a_file_stay_with_one_worker(known):
    queue = create_queue({}, [[]] * 12, known, groups=[0, 1] * 6)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 1, 2, 3]
    assert [queue.take("x") for _ in range(4)] == [4, 6, 8, 10]


def test_a_worker_that_would_be_idle_takes_half_of_another_workers_file():
    queue = create_queue({}, [[]] * 9, groups=[0] * 9)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 5, 1, 6]
    assert [queue.take("y"), queue.take("y"), queue.take("y"), queue.take("x")] == [7, 8, 4, 2]


def test_a_removed_worker_keeps_no_file():
    queue = create_queue({}, [[]] * 4, groups=[0, 0, 1, 1])
    assert [queue.take("x"), queue.take("y")] == [0, 2]
    queue.remove_worker("x")

    assert [queue.take("y"), queue.take("y")] == [3, 1]


def test_an_urgent_test_comes_before_one_that_shares_fixtures():
    queue = create_queue({"a": [], "b": ["a"]}, [["b"], [], ["a"], [], []], groups=[0, 1, 0, 1, 1])
    assert [queue.take("x"), queue.take("x")] == [2, 1]
    queue.finish(2, True)

    assert [queue.take("x"), queue.take("x")] == [0, 3]


def test_keep_going_runs_tests_that_would_be_blocked():
    queue = create_queue(CHAIN, [["task:3"], ["task:2"], ["task:1"]], keep_going=True)

    assert run(queue, bad={2, 1}) == [2, 1, 0]
    assert queue.remaining == 0


def test_a_test_that_is_run_again_has_still_failed():
    queue = create_queue(CHAIN, [["task:1"], ["task:2"]])
    queue.take()
    assert queue.finish(0, False) == [Blocked(1, "task:2", "task:1")]
    queue.run_again(0)
    assert (queue.remaining, queue.unfinished(), queue.take()) == (1, [0], 0)

    assert queue.finish(0, True) == []
    assert (queue.remaining, queue.unfinished(), queue.take()) == (0, [], None)


def test_one_worker_keeps_the_order_of_collection_as_far_as_it_can():
    dependencies = {"a": [], "b": ["a"], "c": ["b"]}

    assert run(create_queue(dependencies, [["b"], [], ["a"], ["c"], []], workers=1)) == [1, 2, 0, 3, 4]


def test_a_test_given_back_is_taken_again():
    queue = create_queue(CHAIN, [["task:1"], ["task:1"]])
    queue.take()
    queue.give_back(0)

    assert run(queue) == [0, 1]


def test_remaining_counts_tests_that_have_not_ended_and_are_not_blocked():
    queue = create_queue(CHAIN, [["task:1"], ["task:2"], []])
    queue.take()
    assert (queue.remaining, queue.unfinished()) == (3, [0, 1, 2])
    queue.finish(0, False)
    assert (queue.remaining, queue.unfinished()) == (1, [2])


def test_peek_returns_the_test_that_take_returns():
    queue = create_queue(CHAIN, [["task:1"]])

    assert (queue.peek(), queue.ready_count, queue.take(), queue.peek(), queue.ready_count) == (0, 1, 0, None, 0)


def test_scheduled_work_makes_a_queue_over_the_collected_tests():
    work = ScheduledWork({"a": [], "b": ["a"]}, {"t.py::x": ["b"], "t.py::y": ["a"]}, {"t.py::y": 3.0})

    assert run(work.queue(["t.py::x", "t.py::y", "t.py::z"], workers=2)) == [1, 0, 2]


def test_scheduled_work_groups_tests_by_file():
    queue = ScheduledWork({}, {}).queue(["a.py::x", "b.py::x", "a.py::y", "b.py::y"], workers=2)

    assert [queue.take("x"), queue.take("y"), queue.take("x"), queue.take("y")] == [0, 1, 2, 3]


def test_scheduled_work_passes_effort_and_keep_going_on():
    work = ScheduledWork(
        {"a": [], "b": ["a"]},
        {"t.py::x": ["b"], "t.py::y": ["a"], "t.py::z": ["c"]},
        {},
        {"a": 1, "b": 1, "c": 9},
        True,
    )

    assert run(work.queue(["t.py::x", "t.py::y", "t.py::z"], workers=2), bad={1}) == [2, 1, 0]


def simulated_seconds(case: Case, seconds: list[float], workers: int, known: dict[int, float]) -> float:
    """Return the seconds of a run in which only the tests cost time."""
    queue = create_queue(case.dependencies, case.tests, known, workers, groups=[len(gates) for gates in case.tests])
    now, idle = 0.0, list(range(workers))
    running: list[tuple[float, int, int]] = []
    while queue.remaining:
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
    """Sixty tasks in four streams, some tests very long: optimal with known durations, and nearly so without."""
    known, first = [], []
    for seed in range(10):
        case, seconds = random_topic(seed)
        least = shortest_seconds(case, seconds, workers)
        known.append(simulated_seconds(case, seconds, workers, dict(enumerate(seconds))) / least)
        first.append(simulated_seconds(case, seconds, workers, {}) / least)

    assert min(known + first) >= 0.999
    assert median(known) <= 1.02
    assert median(first) <= 1.1


@given(seed=st.integers(0, 10**9), workers=st.integers(1, 5))
def test_every_test_runs_once_in_order_or_is_blocked_with_the_right_cause(seed, workers):
    case, rng = random_case(seed), random.Random(seed)
    known = {i: rng.random() for i in range(len(case.tests)) if rng.random() < 0.5}
    groups = [rng.randrange(4) for _ in case.tests]
    queue = create_queue(case.dependencies, case.tests, known, workers, groups=groups)
    running: list[int] = []
    events: list[tuple[str, int]] = []
    blocked: list[Blocked] = []
    while queue.remaining:
        while len(running) < workers and (test := queue.take(rng.randrange(workers))) is not None:
            running.append(test)
            events.append(("start", test))
        test = running.pop(rng.randrange(len(running)))
        if rng.random() < 0.1:
            queue.give_back(test)
            events.remove(("start", test))
            continue
        events.append(("end", test))
        blocked += queue.finish(test, test not in case.bad)

    assert violations(case, events) == []
    assert {b.test: b.cause for b in blocked} == {t: cause for t, cause in expected(case).items() if cause}
    assert len(blocked) == len({b.test for b in blocked})
    assert all(b.gate in case.tests[b.test] for b in blocked)


@given(seed=st.integers(0, 10**9))
def test_cycles_of_tests_in_many_gates_never_stop_the_queue(seed):
    case, rng = random_case(seed, shared=0.0), random.Random(seed)
    tests = [rng.sample(list(case.dependencies), rng.randrange(4)) for _ in case.tests]

    assert sorted(run(create_queue(case.dependencies, tests))) == list(range(len(tests)))
    assert len(run(create_queue(case.dependencies, tests), case.bad)) <= len(tests)


def test_the_oracle_detects_a_queue_without_a_graph():
    case = random_case(7)
    queue = create_queue({}, [[] for _ in case.tests])
    events = [(event, test) for test in run(queue) for event in ("start", "end")]

    assert violations(case, events) != []
