"""Settings that tests run with in every tree: today's configuration, a clean environment, and limits.

Limits of one test, which a `TimeLimits` holds; `usual` is the time that the test took today:

    passing time      wall_seconds + factor * usual
    processor time    cpu_seconds + factor * usual
    imports           import_share * worker.IMPORT_SECONDS, for the test files of one job
    memory            half of the machine's memory / workers, but at least MINIMUM_MEMORY
"""

from __future__ import annotations

import hashlib
import os
import platform
import site
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.layout import Layout
from pytest_execute.engine.installed_modules import installed_modules, project_name
from pytest_execute.tools.git import Git, Tree

MINIMUM_MEMORY = 1 << 30
"""Bytes that every test may take."""
UNKNOWN_MEMORY = 4 << 30
"""Half of the memory, in bytes, of a machine that does not report it."""


class TimeLimits(Struct, frozen=True):
    """Time that a test may take; the module's docstring has the formulas.

    The processor time is limited too, as more time passes on a busy machine, but a test computes no more.
    """

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    factor: float = 10.0
    import_share: float = 1.0


DEFAULT_LIMITS = TimeLimits()
LimitsFor = Callable[[str], TimeLimits]
"""Returns the limits of a test."""


class PytestOptions(Struct, frozen=True, kw_only=True):
    """Options that pytest is started with in every tree.

    `config` is today's configuration file as (path from the root directory, content), `arguments` are the options of
    every run, `workers` is the number of trees that run side by side.
    """

    config: tuple[str, bytes] = ("pytest.ini", b"[pytest]\n")
    arguments: tuple[str, ...] = ()
    workers: int = 2


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that runs in trees have in common.

    `roots` are relative to the tree, `prefix` leads from it to the root directory. `work_tree` is the user's checkout,
    `top_modules` are the project's own top-level modules; those in `installed` come from these directories where a tree
    does not have them. `memory` is the number of bytes that one process may take. `prepare` is the command that runs
    once in each tree. `seconds` maps tests to the time they took today. `layout` tells which files of a tree are
    on the tests' side.
    """

    work_tree: str
    roots: tuple[str, ...]
    top_modules: tuple[str, ...]
    installed: dict[str, str] = {}
    prefix: str
    pytest: PytestOptions
    memory: int
    prepare: tuple[str, ...] = ()
    seconds: dict[str, float] = {}
    layout: Layout = Layout()

    def fingerprint(self) -> str:
        """Return a digest of everything else that a run depends on: Python, installed packages, configuration."""
        facts = (sys.version, _machine(), _installed_packages(), self.pytest.config, self.pytest.arguments, self.roots)
        tests = (self.layout.tests, self.layout.patterns, self.layout.collected, self.layout.code)
        text = repr((*facts, self.top_modules, sorted(self.installed), self.prefix, self.prepare, tests))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _installed_packages() -> list[str]:
    """Return the names of the metadata directories, each made of a package's name and its version.

    That is the standard for installed packages; to read the files in them takes a hundred times as long.
    """
    directories = [Path(entry) for entry in sys.path if Path(entry).is_dir()]
    names = (each.name for directory in directories for each in directory.iterdir())
    return sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))


def _machine() -> tuple[object, ...]:
    """Return the parts of `platform.platform()`, which itself starts `uname -p` for the processor (CPython 3.9+)."""
    return platform.system(), platform.release(), platform.machine(), platform.libc_ver()


def settings_for(
    git: Git,
    layout: Layout,
    today: Tree,
    pytest: PytestOptions,
    prepare: tuple[str, ...] = (),
    older_roots: tuple[str, ...] = (),
) -> Settings:
    """Return the settings for trees of this repository; its roots and modules are those of the tree `today`.

    The `older_roots` come after these roots.
    """
    work_tree = git.work_tree.resolve()
    top_modules = tuple(sorted({name.partition(".")[0] for name in layout.modules(today)}))
    return Settings(
        work_tree=str(work_tree),
        roots=(*layout.import_roots(today), *older_roots),
        top_modules=top_modules,
        installed=installed_modules(top_modules, project_name(work_tree / layout.prefix), work_tree),
        prefix=layout.prefix,
        pytest=pytest,
        memory=memory_limit(pytest.workers),
        prepare=prepare,
        layout=layout,
    )


def tree_environment(tree: Path, home: Path, import_path: Sequence[str]) -> dict[str, str]:
    """Return the environment for runs in `tree`: nothing in it points at the caller's checkout."""
    return {
        **child_environment(),
        "PYTHONPATH": os.pathsep.join(import_path),
        "PYTHONUSERBASE": site.getuserbase(),
        "GIT_CEILING_DIRECTORIES": str(tree.parent.resolve()),
        "HOME": str(home),
        "TMPDIR": str(home),
    }


def child_environment() -> dict[str, str]:
    """Return the caller's environment without variables that control Python, pytest, git or coverage."""
    steering = ("PYTEST_", "GIT_", "COV_", "COVERAGE_", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**env, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def memory_limit(workers: int) -> int:
    """Return the bytes that one process may take: a worker's share of half of the machine's memory."""
    try:
        half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (ValueError, OSError, AttributeError):
        half = UNKNOWN_MEMORY
    return max(MINIMUM_MEMORY, half // workers)
