"""Parts of a result on a terminal, and tables for programs."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abm.io.terminal import print_figures, print_table, print_text
from abm.report.sections import TextTable
from abm.report.tables import key_figures_table
from abm.report.terminal.draws import notes_by_draw

if TYPE_CHECKING:
    import pandas as pd

    from abm.studies.key_figures import Row


def print_text_table(table: TextTable) -> None:
    """Print a table below its caption, and how to read it."""
    print_text(f"\n{table.caption}")
    print_table(table.headings, table.rows)
    if table.note:
        print_text(table.note)


def print_key_figures(
    rows: "Sequence[Row]", title: str, seeds: Sequence[int], is_by_draw: bool = False
) -> None:
    """Print the key figures; nothing is ever cut off where standard output is no terminal."""
    table = key_figures_table(rows, seeds)
    print_figures(title, table.headings, table.rows)
    for line in notes_by_draw(seeds) if is_by_draw else ():
        print_text(line)


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return a table as objects; what is not known is null."""
    objects: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return objects
