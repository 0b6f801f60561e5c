"""One message for what a worker tells of a test: nothing is lost, nothing comes later than it must, and all hooks see the same."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from conftest import function

from pytest_execute.scheduling.message_batching import MessageBatcher, unpacked


class Bench:
    """A packer with a channel that records, before a queue that holds `waiting` further items."""

    def __init__(self, waiting: int = 1) -> None:
        self.now, self.waiting = 0.0, [0] * waiting
        self.heard: list[object] = []
        self.messages = 0
        self.hear = unpacked(self.heard.append)
        self.channel = self.torun = self
        self.packer = MessageBatcher(self, clock=lambda: self.now)

    @contextmanager
    def lock(self):
        yield self.waiting

    def log(self, *words: object) -> None:
        pass

    def send(self, message: object) -> None:
        self.messages += 1
        self.hear(message)

    def tell(self, *names: str) -> tuple[int, int]:
        """The messages and the events that have arrived after this."""
        for name in names:
            self.packer.sendevent(name, of=name)
        return self.messages, len(self.heard)


TEST = ["testreport", "testreport", "testreport", "logfinish", "runtest_protocol_complete"]


def test_a_short_test_is_told_in_one_message_when_the_next_begins():
    bench = Bench()
    assert bench.tell("logstart") == (1, 1)
    assert bench.tell(*TEST) == (1, 1)
    assert bench.tell("logstart") == (2, 7)
    assert bench.heard == [(name, {"of": name}) for name in ["logstart", *TEST, "logstart"]]


def test_a_worker_that_will_wait_tells_all_before():
    bench = Bench(waiting=0)
    bench.tell("logstart")

    assert bench.tell(*TEST[:-1]) == (1, 1)
    assert bench.tell(TEST[-1]) == (2, 6)


def test_what_takes_long_is_told_at_once():
    bench = Bench()
    bench.tell("logstart", "testreport")
    bench.now = 0.06

    assert bench.tell("testreport") == (2, 3)
    assert bench.tell("testreport") == (2, 3)


@pytest.mark.parametrize("name", ["workerfinished", "internal_error", "warning_recorded", "logstart"])
def test_what_cannot_wait_takes_along_what_was_kept(name):
    bench = Bench()

    assert bench.tell("testreport", name) == (1, 2)


def test_what_cannot_be_packed_goes_as_without_us():
    bench, odd = Bench(), object()
    bench.packer.sendevent("testreport", data=1)
    bench.packer.sendevent("logstart", data=odd)

    assert bench.messages == 2
    assert bench.heard == [("testreport", {"data": 1}), ("logstart", {"data": odd})]


def test_a_name_that_several_reports_share_is_kept_once():
    bench, name = Bench(), "t.py::test_x"
    for event in ("testreport", "testreport", "logstart"):
        bench.packer.sendevent(event, nodeid=name)

    first, *others = [event[1]["nodeid"] for event in bench.heard]
    assert len(others) == 2
    assert all(other is first for other in others)


def test_what_others_send_and_the_end_of_a_connection_pass_through():
    heard: list[object] = []
    end = object()
    hear = unpacked(heard.append)
    for message in [("theirs", {"x": 1}), end]:
        hear(message)

    assert heard == [("theirs", {"x": 1}), end]


LISTENS = """
class Listener:
    def pytest_runtest_logstart(self, nodeid, location):
        write("heard.log", "start", nodeid, location)
    def pytest_runtest_logfinish(self, nodeid, location):
        write("heard.log", "finish", nodeid, location)
    def pytest_runtest_logreport(self, report):
        seen = {k: str(v) for k, v in vars(report).items() if k not in ("duration", "start", "stop", "testrun_uid", "_id")}
        write("heard.log", report.nodeid, report.when, seen | {"node": report.node.gateway.id})

def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Listener())
"""
TELLS = """
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


def test_every_hook_sees_the_same_as_without_us(project, monkeypatch):
    project.write({}, a=TELLS + function("test_x", [], "skips") + function("test_y", [], "xfails"))
    conftest = project.path("conftest.py")
    conftest.write_text(conftest.read_text() + LISTENS)
    heard = []
    for plain in ("1", ""):
        monkeypatch.setenv("PLAIN", plain)
        project.path("heard.log").unlink(missing_ok=True)
        project.run("-n1").result.stdout.fnmatch_lines(["*UserWarning: odd*"])
        heard.append(project.log("heard.log"))

    assert len(heard[0]) == 5 * 5
    assert heard[1] == heard[0]
