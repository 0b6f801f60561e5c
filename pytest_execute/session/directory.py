"""Directories of a run: its own one, and the part of pytest's cache directory that it is in."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from pytest_execute.tools.scratch import make_cache, outside, scratch


def run_directory(config: pytest.Config) -> Path:
    """Return a new directory for this run, below the cache directory where there is one; it is removed at the end."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    return stack.enter_context(scratch(cache_directory(config)))


def outside_directory(config: pytest.Config, directory: Path) -> Path:
    """Return a new directory outside of the project, which is removed with the run's own `directory`."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    return stack.enter_context(outside(directory))


def cache_directory(config: pytest.Config) -> Path | None:
    """Return our part of pytest's cache directory; None where the user switched it off and named no other."""
    from _pytest.cacheprovider import Cache

    if config.known_args_namespace.execute_cache_dir:
        return Path(config.known_args_namespace.execute_cache_dir)
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    # `config.cache` is set only in `pytest_configure` (pytest 9.2), which is too late here; `d` is where its `mkdir`
    # makes the directories of plugins
    cache = Path(Cache.cache_dir_from_config(config, _ispytest=True))
    make_cache(cache)
    return cache / "d" / "execute"
