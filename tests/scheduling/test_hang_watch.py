"""Limits of tests, and the workers that are killed for exceeding them."""

from __future__ import annotations

from pytest_execute.scheduling.hang_watch import HangLimits, HangWatch
from pytest_execute.scheduling.worker_state import WorkerState
from tests.scheduling.test_xdist import Node


def check_worker(seconds: dict[int, float], given: float | None, now: float) -> tuple[list[str], dict[int, float]]:
    """Return the killed workers and their tests, where a worker has run test 0 since 100.0."""
    node, state = Node("gw0"), WorkerState()
    killed: list[Node] = []
    state.add_test(0, 0.1)
    state.item_began = 100.0
    watch = HangWatch(HangLimits(given), {node: state}, seconds)
    for _ in range(2):
        watch.check(node, state, now, killed.append)
    return [worker.id for worker in killed], watch.killed


def test_a_test_that_takes_much_longer_than_before_hangs():
    assert check_worker({0: 1.0}, None, 699.0) == ([], {})
    assert check_worker({0: 1.0}, None, 701.0) == (["gw0"], {0: 600.0})
    assert check_worker({0: 100.0}, None, 3099.0) == ([], {})
    assert check_worker({0: 100.0}, None, 3101.0) == (["gw0"], {0: 3000.0})


def test_a_test_of_unknown_duration_has_no_limit():
    assert check_worker({}, None, 1e9) == ([], {})
    assert check_worker({}, 5.0, 106.0) == (["gw0"], {0: 5.0})
    assert check_worker({0: 1.0}, 0.0, 1e9) == ([], {})


def test_a_worker_that_waits_does_not_hang():
    node, state = Node("gw0"), WorkerState()
    killed: list[Node] = []
    watch = HangWatch(HangLimits(1.0), {node: state}, {})
    watch.check(node, state, 1e9, killed.append)
    state.items.append(100)
    watch.check(node, state, 1e9, killed.append)

    assert killed == []
