"""Snapshots of the files below a directory, which show any change to them."""

from __future__ import annotations

import contextlib
import os

Snapshot = dict[str, tuple[int, ...]]
"""Path to (mode,) for a directory, to (mode, inode, size, mtime, ctime) for anything else."""


def take_snapshot(directory: str) -> Snapshot:
    """Return everything below `directory`; links are not followed. No program can set back a file's ctime."""
    snapshot: Snapshot = {}
    todo = [directory]
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                stat = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    snapshot[entry.path] = (stat.st_mode,)
                    todo.append(entry.path)
                else:
                    snapshot[entry.path] = (stat.st_mode, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return snapshot
