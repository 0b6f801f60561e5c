"""Configuration of Sphinx: `sphinx-build -W -n -b html docs docs/_build`."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

project = "pytest-execute"
copyright = "the authors of pytest-execute"
author = "the authors of pytest-execute"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = project
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
myst_all_links_external = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# what these names mean is documented elsewhere, and no other site is asked while the documentation is built
nitpick_ignore_regex = [(r"py:.*", r"(collections|decimal|msgspec|pathlib|typing)\..*|Decimal|Path|Struct")]


def literal_backticks(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Turn the Markdown code of docstrings, in one backtick, into that of reStructuredText, in two."""
    lines[:] = [re.sub(r"(?<!`)`([^`]+)`(?![`_])", r"``\1``", line) for line in lines]


def empty_defaults(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Show the default `{}` of msgspec's structs as it is written; Sphinx cannot parse msgspec's own `<factory>`."""
    return signature and signature.replace("<factory>", "{}"), returns


def setup(app: Sphinx) -> None:
    """Register what this file adds to Sphinx."""
    app.connect("autodoc-process-docstring", literal_backticks)
    app.connect("autodoc-process-signature", empty_defaults)
