"""Values that the replay works on: the steps of a history, and the forms that a test had in them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class TestForm(Struct, frozen=True):
    """Test, without its parameters, as it was in a commit: its nodeid there, and a fingerprint of its definition."""

    __test__ = False  # pytest would collect it from a test module that imports it

    test: str
    fingerprint: str


class Step(Struct, frozen=True):
    """Commit, "index" or "worktree", with the steps of its parents.

    `tree` is the id of its overlay, `own_tree` names the commit's own tree. `form` returns the form that a test had in
    the commit's own tests, None where they did not have it.
    """

    commit: str
    tree: str
    own_tree: str
    parents: tuple[Step, ...]
    form: Callable[[str], TestForm | None]
