"""What tests do to the tree that they run in, and to their home. Loaded by its path in the processes that run tests."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child import snapshot, system
else:
    import _execute_snapshot as snapshot
    import _execute_system as system


class TreeGuard:
    """What stood in the tree and in the home directory before the tests: what they add is taken away, what they spoil is told."""

    def __init__(self, tree: str, home: str) -> None:
        self.places = {tree: snapshot.take_snapshot(tree), home: snapshot.take_snapshot(home)}
        self.tree = tree
        self.children = set(system.children())

    def clean(self) -> bool:
        """End what the tests have left running, and remove what they have left lying. Is the tree still whole?"""
        system.end_all(self.children)
        there = {place: snapshot.take_snapshot(place) for place in self.places}
        for place, before in self.places.items():
            for path in sorted(there[place].keys() - before.keys(), reverse=True):
                with contextlib.suppress(OSError):
                    os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)  # noqa: PTH106, PTH108, PTH112, PTH114
        return self.places[self.tree].items() <= there[self.tree].items()

    def is_spoilt(self) -> bool:
        """Is something of the tree gone or changed?"""
        return not self.places[self.tree].items() <= snapshot.take_snapshot(self.tree).items()

    def watch(self) -> TreeWatch:
        """Watches this process from here on."""
        return TreeWatch(self.tree, self.places[self.tree])


class TreeWatch:
    """Notes when this process removes or changes a file that stood in the tree."""

    EVENTS = frozenset(
        ("os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "shutil.rmtree", "shutil.move")
    )

    def __init__(self, tree: str, stood: snapshot.Marks) -> None:
        self.spoilt = False
        self.below, self.stood = tree + os.sep, stood
        sys.addaudithook(self.note)

    def note(self, event: str, args: tuple[Any, ...]) -> None:
        if event in self.EVENTS or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC)):
            with contextlib.suppress(Exception):
                path = os.path.abspath(os.fsdecode(args[0]))  # noqa: PTH100
                self.spoilt = self.spoilt or path in self.stood or path + os.sep == self.below
