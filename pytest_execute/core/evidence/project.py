"""Facts of the repository: its history, the files that the plan names, and commands that were run."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class History(Struct, frozen=True, kw_only=True):
    """Range of git history that is judged. Paths are relative to the top of the repository.

    `head` is a commit; `snapshot` names work that comes after it, if any, and `uncommitted` its files. The replay takes
    `overlay_paths` from today. Modules are imported from `import_roots`; `prefix` leads to the project. `prepare` is
    the command that builds what tests need.
    """

    base: str
    head: str
    snapshot: Literal["index", "worktree"] | None = None
    shallow: bool = False
    uncommitted: tuple[str, ...] = ()
    overlay_paths: tuple[str, ...] = ()
    import_roots: tuple[str, ...] = ()
    prefix: str = ""
    prepare: tuple[str, ...] = ()


class NamedFile(Struct, frozen=True, kw_only=True):
    """File or directory that the plan names, compared with base. Paths are relative to the root directory.

    It `is_changed` where more than white space differs, and `is_test` where only tests or notes do. The rest is looked
    for only where a task without tests names it: `broken_links` of Markdown files, as "path:line: target"; `code` in
    it; and `code_beside`, which came in the same commits and belongs to no other task.
    """

    path: str
    is_changed: bool = False
    is_test: bool = False
    is_empty: bool = False
    broken_links: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    code_beside: tuple[str, ...] = ()


class CommandResult(Struct, frozen=True):
    """Exit status of a command of the policy, and the last line that it printed."""

    command: tuple[str, ...]
    status: int
    output: str = ""
