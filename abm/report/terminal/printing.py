"""A result on a terminal: its sections for a reader, or plain data for a program."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from abm.io.terminal import print_json, print_support, print_table, print_text
from abm.report.sections import Section, TextTable
from abm.runs.folder import RunFolder


def print_result(folder: RunFolder, result: Section | Mapping[str, Any]) -> None:
    """Print a section, the folder and where to find support; or plain data as JSON."""
    if not isinstance(result, Section):
        print_json({"folder": str(folder.path), "run_id": folder.run_id, **result}, indent=None)
        return
    print_section(result)
    print_text(f"\n{folder.path}")
    print_support()


def print_section(section: Section) -> None:
    """Print a title, if there is one, and what is below it; nothing is ever cut off in a file."""
    for part in (section.title, *section.parts):
        if isinstance(part, TextTable):
            _print_text_table(part)
        elif isinstance(part, str) and part:
            print_text(part)


def _print_text_table(table: TextTable) -> None:
    if table.caption:
        print_text(f"\n{table.caption}")
    print_table(table.headings, table.rows, table.numbers)
    if table.note:
        print_text(table.note)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as objects; what is not known is null."""
    objects: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return objects
