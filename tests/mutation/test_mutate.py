"""Stubs in whole runs: noticed, unproven and exempt ones, second runs, and a test suite that hides failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.engine.settings import PytestOptions, TimeLimits, settings_for
from pytest_execute.mutation import stub_trials
from pytest_execute.mutation.functions import find_functions
from pytest_execute.mutation.mutate import MutationRequest, mutate
from pytest_execute.mutation.targets import Target
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git
from tests.mutation.cases import Case, repository
from tests.polling import LONGEST
from tests.topic import Ran, run

ENDLESS = Case(
    "def left(n): return n - 1\ndef countdown(n):\n    while n > 0:\n        n = left(n) or 0\n    return n",
    "from app.a import countdown, left\ndef test_it():\n    assert countdown(3) == 0\n    assert left(3) == 2",
)
GONE = Case(
    "import os\ndef alive(): return True\ndef guard():\n    if not alive():\n        os._exit(0)\n    return 'ok'",
    "from app.b import alive, guard\ndef test_it(): assert guard() == 'ok' and alive() is True",
)
IMPORTED = Case(
    "def marked(text):\n    return text.upper()\nNAME = marked('a')",
    "from app.c import NAME\ndef test_it(): assert NAME == 'A'",
)
HALF = Case(
    "def grow(log):\n    log.append(1)\n    return log",
    "from app.d import grow\ndef test_it(): assert grow([]) != 5",
)
SLOW = Case(
    "def grow(log):\n    log.append(1)\n    return log",
    "import time, pytest\nfrom app.d import grow\n@pytest.fixture\ndef log():\n    end = time.process_time() + 1.2\n"
    "    while time.process_time() < end: pass\n    return []\ndef test_it(log): assert grow(log) != 5",
)
"""Its set-up takes more processor time than a test with a stub may."""
UNMADE = Case(
    "from app.made import VALUE\ndef f(): return VALUE", "from app.e import f\ndef test_it(): assert f() == 1"
)
"""It needs a file that git ignores."""
TwoRuns = tuple[Ran, Ran, Path]
EXEMPT = """
[tool.pytest-execute.mutation]
exempt = [{function = "app.d:grow", reason = "it only writes a log"}]
"""


def rows(ran: Ran) -> dict[tuple[str, str | None], Any]:
    return {(row["function"], row["stub"]): row for row in ran.report["mutants"]}


WATCH = """
import os
import sys

def note(event, args):
    if event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        words = [str(word) for word in args[1]] if event == "subprocess.Popen" else [event]
        with open(os.environ["STARTED"], "a") as file:
            file.write(" ".join(words) + "\\n")

