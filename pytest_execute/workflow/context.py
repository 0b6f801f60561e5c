"""Context of a judgement: the plan, the policy and the history, read before the first test runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.core.detect_source import may_be_implementation, with_named_files
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.core.plan import Plan
from pytest_execute.core.plan_parts import resolve_scope
from pytest_execute.core.plan_paths import place_paths
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.stricter_policy import WeakerKey, join_policies
from pytest_execute.engine.settings import PytestOptions, Settings, settings_for
from pytest_execute.replay.older_roots import older_roots
from pytest_execute.tools import git_diff
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.commit_range import CommitRange, commit_range
from pytest_execute.tools.git import Git, Tree
from pytest_execute.workflow.closed_topics import refuse_closed
from pytest_execute.workflow.imported_modules import CheckedOut
from pytest_execute.workflow.layout import directories_in, project_layout, source_files
from pytest_execute.workflow.project import Project, find_project, policy_at_base, prefix_of
from pytest_execute.workflow.request import Request

T = TypeVar("T")


class Context(Struct, frozen=True, kw_only=True):
    """Facts that are known before the first test runs. Paths of `layout` and `tree` begin at the top of the repository.

    `changed_files` are those that the topic changed. `policy` is what counts: that of base, where head is not stricter.
    `weaker_keys` are those that head made weaker; with `is_prepare_new`, head has the first `prepare`. The `source` of
    a policy begins at the top as well. Plan and reports see paths from `home`. Older trees also import modules from
    `older_roots`.
    """

    request: Request
    plan: Plan
    scope: Scope
    policy: Policy
    policy_at_base: Policy
    home: Path
    policy_at_head: Policy
    weaker_keys: tuple[WeakerKey, ...]
    is_prepare_new: bool
    git: Git
    commit_range: CommitRange
    layout: Layout
    tree: Tree
    changed_files: tuple[str, ...]
    older_roots: tuple[str, ...]
    cache: ResultCache

    @property
    def root(self) -> Path:
        return self.request.root

    @property
    def notes(self) -> str:
        """Return the directory of the plans, relative to the home."""
        return self.relative(self.layout.notes)

    @property
    def source_files(self) -> tuple[str, ...]:
        """Return the files of the implementation, relative to the home; a link to no file is none."""
        return tuple(map(self.relative, source_files(self.tree, self.layout, self.git.work_tree)))

    @property
    def unknown_code(self) -> tuple[str, ...]:
        """Return the changed Python files that are neither tests nor known to be implementation."""
        layout = self.layout
        return tuple(
            path
            for path in self.changed_files
            if path in self.tree and may_be_implementation(path, layout) and not layout.is_source(path)
        )

    @property
    def changed_tests(self) -> frozenset[str]:
        """Return the changed files below pytest's root directory that are no implementation, as seen from there."""
        layout = self.layout
        below = (path for path in self.changed_files if path.startswith(layout.prefix) and not layout.is_source(path))
        return frozenset(path.removeprefix(layout.prefix) for path in below)

    @property
    def checked_out(self) -> CheckedOut:
        return CheckedOut(self.layout, self.tree, self.git.work_tree)

    @property
    def selected_tasks(self) -> set[str]:
        """Return the ids of the tasks in the scope."""
        if self.scope.is_partial:
            return set(self.plan.select(self.scope.streams, self.scope.tasks))
        return {task.id for task in self.plan.tasks}

    def rerun_settings(self, options: PytestOptions) -> Settings:
        """Return the settings for all trees that tests are run again in."""
        return settings_for(self.git, self.layout, self.tree, options, self.policy.prepare, self.older_roots)

    def relative(self, path: str) -> str:
        """Return a path of the repository as seen from the home."""
        return path.removeprefix(self.layout.home)


def read_context(request: Request, scratch: Path, cache: ResultCache) -> Context:
    """Read the plan, the policy and the history. Raises ExecuteError with the problems of all three."""
    problems: list[Problem] = []
    git = _collect_problems(problems, lambda: _repository(request, scratch))
    found = _collect_problems(problems, lambda: find_project(request.root, request.notes, request.work_tree))
    project = found or Project(policy_home=request.root, home=request.root, notes=request.notes or "notes")
    plan = _collect_problems(problems, lambda: breakdown.load_plan(project.home, project.notes, request.topic))
    if git is None or found is None or plan is None:
        raise ExecuteError(*problems)
    scope = resolve_scope(plan, request.scope)
    prefix, home = _prefix(git, request.root), prefix_of(project.home, git.work_tree)
    named = [home + path for path in plan.named_paths]
    if request.commit is None:
        refuse_closed(project, request.topic)
    commits = commit_range(git, home + plan.path, request.base, request.commit or request.index, named)
    head = project.policy_from(git.work_tree)
    committed = policy_at_base(git, commits, prefix)
    base = committed or Policy(prepare=head.prepare)  # a first topic may need to build something
    policy, weaker_keys = join_policies(base, head)
    tree = git.tree(commits.tree)
    known = Layout(
        prefix=prefix,
        home=home,
        tests=tuple(prefix + path for path in request.testpaths),
        patterns=request.patterns,
        notes=home + project.notes,
        roots=directories_in(git.work_tree, request.module_path),
    )
    plan = place_paths(plan, prefix.removeprefix(home), [path.removeprefix(home) for path in tree])
    changed = (set(git_diff.changed_files(git, before, commits.tree)) for before in commits.before)
    changed_files = tuple(sorted(set.intersection(*changed)))
    layout = with_named_files(project_layout(git, tree, policy, known), plan, {*tree, *changed_files}, changed_files)
    return Context(
        request=request,
        plan=plan,
        scope=scope,
        policy=policy,
        policy_at_base=base,
        policy_at_head=head,
        weaker_keys=weaker_keys,
        is_prepare_new=committed is None and bool(head.prepare),
        home=project.home,
        git=git,
        commit_range=commits,
        layout=layout,
        tree=tree,
        changed_files=changed_files,
        older_roots=older_roots(git, commits, layout, tree),
        cache=cache,
    )


def _collect_problems(problems: list[Problem], step: Callable[[], T]) -> T | None:
    """Return the value of a step; where it raises ExecuteError, add its problems to `problems` and return None."""
    try:
        return step()
    except ExecuteError as error:
        problems.extend(error.problems)
        return None


def _repository(request: Request, scratch: Path) -> Git:
    if request.repository is None or request.work_tree is None:
        return Git.find(request.root).with_scratch(scratch, request.outputs)
    return Git(Git.find(request.repository).git_dir, request.work_tree, scratch)


def _prefix(git: Git, root: Path) -> str:
    """Return the path from the top of the repository to the root directory, "" or with a slash at its end."""
    try:
        return prefix_of(root, git.work_tree)
    except ValueError:
        remedy = "run pytest in the repository, or pass --rootdir"
        hint = f"pytest's root directory is not in the repository at {git.work_tree}: {remedy}"
        raise ExecuteError(Problem("no-git", hint, str(root))) from None
