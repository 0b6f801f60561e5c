"""Settings for all tests."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

# processes that tests start may write compiled modules, as they do for users: it halves the time of a run
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# a shell ignores ^C for its background jobs, and the processes that tests start would inherit that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# on a busy machine an example takes any time
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# on demand: `pytest tests/breakdown/test_properties.py tests/scheduling --hypothesis-profile=long`
settings.register_profile("long", settings.get_profile("usual"), max_examples=10_000)
settings.load_profile("usual")

pytest_plugins = ["pytester"]
