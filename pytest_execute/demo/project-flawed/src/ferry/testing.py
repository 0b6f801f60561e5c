"""Fixtures for the tests of the ferry."""

from __future__ import annotations

import pytest
from ferry.bell import Bell


@pytest.fixture
def bell() -> Bell:
    """A bell that has not rung yet."""
    return Bell()
