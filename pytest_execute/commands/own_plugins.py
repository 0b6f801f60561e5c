"""Plugin of a pytest that a command starts: it loads those of a run, as pytest may be told to look for none."""

from __future__ import annotations

import os

import pytest

ENTRY_POINTS = {"execute": "pytest_execute.plugin", "xdist": "xdist.plugin"}
"""Plugins that a run needs: the names of their entry points, and their modules."""


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load each plugin, unless the user names its module: pytest refuses two names for one plugin."""
    named = {getattr(plugin, "__name__", "") for plugin in pluginmanager.get_plugins()}
    named.update(os.environ.get("PYTEST_PLUGINS", "").split(","))
    for name, module in ENTRY_POINTS.items():
        if module not in named:
            pluginmanager.import_plugin(name, consider_entry_points=True)
