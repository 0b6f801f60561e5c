"""Ids and streams that tasks name in their own fields, such as `**Task ID**: AUTH-3` and `**Phase**: 1`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import structs

from pytest_execute.breakdown.ids import ID, normalize_id
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.streams import StreamStart, stream_from_heading
from pytest_execute.breakdown.tasks import ParsedTask


def ids_from_fields(tasks: Sequence[ParsedTask]) -> dict[str, str]:
    """Return `{id in the heading: id in the task's field}` if every task has such a field and all ids differ."""
    fields = [parsed.fields.named("id") for parsed in tasks]
    given = [re.sub(r"[`*]", "", found[0].value).strip() if found else "" for found in fields]
    ids = [parsed.task.id for parsed in tasks]
    if len(set(given)) < len(given) or len(set(ids)) < len(ids) or not all(re.fullmatch(ID, name) for name in given):
        return {}
    return {old: new for old, new in zip(ids, given, strict=True) if normalize_id(old) != normalize_id(new)}


def rename_tasks(tasks: Sequence[ParsedTask], names: Mapping[str, str]) -> list[ParsedTask]:
    """Return the tasks with the new ids in `names`."""
    return [
        structs.replace(parsed, task=structs.replace(parsed.task, id=names.get(parsed.task.id, parsed.task.id)))
        for parsed in tasks
    ]


def streams_from_fields(
    outline: Outline, tasks: Sequence[ParsedTask]
) -> tuple[tuple[StreamStart, ...], list[ParsedTask]]:
    """Return the streams that a field of every task names, and the tasks with their streams."""
    fields = [parsed.fields.named("stream") for parsed in tasks]
    ids = [found[0].value if len(found) == 1 else "" for found in fields]
    if len(set(ids)) < 2 or not all(re.fullmatch(r"[\w.-]{1,20}", name) for name in ids):
        return (), list(tasks)
    streams: dict[str, StreamStart] = {}
    headings = _stream_headings(outline)
    for name, found in zip(ids, fields, strict=True):
        if name not in streams:
            kind = found[0].label.strip().casefold()
            heading = headings.get((kind, normalize_id(name)))
            streams[name] = (
                structs.replace(heading, id=name) if heading else _without_heading(kind, name, found[0].line)
            )
    placed = [
        structs.replace(parsed, task=structs.replace(parsed.task, stream=name))
        for parsed, name in zip(tasks, ids, strict=True)
    ]
    return tuple(streams.values()), placed


def _stream_headings(outline: Outline) -> dict[tuple[str, str], StreamStart]:
    """Return the first heading with each word and id of a stream."""
    found = (stream_from_heading(outline.blocks[index], index) for index in reversed(outline.headings))
    return {(each.kind, normalize_id(each.id)): each for each in found if each is not None}


def _without_heading(kind: str, name: str, line: int) -> StreamStart:
    return StreamStart(id=name, kind=kind, title=f"{kind.title()} {name}", index=-1, line=line)
