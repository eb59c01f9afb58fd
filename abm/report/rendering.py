"""From sections to HTML, and the prose that stands in templates; texts are escaped here."""

import functools
import re

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from abm.report import format
from abm.report.sections import Report, Section


@functools.cache
def _environment() -> Environment:
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


def _with_units(context: EvalContext, value: object) -> object:
    """Keep a percent sign beside its number, on a page."""
    if isinstance(value, str) and context.autoescape:
        return value.replace(" %", "\u00a0%")
    return value


def _marked_up(text: str) -> Markup:
    """Return text escaped, then what stands between backquotes as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))


def as_html(report: Report) -> str:
    """Return a page: one file, no script, nothing loaded from anywhere."""
    return _environment().get_template("report.html.j2").render(report=report)


def as_cell(section: Section) -> str:
    """Return what a notebook shows of a section."""
    return _environment().get_template("cell.html.j2").render(section=section)


def prose(block: str, **values: object) -> tuple[str, ...]:
    """Return what a block of the template of prose says; an empty line parts two texts."""
    template = _environment().get_template("prose.txt.j2")
    text = "".join(template.blocks[block](template.new_context(values)))
    texts = (" ".join(lines.split()) for lines in text.split("\n\n"))
    return tuple(line for line in texts if line)
