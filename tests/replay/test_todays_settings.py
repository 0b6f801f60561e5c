"""Settings, plugins and import paths of today on older trees: they neither make a red nor hide one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.settings import PytestOptions
from tests.replay.replaying import replay
from tests.repository import Repository

INIT = {"src/app/__init__.py": "", "README.md": "app\n"}
CONFIG = ("pytest.ini", b"[pytest]\npythonpath = src\n")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def proofs(repo: Repository, base: str, *tests: str, ini: str = "", options: tuple[str, ...] = ()) -> list[Proof]:
    """Prove tests of tests/test_a.py with these settings of today."""
    pytest = PytestOptions(config=(CONFIG[0], CONFIG[1] + ini.encode()), arguments=options, workers=1)
    found = replay(repo, [f"tests/test_a.py::{test}" for test in tests], base, pytest=pytest)
    return [found[f"tests/test_a.py::{test}"] for test in tests]


def results(repo: Repository, base: str, *tests: str, ini: str = "", options: tuple[str, ...] = ()) -> list[str]:
    """Return what was found of each test, and the detail where that is a red."""
    return [
        f"{proof.cause}: {proof.detail}" if proof.found == "turned" else proof.found
        for proof in proofs(repo, base, *tests, ini=ini, options=options)
    ]


def test_a_dependency_that_is_taken_into_the_tree_was_no_missing_symbol(repo: Repository) -> None:
    """A function that only the copy has is a missing symbol there."""
    code = "import mdurl\n\ndef name():\n    return mdurl.__name__\n"
    test = """
        from app.core import name
        import mdurl

        def test_name():
            assert name() == "mdurl"

        def test_mark():
            assert mdurl.MARK
        """
    base = repo.commit("base", {**INIT, "src/app/core.py": code})
    repo.commit("red", {"tests/test_a.py": test})
    repo.commit("green", {"src/mdurl/__init__.py": "MARK = 1\n"})
    assert results(repo, base, "test_name", "test_mark") == ["never-red", "missing-symbol: mdurl.MARK does not exist"]


@pytest.mark.parametrize("is_copied", [False, True], ids=["moved", "copied"])
def test_code_that_is_moved_was_no_missing_symbol(repo: Repository, is_copied: bool) -> None:
    """The directory is on the import path of the settings at base; what is added on the way is a missing symbol."""
    code = "def add(a, b):\n    return a + b\n"
    test = """
        import calc

        def test_add():
            assert calc.add(1, 2) == 3

        def test_more():
            assert calc.more() == 1
        """
    ini = "[pytest]\npythonpath = {}\n"
    base = repo.commit("base", {"lib/calc.py": code, "pytest.ini": ini.format("lib"), "README.md": ""})
    repo.commit("red", {"tests/test_a.py": test})
    more = "\ndef more():\n    return 1\n"
    rest = {} if is_copied else {"lib/calc.py": None}
    repo.commit("move", {"src/calc.py": code + more, "pytest.ini": ini.format("src"), **rest})
    assert results(repo, base, "test_add", "test_more") == ["never-red", "missing-symbol: calc.more does not exist"]


FIXTURE = "import pytest\n\n\n@pytest.fixture\ndef app_name():\n    return 'app'\n"
TESTS = """
    def test_name(app_name):
        assert app_name == "app"

    def test_always():
        import app
        assert app
    """
OPTION = "\n\ndef pytest_addoption(parser):\n    parser.addoption('--app-mode')\n    parser.addini('app_level', '')\n"
MODE = """

    def test_mode(request):
        assert request.config.getoption("app_mode") == "x"
    """


@pytest.mark.parametrize(
    ("conftest", "options", "left_out"),
    [
        (
            "pytest_plugins = ['app.testing']\n",
            ("--app-mode=x", "-p", "app.testing"),
            ", without app.testing, --app-mode=x",
        ),
        ("from app.testing import app_name\n", (), ""),
    ],
    ids=["as a plugin", "by a conftest"],
)
def test_a_plugin_that_the_code_brings_is_missing_only_where_a_test_needs_it(
    repo: Repository, conftest: str, options: tuple[str, ...], left_out: str
) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"conftest.py": conftest, "tests/test_a.py": TESTS})
    repo.commit("green", {"src/app/testing.py": FIXTURE + OPTION})
    found = results(repo, base, "test_name", "test_always", options=options)
    assert found == ["missing-symbol: app.testing does not exist", "never-red"]
    (always,) = proofs(repo, base, "test_always", options=options)
    assert always.detail == f"it passes at base, {base[:7]}{left_out}"


def test_an_option_that_the_code_brings_is_missing_only_where_a_test_needs_it(repo: Repository) -> None:
    """A fixture that an older plugin did not have makes no red that counts."""
    base = repo.commit("base", {**INIT, "src/app/testing.py": ""})
    repo.commit("red", {"tests/test_a.py": TESTS + MODE})
    repo.commit("green", {"src/app/testing.py": FIXTURE + OPTION})
    found = results(
        repo, base, "test_name", "test_always", "test_mode", options=("-p", "app.testing", "--app-mode", "x")
    )
    assert found == [
        "red-not-counted",
        "never-red",
        "exception: ValueError: no option named 'app_mode'",
    ]


SETTINGS = """
app_level = 1
usefixtures = app_name
filterwarnings =
  error::pytest.PytestConfigWarning
  error::app.testing.AppWarning
  ignore::app.other.OtherWarning
"""


def test_settings_that_name_what_the_code_brings_make_no_red(repo: Repository) -> None:
    """It is a setting of the plugin, one of its fixtures, a warning's class and a whole module of one."""
    base = repo.commit("base", {**INIT, "src/app/testing.py": ""})
    repo.commit("red", {"tests/test_a.py": TESTS})
    warning = "class {}(UserWarning):\n    pass\n"
    code = FIXTURE + OPTION + "\n\n" + warning.format("AppWarning")
    repo.commit("green", {"src/app/testing.py": code, "src/app/other.py": warning.format("OtherWarning")})
    options = ("--strict-config", "-p", "app.testing")
    found = results(repo, base, "test_name", "test_always", ini=SETTINGS, options=options)
    assert found == ["red-not-counted", "never-red"]


CHOICES = "def pytest_addoption(parser):\n    parser.addoption('--app-mode', choices={})\n"
CONFIGURE = "def pytest_configure(config):\n    import app\n    app.begin()\n"


@pytest.mark.parametrize(
    ("before", "conftest", "after", "options", "error"),
    [
        (CHOICES.format(["x"]), "", CHOICES.format(["y"]), ("--app-mode=y",), "UsageError: "),
        ("", CONFIGURE, "def begin(): pass\n", (), "AttributeError: module 'app' has no attribute 'begin'"),
    ],
    ids=["option", "hook"],
)
def test_a_tree_in_which_pytest_cannot_start_shows_nothing(
    repo: Repository, before: str, conftest: str, after: str, options: tuple[str, ...], error: str
) -> None:
    base = repo.commit("base", {**INIT, "src/app/__init__.py": before})
    repo.commit("red", {"tests/test_a.py": TESTS, "conftest.py": conftest})
    repo.commit("green", {"src/app/__init__.py": after})
    plugin = ("-p", "app") if options else ()
    (found,) = proofs(repo, base, "test_always", options=(*plugin, *options))
    assert (found.found, found.cause) == ("not-started", None)
    assert error in found.detail
