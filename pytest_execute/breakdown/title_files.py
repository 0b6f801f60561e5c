"""Files in the title of a task: those that it changes, without those that it only names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import structs

from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.breakdown.file_references import blank_out, is_named_like_tests, is_target, referenced_files
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import FileRef

# matches "by ", "according to " before a file that is only read
_REFERENCE_WORD = late_pattern(
    r"\b(?:by|per|to|from|see|like|as|than|using|uses|via|with|against|following|follows|selon|según|conforme|gemäß"
    r"|nach)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# matches "](../spec.md)" in "[spec](../spec.md)"
_LINK_TARGET = late_pattern(r"\]\([^()\n]*\)")
# matches "per src/a.py", "as described in `docs/b.md`", "against c.md": a title names them, and changes others
_ONLY_READ = late_pattern(
    r"\b(?:per|see|following|against|according\s+to|based\s+on|compared?\s+(?:with|to)"
    r"|(?:as\s+)?(?:described|defined|specified|documented|listed)\s+in|as\s+in|like\s+in)\s+(?:the\s+)?"
    r"(?:`[^`\n]+`|[\w@.{}\[\]/-]+)",
    re.IGNORECASE,
)


def mentioned_files(parts: Iterable[ValuePart]) -> tuple[FileRef, ...]:
    """Return the files that a sentence says it changes: no links, no tests, and of those without a directory only code.

    A file behind a word such as "by" is only read: "as `plan.md` says" is left out, "Write `plan.md`" is not.
    """
    own = [structs.replace(part, text=_ONLY_READ.sub(blank_out, _LINK_TARGET.sub("]", part.text))) for part in parts]
    refs = (
        ref
        for part in own
        for ref in referenced_files([part])
        if not ref.path.startswith("../") and ("/" in ref.path or _is_changed(ref.path, part.text))
    )
    return tuple(ref for ref in refs if not (is_named_like_tests(ref.path) and is_target(ref.path)))


def _is_changed(name: str, text: str) -> bool:
    """Return True for a file without a directory that is in code marks, and not behind a word for reading it."""
    before, mark, _ = text.partition(f"`{name}`")
    return bool(mark) and not _REFERENCE_WORD.search(before[-40:])
