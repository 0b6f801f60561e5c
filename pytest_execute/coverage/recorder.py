"""Runs coverage.py in a process that runs tests, with a context per set of gates that a test counts for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage import Coverage

REST = "rest"
"""The context of tests that count for no gate; what runs outside of any test has the empty context."""


class Recorder:
    """Measures from its making to `stop`. `source` holds the directories and files of the implementation."""

    def __init__(self, source: Sequence[Path], branch: bool) -> None:
        import coverage

        include = [str(path) if path.suffix == ".py" else f"{path}/*" for path in source]
        self.coverage: Coverage = coverage.Coverage(
            data_file=None, config_file=False, branch=branch, include=include, messages=False
        )
        self.coverage.set_option("run:disable_warnings", ["no-data-collected", "module-not-imported", "no-ctracer"])
        self.context = ""
        self.coverage.start()

    def switch(self, gates: Sequence[str]) -> None:
        """What runs from here on counts for `gates`."""
        context = "|".join(gates) or REST
        if context != self.context:
            self.coverage.switch_context(context)
            self.context = context

    def stop(self) -> bytes:
        """End, and give all that was measured."""
        self.coverage.stop()
        data = self.coverage.get_data()
        measured = data.dumps()
        data.close(force=True)
        return measured
