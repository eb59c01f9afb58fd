"""From sections to HTML, and from templates of prose to sections; texts are escaped here."""

import functools
import re
from typing import TYPE_CHECKING

from abm.report import format
from abm.report.sections import Items, Part, Report, Section

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.nodes import EvalContext
    from markupsafe import Markup


@functools.cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, pass_eval_context

    environment = Environment(
        loader=PackageLoader("abm.report"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        finalize=pass_eval_context(_with_units),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = _marked_up
    formats = {name: made for name, made in vars(format).items() if name.startswith("format_")}
    environment.globals.update(formats)
    return environment


def _with_units(context: "EvalContext", value: object) -> object:
    """Keep a percent sign beside its number, on a page."""
    if isinstance(value, str) and context.autoescape:
        return value.replace(" %", "\u00a0%")
    return value


def _marked_up(text: str) -> "Markup":
    """Return text escaped, then what stands between backquotes as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def as_html(report: Report) -> str:
    """Return a page: one file, no script, nothing loaded from anywhere."""
    return _environment().get_template("report.html.j2").render(report=report)


def as_cell(section: Section) -> str:
    """Return what a notebook shows of a section."""
    return _environment().get_template("cell.html.j2").render(section=section)


def prose(block: str, **values: object) -> tuple[Part, ...]:
    """Return the paragraphs and lists of a block of the template of prose.

    An empty line stands between them; lines that begin with a hyphen make a list.
    """
    template = _environment().get_template("prose.txt.j2")
    text = "".join(template.blocks[block](template.new_context(values)))
    return tuple(_part(lines.strip()) for lines in text.split("\n\n") if lines.strip())


def _part(text: str) -> Part:
    if not text.startswith("- "):
        return " ".join(text.split())
    return Items(tuple(" ".join(item.split()) for item in text[2:].split("\n- ")))
