"""Regular expressions that are compiled at their first use: a command needs few of those that it imports."""

from __future__ import annotations

import re
from typing import Any, cast

ATTRIBUTES = frozenset(name for name in dir(re.Pattern) if not name.startswith("_"))
"""Names that a compiled pattern has."""


class _LatePattern:
    """Text of a pattern, which takes on the methods of the compiled one when one of them is first asked for."""

    def __init__(self, *source: Any) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        if name not in ATTRIBUTES:
            raise AttributeError(f"a pattern has no attribute {name!r}")
        compiled = re.compile(*self._source)
        vars(self).update({each: getattr(compiled, each) for each in ATTRIBUTES})
        return vars(self)[name]


def late_pattern(text: str, flags: int | re.RegexFlag = 0) -> re.Pattern[str]:
    """Return what answers like `re.compile(text, flags)`; an error in the text is raised at the first use."""
    return cast("re.Pattern[str]", _LatePattern(text, flags))
