"""Guard of the tree and of the home directory against what tests do to them."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child import process_tree, snapshot
else:
    import _execute_process_tree as process_tree
    import _execute_snapshot as snapshot


class TreeGuard:
    """Snapshot of tree and home from before the tests: added files are removed, changed ones are detected."""

    def __init__(self, tree: str, home: str) -> None:
        self.snapshots = {tree: snapshot.take_snapshot(tree), home: snapshot.take_snapshot(home)}
        self.tree = tree
        self.children = set(process_tree.child_pids())

    def clean_up(self) -> bool:
        """Kill processes and remove files that tests left. Return whether the tree is intact."""
        process_tree.kill_children(except_for=self.children)
        now = {directory: snapshot.take_snapshot(directory) for directory in self.snapshots}
        for directory, before in self.snapshots.items():
            for path in sorted(now[directory].keys() - before.keys(), reverse=True):
                with contextlib.suppress(OSError):
                    remove(path)
        return self.snapshots[self.tree].items() <= now[self.tree].items()

    def is_modified(self) -> bool:
        """Return whether a file of the tree was changed or removed."""
        return not self.snapshots[self.tree].items() <= snapshot.take_snapshot(self.tree).items()

    def watch(self) -> TreeWatch:
        """Watch this process from now on."""
        return TreeWatch(self.tree, self.snapshots[self.tree])


def remove(path: str) -> None:
    """Remove a file, a link or an empty directory."""
    file = Path(path)
    file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()


class TreeWatch:
    """Audit hook that detects at once when this process may change a file of the tree."""

    EVENTS = frozenset(
        ("os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "shutil.rmtree", "shutil.move")
    )
    WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_TRUNC

    def __init__(self, tree: str, before: snapshot.Snapshot) -> None:
        self.is_modified = False
        self.prefix, self.before = tree + os.sep, before
        sys.addaudithook(self.on_event)  # CPython cannot remove a hook: it stays for as long as the process

    def on_event(self, event: str, args: tuple[Any, ...]) -> None:
        if event in self.EVENTS or (event == "open" and args[2] & self.WRITE_FLAGS):
            with contextlib.suppress(Exception):
                path = os.path.abspath(os.fsdecode(args[0]))  # noqa: PTH100 - called for each audit event of a test
                self.is_modified = self.is_modified or path in self.before or path + os.sep == self.prefix
