"""Relative links of a Markdown file that lead nowhere."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown.markdown_links import broken_links

PATHS = frozenset(["README.md", "docs/guide.md", "docs/a b.md", "docs/images/x.png", "docs/api/index.md"])


@pytest.mark.parametrize(
    "text",
    [
        "[a](guide.md)",
        "[a](./guide.md#part)",
        "[a](../README.md?plain=1)",
        "[a](a%20b.md)",
        "[a](<a b.md>)",
        "![x](images/x.png)",
        "[a](images/)",
        "[a](images)",
        "[a](guide)",
        "[a](guide.html)",
        "[a](api/)",
        "[a]: guide.md\n\n[a]",
        "[a](#part)",
        "[a](https://example.org/none.md)",
        "[a](mailto:a@example.org)",
        "[a](/none.md)",
        "[a](../../issues)",
        "[a](label)",
        "[a]({{ url }}/none.md)",
        "`[a](none.md)`",
        "```\n[a](none.md)\n```",
        "[a](none.md",
    ],
)
def test_a_link_that_leads_to_a_file_or_out_of_the_tree_is_not_broken(text: str) -> None:
    assert broken_links(text, "docs/start.md", PATHS) == ()


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("# A\n\nSee [a](none.md).", ((3, "none.md"),)),
        ("[a](../guide.md) and\n[b](guide.md)", ((1, "../guide.md"),)),
        ("![x](images/y.png)", ((1, "images/y.png"),)),
        ("[a][1]\n\n[1]: none/\n", ((1, "none/"),)),
        ("| a |\n| --- |\n| [a](none.md#x) |", ((3, "none.md#x"),)),
    ],
)
def test_a_broken_link_has_its_line_and_its_target(text: str, broken: tuple[tuple[int, str], ...]) -> None:
    assert broken_links(text, "docs/start.md", PATHS) == broken
