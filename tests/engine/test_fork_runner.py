"""A fork runs a test as a process of its own would."""

from __future__ import annotations

from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_garbage_collection_finds_objects_from_before_the_test(repo: Repository) -> None:
    """The file has made the object, and the test drops it."""
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
    with tree_runner(repo) as runner:
        for alone in (False, True):
            assert runner.run(runner.git.tree(commit), [ONE], alone=alone)[ONE].state == "passed"
