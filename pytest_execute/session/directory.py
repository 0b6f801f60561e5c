"""Directories of a run: its own one, and pytest's cache directory."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.pytest_cache import NAME, make_cache
from pytest_execute.tools.scratch import scratch


def run_directory(config: pytest.Config) -> Path:
    """Return a new directory for this run; it is removed at the end. Raises UsageError where none can be written."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    try:
        return stack.enter_context(scratch(cache_directory(config)))
    except ExecuteError as error:
        raise pytest.UsageError(*error.usage) from None


def cache_directory(config: pytest.Config) -> Path | None:
    """Return pytest's cache directory; None where the user switched it off and named no other."""
    from _pytest.cacheprovider import Cache

    if config.known_args_namespace.execute_cache_dir:
        return Path(config.known_args_namespace.execute_cache_dir)
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    # `config.cache` is set only in `pytest_configure` (pytest 9.2), which is too late here
    cache = Path(Cache.cache_dir_from_config(config, _ispytest=True))
    with contextlib.suppress(OSError):
        make_cache(cache)
    return cache


def file_in_place_of_cache(root: Path) -> list[Path]:
    """Return what has the name of pytest's cache directory and is none: that is no work of the user.

    git would show it, as the usual pattern `.pytest_cache/` is for a directory.
    """
    cache = root / NAME
    return [] if cache.is_dir() or not os.path.lexists(cache) else [cache]
