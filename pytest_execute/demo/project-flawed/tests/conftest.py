"""What the tests share."""

from __future__ import annotations

from datetime import datetime

import pytest
from ferry.testing import *


@pytest.fixture
def morning() -> datetime:
    """Eight o'clock on the first of May."""
    return datetime(2026, 5, 1, 8, 0)
