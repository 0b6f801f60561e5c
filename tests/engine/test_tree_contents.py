"""Accesses: two trees differ for an access if and only if its description differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.engine.child.accesses import ALL_PATHS, STDLIB_NAMES
from pytest_execute.engine.tree_contents import TreeContents, changed_accesses, shadowed_modules
from pytest_execute.tools.git import Entry, Tree

NAMES = st.sampled_from(["a", "b", "a.py", "b.py", ".a", "a.b.c", "uuid.py", "json"])
ENTRIES = st.builds(Entry, st.sampled_from(["100644", "100755"]), st.sampled_from("12"))
LINK = Entry("120000", "1")


def without_clashes(tree: Tree) -> Tree:
    """Return the tree without files where it has directories of the same path."""
    return {path: entry for path, entry in tree.items() if not any(other.startswith(path + "/") for other in tree)}


TREES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), ENTRIES, max_size=6).map(without_clashes)
DIRECTORIES = st.lists(NAMES, max_size=3).map("/".join)
ACCESSES = st.one_of(
    DIRECTORIES.filter(bool),
    DIRECTORIES.map(lambda path: f"{path or '.'}/"),
    NAMES.map("?{}".format),
    NAMES.map("?{}/".format),
    st.sampled_from([ALL_PATHS, STDLIB_NAMES]),
)


@given(TREES, TREES, ACCESSES)
def test_an_access_has_changed_if_its_description_has(one: Tree, other: Tree, access: str) -> None:
    changed = changed_between(one, other)
    assert (access in changed) == (TreeContents(one).describe(access) != TreeContents(other).describe(access))


@given(TREES, TREES)
def test_trees_with_the_same_stdlib_names_shadow_the_same_modules(one: Tree, other: Tree) -> None:
    if TreeContents(one).describe(STDLIB_NAMES) == TreeContents(other).describe(STDLIB_NAMES):
        assert shadowed_modules(one) == shadowed_modules(other)
    assert shadowed_modules(one) <= {"uuid", "json"}


def changed_between(one: Tree, other: Tree) -> frozenset[str]:
    changed = changed_accesses(TreeContents(one), TreeContents(other))
    assert changed is not None
    return changed


def test_new_content_changes_no_listing() -> None:
    one, other = {"docs/a.md": Entry("100644", "1")}, {"docs/a.md": Entry("100644", "2")}
    assert changed_between(one, other) == {"docs/a.md", "?a.md"}


def test_a_new_file_changes_listings_and_searches_for_its_module() -> None:
    one = {"src/a.py": Entry("100644", "1")}
    changed = changed_between(one, {**one, "src/b.py": Entry("100644", "1"), "docs/x/y.md": Entry("100644", "1")})
    assert {"src/", "src/b", "src/b.py", "?b.py", "?src/", "./", "docs", "?docs", "docs/x/y.md", ALL_PATHS} <= changed
    assert changed.isdisjoint({"src", "src/a", "src/a.py", "?a.py", "?src", "tests/"})


def test_a_link_that_differs_changes_all_accesses() -> None:
    one = {"a": Entry("100644", "1")}
    for other in ({**one, "l": LINK}, {"a": LINK}):
        assert changed_accesses(TreeContents(one), TreeContents(other)) is None
        assert TreeContents(one).links != TreeContents(other).links
    assert changed_accesses(TreeContents({"l": LINK}), TreeContents({"l": LINK})) == frozenset()
