"""pytest is started once for all trees, and yet each tree is seen as it is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_execute.engine.child import accesses
from pytest_execute.engine.child.fixture_scan import fixture_names
from pytest_execute.engine.dependencies import TreeContents, changed_accesses
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import PytestOptions, Settings, TimeLimits
from pytest_execute.tools.git import Git
from tests.repository import Repository

ONE = "tests/test_a.py::test_a"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


@contextlib.contextmanager
def runner(repo: Repository, *arguments: str) -> Iterator[Runner]:
    scratch = repo.path.parent / "scratch"
    setting = Settings(
        work_tree=str(repo.path),
        roots=("src",),
        top_modules=("app",),
        prefix="",
        pytest=PytestOptions(arguments=arguments),
        memory=500 << 20,
    )
    with contextlib.closing(Runner(Git.find(repo.path).within(scratch), setting, scratch / "trees")) as made:
        yield made


def test_a_plugin_of_the_project_is_that_of_each_tree(repo: Repository) -> None:
    """Nothing of the project that is loaded with pytest's start may go on into the next tree."""
    plugin = "import pytest\n@pytest.fixture\ndef value():\n    return {}\n"
    commits = [
        repo.commit(str(n), {"src/app/plugin.py": plugin.format(n), "src/app/__init__.py": "", "tests/test_a.py": (
            f"def test_a(value):\n    assert value == {n}\n"
        )})
        for n in (1, 2)
    ]  # fmt: skip
    with runner(repo, "-p", "app.plugin") as made:
        for commit in (*commits, *commits):
            assert made.run(made.git.tree(commit), [ONE])[ONE].state == "passed"


def test_a_conftest_and_a_directory_that_came_are_seen(repo: Repository) -> None:
    repo.put("tests/test_a.py", "def test_a(value):\n    import app.new\n    assert value == 2\n")
    first = repo.commit("a", {"src/app/__init__.py": "", "tests/conftest.py": ""})
    fixture = "import pytest\n@pytest.fixture\ndef value():\n    return 2\n"
    second = repo.commit("b", {"tests/conftest.py": fixture, "src/app/new/__init__.py": ""})
    with runner(repo) as made:
        states = [made.run(made.git.tree(commit), [ONE])[ONE].state for commit in (first, second, first, second)]
    assert states == ["failed", "passed"] * 2


def test_what_is_told_names_no_directory_of_ours(repo: Repository) -> None:
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": "from app import x\ndef test_a(): pass\n"})
    with runner(repo) as made:
        seen = made.run(made.git.tree(commit), [ONE])[ONE]
    assert seen.message == seen.lines[-1] == "ImportError: cannot import name 'x' from 'app' (src/app/__init__.py)"


def test_where_pytest_cannot_start_all_tests_have_failed(repo: Repository) -> None:
    commit = repo.commit("a", {"tests/test_a.py": "def test_a(): pass\n"})
    with runner(repo, "--no-such-option") as made:
        seen = made.run(made.git.tree(commit), [ONE])[ONE]
    assert (seen.state, seen.phase) == ("failed", "start")
    assert seen.types[0].endswith("UsageError")  # where it says that it stands is not the same in all releases


def test_who_computes_for_ever_is_ended_and_who_waits_is_not(repo: Repository) -> None:
    files = {"tests/test_a.py": "def test_a():\n    while True: pass\n", "tests/test_b.py": (
        "import time\ndef test_b():\n    time.sleep(1)\n"
    )}  # fmt: skip
    commit, tests = repo.commit("a", files), [ONE, "tests/test_b.py::test_b"]
    with runner(repo) as made:
        seen = made.run(made.git.tree(commit), tests, limits=lambda _: TimeLimits(600.0, cpu_seconds=0.5))
    assert [seen[test].state for test in tests] == ["timeout", "passed"]
    assert seen[ONE].seconds >= 0.5


def test_what_a_test_leaves_behind_is_collected_as_ever(repo: Repository) -> None:
    """What was there before the test, too: its file has made it, and the test lets go of it."""
    commit = repo.commit("a", {"tests/test_a.py": """
        import gc, weakref
        class Node: pass
        ring = Node(); ring.itself = ring
        def test_a():
            global ring
            gone = weakref.ref(ring)
            del ring
            assert gone() is not None
            gc.collect()
            assert gone() is None
        """})  # fmt: skip
    with runner(repo) as made:
        for alone in (False, True):
            assert made.run(made.git.tree(commit), [ONE], alone=alone)[ONE].state == "passed"


def test_of_a_plugin_only_those_names_are_looked_at_that_pytest_tells_of() -> None:
    plugin = types.ModuleType("plugin")
    vars(plugin).update(x=1, f=len, value=pytest.fixture(lambda: 1), y=2)
    assert fixture_names(plugin) == ["value"]
    assert fixture_names(types.ModuleType("empty")) == []


def test_the_fixtures_of_plugins_are_there_in_each_order(repo: Repository) -> None:
    text = "def test_a(tmp_path, record_property, cache):\n    assert tmp_path.exists()\n"
    commit = repo.commit("a", {"tests/test_a.py": text})
    with runner(repo) as made:
        states = [made.run(made.git.tree(commit), [ONE])[ONE].state for _ in range(2)]
    assert states == ["passed"] * 2


AROUND = """
    import warnings

    import pytest

    @pytest.mark.filterwarnings("error")
    def test_strict():
        warnings.warn("old", FutureWarning)

    @pytest.mark.filterwarnings("ignore")
    def test_lenient():
        warnings.warn("old", UserWarning)

    def test_wrapped(around):
        assert around == ["test_wrapped"]
    """
