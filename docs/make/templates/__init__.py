"""Pages as Markdown with places for what the code declares; tables are filled in as such."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2

Row = Sequence[str]


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)]


def _table_text(head: Row, rows: Iterable[Row]) -> str:
    return "\n".join(table(head, rows))


def render(page: str, **values: Any) -> str:
    """Return a page, such as ``parameters.md``, with these values in its places."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["table"] = _table_text
    return environment.get_template(f"{page}.jinja").render(values)
