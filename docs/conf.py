"""The site made of these pages: `python -m sphinx -W -b html docs site` (extra `docs`)."""

project = "nssi-abm"
author = "The nssi-abm maintainers"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
autodoc_typehints = "none"  # docstrings say what is taken and given
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "nssi-abm"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "footer_icons": [],
    "announcement": "Crisis lines worldwide: "
    '<a href="https://findahelpline.com">findahelpline.com</a>',
}

# Links to headings, as in README.md on a code host, are checked like all others.
myst_heading_anchors = 4
