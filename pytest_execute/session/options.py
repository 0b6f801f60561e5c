"""Options of the command line that several stages read."""

from __future__ import annotations

import argparse

import pytest

COVERAGE_FILES = {"xml": "execute_coverage_xml", "lcov": "execute_lcov"}
"""Options that name a coverage file, by its kind."""


def has_pytest_cov(options: argparse.Namespace) -> bool:
    """Return True if pytest-cov measures this run too."""
    return bool(getattr(options, "cov_source", None)) and not getattr(options, "no_cov", False)


def uses_workers(config: pytest.Config, args: list[str]) -> bool:
    """Return True if xdist's workers run the tests; without any option of the user, make it `-n auto`."""
    options = config.known_args_namespace
    if not config.pluginmanager.hasplugin("xdist") or options.usepdb:
        return False
    if options.numprocesses is None and not options.tx:
        args[:] = ["-n", "auto", *args]
        options.numprocesses = "auto"  # pytest-cov (7.1) reads it here, later in this hook
        return True
    return bool(options.numprocesses or (options.numprocesses is None and (options.distload or options.dist != "no")))
