"""Parse a Python source, however it is written, encoded or damaged."""

from __future__ import annotations

import ast


def parse_python(source: str | bytes) -> ast.Module:
    """Return the syntax tree of a source; bytes are decoded as Python does.

    Raises SyntaxError for whatever Python cannot read. `ast.parse` (CPython 3.10 to 3.14) has a ValueError for a null
    byte, for a surrogate and for a number of thousands of digits, and other errors for what is nested too deep.
    """
    try:
        return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from None