sys.addaudithook(note)
"""


def started(path: Path) -> list[str]:
    """Return the processes that a run started, except git."""
    return [line for line in path.read_text().splitlines() if not line.startswith("git ")]


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> TwoRuns:
    """Return two runs on the same commit, and the directory with the list of processes that each started."""
    cases = {"a": ENDLESS, "b": GONE, "c": IMPORTED, "d": HALF, "e": UNMADE}
    repo = repository(tmp_path_factory.mktemp("mutate") / "work", cases, EXEMPT.replace("app.d", "app.other"))
    repo.put("pyproject.toml", (repo.path / "pyproject.toml").read_text().replace("app.other", "app.d"))
    repo.commit("exempt it now")
    repo.put(".git/info/exclude", "made.py\n")
    repo.put("src/app/made.py", "VALUE = 1\n")
    before = repo.state()
    (repo.path.parent / "watch_started.py").write_text(WATCH)
    ran = [
        run(repo.path, "-n0", "-p", "watch_started", topic="cases", PYTHONPATH="..", STARTED=f"../started-{number}")
        for number in (1, 2)
    ]
    assert repo.state() == before
    return ran[0], ran[1], repo.path.parent


def test_a_test_that_hangs_dies_or_fails_on_import_has_noticed(two_runs: TwoRuns) -> None:
    found = rows(two_runs[0])
    noticed = {function for (function, _), row in found.items() if row["verdict"] == "killed"}
    assert noticed >= {"app.a:left", "app.a:countdown", "app.b:alive", "app.b:guard", "app.c:marked"}
    others = {"app.d:grow", "app.e:f"}
    assert {row["verdict"] for (function, _), row in found.items() if function not in others} == {"killed"}
    assert found[("app.c:marked", "raise")]["killed_by"] == "tests/test_c.py::test_it"


def test_a_test_that_passes_only_in_the_checkout_leaves_its_functions_unproven(two_runs: TwoRuns) -> None:
    row = rows(two_runs[0])[("app.e:f", "raise")]
    why = "ModuleNotFoundError: No module named 'app.made'"
    assert row["verdict"] == "unproven"
    assert row["detail"] == f"tests/test_e.py::test_it does not pass in a process of its own on the same tree: {why}"


def test_an_exemption_that_base_does_not_have_is_reported_and_does_not_count(two_runs: TwoRuns) -> None:
    gate = next(gate for gate in two_runs[0].report["gates"] if gate["id"] == "task:4")
    (reason,) = [reason for check in gate["checks"] if check["name"] == "mutation" for reason in check["reasons"]]
    assert reason["code"] == "pseudo-tested"
    assert reason["message"].endswith("tests/test_d.py::test_it; its exemption is newer than base, and does not count")


def test_a_second_run_starts_no_test(two_runs: TwoRuns) -> None:
    first, second, directory = two_runs
    assert second.report["mutants"] == first.report["mutants"]
    assert any("child/main.py" in line for line in started(directory / "started-1"))
    assert started(directory / "started-2") == []


def test_an_exemption_of_base_counts_and_is_listed(tmp_path: Path) -> None:
    repo = repository(tmp_path / "work", {"d": HALF}, EXEMPT)
    ran = run(repo.path, "-n0", topic="cases")
    assert ran.verdicts()["task:1"] == "passed", ran.text
    row = rows(ran)[("app.d:grow", None)]
    assert (row["verdict"], row["detail"]) == ("exempt", "it only writes a log")


def test_a_slow_set_up_is_not_taken_for_a_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stub_trials, "DEFAULT_LIMITS", TimeLimits(wall_seconds=LONGEST))
    repo = repository(tmp_path / "work", {"d": SLOW})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    head = git.find_commit("HEAD")
    assert head is not None
    (function,) = find_functions((repo.path / "src/app/d.py").read_text())
    layout, test = Layout(source=("src/app",)), "tests/test_d.py::test_it"
    request = MutationRequest(
        tree=git.tree_id(head),
        targets=(Target("app.d:grow", "src/app/d.py", function, ("4",)),),
        tests={test: 0.0},
        task_tests={"4": (test,)},
        settings=settings_for(git, layout, git.tree(head), PytestOptions(workers=1)),
    )
    mutants = mutate(git, request, tmp_path / "trees", ResultCache(None, print), lambda done, total: None)
    assert {mutant.state for mutant in mutants} == {"killed", "survived"}


def test_the_policy_can_switch_mutation_off(tmp_path: Path) -> None:
    repo = repository(tmp_path / "work", {"d": HALF}, '[tool.pytest-execute.mutation]\ntask = "off"\n')
    ran = run(repo.path, "-n0", topic="cases")
    assert (ran.verdicts()["task:1"], ran.report["mutants"]) == ("passed", [])


def test_stubs_are_unproven_where_failures_are_hidden(tmp_path: Path) -> None:
    """A conftest turns every failure into a pass: no test would ever notice a stub, and the test that is made to fail
    shows it.
    """
    repo = repository(tmp_path / "work", {"d": HALF})
    hidden = """
    import pytest
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(item, call):
        report = yield
        report.outcome = "passed"
        return report
    """
    repo.commit("hide", {"tests/conftest.py": hidden})
    found = rows(run(repo.path, "-n0", topic="cases"))
    assert {(row["verdict"], row["detail"]) for row in found.values()} == {
        ("unproven", "a test that was made to fail passed: something hides failures")
    }
