"""What every test may use."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

# the processes that tests start keep compiled and rewritten modules, as they do for users: it halves what a run costs
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# in the background of a shell ^C is ignored, and so it would be in the processes that tests start
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# for on demand: `pytest tests/breakdown/test_properties.py tests/scheduling --hypothesis-profile=long`
settings.register_profile("long", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])

pytest_plugins = ["pytester"]
