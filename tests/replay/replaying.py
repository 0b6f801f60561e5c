"""The replay of a real repository, as a judgement would start it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from pytest_execute.core.detect_source import detect_source
from pytest_execute.core.evidence import Proof
from pytest_execute.core.layout import Layout
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.replay.history import TopicHistory
from pytest_execute.replay.older_roots import older_roots
from pytest_execute.replay.prove import ReplayRequest, prove
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from tests.repository import Repository
from tests.topic import OWN_PLUGINS

BREAKDOWN = "notes/t/breakdown.md"
ONE_WORKER = PytestOptions(workers=1)
"""One worker costs one start of pytest; the trees that it replays are the same."""


def replay(
    repo: Repository,
    tests: Iterable[str],
    base: str | None = None,
    *,
    pytest: PytestOptions = ONE_WORKER,
    prepare: tuple[str, ...] = (),
    turns: bool = False,
    cache: ResultCache | None = None,
) -> dict[str, Proof]:
    """Prove `tests` from `base` on, and see that the user's repository is as it was."""
    before = repo.state()
    scratch = repo.path.parent / "scratch"
    git = Git.find(repo.path).with_scratch(scratch)
    commits = commit_range(git, BREAKDOWN, base)
    today = git.tree(commits.tree)
    layout = Layout(source=detect_source(today, Layout()))
    pytest = structs.replace(pytest, arguments=(*OWN_PLUGINS, *pytest.arguments))
    settings = settings_for(git, layout, today, pytest, prepare, older_roots(git, commits, layout, today))
    request = ReplayRequest(tests=dict.fromkeys(tests, 0.0), settings=settings, turns=tuple(tests) if turns else ())
    history = TopicHistory(git, commits, layout)
    proofs = prove(history, request, scratch / "trees", cache or ResultCache(None, print))
    assert repo.state() == before
    return proofs
