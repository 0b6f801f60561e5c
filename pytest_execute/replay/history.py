"""History of a topic as steps of the replay: an overlay tree for each commit, and the forms of tests in it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from msgspec import Struct

from pytest_execute.core.layout import Layout
from pytest_execute.replay.cache import ParseCache
from pytest_execute.replay.definitions import TestForms
from pytest_execute.replay.file_parts import FileParts, split_file
from pytest_execute.replay.hollow_code import hollow, new_definitions
from pytest_execute.replay.mentions import asked_words, find_words
from pytest_execute.replay.overlay import overlay, tree_id
from pytest_execute.replay.renaming import Code
from pytest_execute.replay.steps import Step, TestForm
from pytest_execute.replay.support_files import Accesses, SupportFiles
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Entry, Git, Tree
from pytest_execute.tools.git_write import write_blob


class TopicHistory(Struct, frozen=True):
    """Commits of a topic, in their repository, and the layout of the project."""

    git: Git
    commits: CommitRange
    layout: Layout


class StepBuilder:
    """Makes the steps of a history, for tests in the files `paths`.

    `trees` holds the commits' own trees and all trees composed of them.
    """

    def __init__(self, topic: TopicHistory, paths: set[str], parsed: ParseCache) -> None:
        self.git, self.commits, self.layout = topic.git, topic.commits, topic.layout
        self.paths, self.parsed = paths, parsed
        parents = [parent for parents in self.commits.commits.values() for parent in parents]
        parents += self.commits.snapshot_parents
        self.trees = self.git.trees([self.commits.tree, self.commits.base, *self.commits.commits, *parents])
        self.today = self.trees[self.commits.tree]
        self.steps: dict[str, Step] = {}
        self.support_files = SupportFiles(
            self.trees, self.layout, frozenset(self.paths), self._parts, self._words, self._asked_words
        )

    @functools.cached_property
    def forms(self) -> TestForms:
        """Forms of tests, with all files read at once; not needed where all forms are cached."""
        forms = TestForms(self.today, self.layout, self.git.blobs)
        forms.load(tree[path].oid for tree in self.trees.values() for path in self.paths if path in tree)
        return forms

    def all_steps(self) -> list[Step]:
        """Return the steps from base to head, and the work that comes after head, parents before children."""
        base = self._step(self.commits.base, self.commits.base, ())
        steps = [base]
        for commit, parents in self.commits.commits.items():
            steps.append(self._step(commit, commit, self._parent_steps(parents) or (base,)))
        if self.commits.snapshot is not None:
            parents = self.commits.snapshot_parents
            steps.append(self._step(self.commits.snapshot, self.commits.tree, self._parent_steps(parents)))
        return steps

    def _parent_steps(self, parents: Iterable[str]) -> tuple[Step, ...]:
        """Return the steps of some commits; those that branched off before base have no parents here."""
        return tuple(self.steps.get(parent) or self._step(parent, parent, ()) for parent in parents)

    def removed_tests(self, steps: Sequence[Step]) -> dict[str, Step]:
        """Return the tests that came after base and are gone today, each with the last step that had it."""
        key = f"gone {sorted(self.paths)} {self.commits.base} {[step.own_tree for step in steps]}"
        removed = self.parsed.get(key, lambda: self._removed_tests(steps), dict[str, int])
        return {test: steps[index] for test, index in removed.items()}

    def _removed_tests(self, steps: Sequence[Step]) -> dict[str, int]:
        base, own_trees = self.trees[self.commits.base], [self.trees[step.own_tree] for step in steps[1:]]
        return {
            "::".join((path.removeprefix(self.layout.prefix), *names)): 1 + index
            for path in sorted(self.paths & self.today.keys())
            for names, index in self.forms.dropped(own_trees, base, path).items()
        }

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def compose(self, code: str, tests: str) -> str:
        """Return the id of a tree with the code of one commit's own tree and the tests of another's."""
        composed = overlay(self.trees[code], self.trees[tests], self.layout, self.paths)
        self.trees[tree := tree_id(composed)] = composed
        return tree

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def hollow(self, code: str, before: str, names: frozenset[str] | None = None) -> str:
        """Return the id of a commit's own tree whose functions that `before` has not do nothing; only `names` if given.

        The id is `code` where there are none.
        """
        is_taken = (lambda _: True) if names is None else names.__contains__
        changes: Tree = {}
        files = self.code_between(before, code)
        for path, new in files.new.items():
            if (source := hollow(new, files.old.get(path, b""), is_taken)) != new:
                changes[path] = Entry(self.trees[code][path].mode, write_blob(self.git, source))
        if not changes:
            return code
        self.trees[tree := tree_id(self.trees[code] | changes)] = self.trees[code] | changes
        return tree

    def differ(self, one: str, other: str, test: str, accesses: Accesses) -> bool:
        """Return whether something that a test uses on the tests' side differs between two commits' own trees."""
        return self.support_files.differ(one, other, test, accesses)

    def new_words(self, one: str, other: str, test: str) -> frozenset[str]:
        """Return the words by which the files that a test may use ask in `one`, and not in `other`."""
        return self.support_files.new_words(one, other, test)

    def new_definitions(self, code: str, before: str) -> frozenset[str]:
        """Return the names of the functions that `code` has and `before` has not."""
        files = self.code_between(before, code)
        return frozenset(
            name for path, new in files.new.items() for name in new_definitions(new, files.old.get(path, b""))
        )

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def code_between(self, old: str, new: str) -> Code:
        """Return the Python files of the implementation that differ between two commits' own trees."""
        changed = {path for path, _ in self.trees[old].items() ^ self.trees[new].items() if path.endswith(".py")}
        paths = [path for path in sorted(changed) if path not in self.paths and not self.layout.is_test(path)]
        return Code(self.contents(old, paths), self.contents(new, paths))

    def contents(self, tree: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of those files that a tree has."""
        entries = {path: self.trees[tree][path] for path in paths if path in self.trees[tree]}
        self.forms.load(entry.oid for entry in entries.values())
        return {path: self.forms.source(entry.oid) for path, entry in entries.items()}

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _form(self, own_tree: str, test: str) -> TestForm | None:
        return self.parsed.get(
            f"{own_tree} {test}", lambda: self.forms.form_in(self.trees[own_tree], test), TestForm | None
        )

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _parts(self, oid: str) -> FileParts | None:
        return self.parsed.get(f"parts {oid}", lambda: split_file(self.forms.source(oid)), FileParts | None)

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _words(self, oid: str) -> frozenset[str]:
        return frozenset(self.parsed.get(f"words {oid}", lambda: find_words(self.forms.source(oid)), frozenset[str]))

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _asked_words(self, oid: str) -> frozenset[str]:
        return frozenset(self.parsed.get(f"asked {oid}", lambda: asked_words(self.forms.source(oid)), frozenset[str]))

    def _step(self, commit: str, own_tree: str, parents: tuple[Step, ...]) -> Step:
        form = functools.partial(self._form, own_tree)
        self.steps[commit] = Step(commit, self.compose(own_tree, self.commits.tree), own_tree, parents, form)
        return self.steps[commit]
