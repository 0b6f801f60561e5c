"""Relative links in Markdown files, and those of them that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from markdown_it import MarkdownIt

from pytest_execute.breakdown.blocks import without_front_matter
from pytest_execute.core.late_pattern import late_pattern

# matches "https:", "mailto:", "/absolute", "#part", "{{ template }}"
_NOT_RELATIVE = late_pattern(r"[a-z][a-z0-9+.-]*:|/|#|$|.*[{}]", re.IGNORECASE)
ENDINGS = ("", ".md", ".rst", ".markdown", "/index.md", "/README.md")
"""Ends of the files that a link without an ending may mean, as generators of sites read it."""


def broken_links(text: str, path: str, paths: Collection[str]) -> tuple[tuple[int, str], ...]:
    """Return (line, target) of each relative link or image in the Markdown file `path` that leads to none of `paths`.

    A link out of the repository is not broken: nothing is known of it. Neither is one word without a dot or a slash,
    which may be a label.
    """
    directory = dirname(path)
    return tuple(
        (line, target) for line, target in _links(text) if not _is_found(directory, unquote(_file_part(target)), paths)
    )


def _links(text: str) -> Iterator[tuple[int, str]]:
    for block in _parser().parse(without_front_matter(text)):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if isinstance(target, str) and not _NOT_RELATIVE.match(target):
                yield (block.map[0] if block.map else 0) + 1, unquote(target)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _file_part(target: str) -> str:
    """Return a target without its query and its fragment."""
    return re.split(r"[?#]", target, maxsplit=1)[0]


def _is_found(directory: str, target: str, paths: Collection[str]) -> bool:
    whole = normpath(join(directory, target))
    if whole.startswith("..") or not re.search(r"[./]", target):
        return True
    named = whole.removesuffix(".html")
    return any(f"{named}{ending}" in paths for ending in ENDINGS) or any(each.startswith(f"{whole}/") for each in paths)
