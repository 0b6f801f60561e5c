"""Tear down what earlier tests have set up, outside of any test."""

from __future__ import annotations

from contextlib import nullcontext

import pytest


def tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport | None:
    """Tear down all that is set up and not needed by `nextitem`; return the report of `item` if that fails.

    No hook is called for it, so other plugins do not mistake it for a test.
    """
    # `item_capture` and `_setupstate.teardown_exact` are internals of pytest (8.4 to 9.2). pytest calls both from its
    # hooks around a test, and has no public way to tear down without these hooks.
    capture = item.config.pluginmanager.getplugin("capturemanager")
    with capture.item_capture("teardown", item) if capture else nullcontext():
        call = pytest.CallInfo.from_call(
            lambda: item.session._setupstate.teardown_exact(nextitem),
            "teardown",
            reraise=(pytest.exit.Exception, KeyboardInterrupt),
        )
    return pytest.TestReport.from_item_and_call(item, call) if call.excinfo else None
