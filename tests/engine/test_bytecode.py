"""Code that was compiled for another directory is the same code."""

from __future__ import annotations

from tests.engine.trees import tree_runner
from tests.repository import Repository


def test_tracebacks_name_files_of_their_tree_when_another_worker_compiled_them(repo: Repository) -> None:
    """The second worker runs code that the first has compiled."""
    first = repo.commit("a", {"src/app/__init__.py": "def f():\n    raise KeyError\n", "tests/test_f.py": (
        "import app\nfrom pathlib import Path\n\ndef test_f():\n"
        "    assert Path(app.f.__code__.co_filename) == Path(app.__file__)\n    app.f()\n"
    )})  # fmt: skip
    test = "tests/test_f.py::test_f"
    with tree_runner(repo) as runner:
        tree = runner.git.tree(first)
        with runner._worker():
            assert runner.run(tree, [test])[test].frames == ("tests/test_f.py", "src/app/__init__.py")
        assert runner.run(tree, [test])[test].frames == ("tests/test_f.py", "src/app/__init__.py")
        assert {path.name for path in runner.directory.iterdir()} >= {"tree-0", "tree-1"}
