"""What is wrong in the flawed demo, task by task."""

from __future__ import annotations

from pytest_execute.demo.story import SKELETON, WORK

FLAWS: dict[str, tuple[str, str]] = {}
FLAWED_WORK = WORK
FLAWED_SKELETON = SKELETON