WRAPPER = """
    import pytest

    AROUND = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        AROUND.append(item.name)
        yield
        AROUND.pop()
        return True

    @pytest.fixture
    def around():
        return AROUND
    """


def test_a_test_runs_within_what_plugins_put_around_it(repo: Repository) -> None:
    """As by hand: the filters of its marks, and the wrappers of a conftest."""
    commit = repo.commit("a", {"tests/test_a.py": AROUND, "tests/conftest.py": WRAPPER})
    tests = [f"tests/test_a.py::test_{name}" for name in ("strict", "lenient", "wrapped")]
    with runner(repo, "-W", "error::UserWarning") as made:
        seen = made.run(made.git.tree(commit), tests)
    assert [seen[test].state for test in tests] == ["failed", "passed", "passed"]


def test_a_test_that_a_plugin_has_not_run_has_not_passed(repo: Repository) -> None:
    instead = """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item):
            return True
        """
    commit = repo.commit("a", {"tests/test_a.py": "def test_a(): pass\n", "tests/conftest.py": instead})
    with runner(repo) as made:
        seen = made.run(made.git.tree(commit), [ONE])[ONE]
    assert (seen.state, seen.types, seen.message) == ("failed", (), "nothing of it was run")


def test_the_home_of_a_tree_does_not_begin_with_its_name(repo: Repository) -> None:
    """Projects ask by the beginning of a path whether a file lies in a directory, and forget the separator."""
    test = """
        import pathlib, tempfile

        def test_a():
            tree = str(pathlib.Path(__file__).parent.parent)
            assert not tempfile.gettempdir().startswith(tree)
            assert not str(pathlib.Path.home()).startswith(tree)
        """
    commit = repo.commit("a", {"tests/test_a.py": test})
    with runner(repo) as made:
        assert made.run(made.git.tree(commit), [ONE])[ONE].state == "passed"


MOCKS = "import sys\nWAS = 'unittest.mock' in sys.modules\nfrom unittest import mock\ndef test_a():\n    assert WAS\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is warm without forks")
def test_what_the_tree_names_of_python_is_loaded_before(repo: Repository) -> None:
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": MOCKS})
    with runner(repo) as made:
        assert made.run(made.git.tree(commit), [ONE])[ONE].state == "passed"


@pytest.mark.parametrize("module", ["tarfile", "markdown_it"])
def test_a_file_that_hides_what_was_loaded_before_is_found(repo: Repository, module: str) -> None:
    """A module of Python, or another package."""
    test = f"import {module}\ndef test_a():\n    assert {module}.OURS\n"
    first = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": test})
    second = repo.commit("b", {f"tests/{module}.py": "OURS = 1\n"})
    with runner(repo) as made:
        seen = [made.run(made.git.tree(commit), [ONE])[ONE] for commit in (first, second, first)]
        words = changed_accesses(*(TreeContents(made.git.tree(commit)) for commit in (first, second)))
    assert [each.state for each in seen] == ["failed", "passed", "failed"]
    assert words is not None
    assert not words.isdisjoint(seen[0].accesses or ())


SHOWN = pytest.mark.skipif(not accesses.CAN_SEE_QUERIES, reason="here nothing shows that a package looks at no path")
OTHERS = "import sys\nWAS = {0!r} in sys.modules\nimport {0}\ndef test_a():\n    assert WAS is {1}\n"


@SHOWN
@pytest.mark.parametrize(("package", "before"), [("markdown_it.rules_core", True), ("msgspec", False)])
def test_other_packages_are_loaded_before_unless_they_are_compiled(
    repo: Repository, package: str, before: bool
) -> None:
    """What is compiled may open files by itself: whoever loads it depends on the whole tree."""
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": OTHERS.format(package, before)})
    with runner(repo) as made:
        seen = made.run(made.git.tree(commit), [ONE])[ONE]
    assert seen.state == "passed", seen


@SHOWN
def test_what_does_more_than_load_is_not_loaded_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, as what is loaded there stays."""
    made = {
        "quiet": "",
        "warns": "import warnings\nwarnings.warn('old')",
        "reads": "import os\nos.listdir('.')",
        "starts": "import threading, time\nthreading.Thread(target=time.sleep, args=[9], daemon=True).start()",
        "opens": f"FILE = open({os.devnull!r})",
        "writes": "import os\nopen(os.environ['HOME'] + '/x', 'w').close()",
        "asks": "import os\nos.getenv('MODE')",
        "sets": "import os\nos.environ['SET'] = '1'",
        "fails": "raise ValueError",
        "ends": "import os\nos._exit(0)",
        "leaves": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(50)'], start_new_session=True)",
        "late": "import quiet",
    }
    tree, elsewhere, home = (tmp_path / name for name in ("tree", "elsewhere", "home"))
    for directory in (tree, elsewhere, home):
        directory.mkdir()
    for name, text in made.items():
        (elsewhere / f"{name}.py").write_text(text)
    (tree / "test_a.py").write_text("".join(f"import {name}\n" for name in made))
    script = SCRIPT.format(child=Path(accesses.__file__).parent, elsewhere=elsewhere, tree=tree)
    monkeypatch.setenv("HOME", str(home))
    done = subprocess.run([sys.executable, "-c", script], cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["late", "quiet"]  # which comes when all have closed it


SCRIPT = """
import importlib.util, sys
for name in ("process_tree", "accesses", "preload"):
    spec = importlib.util.spec_from_file_location(f"_execute_{{name}}", f"{child}/{{name}}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
sys.path[0] = "{elsewhere}"
sys.modules["_execute_process_tree"].adopt_orphans()
log = sys.modules["_execute_accesses"].AccessLog("{tree}", print, [])
module.preload("{tree}", [], log)
print(*sorted(module.preloaded_packages()))
"""
