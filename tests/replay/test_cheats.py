"""Cheats that look like test-first work; each must be refused, for the right reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.replay.test_prove import ADD, INIT, TEST_ADD, proof, proofs
from tests.repository import QUIET, Repository

WRONG = "def add(a, b):\n    return 4\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def test_a_date_in_the_past_puts_no_test_before_its_code(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    base = repo.commit("base", INIT)
    code = repo.commit("feat: add", {"src/app/sums.py": ADD})
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setitem(QUIET, name, "2001-01-01T00:00:00Z")
    repo.commit("test(red): add", {"tests/test_sums.py": TEST_ADD})
    found = proof(repo, base=base)
    assert (found.order, found.after) == ("after", code)


def test_an_empty_commit_with_red_in_its_message_is_no_red(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("test(red): add")
    both = repo.commit("feat: add", {"tests/test_sums.py": TEST_ADD, "src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.order, found.after) == ("same-commit", both)


@pytest.mark.parametrize(
    ("red", "code"),
    [
        ("def test_add():\n    raise AssertionError('TODO')\n", ADD),
        (TEST_ADD, WRONG),
        ("def test_add():\n    from app.sums import subtract\n    assert subtract(1, 2)\n", ADD),
    ],
    ids=["a placeholder", "weakened with the code", "another test by that name"],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["with the code", "later"])
def test_a_red_that_the_code_does_not_turn_does_not_count(repo: Repository, red: str, code: str, at_once: bool) -> None:
    """The form that failed before must pass with the code: else another test replaced it."""
    today = "from app.sums import add\n\ndef test_add():\n    assert add(1, 2) is not None\n"
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": red})
    green = repo.commit("green", {"src/app/sums.py": code, **({"tests/test_sums.py": today} if at_once else {})})
    repo.commit("tidy", {"tests/test_sums.py": today})
    found = proof(repo, base=base)
    assert (found.order, found.after) == ("same-commit" if at_once else "after", green)


def test_a_conftest_with_a_copy_of_the_code_leaves_no_red(repo: Repository) -> None:
    base = repo.commit("base", {**INIT, "src/app/sums.py": WRONG})
    conftest = "import app.sums\napp.sums.add = lambda a, b: a + b\n"
    repo.commit("red", {"tests/test_sums.py": TEST_ADD, "tests/conftest.py": conftest})
    repo.commit("green", {"src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.found, found.after) == ("never-red", base)


def test_a_mock_instead_of_the_module_leaves_no_red(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    mocked = "import sys, unittest.mock\nsys.modules['app.sums'] = unittest.mock.Mock(add=lambda a, b: a + b)\n"
    repo.commit(
        "red",
        {"tests/test_sums.py": mocked + "from app.sums import add\n\ndef test_add():\n    assert add(1, 2) == 3\n"},
    )
    repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, base=base).found == "never-red"


def test_tests_that_count_their_runs_have_no_red(repo: Repository, tmp_path: Path) -> None:
    """A marker in the tree or the home directory is gone each time; another is there when the test is run again on
    base, alone.
    """
    text = """
        import pathlib, tempfile
        PLACES = {{"tree": pathlib.Path("seen"), "home": pathlib.Path.home() / "seen", "far": pathlib.Path({far!r})}}

        def flip(place):
            seen = PLACES[place].exists()
            PLACES[place].write_text("")
            assert seen

        def test_tree(): flip("tree")
        def test_home(): flip("home")
        def test_far(): flip("far")
        """
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_flip.py": text.format(far=str(tmp_path / "seen"))})
    repo.commit("green", {"src/app/sums.py": ADD})
    found = proofs(repo, *(f"tests/test_flip.py::test_{name}" for name in ("tree", "home", "far")), base=base)
    assert [one.found for one in found.values()] == ["not-reproduced", "not-reproduced", "never-red"]


@pytest.mark.parametrize(
    "sign",
    [
        "'.pytest_cache' not in os.getcwd() and 'tree-' not in os.getcwd() and 'scratch' not in os.getcwd()",
        "os.path.expanduser('~') == pwd.getpwuid(os.getuid()).pw_dir",
        "subprocess.run(['git', 'log'], capture_output=True).returncode == 0",
        "os.path.basename(sys.argv[0]) != 'pytest'",
        "time.time() - os.stat(__file__).st_mtime > 3600",
    ],
    ids=["place", "home", "history", "command", "age"],
)
def test_a_test_that_detects_the_replay_fails_on_all_trees(repo: Repository, sign: str) -> None:
    base = repo.commit("base", INIT)
    repo.commit(
        "red", {"tests/test_f.py": f"import os, pwd, subprocess, sys, time\n\ndef test_f():\n    assert {sign}\n"}
    )
    repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, "tests/test_f.py::test_f", base).found == "not-reproduced"


def test_git_attributes_and_replacements_do_not_change_a_tree(repo: Repository) -> None:
    """They would take the code out of an archive or a checkout of the old commit, and make the test red there."""
    base = repo.commit("base", {**INIT, "src/app/sums.py": ADD})
    attributes = "src/app/sums.py export-ignore filter=gone\n"
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD, ".gitattributes": attributes})
    repo.git("config", "filter.gone.smudge", "cat /dev/null")
    (repo.path / "src/app/sums.py").write_text("")
    repo.git("commit", "-qam", "broken", "--no-verify")
    broken = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", red)
    repo.git("replace", red, broken)
    repo.commit("green", {"README.md": "more\n"})
    found = proof(repo, base=base)
    assert (found.found, found.after) == ("never-red", base)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="makes a link")
def test_a_link_that_leads_out_of_the_tree_is_left_out(repo: Repository, tmp_path: Path) -> None:
    """Code beside the repository is no part of any commit: a test that passes by it is not reproduced."""
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside/sums.py").write_text(ADD)
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    (repo.path / "src/app/sums.py").symlink_to(tmp_path / "beside/sums.py")
    repo.commit("green")
    assert proof(repo, base=base).found == "not-reproduced"


@pytest.mark.parametrize(
    "sign",
    [
        "os.environ['TZ'] == 'XYZ-5'",
        "os.environ['LC_ALL'] == 'C'",
        "time.strftime('%z') == '+0500'",
        "time.time() > 1e9",
    ],
    ids=["zone", "locale", "hour", "clock"],
)
def test_a_test_of_the_time_or_the_place_passes_on_all_trees(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, sign: str
) -> None:
    """Whatever the user's clock, zone and locale are, they are the same on all trees, so that none of them turns a
    test.
    """
    monkeypatch.setenv("TZ", "XYZ-5")
    monkeypatch.setenv("LC_ALL", "C")
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_f.py": f"import os, time\n\ndef test_f():\n    assert {sign}\n"})
    repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, "tests/test_f.py::test_f", base).found == "never-red"


def test_a_time_zone_that_a_neighbour_sets_makes_no_turn(repo: Repository) -> None:
    tests = """
        import os, time, app.sums

        def test_neighbour():
            if not app.sums.READY:
                os.environ["TZ"] = "XYZ-5"
                time.tzset()

        def test_f():
            assert time.strftime("%z") != "+0500"
        """
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("red", {"tests/test_z.py": tests})
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    found = proofs(repo, "tests/test_z.py::test_neighbour", "tests/test_z.py::test_f", base=base)
    assert [one.found for one in found.values()] == ["never-red", "never-red"]


def test_code_in_a_submodule_is_in_no_tree(repo: Repository) -> None:
    """The repository has only the id of the submodule's commit: a test that passes by its code is not reproduced."""
    other = Repository(repo.path.parent / "other")
    first = other.commit("nothing yet", {"sums.py": ""})
    other.commit("code", {"sums.py": ADD})
    base = repo.commit("base", INIT)
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "src/lent")
    repo.git("-C", "src/lent", "checkout", "-q", first)
    repo.commit("red", {"tests/test_sums.py": TEST_ADD.replace("app.sums", "lent.sums")})
    repo.git("-C", "src/lent", "checkout", "-q", "main")
    repo.commit("bump")
    found = proof(repo, base=base)
    assert (found.found, found.detail) == ("not-reproduced", "ModuleNotFoundError: No module named 'lent'")


@pytest.mark.parametrize("where", ["thread", "finalizer"])
def test_an_assertion_that_pytest_only_warns_of_is_no_red(repo: Repository, where: str) -> None:
    """pytest warns of what is raised there, and the test passes."""
    ways = {
        "thread": "import threading\n    one = threading.Thread(target=check)\n    one.start()\n    one.join()",
        "finalizer": "class One:\n        def __del__(self): check()\n    One()",
    }
    text = f"""
import app.sums

def check():
    assert app.sums.READY

def test_f():
    {ways[where]}
"""
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("red", {"tests/test_f.py": text})
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    assert proof(repo, "tests/test_f.py::test_f", base).found == "never-red"
