"""What a tree is to those who looked at some of it: the same words say where two trees differ, and what one tree is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.engine.dependencies import ALL_PATHS, STDLIB_NAMES, TreeContents, changed_accesses, shadowed_modules
from pytest_execute.tools.git import Entry, Tree

NAMES = st.sampled_from(["a", "b", "a.py", "b.py", ".a", "a.b.c", "uuid.py", "json"])
ENTRIES = st.builds(Entry, st.sampled_from(["100644", "100755"]), st.sampled_from("12"))
LINK = Entry("120000", "1")


def written(tree: Tree) -> Tree:
    """The same without files that stand where there are directories."""
    return {path: entry for path, entry in tree.items() if not any(other.startswith(path + "/") for other in tree)}


TREES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), ENTRIES, max_size=6).map(written)
PLACES = st.lists(NAMES, max_size=3).map("/".join)
WORDS = st.one_of(
    PLACES.filter(bool),
    PLACES.map(lambda place: f"{place or '.'}/"),
    NAMES.map("?{}".format),
    NAMES.map("?{}/".format),
    st.sampled_from([ALL_PATHS, STDLIB_NAMES]),
)


@given(TREES, TREES, WORDS)
def test_where_two_trees_differ_is_where_they_are_something_else(one: Tree, other: Tree, word: str) -> None:
    differ = changed_accesses(TreeContents(one), TreeContents(other))
    assert differ is not None
    assert (word in differ) == (TreeContents(one).describe(word) != TreeContents(other).describe(word))


@given(TREES, TREES)
def test_what_could_hide_modules_of_python_is_a_word(one: Tree, other: Tree) -> None:
    if TreeContents(one).describe(STDLIB_NAMES) == TreeContents(other).describe(STDLIB_NAMES):
        assert shadowed_modules(one) == shadowed_modules(other)
    assert shadowed_modules(one) <= {"uuid", "json"}


def between(one: Tree, other: Tree) -> frozenset[str]:
    differ = changed_accesses(TreeContents(one), TreeContents(other))
    assert differ is not None
    return differ


def test_content_is_nothing_to_who_only_lists() -> None:
    one, other = {"docs/a.md": Entry("100644", "1")}, {"docs/a.md": Entry("100644", "2")}
    assert between(one, other) == {"docs/a.md", "?a.md"}


def test_a_new_file_is_something_to_its_directory_and_to_who_may_import_it() -> None:
    one = {"src/a.py": Entry("100644", "1")}
    words = between(one, {**one, "src/b.py": Entry("100644", "1"), "docs/x/y.md": Entry("100644", "1")})
    assert {"src/", "src/b", "src/b.py", "?b.py", "?src/", "./", "docs", "?docs", "docs/x/y.md", ALL_PATHS} <= words
    assert words.isdisjoint({"src", "src/a", "src/a.py", "?a.py", "?src", "tests/"})


def test_links_may_lead_anywhere() -> None:
    one = {"a": Entry("100644", "1")}
    for other in ({**one, "l": LINK}, {"a": LINK}):
        assert changed_accesses(TreeContents(one), TreeContents(other)) is None
        assert TreeContents(one).links != TreeContents(other).links
    assert changed_accesses(TreeContents({"l": LINK}), TreeContents({"l": LINK})) == frozenset()
