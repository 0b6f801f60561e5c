"""Collector for the problems of one breakdown."""

from __future__ import annotations

from typing import Literal

from pytest_execute.core.errors import Problem


class Problems:
    """Collector for the problems of one file, each with its line."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._problems: dict[Problem, None] = {}

    def report(self, line: int, code: str, message: str, severity: Literal["error", "warning"] = "error") -> None:
        """Add a problem; a repeated one counts once."""
        self._problems.setdefault(Problem(code, message, self.path, line, severity))

    def warn(self, line: int, code: str, message: str) -> None:
        """Add a problem that does not stop the judging."""
        self.report(line, code, message, "warning")

    def by_line(self) -> tuple[Problem, ...]:
        """Return all problems by line; on one line the errors come first."""
        return tuple(sorted(self._problems, key=lambda problem: (problem.line, problem.severity)))

    def lines_with(self, code: str) -> set[int]:
        """Return the lines with a problem of this code."""
        return {problem.line for problem in self._problems if problem.code == code}
