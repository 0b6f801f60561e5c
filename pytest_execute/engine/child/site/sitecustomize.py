"""Runs first in each Python that a test starts while functions are stubbed, and lets the sitecustomize that it stands before run too."""

import importlib.machinery
import importlib.util
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib would cost each start some milliseconds
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _here]  # noqa: PTH100

if "PYTEST_EXECUTE_PLANTED" in os.environ:
    _file = os.path.join(_here, "..", "instrument.py")  # noqa: PTH118
    _spec = importlib.util.spec_from_file_location("_pytest_execute_instrument", _file)
    assert _spec is not None
    assert _spec.loader is not None
    _instrument = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_instrument)
    _instrument.join()

_next = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
if _next is not None and _next.loader is not None:
    _next.loader.exec_module(importlib.util.module_from_spec(_next))
