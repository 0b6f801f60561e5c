"""Stages of one pytest run: start, plugins of each process, judging and reporting."""

from pytest_execute.session.plugins import register
from pytest_execute.session.start import begin

__all__ = ["begin", "register"]
