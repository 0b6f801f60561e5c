"""A topic that was closed stays as it was judged, whatever others do; a record alone closes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.session.test_gate_command import command
from tests.topic import BREAKDOWN, honest, run

RECORD = "notes/sums/closed.toml"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Close the topic, commit the record, and have others break what it did."""
    repo = honest(tmp_path_factory.mktemp("close") / "repo")
    head = repo.git("rev-parse", "HEAD")
    done = command(repo.path, "close", "sums")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"sums is closed at {head[:7]}: commit {RECORD}" in done.stdout
    assert f'commit = "{head}"' in (repo.path / RECORD).read_text()
    repo.commit("close")
    repo.commit(
        "others", {"src/app/add.py": "def add(a, b):\n    return 0\n", "src/app/more.py": "def more(): return 1\n"}
    )
    return repo


def test_a_closed_topic_is_judged_at_its_commit(closed: Repository) -> None:
    before = closed.state()
    done = command(closed.path, "gate", "sums", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    commit = closed.git("rev-parse", "HEAD~2")
    assert (report["head"], report["uncommitted"], report["verdict"]) == (commit, None, "passed")
    assert f"sums was closed at {commit[:7]}, and is judged there" in done.stderr
    assert closed.state() == before


def test_check_says_where_a_closed_topic_is_judged(closed: Repository) -> None:
    commit = closed.git("rev-parse", "HEAD~2")
    done = command(closed.path, "check", "sums")
    message = f"sums was closed at {commit[:7]}, and is judged there"
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, message)
    assert json.loads(command(closed.path, "check", "sums", "--json").stdout)["closed"] == commit


def test_explain_explains_a_closed_topic_at_its_commit(closed: Repository) -> None:
    done = command(closed.path, "explain", "tests/test_add.py")
    commit = closed.git("rev-parse", "HEAD~2")
    assert (done.returncode, done.stderr) == (0, f"sums was closed at {commit[:7]}, and is judged there\n"), done.stdout
    assert done.stdout.startswith("tests/test_add.py::test_add: turned, before\n")


def test_pytest_itself_says_where_a_closed_topic_is_judged(closed: Repository) -> None:
    ran = run(closed.path, "-n0")
    commit = closed.git("rev-parse", "HEAD~2")
    message = (
        f"{RECORD}: the topic was closed at {commit[:7]}: run `pytest-execute gate sums`, "
        "which judges it there, or remove this file to go on with the topic (closed)"
    )
    assert (ran.status, message in ran.text) == (4, True), ran.text


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({RECORD: 'commit = "HEAD"\n'}, "expected the id of a commit"),
        ({RECORD: "x = 1\n"}, "expected the id of a commit"),
        ({RECORD: f'commit = "{"0" * 40}"\n'}, "names a commit that is not here: fetch it"),
        ({RECORD: 'commit = "{side}"\n'}, "names a commit that HEAD does not have"),
        (
            {"notes/sums/breakdown.md": BREAKDOWN + "\n### 4. [x] More\n"},
            "the breakdown has changed since the topic was closed",
        ),
    ],
)
def test_a_record_that_does_not_fit(closed: Repository, files: dict[str, str], message: str) -> None:
    side = closed.git("commit-tree", "-m", "side", "HEAD^{tree}")
    old = {path: (closed.path / path).read_text() for path in files}
    for path, text in files.items():
        closed.put(path, text.replace("{side}", side))
    done, checked = command(closed.path, "gate", "sums"), command(closed.path, "check", "sums")
    for path, text in old.items():
        closed.put(path, text)
    assert (done.returncode, message in done.stderr) == (2, True), done.stdout + done.stderr
    assert (checked.returncode, message in checked.stdout) == (2, True), checked.stdout + checked.stderr


def test_unfinished_work_is_not_closed_by_hand_or_by_command(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    good = repo.git("rev-parse", "HEAD")
    bad = repo.commit(
        "untested", {"src/app/add.py": "def add(a, b):\n    if a > 9:\n        return 9\n    return a + b\n"}
    )
    done = command(repo.path, "close", "sums")
    assert (done.returncode, (repo.path / RECORD).exists()) == (1, False)
    assert f"sums is not closed, as it did not pass at {bad[:7]}" in done.stderr
    repo.commit("record", {RECORD: f'commit = "{bad}"\n'})
    assert command(repo.path, "gate", "sums").returncode == 1
    assert command(repo.path, "gate", "sums", "--at", good).returncode == 0
