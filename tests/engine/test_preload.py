"""Modules from outside the tree are imported once, if nobody can notice it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.engine.child import accesses
from pytest_execute.engine.tree_contents import TreeContents, changed_accesses
from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository

IMPORTS_MOCK = (
    "import sys\nWAS = 'unittest.mock' in sys.modules\nfrom unittest import mock\ndef test_a():\n    assert WAS\n"
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is preloaded without fork")
def test_standard_modules_that_the_tree_names_are_preloaded(repo: Repository) -> None:
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": IMPORTS_MOCK})
    with tree_runner(repo) as runner:
        assert runner.run(runner.git.tree(commit), [ONE])[ONE].state == "passed"


@pytest.mark.parametrize("module", ["tarfile", "markdown_it"])
def test_a_file_that_shadows_a_preloaded_module_is_imported(repo: Repository, module: str) -> None:
    """A module of Python, or another package."""
    test = f"import {module}\ndef test_a():\n    assert {module}.OURS\n"
    first = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": test})
    second = repo.commit("b", {f"tests/{module}.py": "OURS = 1\n"})
    with tree_runner(repo) as runner:
        outcomes = [runner.run(runner.git.tree(commit), [ONE])[ONE] for commit in (first, second, first)]
        accesses_changed = changed_accesses(*(TreeContents(runner.git.tree(commit)) for commit in (first, second)))
    assert [each.state for each in outcomes] == ["failed", "passed", "failed"]
    assert accesses_changed is not None
    assert not accesses_changed.isdisjoint(outcomes[0].accesses or ())


NEEDS_QUERIES = pytest.mark.skipif(not accesses.CAN_SEE_QUERIES, reason="path queries cannot be seen here")


IMPORTS_PACKAGE = "import sys\nWAS = {0!r} in sys.modules\nimport {0}\ndef test_a():\n    assert WAS is {1}\n"


@NEEDS_QUERIES
@pytest.mark.parametrize(("package", "before"), [("markdown_it.rules_core", True), ("msgspec", False)])
def test_other_packages_are_preloaded_unless_they_are_compiled(repo: Repository, package: str, before: bool) -> None:
    """Compiled code may open files unseen: a test that loads it depends on the whole tree."""
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": IMPORTS_PACKAGE.format(package, before)})
    with tree_runner(repo) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert outcome.state == "passed", outcome


@NEEDS_QUERIES
def test_a_module_whose_import_does_something_else_is_not_preloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried in a process of its own here too, as the modules stay loaded."""
    modules = {
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
        "leaves": (
            "import subprocess, sys\n"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(50)'], start_new_session=True)"
        ),
        "late": "import quiet",
    }
    tree, elsewhere, home = (tmp_path / name for name in ("tree", "elsewhere", "home"))
    for directory in (tree, elsewhere, home):
        directory.mkdir()
    for name, text in modules.items():
        (elsewhere / f"{name}.py").write_text(text)
    (tree / "test_a.py").write_text("".join(f"import {name}\n" for name in modules))
    script = SCRIPT.format(child=Path(accesses.__file__).parent, elsewhere=elsewhere, tree=tree)
    monkeypatch.setenv("HOME", str(home))
    done = subprocess.run([sys.executable, "-c", script], cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["late", "quiet"]  # ends when no process holds the pipe any more


SCRIPT = """
import importlib.util, sys
for name in ("process_tree", "accesses", "preload"):
    spec = importlib.util.spec_from_file_location(f"_execute_{{name}}", f"{child}/{{name}}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
sys.path[0] = "{elsewhere}"
sys.modules["_execute_process_tree"].adopt_orphans()
log = sys.modules["_execute_accesses"].AccessLog("{tree}", print, [])
module.preload("{tree}", [], [], log)
print(*sorted(module.preloaded_packages()))
"""
