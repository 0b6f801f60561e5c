"""What stands below a directory. Also loaded by its path in the processes that run tests."""

from __future__ import annotations

import contextlib
import os

Marks = dict[str, tuple[int, ...]]


def take_snapshot(place: str) -> Marks:
    """All below `place`, links not followed, each with marks that change with it: nobody can set a file's time of change back."""
    found: Marks = {}
    todo = [place]
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                stat = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    found[entry.path] = (stat.st_mode,)
                    todo.append(entry.path)
                else:
                    found[entry.path] = (stat.st_mode, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return found
