"""Random graphs with random trouble: every test ran once and after all that it needs, or is blocked for the right reason; none hangs.

`pytest tests/scheduling --hypothesis-profile=long` tries forty graphs with real workers, and thousands without.
"""

from __future__ import annotations

import random
from collections import Counter, deque

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st
from scheduling_model import Case, Seen, expected, problems, random_case, violations
from test_scheduling_xdist import Node

from pytest_execute.scheduling.task_queue import Blocked, TaskQueue
from pytest_execute.scheduling.xdist import Batches, ExecuteScheduling

KINDS = ["fails", "raises in its setup", "raises in its teardown", "skips", "xfails", "dies"]
COUNTED = ("fails", "raises in its setup", "raises in its teardown", "dies")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        long = metafunc.config.getoption("hypothesis_profile", None) == "long"
        metafunc.parametrize("seed", range(40 if long else 6))


def seen(run: Run) -> Seen:
    """What a run has shown, with numbers in place of names."""

    def number(test: str) -> int:
        return int(test.rpartition("_")[2])

    not_run = {number(test) for test, when, outcome, _ in run.reports if (when, outcome) == ("setup", "not run")}
    events = [(event, number(test)) for event, test in run.events]
    return Seen(events, {number(test): cause for test, cause in run.blocked.items()}, not_run, int(run.result.ret))


def test_real_runs(project, seed):
    dice, case = random.Random(seed), random_case(seed)
    mode, limit = dice.choice(["-n0", "-n1", "-n2", "-n3", "-n4"]), dice.choice([None, None, 1, 2])
    restarts = dice.choice([99, 99, 1])
    kinds = {test: dice.choice(KINDS[: -1 if mode == "-n0" else None]) for test in sorted(case.bad)}
    project.write_case(case, kinds)
    run = project.run(mode, f"--max-worker-restart={restarts}", *([f"--maxfail={limit}"] if limit else []))

    counted = {test for test, kind in kinds.items() if kind in COUNTED}
    assert problems(case, counted, limit, seen(run)) == [], (mode, limit, restarts, kinds)


class Machine:
    """The scheduler over workers that are only imagined, and do what `dice` says: any of them goes on, or dies."""

    def __init__(self, case: Case, workers: int, dice: random.Random) -> None:
        self.case, self.dice = case, dice
        self.ids = [f"test_{test}" for test in range(len(case.tests))]
        known = {test: dice.choice([0.001, 0.03, 1.0]) for test in range(len(case.tests)) if dice.random() < 0.5}
        queue = TaskQueue(case.needs, case.tests, known, workers)
        batches = Batches(queue, [1000 + dice.randrange(3) for _ in case.tests])
        self.blocked: list[Blocked] = []
        self.sched = ExecuteScheduling(workers, lambda ids: batches, self.blocked.append, pytest.fail)
        self.events: list[tuple[str, int]] = []
        self.todo: dict[Node, deque[int]] = {}
        for _ in range(workers):
            self.join()

    def join(self) -> None:
        node = Node(f"gw{len(self.todo)}")
        self.todo[node] = deque()
        self.sched.add_node(node)
        self.sched.add_node_collection(node, self.ids)
        if self.sched.collection_is_completed:
            self.sched.schedule()

    def able(self) -> list[Node]:
        """The workers that can go on: those that know what comes after the next item."""
        for node, todo in self.todo.items():
            todo.extend(node.take())
        return [node for node, todo in self.todo.items() if len(todo) > 1]

    def step(self, node: Node) -> None:
        item = self.todo[node].popleft()
        if item >= 1000:
            self.sched.mark_test_complete(node, item)
            return
        self.events.append(("start", item))
        self.events.append(("end", item))
        if item in self.case.bad and self.dice.random() < 0.5:
            self.die(node, item)
            return
        if item in self.case.bad:
            self.sched.mark_bad(item)
        self.sched.mark_test_complete(node, item, self.dice.random())

    def die(self, node: Node, item: int) -> None:
        del self.todo[node]
        assert self.sched.remove_node(node) == self.ids[item]
        self.join()


@given(seed=st.integers(0, 10**9), workers=st.integers(1, 5))
def test_workers_that_go_on_and_die_in_any_order(seed, workers):
    case, dice = random_case(seed), random.Random(seed)
    machine = Machine(case, workers, dice)
    while not machine.sched.tests_finished:
        machine.step(dice.choice(machine.able()))  # where nobody can go on, it has stopped for ever

    assert violations(case, machine.events) == []
    assert {b.test: b.cause for b in machine.blocked} == {t: cause for t, cause in expected(case).items() if cause}


def test_the_checker_sees_a_scheduler_that_knows_no_graph(project):
    case = random_case(3)._replace(bad=set())
    project.write_case(case, {})
    project.path("graph.json").write_text("{}")
    run = project.run("-n2")

    assert len(problems(case, set(), None, seen(run))) > 5


CASE = Case({"task:0": [], "task:1": ["task:0"]}, [["task:0"], ["task:1"], []], {0})
GOOD = Seen([("start", 0), ("end", 0), ("start", 2), ("end", 2)], {1: "task:0"}, set(), 1)


@pytest.mark.parametrize(
    ("limit", "changes", "said"),
    [
        pytest.param(None, {}, [], id="good"),
        pytest.param(1, {"events": GOOD.events[:2], "blocked": {}}, [], id="stopped"),
        pytest.param(2, {"events": GOOD.events[:2]}, ["2 never ran", "nothing is said of 2"], id="stopped too early"),
        pytest.param(None, {"events": GOOD.events[:2], "not_run": {2}}, [], id="nobody left"),
        pytest.param(None, {"not_run": {2}}, ["2 ran and was told as not run"], id="told twice"),
        pytest.param(None, {"blocked": {}}, ["nothing is said of 1"], id="lost"),
        pytest.param(None, {"blocked": {1: "task:9"}}, ["1 is blocked by task:9, not by task:0"], id="wrong cause"),
        pytest.param(None, {"status": 0}, ["it ended with 0"], id="as if all were well"),
        pytest.param(None, {"events": GOOD.events * 2}, ["0 ran 2 times", "2 ran 2 times"], id="twice"),
    ],
)
def test_the_checker_sees_what_is_wrong(limit, changes, said):
    assert problems(CASE, {0}, limit, GOOD._replace(**changes)) == said


def test_the_sample_has_all_kinds_of_trouble():
    """Else the runs above would show little."""
    found = Counter(cause is not None for seed in range(6) for cause in expected(random_case(seed)).values())
    assert min(found[True], found[False]) > 20
