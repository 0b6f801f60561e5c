"""Where the problems of one file are collected while it is read."""

from __future__ import annotations

from typing import Literal

from pytest_execute.core.errors import Problem


class Problems:
    """Collects the problems of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._problems: dict[Problem, None] = {}

    def tell(self, line: int, code: str, message: str, severity: Literal["error", "warning"] = "error") -> None:
        """Note a problem; the same one twice is one."""
        self._problems.setdefault(Problem(code, message, self.path, line, severity))

    def warn(self, line: int, code: str, message: str) -> None:
        """Note what does not keep anybody from judging."""
        self.tell(line, code, message, "warning")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems by line, errors first."""
        return tuple(sorted(self._problems, key=lambda problem: (problem.line, problem.severity)))
