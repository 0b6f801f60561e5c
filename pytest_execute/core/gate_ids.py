"""Ids of gates: build them, and read them.

| id | gate |
| --- | --- |
| `prerequisites` | the documents beside the breakdown |
| `task:1`, `stream:A`, `gate:Gate 1` | a task, a stream, a gate that the breakdown names |
| `system`, `deployment` | all of it |

An id is a plain `str`: it goes through JSON, xdist's channels and coverage's contexts, which know no other type.
"""

from __future__ import annotations

from typing import Final, Literal, cast

GateId = str
Level = Literal["prerequisites", "task", "stream", "gate", "system", "deployment"]

PREREQUISITES: Final = "prerequisites"
SYSTEM: Final = "system"
DEPLOYMENT: Final = "deployment"
CHANGED: Final = "changed"
"""Key beside the gates in a coverage report: the lines that the topic changed, whatever task they belong to."""


def task(task_id: str) -> GateId:
    """Return the id of a task's gate."""
    return f"task:{task_id}"


def stream(stream_id: str) -> GateId:
    """Return the id of a stream's gate."""
    return f"stream:{stream_id}"


def named(name: str) -> GateId:
    """Return the id of a gate that the breakdown names."""
    return f"gate:{name}"


def level(gate: GateId) -> Level:
    """Return the level of a gate.

    >>> level("task:3"), level("system")
    ('task', 'system')
    """
    return cast(Level, gate.partition(":")[0])


def name(gate: GateId) -> str:
    """Return the id of the task or stream, or the name of the named gate; "" of a gate that there is but one of.

    >>> name("task:3"), name("gate:Gate 1: all"), name("system")
    ('3', 'Gate 1: all', '')
    """
    return gate.partition(":")[2]


def is_task(gate: GateId) -> bool:
    """Return whether it is the gate of a task."""
    return level(gate) == "task"


def label(gate: GateId) -> str:
    """Return a gate's id as people say it.

    >>> label("task:3"), label("gate:Gate 1"), label("system")
    ('task 3', 'Gate 1', 'the system')
    """
    if level(gate) == "gate":
        return name(gate)
    return f"{level(gate)} {name(gate)}" if name(gate) else f"the {gate}"
