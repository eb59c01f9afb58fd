"""Reading a run folder as material from somebody else: bounded, regular files inside it only."""

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.io.files import LARGEST_JSON, LARGEST_TABLE, parse_json, read_bytes
from abm.io.messages import InputError, shown
from abm.report.format import format_text

if TYPE_CHECKING:
    import pandas as pd

LARGEST_FIGURE = 8_000_000  # bytes


class ReportError(InputError):
    """A folder cannot be reported on; one line says which file and what was expected."""


@dataclass(frozen=True)
class Files:
    """The files of one run folder.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path

    def content(self, name: str, largest: int) -> bytes | None:
        """Return the bytes of a file of the folder, or None if there is no such file.

        Raises
        ------
        ReportError
            If it lies outside the folder, is no regular file, too large, or cannot be read.
        """
        place = self.path / name
        try:
            return read_bytes(place, largest, within=self.path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:  # ValueError: a path that no file can have
            reason = getattr(error, "strerror", None) or error
            raise ReportError(f"{place}: cannot be read: {reason}") from None

    def json(self, name: str) -> Any:
        """Return what a JSON file holds, or None if there is no such file."""
        content = self.content(name, LARGEST_JSON)
        if content is None:
            return None
        try:
            return parse_json(content)
        except ValueError as error:
            raise ReportError(f"{self.path / name}: {error}") from None

    def table(
        self, name: str, texts: Sequence[str], numbers: Sequence[str]
    ) -> "pd.DataFrame | None":
        """Return columns of a CSV file, or None if there is no such file.

        Parameters
        ----------
        name
            Of the file.
        texts, numbers
            Columns it must have; empty cells become "" and NaN. Further columns are left out.

        Raises
        ------
        ReportError
            If it is no such table.
        """
        whole = self.whole_table(name)
        if whole is None:
            return None
        missing = [column for column in (*texts, *numbers) if column not in whole.columns]
        if missing:
            raise ReportError(f"{self.path / name}: expected a column {missing[0]!r}")
        chosen = whole[[*texts, *numbers]].copy()
        for column in texts:
            lines = {value: format_text(value) for value in chosen[column].unique()}
            chosen[column] = chosen[column].map(lines)
        for column in numbers:
            chosen[column] = self._numbers(name, chosen[column])
        return chosen

    def whole_table(self, name: str) -> "pd.DataFrame | None":
        """Return a CSV file with every cell as text, or None if there is no such file."""
        import pandas as pd

        content = self.content(name, LARGEST_TABLE)
        if content is None:
            return None
        try:
            text = content.decode("utf-8")
            if "\0" in text:
                raise ValueError("null characters")
            return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        except ValueError:  # of pandas too, and of what is no text
            raise ReportError(f"{self.path / name}: is not a CSV table") from None

    def _numbers(self, name: str, column: "pd.Series") -> "pd.Series":
        import pandas as pd

        found = pd.to_numeric(column.where(column != "", "nan"), errors="coerce")
        wrong = found.isna() & ~column.str.lower().isin(["", "nan"])
        if wrong.any():
            value = shown(column[wrong].iloc[0])
            raise ReportError(f"{self.path / name}: {column.name}: expected a number, not {value}")
        return found.astype("float64").where(found.abs() != math.inf)

    def has_checksum(self, name: str, expected: str) -> bool | None:
        """Return whether a file is as its description says; None if it is not there."""
        content = self.content(name, LARGEST_TABLE)
        return None if content is None else hashlib.sha256(content).hexdigest() == expected
