"""Proofs on real histories: the turn, its red, and histories that must not be taken for a proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Proof, Turn
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import PytestOptions
from pytest_execute.replay.overlay import tree_id
from pytest_execute.replay.prove import count_trees
from tests.recording import recorded
from tests.replay.replaying import replay
from tests.repository import Repository

CONFIG = ("pytest.ini", b"[pytest]\npythonpath = src\naddopts = --strict-markers\n")
INIT = {"src/app/__init__.py": "", "README.md": "app\n"}
TEST_ADD = """
    from app.sums import add

    def test_add():
        assert add(1, 2) == 3
    """
ADD = "def add(a, b):\n    return a + b\n"
ONE = "tests/test_sums.py::test_add"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def proofs(
    repo: Repository, *tests: str, base: str | None = None, workers: int = 1, turns: bool = False
) -> dict[str, Proof]:
    """Prove `tests`, and see that nothing is left of the trees."""
    found = replay(repo, tests, base, pytest=PytestOptions(config=CONFIG, workers=workers), turns=turns)
    assert list((repo.path.parent / "scratch/trees").iterdir()) == []
    return found


def proof(repo: Repository, test: str = ONE, base: str | None = None) -> Proof:
    return proofs(repo, test, base=base)[test]


def test_progress_is_reported_once_for_each_tree() -> None:
    reported: list[tuple[int, int]] = []
    count = count_trees({"a", "b", "c"}, lambda done, total: reported.append((done, total)))
    for tree in ("b", "own tree of a commit", "b", "a"):
        count(tree)
    assert reported == [(1, 3), (2, 3)]


def test_test_first_is_proven_before(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    green = repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, base=base) == Proof(
        test=ONE,
        found="turned",
        order="before",
        before=red,
        after=green,
        cause="missing-symbol",
        detail="app.sums does not exist",
        trace=(
            "tests/test_sums.py:1: in <module>",
            "    from app.sums import add",
            "ModuleNotFoundError: No module named 'app.sums'",
        ),
    )


def test_a_topic_that_began_with_the_repository(repo: Repository) -> None:
    files = {**INIT, "notes/t/breakdown.md": "# T\n", "tests/test_sums.py": TEST_ADD}
    red = repo.commit("all but the code", files)
    green = repo.commit("green", {"src/app/sums.py": ADD})
    found = proof(repo)
    assert (found.found, found.before, found.after, found.order) == ("turned", red, green, "before")


def test_test_and_code_in_one_commit(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    both = repo.commit("both", {"tests/test_sums.py": TEST_ADD, "src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "same-commit", base, both)


def test_test_after_the_code(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    code = repo.commit("code", {"src/app/sums.py": ADD})
    repo.commit("test", {"tests/test_sums.py": TEST_ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "after", base, code)


def test_a_test_that_passes_at_base_was_never_red(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("test", {"tests/test_true.py": "def test_true():\n    import app\n    assert app\n"})
    repo.commit("code", {"src/app/sums.py": ADD})
    test = "tests/test_true.py::test_true"
    assert proof(repo, test, base) == Proof(
        test=test, found="never-red", after=base, detail=f"it passes at base, {base[:7]}"
    )


def test_an_empty_test_that_is_filled_with_the_code_came_in_the_same_commit(repo: Repository) -> None:
    """A test with this name was there before the code, and passed: its assertions came with the code."""
    base = repo.commit("base", INIT)
    repo.commit("shell", {"tests/test_sums.py": "def test_add():\n    pass\n"})
    both = repo.commit("both", {"tests/test_sums.py": TEST_ADD, "src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.after) == ("turned", "same-commit", both)


def test_an_empty_test_that_is_filled_after_the_code_came_after(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("shell", {"tests/test_sums.py": "def test_add():\n    pass\n"})
    code = repo.commit("code", {"src/app/sums.py": ADD})
    repo.commit("test", {"tests/test_sums.py": TEST_ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.after) == ("turned", "after", code)


def test_an_earlier_form_runs_with_the_code_only_where_it_was_red(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees: list[str] = []
    monkeypatch.setattr(Runner, "run", recorded(Runner.run, lambda _, tree, *a, **k: trees.append(tree_id(tree))))
    base = repo.commit("base", {**INIT, "src/app/sums.py": "VALUE = 1\n"})
    test = "import app.sums\ndef test_add():\n    assert app.sums.VALUE {}\n"
    was = repo.commit("green", {"tests/test_sums.py": test.format("== 1")})
    both = repo.commit("both", {"tests/test_sums.py": test.format("== 2"), "src/app/sums.py": "VALUE = 2\n"})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "same-commit", was, both)
    assert len(set(trees)) == 3, "base with today's test, both, and what stood before as it was"


def test_a_test_that_was_red_before_may_grow_later(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.commit("green", {"src/app/sums.py": ADD})
    more = (
        "import pytest\nfrom app.sums import add\n\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_add(n):\n    assert add(n, 2) == n + 2\n"
    )
    repo.commit("more", {"tests/test_sums.py": more})
    found = proofs(repo, f"{ONE}[1]", f"{ONE}[2]", base=base)
    assert [(p.order, p.before) for p in found.values()] == [("before", red)] * 2


def test_code_that_was_broken_on_purpose_makes_no_red(repo: Repository) -> None:
    """Working code, broken on purpose in the commit of the test and mended after it, proves nothing."""
    base = repo.commit("base", INIT)
    code = repo.commit("code", {"src/app/sums.py": ADD})
    repo.commit(
        "test, and break", {"tests/test_sums.py": TEST_ADD, "src/app/sums.py": "def add(a, b):\n    return 0\n"}
    )
    repo.commit("mend", {"src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.order, found.after) == ("after", code)


@pytest.mark.parametrize(
    ("old", "test", "cause", "detail"),
    [
        ("def f():\n    return 1\n", "assert app.sums.f() == 2", "assertion", "AssertionError: assert 1 == 2"),
        ("def f():\n    raise OSError('no')\n", "assert app.sums.f() == 2", "exception", "OSError: no"),
        ("", "assert app.sums.f() == 2", "missing-symbol", "app.sums.f does not exist"),
        (
            "def g(): pass\n",
            "with pytest.raises(ValueError): app.sums.g()",
            "assertion",
            "Failed: DID NOT RAISE ValueError",
        ),
        ("", "from app.sums import f", "missing-symbol", "app.sums.f does not exist"),
        ("class C:\n    pass\n", "assert app.sums.C().f() == 2", "missing-symbol", "app.sums.C.f does not exist"),
        (
            "def f():\n    pass\n",
            "with pytest.raises(ValueError): app.sums.g()",
            "missing-symbol",
            "app.sums.g does not exist",
        ),
        (
            "def f():\n    import os\n    os._exit(0)\n",
            "assert app.sums.f() == 2",
            "crash",
            "the test ended its process",
        ),
    ],
)
def test_reds_that_count(repo: Repository, old: str, test: str, cause: str, detail: str) -> None:
    new = "def f():\n    return 2\nclass C:\n    def f(self): return 2\ndef g(): raise ValueError\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": old})
    repo.commit("red", {"tests/test_f.py": f"import pytest, app.sums\n\ndef test_f():\n    {test}\n"})
    repo.commit("green", {"src/app/sums.py": new})
    found = proof(repo, "tests/test_f.py::test_f", base)
    detail_here = found.detail.replace(str(ValueError), "ValueError")  # as older releases of pytest have it
    assert (found.found, found.order, found.cause, detail_here) == ("turned", "before", cause, detail)


INSTALL = "install it, so that older commits can be replayed"


@pytest.mark.parametrize(
    ("old", "new", "test", "detail"),
    [
        (
            "",
            "@pytest.fixture\ndef store(): return 1\n",
            "def test_f(store): assert store",
            "a missing fixture 'store'",
        ),
        (
            "import no_such_package",
            "",
            "def test_f(): import app.sums",
            "a missing third-party module (ModuleNotFoundError: No module named 'no_such_package'); " + INSTALL,
        ),
        (
            "OK = False",
            "OK = True",
            "@pytest.mark.skipif('not app.sums.OK')\ndef test_f(): pass",
            "a skip or an expected failure",
        ),
        (
            "def f(): (",
            "def f(): pass",
            "def test_f(): import app.sums",
            "a syntax error (SyntaxError: '(' was never closed (sums.py, line 2))",
        ),
        (
            "N = 1",
            "N = 2",
            "@pytest.mark.parametrize('n', range(app.sums.N))\ndef test_f(n): pass",
            "its absence: pytest did not collect it there",
        ),
    ],
)
def test_reds_that_do_not_count(repo: Repository, old: str, new: str, test: str, detail: str) -> None:
    lines = "import pytest\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": lines + old})
    top = "import pytest\n" + ("" if "def test_f(): import" in test else "import app.sums\n")
    conftest = "import pytest\ntry:\n    from app.sums import store\nexcept (ImportError, SyntaxError):\n    pass\n"
    repo.commit("red", {"tests/test_f.py": f"{top}\n{test}\n", "tests/conftest.py": conftest})
    repo.commit("green", {"src/app/sums.py": lines + new})
    name = "tests/test_f.py::test_f" + ("[1]" if "(n)" in test else "")
    found = proof(repo, name, base)
    assert (found.found, found.detail) == ("red-not-counted", detail)


@pytest.mark.parametrize(
    ("before", "use", "detail"),
    [
        ("def add(a, b): pass", "@sums.add(1, b=2, base=10)", "add() got an unexpected keyword argument 'base'"),
        (
            "class add:\n    def __init__(self, a): pass",
            "@add(1, b=2, base=10)",
            "add.__init__() got an unexpected keyword argument 'b'",
        ),
        (
            "class add:\n    def of(self): pass\none = add()",
            "@sums.one.of(1)",
            "add.of() takes 1 positional argument but 2 were given",
        ),
    ],
    ids=["function", "class", "method"],
)
def test_a_call_that_the_project_refuses_during_collection_is_a_red(
    repo: Repository, before: str, use: str, detail: str
) -> None:
    """The exception is raised in the test file's own line, and says that the project's signature is another."""
    after = "def add(*_, **__):\n    return lambda test: test\nclass One:\n    of = add\none = One()\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": before + "\n"})
    repo.commit(
        "red",
        {"tests/test_sums.py": f"from app import sums\nfrom app.sums import add\n\n{use}\ndef test_add():\n    pass\n"},
    )
    repo.commit("green", {"src/app/sums.py": after})
    found = proof(repo, base=base)
    assert (found.found, found.cause, found.detail) == ("turned", "exception", f"TypeError: {detail}")


IMPORTS = {
    "itself": "raise ImportError('no such thing')",
    "for another": (
        "try:\n        import no_such_package\n    except ImportError:\n        raise ImportError('install it')"
    ),
    "naming it": "raise ImportError('install it', name='no_such_package')",
    "in vain": "import no_such_package",
    "of a name": "from os import no_such_name",
}


@pytest.mark.parametrize(
    ("why", "counts"),
    [("itself", True), ("for another", False), ("naming it", False), ("in vain", False), ("of a name", False)],
)
def test_an_import_error_that_the_project_raises_as_its_answer_is_a_red(
    repo: Repository, why: str, counts: bool
) -> None:
    """Code that imports plugins raises such errors as answers; after a failed import a package may be missing."""
    base = repo.commit("base", {**INIT, "src/app/sums.py": f"def f():\n    {IMPORTS[why]}\n"})
    repo.commit("red", {"tests/test_f.py": "from app.sums import f\n\ndef test_f():\n    f()\n"})
    repo.commit("green", {"src/app/sums.py": "def f(): pass\n"})
    found = proof(repo, "tests/test_f.py::test_f", base)
    if counts:
        assert (found.found, found.cause, found.detail) == ("turned", "exception", "ImportError: no such thing")
    else:
        assert found.found == "red-not-counted"


def test_an_import_error_that_the_test_raises_is_no_red(repo: Repository) -> None:
    test = "import app.sums\n\ndef test_f():\n    if app.sums.N == 1:\n        raise ImportError('of the test')\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": "N = 1\n"})
    repo.commit("red", {"tests/test_f.py": test})
    repo.commit("green", {"src/app/sums.py": "N = 2\n"})
    assert proof(repo, "tests/test_f.py::test_f", base).found == "red-not-counted"


@pytest.mark.parametrize("names", ["NAMES", "names()"])
def test_a_call_of_the_tests_own_helper_that_fails_during_collection_is_no_red(repo: Repository, names: str) -> None:
    """It is not the project's code that refuses the call, also where that is called in the same line."""
    test = f"""
        from app.sums import NAMES, names

        def helper(a):
            return lambda test: test

        @helper(**dict.fromkeys({names}))
        def test_add():
            pass
        """
    code = "NAMES = {}\ndef names():\n    return NAMES\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": code.format(["a", "b"])})
    repo.commit("red", {"tests/test_sums.py": test})
    repo.commit("green", {"src/app/sums.py": code.format(["a"])})
    found = proof(repo, base=base)
    assert (found.found, found.detail) == (
        "red-not-counted",
        "an error in the test's own collection (TypeError: helper() got an unexpected keyword argument 'b')",
    )


