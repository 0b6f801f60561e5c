"""Options that leave tests out: those of the user, and those of the project's settings."""

from __future__ import annotations

import pytest

from pytest_execute.session.narrowing import Narrowing


@pytest.fixture
def narrowing(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> Narrowing:
    """Read the options of the test's parameter, where the project's settings have some of their own."""
    pytester.makeini("[pytest]\naddopts = -m 'not slow' --ignore=tests/old\n")
    for name in ("tests/test_a.py", "tests/sub/test_b.py"):
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("def test_it(): pass\n")
    return Narrowing(pytester.parseconfigure(*request.param))


@pytest.mark.parametrize(
    ("narrowing", "is_own", "message"),
    [
        ([], False, "`-m 'not slow'` left it out"),
        (["-m", "not slow"], False, "`-m 'not slow'` left it out"),
        (["-m", "slow"], True, "`-m slow` left it out"),
        (["-k", "a or b"], True, "`-k 'a or b'` or `-m 'not slow'` left it out"),
        (["--deselect=tests/test_a.py"], True, "`-m 'not slow'` or `--deselect=tests/test_a.py` left it out"),
        (["--lf"], True, "`-m 'not slow'` or `--lf` left it out"),
        (["-m", "", "--sw"], True, "`--stepwise` left it out"),
        (["-m", ""], False, "a plugin or a conftest left it out"),
    ],
    indirect=["narrowing"],
)
def test_deselecting_options_are_named(narrowing: Narrowing, is_own: bool, message: str) -> None:
    assert (narrowing.is_own(), narrowing.deselected_by()) == (is_own, message)


@pytest.mark.parametrize(
    ("narrowing", "path", "message"),
    [
        ([], "tests/test_a.py", ""),
        ([], "tests/old/test_c.py", ""),
        (["tests"], "tests/test_a.py", ""),
        (["."], "tests/test_a.py", ""),
        (["tests/sub", "--override-ini=addopts=tests/sub"], "tests/test_a.py", ""),
        (["tests/sub"], "tests/sub/test_b.py", ""),
        (["tests/sub"], "tests/test_a.py", "`tests/sub` on the command line left it out"),
        (["tests/sub/test_b.py::test_it"], "tests/sub/test_b.py", ""),
        (["--ignore", "tests/sub"], "tests/sub/test_b.py", "`--ignore=tests/sub` left it out"),
        (["--ignore", "tests/sub"], "tests/test_a.py", ""),
        (["--ignore-glob=*/sub"], "tests/sub/test_b.py", "`--ignore-glob='*/sub'` left it out"),
        (["--ignore-glob=tests/test_*.py"], "tests/test_a.py", "`--ignore-glob='tests/test_*.py'` left it out"),
        (["--lf"], "tests/test_a.py", "`--lf` left it out"),
    ],
    indirect=["narrowing"],
)
def test_a_file_is_left_out_by_a_path_or_an_option(narrowing: Narrowing, path: str, message: str) -> None:
    assert narrowing.left_out_by(path) == message


@pytest.mark.parametrize("narrowing", [["tests/sub/test_b.py::test_it", "tests/test_a.py"]], indirect=True)
def test_a_part_of_a_file_may_be_named(narrowing: Narrowing) -> None:
    message = "`tests/sub/test_b.py::test_it tests/test_a.py` on the command line left it out, or a part of it"
    assert list(narrowing.partly_named()) == [("tests/sub/test_b.py", message)]


def test_a_run_that_starts_below_the_root_leaves_the_rest_out(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\n")
    below = pytester.mkdir("tests")
    monkeypatch.chdir(below)
    narrowing = Narrowing(pytester.parseconfigure(f"--rootdir={pytester.path}"))
    assert narrowing.left_out_by("tests/test_a.py") == ""
    assert narrowing.left_out_by("other/test_a.py") == "pytest was started in tests, which left it out"
