"""Random graphs with random failures: every test runs once and in order, or is blocked with its cause; none hangs.

`pytest tests/scheduling --hypothesis-profile=long` runs forty graphs with real workers, and thousands without.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdist.workermanage import WorkerController

from pytest_execute.scheduling.batches import BatchSource
from pytest_execute.scheduling.task_queue import Blocked, TaskQueue, Workload
from pytest_execute.scheduling.xdist import ExecuteScheduling, SchedulerEvents
from tests.scheduling.conftest import Run
from tests.scheduling.model import Case, Observed, expected, problems, random_case, violations
from tests.scheduling.test_xdist import Node

KINDS = ["fails", "raises in its setup", "raises in its teardown", "skips", "xfails", "dies"]
COUNTED = ("fails", "raises in its setup", "raises in its teardown", "dies")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        long = metafunc.config.getoption("hypothesis_profile", None) == "long"
        metafunc.parametrize("seed", range(40 if long else 6))


def observe(run: Run) -> Observed:
    """Return what a run has shown, with numbers in place of names."""

    def number(test: str) -> int:
        return int(test.rpartition("_")[2])

    not_run = {number(test) for test, when, outcome, _ in run.reports if (when, outcome) == ("setup", "not run")}
    events = [(event, number(test)) for event, test in run.events]
    return Observed(events, {number(test): cause for test, cause in run.blocked.items()}, not_run, int(run.result.ret))


def test_real_runs(project, seed):
    rng, case = random.Random(seed), random_case(seed)
    mode, limit = rng.choice(["-n0", "-n1", "-n2", "-n3", "-n4"]), rng.choice([None, None, 1, 2])
    restarts = rng.choice([99, 99, 1])
    kinds = {test: rng.choice(KINDS[: -1 if mode == "-n0" else None]) for test in sorted(case.bad)}
    project.write_case(case, kinds)
    run = project.run(mode, f"--max-worker-restart={restarts}", *([f"--maxfail={limit}"] if limit else []))

    counted = {test for test, kind in kinds.items() if kind in COUNTED}
    assert problems(case, counted, limit, observe(run)) == [], (mode, limit, restarts, kinds)


class SimulatedWorkers:
    """Scheduler over simulated workers; `rng` decides which of them runs its next item, or dies."""

    def __init__(self, case: Case, workers: int, rng: random.Random) -> None:
        self.case, self.rng = case, rng
        self.ids = [f"test_{test}" for test in range(len(case.tests))]
        known = {test: rng.choice([0.001, 0.03, 1.0]) for test in range(len(case.tests)) if rng.random() < 0.5}
        queue = TaskQueue(Workload(case.dependencies, case.tests, known, workers))
        source = BatchSource(queue, [1000 + rng.randrange(3) for _ in case.tests])
        self.blocked: list[Blocked] = []
        events = SchedulerEvents(lambda ids: source, self.blocked.append, self.refuse)
        self.scheduling = ExecuteScheduling(workers, events)
        self.events: list[tuple[str, int]] = []
        self.items: dict[Node, deque[int]] = {}
        for _ in range(workers):
            self.add_worker()

    def refuse(self, node: WorkerController, expected: Sequence[str], actual: Sequence[str]) -> None:
        pytest.fail(f"{node} has collected {actual} instead of {expected}")

    def add_worker(self) -> None:
        node = Node(f"gw{len(self.items)}")
        self.items[node] = deque()
        self.scheduling.add_node(node)
        self.scheduling.add_node_collection(node, self.ids)
        if self.scheduling.collection_is_completed:
            self.scheduling.schedule()

    def runnable(self) -> list[Node]:
        """Return the workers that can run an item: those that know the item after it."""
        for node, items in self.items.items():
            items.extend(node.take())
        return [node for node, items in self.items.items() if len(items) > 1]

    def step(self, node: Node) -> None:
        item = self.items[node].popleft()
        if item >= 1000:
            self.scheduling.mark_test_complete(node, item)
            return
        self.events.append(("start", item))
        self.events.append(("end", item))
        if item in self.case.bad and self.rng.random() < 0.5:
            self.die(node, item)
            return
        if item in self.case.bad:
            self.scheduling.mark_not_passed(item)
        self.scheduling.mark_test_complete(node, item, self.rng.random())

    def die(self, node: Node, item: int) -> None:
        del self.items[node]
        assert self.scheduling.remove_node(node) == self.ids[item]
        self.add_worker()


@given(seed=st.integers(0, 10**9), workers=st.integers(1, 5))
def test_workers_that_run_and_die_in_any_order(seed, workers):
    case, rng = random_case(seed), random.Random(seed)
    simulated = SimulatedWorkers(case, workers, rng)
    while not simulated.scheduling.tests_finished:
        simulated.step(rng.choice(simulated.runnable()))  # raises if no worker can run an item: the run would hang

    assert violations(case, simulated.events) == []
    assert {b.test: b.cause for b in simulated.blocked} == {t: cause for t, cause in expected(case).items() if cause}


def test_the_oracle_detects_a_scheduler_without_a_graph(project):
    case = random_case(3)._replace(bad=set())
    project.write_case(case, {})
    project.path("graph.json").write_text("{}")
    run = project.run("-n2")

    assert len(problems(case, set(), None, observe(run))) > 5


CASE = Case({"task:0": [], "task:1": ["task:0"]}, [["task:0"], ["task:1"], []], {0})
GOOD = Observed([("start", 0), ("end", 0), ("start", 2), ("end", 2)], {1: "task:0"}, set(), 1)


@pytest.mark.parametrize(
    ("limit", "changes", "faults"),
    [
        pytest.param(None, {}, [], id="good"),
        pytest.param(1, {"events": GOOD.events[:2], "blocked": {}}, [], id="stopped"),
        pytest.param(2, {"events": GOOD.events[:2]}, ["2 never ran", "2 is not reported"], id="stopped too early"),
        pytest.param(None, {"events": GOOD.events[:2], "not_run": {2}}, [], id="no worker left"),
        pytest.param(None, {"not_run": {2}}, ["2 ran and is reported as not run"], id="reported twice"),
        pytest.param(None, {"blocked": {}}, ["1 is not reported"], id="lost"),
        pytest.param(None, {"blocked": {1: "task:9"}}, ["1 is blocked by task:9, not by task:0"], id="wrong cause"),
        pytest.param(None, {"status": 0}, ["it ended with 0"], id="as if all were well"),
        pytest.param(None, {"events": GOOD.events * 2}, ["0 ran 2 times", "2 ran 2 times"], id="twice"),
    ],
)
def test_the_oracle_detects_each_fault(limit, changes, faults):
    assert problems(CASE, {0}, limit, GOOD._replace(**changes)) == faults


def test_the_sample_has_passing_and_blocked_tests():
    """Otherwise the runs above would prove little."""
    is_blocked = Counter(cause is not None for seed in range(6) for cause in expected(random_case(seed)).values())
    assert min(is_blocked[True], is_blocked[False]) > 20
