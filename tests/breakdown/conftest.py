"""`pytest tests/breakdown/test_properties.py --hypothesis-profile=long` runs ten thousand examples of each property."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("long", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
