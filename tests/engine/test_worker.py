"""A worker has a home directory for its tests beside the tree."""

from __future__ import annotations

from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_the_home_directory_does_not_begin_with_the_path_of_the_tree(repo: Repository) -> None:
    """Some projects compare the beginnings of paths, without a separator, to find out if a file is in a directory."""
    test = """
        import pathlib, tempfile

        def test_a():
            tree = str(pathlib.Path(__file__).parent.parent)
            assert not tempfile.gettempdir().startswith(tree)
            assert not str(pathlib.Path.home()).startswith(tree)
        """
    commit = repo.commit("a", {"tests/test_a.py": test})
    with tree_runner(repo) as runner:
        assert runner.run(runner.git.tree(commit), [ONE])[ONE].state == "passed"
