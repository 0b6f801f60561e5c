"""What trees are run with: today's configuration, a clean environment, and limits."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import site
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import Git, Tree

LEAST = 1 << 30
"""Bytes that every test may take."""


class TimeLimits(Struct, frozen=True):
    """How long a test may take: `grace` seconds may pass, and `computing` of them be computed, besides `times` what it took today.

    Where the machine is busy more time passes, but no more is computed. `importing` is the part of the usual time that it may take
    before its tests begin.
    """

    grace: float = 10.0
    computing: float = 10.0
    times: float = 10.0
    importing: float = 1.0


DEFAULT_LIMITS = TimeLimits()
LimitsFor = Callable[[str], TimeLimits]
"""Says of a test how long it may take."""


class PytestOptions(Struct, frozen=True, kw_only=True):
    """How pytest is started in every tree.

    `config` is today's configuration file as (name, content), `arguments` are the options of every run, `workers` is the number of
    trees that run side by side.
    """

    config: tuple[str, bytes] = ("pytest.ini", b"[pytest]\n")
    arguments: tuple[str, ...] = ()
    workers: int = 2


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that runs in trees have in common. `roots` are relative to the tree, `prefix` leads from it to the root directory.

    `work_tree` is the user's checkout, `top_modules` are the project's own top-level modules, `memory` is the number of bytes that
    one process may take. `prepare` is the command that runs once in each tree. `seconds` maps tests to the time they took today.
    """

    work_tree: str
    roots: tuple[str, ...]
    top_modules: tuple[str, ...]
    prefix: str
    pytest: PytestOptions
    memory: int
    prepare: tuple[str, ...] = ()
    seconds: dict[str, float] = {}

    def fingerprint(self) -> str:
        """One word for all that a run in a tree depends on beside the tree: Python, what is installed, pytest's configuration."""
        installed = sorted(f"{each.name} {each.version}" for each in importlib.metadata.distributions())
        facts = (sys.version, _machine(), installed, self.pytest.config, self.pytest.arguments, self.roots)
        whole = repr((*facts, self.top_modules, self.prefix, self.prepare))
        return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def _machine() -> tuple[object, ...]:
    """What `platform.platform()` says, which starts a process to find it out."""
    return platform.system(), platform.release(), platform.machine(), platform.libc_ver()


def settings_for(
    git: Git,
    layout: Layout,
    today: Tree,
    pytest: PytestOptions,
    prepare: tuple[str, ...] = (),
) -> Settings:
    """Return the settings for trees of this repository; its roots and modules are those of the tree `today`."""
    return Settings(
        work_tree=str(git.work_tree.resolve()),
        roots=layout.roots(today),
        top_modules=tuple(sorted({name.partition(".")[0] for name in layout.modules(today)})),
        prefix=layout.prefix,
        pytest=pytest,
        memory=memory_limit(pytest.workers),
        prepare=prepare,
    )


def environment(tree: Path, home: Path, roots: Sequence[str]) -> dict[str, str]:
    """What a tree is run in: nothing that points at the caller's checkout, and a home of its own."""
    return {
        **clean_environment(),
        "PYTHONPATH": os.pathsep.join(roots),
        "PYTHONUSERBASE": site.getuserbase(),
        "GIT_CEILING_DIRECTORIES": str(tree.parent.resolve()),
        "HOME": str(home),
        "TMPDIR": str(home),
    }


def clean_environment() -> dict[str, str]:
    """The caller's environment without what steers its Python, pytest, git or coverage; the same on every run."""
    steering = ("PYTEST_", "GIT_", "COV_", "COVERAGE_", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**env, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def memory_limit(workers: int) -> int:
    """Half of the machine's memory, in bytes, shared by those that run side by side, but enough for any honest test."""
    try:
        half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (ValueError, OSError, AttributeError):
        half = 4 << 30
    return max(LEAST, half // workers)
