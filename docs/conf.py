"""Sphinx: `sphinx-build -W -n -b html docs docs/_build`."""

project = "pytest-execute"
copyright = "the authors of pytest-execute"
author = "the authors of pytest-execute"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
myst_all_links_external = False
