"""Problems in a user's input, each with its place and its remedy, and the error that reports them together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing wrong with the user's input. `line` counts from 1; 0 means the whole file."""

    code: str
    message: str
    path: str = ""
    line: int = 0
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self._place}{self.severity}: {self.message} ({self.code})"

    @property
    def usage(self) -> str:
        """Return the text without the severity, for a `pytest.UsageError`: pytest writes ERROR before it."""
        return f"{self._place}{self.message} ({self.code})"

    @property
    def _place(self) -> str:
        return f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""


class ExecuteError(Exception):
    """Error with the problems for which nothing can be judged. Its text has a line for each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @property
    def usage(self) -> tuple[str, ...]:
        """Return the texts for a `pytest.UsageError`, which pytest writes in a line each."""
        return tuple(problem.usage for problem in self.problems)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return ` (did you mean X?)` for the nearest of `choices`, or "".

    >>> did_you_mean("coverge", ["coverage", "source"])
    ' (did you mean coverage?)'
    """
    near = difflib.get_close_matches(word, list(choices), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
