"""Projects that run the scheduling plugins over a graph in JSON, in processes of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scheduling.model import Case
from tests.topic import OWN_PLUGINS

CONFTEST = """
import json, os, sys, time
from pathlib import Path
import pytest
from pytest_execute.scheduling.work import ScheduledWork

HERE = Path(__file__).parent

def write(name, *words):
    with open(HERE / name, "a") as file:
        file.write(json.dumps(words) + "\\n")

def encode_tests(items):
    return json.dumps({i.nodeid: [m.args[0] for m in i.iter_markers("unit")] for i in items}).encode()

def create_work(data):
    write("work.log", len(json.loads(data)))
    return ScheduledWork(json.loads((HERE / "graph.json").read_text()), json.loads(data))

class Outcomes:
    def pytest_runtest_logreport(self, report):
        outcome = "not run" if hasattr(report, "not_run") else report.outcome
        write("reports.log", report.nodeid, report.when, outcome, getattr(report, "blocked_by", None))

def pytest_configure(config):
    config.addinivalue_line("markers", "unit(name): gate that the test counts for")
    if os.environ.get("PLAIN"):
        return
    from pytest_execute.scheduling.select_plugin import SchedulingCallbacks, scheduling_plugin
    hang = float(os.environ.get("HANG", 0))
    callbacks = SchedulingCallbacks(encode_tests, create_work, lambda gate: gate.replace(":", " "))
    plugin = scheduling_plugin(config, callbacks, hang)
    config.pluginmanager.register(plugin, "execute-scheduling")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes())

@pytest.fixture(autouse=True)
def logged(request):
    write("events.log", "start", request.node.nodeid)
    yield
    write("events.log", "end", request.node.nodeid)
"""

BODIES = {
    "passes": "pass",
    "fails": "assert False",
    "raises in its setup": "pass",
    "raises in its teardown": "pass",
    "skips": "pytest.skip('why')",
    "xfails": "pytest.xfail('why')",
    "xpasses": "pass",
    "hangs": "time.sleep(1000)",
    "passes the second time": "write('tries.log', 1); assert len(open('tries.log').readlines()) > 1",
    "dies the first time": "write('tries.log', 1); len(open('tries.log').readlines()) > 1 or os._exit(3)",
    "dies": "write('events.log', 'end', request.node.nodeid); os._exit(3)",
}

FIXTURES = {
    "raises in its setup": "def trouble(): raise ValueError",
    "raises in its teardown": "def trouble():\n    yield\n    raise ValueError",
}


def function(name: str, units: list[str], how: str = "passes", seconds: float = 0.0) -> str:
    """Return the source of one test."""
    marks = [f"@pytest.mark.unit({unit!r})" for unit in units] + ["@pytest.mark.xfail"] * (how == "xpasses")
    trouble = f"trouble_{name}" if how in FIXTURES else "request"
    lines = ["@pytest.fixture", FIXTURES[how].replace("trouble", trouble)] if how in FIXTURES else []
    lines += [*marks, f"def {name}(request, {trouble}):" if how in FIXTURES else f"def {name}(request):"]
    return "\n".join([*lines, f"    time.sleep({seconds})", f"    {BODIES[how]}", ""])


@dataclass
class Run:
    """Events of a run in order, its reports, and the output of pytest."""

    result: pytest.RunResult
    events: list[tuple[str, str]]
    reports: list[tuple[str, str, str, str | None]]
    work_created: list[int]

    @property
    def started(self) -> list[str]:
        return [test for event, test in self.events if event == "start"]

    @property
    def blocked(self) -> dict[str, str]:
        return {test: cause for test, when, _, cause in self.reports if cause and when == "setup"}

    @property
    def outcomes(self) -> dict[str, list[tuple[str, str, str | None]]]:
        """Reports of each test, in an order that does not depend on the run."""
        return {name: [report[1:] for report in self.reports if report[0] == name] for name, *_ in sorted(self.reports)}


@dataclass
class Project:
    """Directory with tests, a graph, and the plugins."""

    pytester: pytest.Pytester

    def write(self, dependencies: dict[str, list[str]], **files: str) -> None:
        """Write the graph and the test files; `a="…"` becomes `test_a.py`."""
        header = "import os, time, pytest\nfrom conftest import write\n"
        self.pytester.makeconftest(CONFTEST)
        self.path("graph.json").write_text(json.dumps(dependencies))
        self.pytester.makepyfile(**{f"test_{name}": header + source for name, source in files.items()})

    def write_case(self, case: Case, how: dict[int, str], seconds: float = 0.002) -> None:
        """Write four test files; test number 7 is `test_…py::test_7`."""
        files = ["", "", "", ""]
        for test, units in enumerate(case.tests):
            files[test * len(files) // len(case.tests)] += function(
                f"test_{test}", units, how.get(test, "passes"), seconds
            )
        self.write(case.dependencies, **{f"part{i}": source for i, source in enumerate(files)})

    def path(self, name: str) -> Path:
        return self.pytester.path / name

    def run(self, *args: str) -> Run:
        for name in ("events.log", "reports.log", "work.log", "tries.log"):
            self.path(name).unlink(missing_ok=True)
        result = self.pytester.runpytest_subprocess(*OWN_PLUGINS, *args)
        return Run(result, self.log("events.log"), self.log("reports.log"), [n for (n,) in self.log("work.log")])

    def log(self, name: str) -> list[tuple]:
        path = self.path(name)
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    return Project(pytester)
