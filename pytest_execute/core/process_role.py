"""Role of a process in the run."""

from __future__ import annotations

from typing import Literal

ProcessRole = Literal["controller", "worker", "alone"]
"""Controller of xdist's workers, which runs no tests; one of these workers; or a process that runs the tests itself."""
