"""One message for all events of a test: none is lost, none comes too late, and all hooks see the same."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from pytest_execute.scheduling.message_batching import MessageBatcher, unbatched
from tests.scheduling.conftest import function


class BatcherBench:
    """A batcher with a recording channel; `waiting` is the number of items that its worker has yet to run."""

    def __init__(self, waiting: int = 1) -> None:
        self.now, self.waiting = 0.0, [0] * waiting
        self.received: list[tuple[str, dict[str, object]]] = []
        self.messages = 0
        self.receive = unbatched(self.received.append)
        self.channel = self.torun = self
        self.batcher = MessageBatcher(self, clock=lambda: self.now)

    @contextmanager
    def lock(self):
        yield self.waiting

    def log(self, *words: object) -> None:
        pass

    def send(self, message: object) -> None:
        self.messages += 1
        self.receive(message)

    def send_events(self, *names: str) -> tuple[int, int]:
        """Send events; return the numbers of messages and events that have arrived."""
        for name in names:
            self.batcher.sendevent(name, of=name)
        return self.messages, len(self.received)


TEST = ["testreport", "testreport", "testreport", "logfinish", "runtest_protocol_complete"]


def test_a_short_test_is_sent_in_one_message_when_the_next_begins():
    bench = BatcherBench()
    assert bench.send_events("logstart") == (1, 1)
    assert bench.send_events(*TEST) == (1, 1)
    assert bench.send_events("logstart") == (2, 7)
    assert bench.received == [(name, {"of": name}) for name in ["logstart", *TEST, "logstart"]]


def test_a_worker_sends_all_events_before_it_waits():
    bench = BatcherBench(waiting=0)
    bench.send_events("logstart")

    assert bench.send_events(*TEST[:-1]) == (1, 1)
    assert bench.send_events(TEST[-1]) == (2, 6)


def test_events_of_a_slow_test_are_sent_at_once():
    bench = BatcherBench()
    bench.send_events("logstart", "testreport")
    bench.now = 0.06

    assert bench.send_events("testreport") == (2, 3)
    assert bench.send_events("testreport") == (2, 3)


@pytest.mark.parametrize("name", ["workerfinished", "internal_error", "warning_recorded", "logstart"])
def test_an_event_that_cannot_wait_is_sent_with_the_pending_ones(name):
    bench = BatcherBench()

    assert bench.send_events("testreport", name) == (1, 2)


def test_events_that_marshal_cannot_write_are_sent_one_by_one():
    bench, odd = BatcherBench(), object()
    bench.batcher.sendevent("testreport", data=1)
    bench.batcher.sendevent("logstart", data=odd)

    assert bench.messages == 2
    assert bench.received == [("testreport", {"data": 1}), ("logstart", {"data": odd})]


def test_a_nodeid_that_several_events_share_stays_one_object():
    bench, name = BatcherBench(), "t.py::test_x"
    for event in ("testreport", "testreport", "logstart"):
        bench.batcher.sendevent(event, nodeid=name)

    first, *others = [event[1]["nodeid"] for event in bench.received]
    assert len(others) == 2
    assert all(other is first for other in others)


def test_other_messages_and_the_end_of_a_connection_pass_through():
    received: list[object] = []
    end = object()
    receive = unbatched(received.append)
    for message in [("theirs", {"x": 1}), end]:
        receive(message)

    assert received == [("theirs", {"x": 1}), end]


RECORDER = """
class HookRecorder:
    def pytest_runtest_logstart(self, nodeid, location):
        write("hooks.log", "start", nodeid, location)
    def pytest_runtest_logfinish(self, nodeid, location):
        write("hooks.log", "finish", nodeid, location)
    def pytest_runtest_logreport(self, report):
        differing = ("duration", "start", "stop", "testrun_uid", "_id")
        attributes = {k: str(v) for k, v in vars(report).items() if k not in differing}
        write("hooks.log", report.nodeid, report.when, attributes | {"node": report.node.gateway.id})

def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(HookRecorder())
"""
TESTS = """
import warnings
def test_a(record_property):
    record_property("size", 3)
    print("said")
def test_b():
    warnings.warn("odd")
    assert [1, 2] == [1, 3]
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_c(broken): pass
"""


def test_every_hook_is_called_as_without_the_plugin(project, monkeypatch):
    project.write({}, a=TESTS + function("test_x", [], "skips") + function("test_y", [], "xfails"))
    conftest = project.path("conftest.py")
    conftest.write_text(conftest.read_text() + RECORDER)
    hook_calls = []
    for plain in ("1", ""):
        monkeypatch.setenv("PLAIN", plain)
        project.path("hooks.log").unlink(missing_ok=True)
        project.run("-n1").result.stdout.fnmatch_lines(["*UserWarning: odd*"])
        hook_calls.append(project.log("hooks.log"))

    assert len(hook_calls[0]) == 5 * 5
    assert hook_calls[1] == hook_calls[0]
