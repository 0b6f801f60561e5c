"""Finds the functions that the topic changed, with the tasks they belong to, and the stubs to try on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from pytest_execute.core.evidence import Mutant
from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import Ownership
from pytest_execute.core.policy import Exemption
from pytest_execute.mutation.changed_functions import changed_functions, functions_at_base
from pytest_execute.mutation.functions import Function
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_files

FunctionNames = frozenset[tuple[str, str]]
"""Functions as (path, name)."""


class Target(Struct, frozen=True):
    """Function that the topic added or changed, with the ids of its tasks.

    `name` is written as `app.x:f`, and `path` is its file in the tree.
    """

    name: str
    path: str
    function: Function
    tasks: tuple[str, ...]

    @property
    def lines(self) -> frozenset[int]:
        """Return the lines of the function, from its `def` to its end."""
        return frozenset(range(self.function.line, self.function.end + 1))

    @property
    def key(self) -> str:
        """Path and name of the function, which no other function in the tree has."""
        return f"{self.path}:{self.function.name}"


class NumberedTargets:
    """Targets with the numbers by which a child process knows them.

    `positions` has `{path: [(line, column, number)]}`, `numbers` has `{key: number}`.
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        self.targets = targets
        self.numbers = {target.key: number for number, target in enumerate(targets)}
        self.positions: dict[str, list[tuple[int, int, int]]] = {}
        for number, target in enumerate(targets):
            position = (target.function.line, target.function.column, number)
            self.positions.setdefault(target.path, []).append(position)

    def __getitem__(self, number: int) -> Target:
        return self.targets[number]

    def __len__(self) -> int:
        return len(self.targets)

    def switches(self) -> dict[str, str]:
        """Return `{path: positions of its switches}` as texts for cache keys.

        They do not depend on the targets of other files.
        """
        return {
            path: " ".join(f"{line}:{column}" for line, column, _ in positions)
            for path, positions in self.positions.items()
        }


def find_targets(git: Git, commits: CommitRange, layout: Layout, ownership: Ownership) -> tuple[Target, ...]:
    """Return the functions that the topic changed, with the tasks they belong to."""
    roots = sorted(layout.import_roots(git.tree(commits.tree)), key=len, reverse=True)
    changed = _changed(git, layout, commits.before, commits.tree)
    bringing = ownership.commits if changed else ()
    changed_by = {commit: _names(_changed(git, layout, *_ends(git, commits, commit))) for commit in bringing}
    return tuple(
        Target(
            name=f"{module_name(path, roots)}:{function.name}",
            path=path,
            function=function,
            tasks=_tasks(ownership, path, function, changed_by),
        )
        for path, functions in changed.items()
        for function in functions
    )


def find_targets_at_base(git: Git, commits: CommitRange, layout: Layout) -> tuple[Target, ...]:
    """Return the functions that base has, as they are today, if another value can be returned in their place."""
    roots = sorted(layout.import_roots(git.tree(commits.tree)), key=len, reverse=True)
    paths = {path for tree in (commits.base, commits.tree) for path in git.tree(tree) if layout.is_source(path)}
    found = functions_at_base(git.contents(commits.base, paths), git.contents(commits.tree, paths))
    return tuple(
        Target(f"{module_name(path, roots)}:{function.name}", path, function, ())
        for path, functions in found.items()
        for function in functions
        if {*function.stubs} - {"raise"}
    )


def _ends(git: Git, commits: CommitRange, commit: str) -> tuple[Sequence[str], str]:
    """Return the trees before and after a commit."""
    if commit == commits.snapshot:
        return commits.snapshot_parents, commits.tree
    return commits.commits.get(commit) or (git.empty_tree(),), commit


def _names(functions: Mapping[str, Sequence[Function]]) -> FunctionNames:
    return frozenset((path, function.name) for path, some in functions.items() for function in some)


def _changed(git: Git, layout: Layout, before: Sequence[str], new: str) -> dict[str, tuple[Function, ...]]:
    """Return the functions of the implementation that differ from all trees `before`, by path."""
    first, *others = [_changed_since(git, layout, old, new) for old in before]
    names = frozenset.intersection(_names(first), *map(_names, others))
    kept = {path: tuple(each for each in some if (path, each.name) in names) for path, some in first.items()}
    return {path: functions for path, functions in kept.items() if functions}


def _changed_since(git: Git, layout: Layout, old: str, new: str) -> dict[str, tuple[Function, ...]]:
    paths = {path for path in changed_files(git, old, new) if path.endswith(".py")}
    if not any(map(layout.is_source, paths)):
        return {}
    changed = changed_functions(git.contents(old, paths), git.contents(new, paths))
    return {path: functions for path, functions in changed.items() if layout.is_source(path)}


def _tasks(
    ownership: Ownership, path: str, function: Function, changed_by: Mapping[str, FunctionNames]
) -> tuple[str, ...]:
    """Return the tasks of a function; all commits that changed its own code have brought it."""
    commits = [commit for commit, names in changed_by.items() if (path, function.name) in names]
    return ownership.tasks(path, range(function.line, function.end + 1), commits)


def module_name(path: str, roots: Iterable[str]) -> str:
    """Return the dotted name of the module in a file.

    >>> module_name("src/app/x.py", ["src", ""])
    'app.x'
    """
    root = next((root for root in roots if not root or path.startswith(f"{root}/")), "")
    parts = path[len(root) :].lstrip("/").removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def split_targets(targets: Iterable[Target], exempt: Mapping[str, str]) -> tuple[tuple[Target, ...], list[Mutant]]:
    """Return the targets to try, and a mutant for each other one, which is exempt or cannot be stubbed."""
    to_try: list[Target] = []
    others: list[Mutant] = []
    for target in targets:
        reason = exempt.get(target.name, "")
        if target.function.stubs and not reason:
            to_try.append(target)
            continue
        others.append(
            Mutant(
                function=target.name,
                path=target.path,
                line=target.function.line,
                tasks=target.tasks,
                state="exempt" if reason else "unproven" if target.function.is_unknown else "not-applicable",
                detail=reason or target.function.no_stub_reason,
            )
        )
    return tuple(to_try), others


def exemption_reasons(exempt: Iterable[Exemption]) -> dict[str, str]:
    """Return `{function: reason}` of exemptions."""
    return {each.function: each.reason for each in exempt}
