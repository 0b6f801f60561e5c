"""Functions that also record how they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def recorded(function: Callable[P, R], record: Callable[P, object]) -> Callable[P, R]:
    """Return `function`, with a call of `record` with the same arguments before each of its calls."""

    def call(*args: P.args, **more: P.kwargs) -> R:
        record(*args, **more)
        return function(*args, **more)

    return call
