"""Runs tests in the trees of a repository."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import PytestOptions, Settings
from pytest_execute.tools.git import Git
from tests.repository import Repository
from tests.topic import OWN_PLUGINS

ONE = "tests/test_a.py::test_a"


@contextlib.contextmanager
def tree_runner(
    repo: Repository,
    *arguments: str,
    work_tree: Path | None = None,
    top_modules: tuple[str, ...] = ("app",),
    installed: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Runner]:
    """Yield a runner that starts pytest with `arguments`, and check that it leaves nothing behind."""
    scratch = repo.path.parent / "scratch"
    settings = Settings(
        work_tree=str(work_tree or repo.path),
        roots=("src",),
        top_modules=top_modules,
        installed=dict(installed),
        prefix="",
        pytest=PytestOptions(arguments=(*OWN_PLUGINS[:3], *arguments)),
        memory=500 << 20,
    )
    with contextlib.closing(Runner(Git.find(repo.path).with_scratch(scratch), settings, scratch / "trees")) as runner:
        yield runner
    assert list((scratch / "trees").iterdir()) == []


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False
