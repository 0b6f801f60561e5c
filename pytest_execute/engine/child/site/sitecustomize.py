"""Runs first in each Python that a test starts while functions are stubbed, then runs the next sitecustomize."""

import importlib.machinery
import importlib.util
import os
import sys

_directory = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs each start milliseconds
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _directory]  # noqa: PTH100 - likewise

if "PYTEST_EXECUTE_STUB_PLAN" in os.environ:
    _file = os.path.join(_directory, "..", "instrument.py")  # noqa: PTH118 - likewise
    _spec = importlib.util.spec_from_file_location("_pytest_execute_instrument", _file)
    assert _spec is not None
    assert _spec.loader is not None
    _instrument = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_instrument)
    _instrument.instrument_subprocess()

_next = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
if _next is not None and _next.loader is not None:
    _next.loader.exec_module(importlib.util.module_from_spec(_next))
