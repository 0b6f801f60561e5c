"""Inside one pytest run: who does what in the process that is asked, in the workers, and hook by hook."""

from pytest_execute.session.beginning import begin
from pytest_execute.session.parts import register

__all__ = ["begin", "register"]
