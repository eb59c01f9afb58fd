"""What a comparison keeps of one run: one short row a person, the curves, and who was reached."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.io.files import parse_parquet
from abm.simulation.record import SEX_NAMES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from abm.simulation.record import Record

PEOPLE, CURVES = "people.parquet", "curves.parquet"
LARGEST = 1e15  # of people and costs; sums of many stay finite

# Everybody who lived a reported day, in the order of their numbers.
LIFE_DTYPE = np.dtype(
    [
        ("person", np.int64),
        ("sex", np.int8),
        ("year_group", np.int16),
        ("adversity", np.float64),
        ("reported_case", np.int8),
        ("reported_acts", np.int32),
        ("reported_hospital", np.int32),
        ("active_years", np.int16),
        ("reached_by", np.int64),
    ]
)


@dataclass(frozen=True)
class Reached:
    """What one intervention of a run came to.

    Parameters
    ----------
    kind, title
        Which one, and how it is called.
    people
        Persons reached.
    cost
        What it cost in all, in the currency of the library of interventions.
    name
        The user's own; empty without one.
    newly
        Persons reached whom no other intervention of that kind and name had reached before.
    cost_per, units
        Unit of cost, and how many of them: see `abm.scenario.intervention_library.COST_PER`.
    """

    kind: str
    title: str
    people: float
    cost: float
    name: str = ""
    newly: float = 0.0
    cost_per: str = "person"
    units: float = 0.0

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Reached":
        """Read plain data, as a record holds it.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or no number.
        """
        numbers = {name: float(plain[name]) for name in ("people", "cost", "newly", "units")}
        if not all(abs(number) < LARGEST for number in numbers.values()):
            raise ValueError("people and cost must be finite and smaller")
        texts = {name: str(plain[name]) for name in ("kind", "title", "name", "cost_per")}
        return cls(**texts, **numbers)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Lives:
    """What is kept of one run.

    Parameters
    ----------
    people
        Rows of `LIFE_DTYPE`, in ascending order of `person`.
    curves
        As `abm.simulation.curves.curves_frame` gives them, without the seed.
    reached
        One an intervention of the scenario, in its order.
    """

    people: np.ndarray
    curves: "pd.DataFrame"
    reached: tuple[Reached, ...] = ()

    @property
    def cost(self) -> float:
        """What all interventions cost."""
        return math.fsum(each.cost for each in self.reached)


def lives_of(record: "Record") -> Lives:
    """Reduce the record of a run, with its log of people, to what a comparison needs.

    Raises
    ------
    KeyError
        If people were not logged.
    """
    chunks = [_short(rows) for rows in record.logged["people"]]
    people = np.concatenate(chunks) if chunks else np.zeros(0, LIFE_DTYPE)
    reached = tuple(Reached.from_plain(each) for each in record.reached)
    ordered = people[np.argsort(people["person"], kind="stable")]
    return Lives(ordered, record.curves.drop(columns="seed"), reached)


def _short(rows: np.ndarray) -> np.ndarray:
    """Copy the fields that are kept."""
    short = np.zeros(len(rows), LIFE_DTYPE)
    for name in LIFE_DTYPE.names or ():
        short[name] = rows[name]
    return short


def as_files(lives: Lives) -> dict[str, bytes]:
    """Return people and curves as the contents of Parquet files, by name."""
    import pyarrow as pa

    columns = {name: lives.people[name] for name in LIFE_DTYPE.names or ()}
    curves = pa.Table.from_pandas(lives.curves, preserve_index=False)
    return {PEOPLE: _parquet(pa.table(columns)), CURVES: _parquet(curves)}


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd")
    return buffer.getvalue()


def from_files(files: Mapping[str, bytes], reached: tuple[Reached, ...]) -> Lives:
    """Read back what `as_files` gave.

    Raises
    ------
    ValueError
        If a file or a column is missing, or is of another type or range.
    """
    import pandas as pd

    try:
        table = parse_parquet(files[PEOPLE])
        people = np.zeros(table.num_rows, LIFE_DTYPE)
        for name in LIFE_DTYPE.names or ():
            people[name] = table[name].to_numpy()
        curves = parse_parquet(files[CURVES]).to_pandas()
        curves["date"] = pd.to_datetime(curves["date"]).astype("datetime64[s]")
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"another table than that of lives: {error}") from None
    if not np.isin(people["sex"], range(len(SEX_NAMES))).all():
        raise ValueError("another table than that of lives: a sex is out of range")
    return Lives(people, curves, reached)


def sex_names(people: np.ndarray) -> np.ndarray:
    """Return the sex of people in words."""
    return np.array(SEX_NAMES)[people["sex"]]
