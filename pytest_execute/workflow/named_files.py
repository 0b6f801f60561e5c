"""Files that the plan names: what the topic made of them since base."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from pytest_execute.breakdown.markdown_links import broken_links
from pytest_execute.core.code_files import is_code
from pytest_execute.core.evidence import Evidence, NamedFile
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.core.plan import Task
from pytest_execute.tools.git import Tree
from pytest_execute.tools.git_diff import changed_files
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.request import Rerun, RunResult

Contents = Mapping[str, bytes]
WHOLE_FILE = range(1, 2**31)


def add_named_files(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add what became of each file that the plan names."""
    turning = turning_commits(context.plan, run.manifest, evidence.proofs or {})
    return replace(evidence, named_files=named_files(context, turning))


def named_files(context: Context, turning: Mapping[str, frozenset[str]]) -> dict[str, NamedFile]:
    """Return each file and directory of the plan by its path. `turning` has the form of `turning_commits`."""
    comparison = _Comparison(context)
    found = {ref.path: comparison.compare(ref.path) for task in context.plan.tasks for ref in task.files}
    ownership = Ownership(context.plan, turning, context.layout.home)
    for task in context.plan.tasks:
        if task.no_tests is not None:
            for path in dict.fromkeys(ref.path for ref in task.files):
                found[path] = comparison.look_closer(found[path], task, ownership)
    return found


class _Comparison:
    """Compares files of the tree that is judged with those of base, and of what came from elsewhere since."""

    def __init__(self, context: Context) -> None:
        self._context, self._layout, self._today = context, context.layout, context.tree
        self._before: list[Tree] = [context.git.tree(commit) for commit in context.commit_range.before]
        paths = self._today.keys() | {path for tree in self._before for path in tree}
        self._differing = {
            path for path in paths if all(tree.get(path) != self._today.get(path) for tree in self._before)
        }

    def compare(self, path: str) -> NamedFile:
        """Return whether a file, or some file in a directory, has changed."""
        changed = self._changed_in(path)
        is_test = bool(changed) and all(map(self._layout.is_overlaid, changed))
        return NamedFile(path=path, is_changed=bool(changed), is_test=is_test)

    def look_closer(self, file: NamedFile, task: Task, ownership: Ownership) -> NamedFile:
        """Return all that counts of a file of a task without tests."""
        changed = self._changed_in(file.path)
        named = {*changed, *({self._whole(file.path)} & self._today.keys())}
        written, before = self._contents(named)
        beside = self._brought_with(set(changed)) if changed else ()
        return replace(
            file,
            is_changed=any(all(_text(written, path) != _text(old, path) for old in before) for path in changed),
            is_empty=bool(written) and not any(_text(written, path) for path in written),
            broken_links=tuple(self._broken_links(written)),
            code=self._relative(path for path in named if is_code(path, self._layout)),
            code_beside=self._relative(
                path for path, commits in beside if not set(ownership.tasks(path, WHOLE_FILE, commits)) - {task.id}
            ),
        )

    def _whole(self, path: str) -> str:
        return self._layout.home + path.rstrip("/")

    def _changed_in(self, path: str) -> list[str]:
        """Return the changed files that are `path` or below it."""
        whole = self._whole(path)
        return sorted(each for each in self._differing if each == whole or each.startswith(f"{whole}/"))

    def _relative(self, paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({self._context.relative(path) for path in paths}))

    def _contents(self, paths: Collection[str]) -> tuple[Contents, list[Contents]]:
        """Return the contents of these files today, and in each tree before."""
        git, commits = self._context.git, self._context.commit_range
        return git.contents(commits.tree, paths), [git.contents(commit, paths) for commit in commits.before]

    def _broken_links(self, written: Contents) -> Iterator[str]:
        for path, content in written.items():
            if path.endswith(".md"):
                for line, target in broken_links(content.decode(errors="replace"), path, self._today):
                    yield f"{self._context.relative(path)}:{line}: {target}"

    def _brought_with(self, paths: set[str]) -> Iterator[tuple[str, set[str]]]:
        """Yield the files of the implementation that changed in a commit with one of `paths`, and these commits."""
        found: dict[str, set[str]] = {}
        for commit, changed in changed_by_commit(self._context):
            if not paths.isdisjoint(changed):
                for path in filter(self._layout.is_source, (changed - paths) & self._differing):
                    found.setdefault(path, set()).add(commit)
        yield from sorted(found.items())


def changed_by_commit(context: Context) -> Iterator[tuple[str, set[str]]]:
    """Yield the topic's commits, without merges, and the files that each changed."""
    git, commits = context.git, context.commit_range
    for commit, parents in commits.commits.items():
        if len(parents) == 1:
            yield commit, set(changed_files(git, parents[0], commit))
    if commits.snapshot is not None and len(commits.snapshot_parents) == 1:
        yield commits.snapshot, set(changed_files(git, commits.head, commits.tree))


def _text(contents: Contents, path: str) -> bytes:
    """Return the content of a file without white space; of one that is not there, nothing."""
    return b"".join(contents.get(path, b"").split())
