"""Make a git directory of our own: it has the user's objects, and no settings, hooks, grafts and attributes of his."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pytest_execute.tools.git_process import GitProcess, own_environment

FETCHING = ("extensions.partialclone", "remote.", "url.", "http.", "credential.", "protocol.", "ssh.")
FETCHING_CORE = ("core.askpass", "core.gitproxy", "core.sshcommand")
"""Beginnings of the settings by which git fetches objects that a partial clone lacks (git 2.39 to 2.51)."""

CONFIG = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = {}\n"


def make_git_directory(directory: Path, user: GitProcess) -> GitProcess:
    """Make a git directory beside the objects of the user's repository, and return how git is started in it.

    It is bare: attributes of the work tree, such as a conversion before files are compared, count for nothing.
    """
    answer = user.run("rev-parse", "--show-object-format", "--path-format=absolute", "--git-common-dir")
    object_format, _, path = answer.removesuffix(b"\n").partition(b"\n")
    common = Path(os.fsdecode(path))
    for needed in ("refs", "objects/info"):
        (directory / needed).mkdir(parents=True, exist_ok=True)
    (directory / "HEAD").write_text("ref: refs/heads/none\n")
    (directory / "config").write_text(CONFIG.format(object_format.decode()))
    (directory / "objects/info/alternates").write_bytes(_quoted(os.fsencode(common / "objects")) + b"\n")
    if (common / "shallow").exists():
        shutil.copyfile(common / "shallow", directory / "shallow")
    is_partial = any((common / "objects/pack").glob("*.promisor"))
    env = own_environment(_fetch_settings(user) if is_partial else ())
    return GitProcess(user.directory, env | {"GIT_DIR": str(directory)})


def _quoted(path: bytes) -> bytes:
    r"""Return a path as git reads it in a file with a path in each line.

    >>> _quoted(b'/a:"b'), _quoted(b'/a\nb')
    (b'/a:"b', b'"/a\\nb"')
    """
    if b"\n" not in path:
        return path
    return b'"' + path.replace(b"\\", rb"\\").replace(b'"', rb"\"").replace(b"\n", rb"\n") + b'"'


def _fetch_settings(user: GitProcess) -> list[tuple[str, str]]:
    """Return the user's settings by which git fetches objects."""
    found = []
    for record in user.run("config", "--list", "-z").split(b"\0"):
        name, has_value, value = os.fsdecode(record).partition("\n")
        if name.startswith((*FETCHING, *FETCHING_CORE)):
            found.append((name, value if has_value else "true"))
    return found
