"""The same verdict in unusual environments: a short form of `python -m tests.session.environments`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.session import environments, kill_runs
from tests.session.conditions import CONDITIONS, Condition, variable
from tests.session.environments import Judge, draw

TOGETHER = [
    *("ambiguous names", "split index", "hooks", "file system monitor", "textconv", "grafts", "replaced parents"),
    *("diff.orderFile = .gitorder-that-is-missing", "blame.ignoreRevsFile = .git-blame-ignore-revs"),
    *("log.follow = true", "log.showRoot = false", "core.splitIndex = true", "core.safecrlf = true"),
    *("global core.autocrlf = true", "GIT_CONFIG_PARAMETERS='blame.ignorerevsfile'='/nowhere'", "GIT_DIR=/nowhere"),
    *("file as cache", "cache cleared", "HOME is missing"),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("judged"), "hello")


def test_the_same_report_with_all_of_these_at_once(judged: Judge) -> None:
    assert judged.result("pytest", TOGETHER) == ("alike", [])


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("open('src/hello.py', 'a').write('# more')", "{repo}/src/hello.py changed"),
        ("open('.git/left', 'w')", "{repo}/.git/left changed"),
        ("import tempfile; tempfile.mkstemp(prefix='', suffix='left', dir='.'+'./temporary')", None),
        ("print('INTERNALERROR')", "traceback: INTERNALERROR"),
        ("raise SystemExit(3)", "status 3 instead of 0"),
        ("import sys; open(sys.argv[1].partition('=')[2], 'w').write('{}')", "another report: : null / {{}}"),
    ],
)
def test_each_difference_is_found(
    code: str, line: str | None, judged: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is a module that does nothing, except under the condition."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/judge.py").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/judge.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "plain"))
    monkeypatch.setitem(kill_runs.COMMANDS, "module", ("judge",))
    other: dict[str, Condition] = {"other": variable("PYTHONPATH", str(tmp_path / "other"))}
    monkeypatch.setattr(environments, "CONDITIONS", other)
    result, lines = judged.result("module", ["other"])
    assert result == "different"
    (fault, *_) = lines
    assert fault.endswith("left is left") if line is None else fault == line.format(repo=judged.top / "repo")


def test_draws_are_single_conditions_and_pairs() -> None:
    drawn = [draw(random.Random(seed), list(CONDITIONS)) for seed in range(20)]
    assert {len(names) for names in drawn} == {1, 2}
    assert all(len(set(names)) == len(names) for names in drawn)
