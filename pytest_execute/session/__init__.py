"""Inside one pytest run: who does what in the process that is asked, in the workers, and hook by hook."""

from pytest_execute.session.plugins import register
from pytest_execute.session.start import begin

__all__ = ["begin", "register"]
