"""What a task's own fields say about its id and its stream, where its heading does not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import structs

from pytest_execute.breakdown.ids import ID, normalize_id
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.streams import StreamStart, stream_from_heading
from pytest_execute.breakdown.tasks import ParsedTask


def ids_from_fields(drafts: Sequence[ParsedTask]) -> dict[str, str]:
    """`{id in the heading: id in the task's field}`, where every task has such a field and all of them differ."""
    fields = [one.of("id") for one in drafts]
    given = [re.sub(r"[`*]", "", found[0].value).strip() if found else "" for found in fields]
    ids = [one.task.id for one in drafts]
    if len(set(given)) < len(given) or len(set(ids)) < len(ids) or not all(re.fullmatch(ID, name) for name in given):
        return {}
    return {old: new for old, new in zip(ids, given, strict=True) if normalize_id(old) != normalize_id(new)}


def rename_tasks(drafts: Sequence[ParsedTask], names: Mapping[str, str]) -> list[ParsedTask]:
    """The tasks under the ids that they give themselves."""
    return [
        structs.replace(one, task=structs.replace(one.task, id=names.get(one.task.id, one.task.id))) for one in drafts
    ]


def streams_from_fields(
    outline: Outline, drafts: Sequence[ParsedTask]
) -> tuple[tuple[StreamStart, ...], list[ParsedTask]]:
    """The streams that the tasks name in a field such as `**Phase:** 1`, where every one of them does."""
    named = [one.of("stream") for one in drafts]
    ids = [found[0].value if len(found) == 1 else "" for found in named]
    if len(set(ids)) < 2 or not all(re.fullmatch(r"[\w.-]{1,20}", name) for name in ids):
        return (), list(drafts)
    sections: dict[str, StreamStart] = {}
    for name, found in zip(ids, named, strict=True):
        if name not in sections:
            sections[name] = _section(outline, found[0].label.strip().casefold(), name, found[0].line)
    placed = [
        structs.replace(one, task=structs.replace(one.task, stream=name)) for one, name in zip(drafts, ids, strict=True)
    ]
    return tuple(sections.values()), placed


def _section(outline: Outline, kind: str, name: str, line: int) -> StreamStart:
    """The stream with the title of the heading that has its word and id, if there is one."""
    for at, block in enumerate(outline.blocks):
        found = stream_from_heading(block, at) if block.kind == "heading" else None
        if found is not None and found.kind == kind and normalize_id(found.id) == normalize_id(name):
            return structs.replace(found, id=name)
    return StreamStart(id=name, kind=kind, title=f"{kind.title()} {name}", at=-1, line=line)
