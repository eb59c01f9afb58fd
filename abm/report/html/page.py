"""From a report's contents to one HTML file; everything that is text is escaped here."""

import re
from typing import TYPE_CHECKING

from abm.report.html.contents import Report

if TYPE_CHECKING:
    from markupsafe import Markup

HELP_PAGE = "https://findahelpline.com"
HELP = "If you or someone you know needs support:"
HELP_AFTER = "lists crisis lines worldwide."
LIMITS = (
    "A simulation shows what follows from its assumptions, not what will happen to a person. It is "
    "no tool for judging anybody's risk."
)


def as_html(report: Report) -> str:
    """Return the page: one file, no script, nothing loaded from anywhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("abm.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_with_units,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    return environment.get_template("report.html.j2").render(
        report=report,
        sections=[section for section in report.sections if not section.is_empty],
        help=HELP,
        help_page=HELP_PAGE,
        help_after=HELP_AFTER,
        limits=LIMITS,
    )


def _with_units(value: object) -> object:
    """Keep a percent sign beside its number."""
    return value.replace(" %", "\u00a0%") if isinstance(value, str) else value


def prose(text: str) -> "Markup":
    """Return text escaped, then what stands between backquotes as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))
