"""Values that the replay works on: the steps of a history."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Step(Struct, frozen=True):
    """Commit, "index" or "worktree", with the steps of its parents.

    `tree` is the id of its overlay, `own_tree` names the commit's own tree. `name_of` returns the nodeid, without
    parameters, that a test had in the commit's own tests, None where they did not have it.
    """

    commit: str
    tree: str
    own_tree: str
    parents: tuple[Step, ...]
    name_of: Callable[[str], str | None]