def test_a_missing_name_that_a_test_file_imports_is_a_red(repo: Repository) -> None:
    base = repo.commit("base", {**INIT, "src/app/sums.py": "def f(): pass\n"})
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, base=base).detail == "app.sums.add does not exist"


def test_a_conftest_that_imports_missing_code_is_a_red(repo: Repository) -> None:
    base = repo.commit("base", {"README.md": "app\n"})
    conftest = "import app, pytest\n\n@pytest.fixture\ndef a(): return app.__name__\n"
    red = repo.commit("red", {"tests/conftest.py": conftest, "tests/test_a.py": "def test_a(a): pass\n"})
    repo.commit("green", {"src/app/__init__.py": ""})
    found = proof(repo, "tests/test_a.py::test_a", base)
    assert (found.found, found.before, found.cause, found.detail) == (
        "turned",
        red,
        "missing-symbol",
        "app does not exist",
    )


def test_parallel_branches_keep_their_own_order(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.git("checkout", "-q", "-b", "a")
    red_a = repo.commit("red a", {"tests/test_sums.py": TEST_ADD})
    green_a = repo.commit("green a", {"src/app/sums.py": ADD})
    repo.git("checkout", "-q", "-b", "b", base)
    red_b = repo.commit("red b", {"tests/test_b.py": "import app.b\n\ndef test_b():\n    assert app.b.B\n"})
    green_b = repo.commit("green b", {"src/app/b.py": "B = 1\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "a", "-m", "merge a")
    repo.git("merge", "-q", "--no-ff", "b", "-m", "merge b")
    found = proofs(repo, ONE, "tests/test_b.py::test_b", base=base)
    assert [(p.order, p.before, p.after) for p in found.values()] == [
        ("before", red_a, green_a),
        ("before", red_b, green_b),
    ]


def test_uncommitted_work_is_one_more_commit(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.put("src/app/sums.py", ADD)
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "before", red, "worktree")


def test_a_test_that_fails_on_head_is_not_reproduced(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    found = proof(repo, base=base)
    assert (found.found, found.detail) == ("not-reproduced", "ModuleNotFoundError: No module named 'app.sums'")


def test_a_test_that_hangs_does_not_change_the_outcomes_of_its_neighbours(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hang, a fork that stays, and a removed tree lose only their own outcomes."""
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", 5.0)
    tests = """
        import os, time
        import app.sums as sums

        def test_hangs():
            while not sums.READY: time.sleep(0.01)

        def test_forks():
            if os.fork() == 0:
                time.sleep(600)
            assert sums.READY

        def test_removes_its_tree():
            import shutil
            if not sums.READY:
                shutil.rmtree(os.path.dirname(__file__))
            assert sums.READY

        def test_neighbour():
            assert sums.READY
        """
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("red", {"tests/test_r.py": tests})
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    names = ["hangs", "forks", "removes_its_tree", "neighbour"]
    found = proofs(repo, *(f"tests/test_r.py::test_{name}" for name in names), base=base)
    assert [p.cause for p in found.values()] == ["timeout", "assertion", "assertion", "assertion"]


def test_a_test_that_takes_all_memory_is_no_red_and_its_neighbour_is(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_execute.engine.settings.memory_limit", lambda _: 400 << 20)
    tests = """
        import app.sums as sums

        def test_grows():
            kept = []
            while not sums.READY:
                kept.append(bytearray(50 << 20))

        def test_neighbour():
            assert sums.READY
        """
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("red", {"tests/test_r.py": tests})
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    found = proofs(repo, "tests/test_r.py::test_grows", "tests/test_r.py::test_neighbour", base=base)
    assert [(p.found, p.detail) for p in found.values()] == [
        ("red-not-counted", "the memory limit (MemoryError: )"), ("turned", "AssertionError: assert False"),
    ]  # fmt: skip


def test_an_import_that_hangs_does_not_change_the_outcomes_of_other_files(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_execute.replay.time_limits.FULL_SECONDS", 5.0)
    monkeypatch.setattr("pytest_execute.engine.worker.IMPORT_SECONDS", 10.0)
    hang = "import time, app.sums\nwhile not app.sums.READY: time.sleep(0.01)\n\ndef test_a(): pass\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit(
        "red",
        {"tests/test_a.py": hang, "tests/test_b.py": "import app.sums\ndef test_b():\n    assert app.sums.READY\n"},
    )
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    found = proofs(repo, "tests/test_a.py::test_a", "tests/test_b.py::test_b", base=base)
    assert [p.cause for p in found.values()] == ["timeout", "assertion"]


def test_an_import_that_takes_longer_than_a_quick_run_allows_gets_more_time(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_execute.replay.time_limits.QUICK_SECONDS", 0.1)
    monkeypatch.setattr("pytest_execute.replay.time_limits.QUICK_IMPORT_SHARE", 0.02)
    slow = "import time, app.sums\ntime.sleep(2)\ndef test_a():\n    assert app.sums.READY\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("both", {"tests/test_a.py": slow, "src/app/sums.py": "READY = True\n"})
    found = proof(repo, "tests/test_a.py::test_a", base=base)
    assert (found.found, found.cause) == ("turned", "assertion")


def test_a_flaky_red_is_unstable(repo: Repository, tmp_path: Path) -> None:
    """An exception before, which does not come again, is no proof."""
    mark = tmp_path / "mark"
    flaky = f"""
        import pathlib, app.sums
        mark = pathlib.Path({str(mark)!r})

        def test_f():
            if not app.sums.READY and mark.exists():
                mark.unlink()
                raise OSError("sometimes")
            assert app.sums.READY
        """
    base = repo.commit("base", {**INIT, "src/app/sums.py": "READY = False\n"})
    repo.commit("red", {"tests/test_f.py": flaky})
    repo.commit("green", {"src/app/sums.py": "READY = True\n"})
    mark.touch()
    assert proof(repo, "tests/test_f.py::test_f", base).found == "unstable"


def test_the_users_installed_checkout_is_not_imported(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path to today's sources, as an editable install has one, must not make old trees pass."""
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.commit("green", {"src/app/sums.py": ADD})
    monkeypatch.setenv("PYTHONPATH", str(repo.path / "src"))
    assert proof(repo, base=base).before == red


def test_a_module_from_the_users_checkout_is_reported(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    cheat = f"""
        import sys
        sys.path.insert(0, {str(repo.path / "tools")!r})
        import helper

        def test_f():
            assert helper.READY
        """
    repo.commit("red", {"tests/test_f.py": cheat, "tools/helper.py": "READY = True\n"})
    found = proof(repo, "tests/test_f.py::test_f", base)
    assert found.found == "foreign-module"
    assert found.detail == f"helper was loaded from {repo.path / 'tools' / 'helper.py'}, not from the tree"


def test_one_worker_and_four_find_the_same(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    tests = []
    for n in range(5):
        repo.commit(f"red {n}", {f"tests/test_{n}.py": f"def test_n():\n    import app.m{n}\n"})
        repo.commit(f"green {n}", {f"src/app/m{n}.py": ""})
        tests.append(f"tests/test_{n}.py::test_n")
    one, four = (proofs(repo, *tests, base=base, workers=workers) for workers in (1, 4))
    assert one == four
    assert {p.order for p in one.values()} == {"before"}


def test_a_removed_method_of_a_class_and_parameters_are_found_by_name(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    text = """
        import pytest

        class Base:
            def test_inherited(self):
                import app.sums

        class TestA(Base):
            @pytest.mark.parametrize("n", [1, 2])
            def test_n(self, n):
                import app.sums
        """
    red = repo.commit("red", {"tests/test_c.py": text})
    repo.commit("green", {"src/app/sums.py": ADD})
    names = ["test_n[1]", "test_n[2]", "test_inherited"]
    found = proofs(repo, *(f"tests/test_c.py::TestA::{name}" for name in names), base=base)
    assert [(p.order, p.before) for p in found.values()] == [("before", red)] * 3


def test_code_that_is_reverted_and_applied_again_has_several_turns(repo: Repository) -> None:
    """The first green is the proof; the others are reported."""
    base = repo.commit("base", INIT)
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    green = repo.commit("green", {"src/app/sums.py": ADD})
    repo.commit("other", {"src/app/other.py": ""})
    revert = repo.commit("revert", {"src/app/sums.py": None})
    again = repo.commit("again", {"src/app/sums.py": ADD})
    found = proofs(repo, ONE, base=base, turns=True)[ONE]
    assert (found.found, found.before, found.after) == ("turned", red, green)
    assert found.turns == (Turn(green, True), Turn(revert, False), Turn(again, True))
    assert found.trace[0] == "tests/test_sums.py:1: in <module>"


def test_a_merge_of_branches_with_and_without_the_code_is_no_turn(repo: Repository) -> None:
    """Code that only one branch has makes no turn back and forth."""
    base = repo.commit("base", INIT)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"src/app/side.py": ""})
    repo.git("checkout", "-q", "main")
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    green = repo.commit("green", {"src/app/sums.py": ADD})
    repo.git("merge", "-q", "--no-ff", "side", "-m", "merge")
    found = proofs(repo, ONE, base=base, turns=True)[ONE]
    assert found.turns == (Turn(green, True),)


def test_code_that_came_with_a_merge(repo: Repository) -> None:
    """Code that no branch had and the merge adds turns the test, against both of its parents."""
    base = repo.commit("base", INIT)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"src/app/side.py": ""})
    repo.git("checkout", "-q", "main")
    red = repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    merge = repo.commit("merge, and more", {"src/app/sums.py": ADD})
    found = proof(repo, base=base)
    assert (found.found, found.order, found.before, found.after) == ("turned", "before", red, merge)


def test_a_squashed_branch_is_one_commit_with_test_and_code(repo: Repository) -> None:
    base = repo.commit("base", INIT)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("red", {"tests/test_sums.py": TEST_ADD})
    repo.commit("green", {"src/app/sums.py": ADD})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--squash", "side")
    squash = repo.commit("squashed")
    found = proof(repo, base=base)
    assert (found.order, found.before, found.after) == ("same-commit", base, squash)


def test_a_test_that_detects_the_replay_is_not_reproduced(repo: Repository) -> None:
    """No composed tree has a `.git`, neither the old ones nor today's: a test that needs it fails on both."""
    base = repo.commit("base", INIT)
    cheat = "import pathlib\n\ndef test_f():\n    assert pathlib.Path(__file__).parents[1].joinpath('.git').exists()\n"
    repo.commit("red", {"tests/test_f.py": cheat})
    repo.commit("green", {"src/app/sums.py": ADD})
    assert proof(repo, "tests/test_f.py::test_f", base).found == "not-reproduced"


def test_a_warning_turned_into_an_error_is_no_red(repo: Repository) -> None:
    test = """
        import warnings, app.sums

        def test_f():
            warnings.simplefilter("error")
            app.sums.f()
        """
    warns = "import warnings\n\ndef f():\n    warnings.warn('old')\n"
    base = repo.commit("base", {**INIT, "src/app/sums.py": warns})
    repo.commit("red", {"tests/test_f.py": test})
    repo.commit("green", {"src/app/sums.py": "def f():\n    pass\n"})
    found = proof(repo, "tests/test_f.py::test_f", base)
    assert (found.found, found.detail) == ("red-not-counted", "a warning turned into an error (UserWarning: old)")


NEIGHBOURS = """
    import app

    def test_neighbour():
        app.SEEN.append(1)

    def test_f():
        assert app.is_well()
    """


def test_a_red_that_only_a_neighbour_makes_is_no_proof(repo: Repository) -> None:
    """Beside its neighbour the test fails before the code; alone it passes there."""
    base = repo.commit("base", {**INIT, "src/app/__init__.py": "SEEN = []\ndef is_well(): return not SEEN\n"})
    repo.commit("red", {"tests/test_n.py": NEIGHBOURS})
    repo.commit("green", {"src/app/__init__.py": "SEEN = []\ndef is_well(): return True\n"})
    found = proofs(repo, "tests/test_n.py::test_neighbour", "tests/test_n.py::test_f", base=base)
    assert [p.found for p in found.values()] == ["never-red", "never-red"]


def test_a_turn_that_a_neighbour_hides_is_found_alone(repo: Repository) -> None:
    """Beside its neighbour the test passes a commit late; alone it passes with the code."""
    first = "SEEN = []\ndef is_well(): return False\n"
    base = repo.commit("base", {**INIT, "src/app/__init__.py": first})
    red = repo.commit("red", {"tests/test_n.py": NEIGHBOURS})
    green = repo.commit("green", {"src/app/__init__.py": "SEEN = []\ndef is_well(): return not SEEN\n"})
    repo.commit("late", {"src/app/__init__.py": "SEEN = []\ndef is_well(): return True\n"})
    found = proofs(repo, "tests/test_n.py::test_neighbour", "tests/test_n.py::test_f", base=base)
    test_f = found["tests/test_n.py::test_f"]
    assert (test_f.found, test_f.before, test_f.after) == ("turned", red, green)


def test_a_red_at_base_that_only_a_neighbour_makes_hides_no_sabotage(repo: Repository) -> None:
    """Alone the test passes at base; code that was broken since and mended is no proof."""
    base = repo.commit("base", {**INIT, "src/app/__init__.py": "SEEN = []\ndef is_well(): return not SEEN\n"})
    repo.commit("red", {"tests/test_n.py": NEIGHBOURS})
    repo.commit("broken", {"src/app/__init__.py": "SEEN = []\ndef is_well(): return False\n"})
    repo.commit("green", {"src/app/__init__.py": "SEEN = []\ndef is_well(): return True\n"})
    found = proofs(repo, "tests/test_n.py::test_neighbour", "tests/test_n.py::test_f", base=base)
    assert found["tests/test_n.py::test_f"].found == "never-red"


def test_a_test_that_kills_its_parent_process_is_no_red(repo: Repository) -> None:
    tests = """
        import os, signal, app

        def test_ends_the_process_above():
            if not app.READY:
                os.kill(os.getppid(), signal.SIGKILL)

        def test_neighbour():
            pass
        """
    base = repo.commit("base", {"src/app/__init__.py": "READY = False\n"})
    repo.commit("red", {"tests/test_n.py": tests})
    repo.commit("green", {"src/app/__init__.py": "READY = True\n"})
    found = proofs(repo, "tests/test_n.py::test_ends_the_process_above", "tests/test_n.py::test_neighbour", base=base)
    assert [p.found for p in found.values()] == ["red-not-counted", "never-red"]


def test_a_file_with_a_test_is_taken_from_today_whatever_its_name(repo: Repository) -> None:
    base = repo.commit("base", {**INIT, "checks.py": "def test_f():\n    pass\n"})
    red = repo.commit("red", {"checks.py": "def test_f():\n    import app.sums\n"})
    green = repo.commit("green", {"src/app/sums.py": ADD})
    found = proof(repo, "checks.py::test_f", base)
    assert (found.found, found.before, found.after) == ("turned", red, green)


def test_the_last_lines_of_the_traceback_are_reported(repo: Repository) -> None:
    """They show pytest's explanation of an assertion, and the last frames of an exception in the project."""
    tests = """
        from app.sums import add, fall

        def test_add():
            assert add(1, 2) == 3

        def test_fall():
            assert fall(9) == 0
        """
    falls = "def fall(n):\n    return n and fall(n - 1)\n"
    base = repo.commit(
        "base",
        {
            **INIT,
            "src/app/sums.py": "def add(a, b):\n    return 0\n\ndef fall(n):\n    return fall(n - 1) if n else n / 0\n",
        },
    )
    repo.commit("red", {"tests/test_sums.py": tests})
    repo.commit("green", {"src/app/sums.py": ADD + falls})
    found = proofs(repo, ONE, "tests/test_sums.py::test_fall", base=base)
    assert found[ONE].trace == (
        "tests/test_sums.py:4: in test_add",
        "    assert add(1, 2) == 3",
        "AssertionError: assert 0 == 3",
        " +  where 0 = add(1, 2)",
    )
    once = ("src/app/sums.py:5: in fall", "    return fall(n - 1) if n else n / 0")
    assert found["tests/test_sums.py::test_fall"].trace == (*once * 3, "ZeroDivisionError: division by zero")
