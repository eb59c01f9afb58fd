"""What a comparison keeps of a run: a short row a person, sums by year, curves, who was reached."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.io.files import parse_parquet
from abm.simulation.census import FLOWS, STOCKS, Census
from abm.simulation.record import SEX_NAMES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from abm.simulation.record import Record

PEOPLE, CURVES, YEARS = "people.parquet", "curves.parquet", "years.parquet"
LARGEST = 1e15  # of people and costs; sums of many stay finite

# Everybody who lived a reported day, in the order of their numbers.
PEOPLE_DTYPE = np.dtype(
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
        ("therapies", np.int32),  # courses begun, those before the reported years among them
        ("care_years", np.int16),  # yearly censuses at which the person was in specialist care
    ]
)
FIELDS = PEOPLE_DTYPE.names or ()

# What everybody came to in each reported year, by the field of a person that adds it up.
YEARS_DTYPE = np.dtype(
    [
        ("reported_case", np.int64),
        ("active_years", np.int64),
        ("reported_acts", np.int64),
        ("reported_hospital", np.int64),
        ("care_years", np.int64),
    ]
)
_OF_FLOWS = {
    "reported_case": "first_acts", "reported_acts": "acts", "reported_hospital": "hospital",
}  # fmt: skip
_OF_STOCKS = {"active_years": "past_year", "care_years": "in_care"}


@dataclass(frozen=True)
class Reached:
    """What one intervention of a run came to."""

    kind: str
    title: str
    people: float  # reached
    cost: float  # in all, in the currency of the scenario
    name: str = ""  # the user's own
    newly: float = 0.0  # reached whom no other one of that kind and name had reached before
    cost_per: str = "person"  # unit of cost: see `abm.scenario.intervention_library.COST_PER`
    units: float = 0.0  # how many of them
    cost_by_year: tuple[float, ...] = ()  # of every reported year

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Reached":
        """Read plain data, as a record holds it.

        Raises KeyError, TypeError or ValueError if something is missing or no number.
        """
        numbers = {name: float(plain[name]) for name in ("people", "cost", "newly", "units")}
        if not all(abs(number) < LARGEST for number in numbers.values()):
            raise ValueError("people and cost must be finite and smaller")
        by_year = tuple(float(cost) for cost in plain.get("cost_by_year", ()))
        if not all(abs(cost) < LARGEST for cost in by_year):
            raise ValueError("costs must be finite and smaller")
        texts = {name: str(plain[name]) for name in ("kind", "title", "name", "cost_per")}
        return cls(**texts, **numbers, cost_by_year=by_year)  # type: ignore[arg-type]


@dataclass(frozen=True)
class PersonOutcomes:
    """What is kept of one run."""

    people: np.ndarray  # rows of `PEOPLE_DTYPE`, in ascending order of `person`
    curves: "pd.DataFrame"  # as `abm.simulation.curves.curves_frame` gives them, without the seed
    reached: tuple[Reached, ...] = ()  # one an intervention of the scenario, in its order
    years: np.ndarray = field(default_factory=lambda: np.zeros(0, YEARS_DTYPE))  # one a year

    @property
    def cost(self) -> float:
        """What all interventions cost."""
        return math.fsum(intervention.cost for intervention in self.reached)

    @classmethod
    def from_record(cls, record: "Record") -> "PersonOutcomes":
        """Reduce the record of a run to what a comparison needs; its log must hold people."""
        chunks = [_kept_fields(rows) for rows in record.logged["people"]]
        people = np.concatenate(chunks) if chunks else np.zeros(0, PEOPLE_DTYPE)
        ordered = people[np.argsort(people["person"], kind="stable")]
        ordered["care_years"] = _times_in_care(ordered["person"], record.censuses)
        reached = tuple(Reached.from_plain(plain) for plain in record.reached)
        curves = record.curves.drop(columns="seed")
        return cls(ordered, curves, reached, _years(record.censuses))

    def files(self) -> dict[str, bytes]:
        """Return people and curves as the contents of Parquet files, by name."""
        import pyarrow as pa

        curves = pa.Table.from_pandas(self.curves, preserve_index=False)
        people, years = (
            pa.table({name: rows[name] for name in rows.dtype.names or ()})
            for rows in (self.people, self.years)
        )
        tables = {PEOPLE: people, CURVES: curves, YEARS: years}
        return {name: _parquet(table) for name, table in tables.items()}

    @classmethod
    def from_files(
        cls, files: Mapping[str, bytes], reached: tuple[Reached, ...]
    ) -> "PersonOutcomes":
        """Read back what `files` gave; ValueError if it is another table."""
        import pandas as pd

        try:
            people = _rows(parse_parquet(files[PEOPLE]), PEOPLE_DTYPE)
            years = _rows(parse_parquet(files[YEARS]), YEARS_DTYPE)
            curves = parse_parquet(files[CURVES]).to_pandas()
            curves["date"] = pd.to_datetime(curves["date"]).astype("datetime64[s]")
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"another table than that of people: {error}") from None
        if not np.isin(people["sex"], range(len(SEX_NAMES))).all():
            raise ValueError("another table than that of people: a sex is out of range")
        return cls(people, curves, reached, years)


def _rows(table: "pa.Table", dtype: np.dtype) -> np.ndarray:
    rows = np.zeros(table.num_rows, dtype)
    for name in dtype.names or ():
        rows[name] = table[name].to_numpy()
    return rows


def _kept_fields(rows: np.ndarray) -> np.ndarray:
    kept = np.zeros(len(rows), PEOPLE_DTYPE)
    for name in FIELDS:
        if name != "care_years":
            kept[name] = rows[name]
    return kept


def _times_in_care(people: np.ndarray, censuses: Sequence[Census]) -> np.ndarray:
    """Return for each person, in ascending order, at how many censuses they were in care."""
    seen = np.concatenate([np.zeros(0, np.int64), *(census.in_care for census in censuses)])
    persons, times = np.unique(seen, return_counts=True)
    counts = np.zeros(len(people), np.int64)
    counts[np.searchsorted(people, persons)] = times
    return counts


def _years(censuses: Sequence[Census]) -> np.ndarray:
    """Return what everybody came to in each reported year."""
    years = np.zeros(len(censuses), YEARS_DTYPE)
    for year, census in enumerate(censuses):
        for name, flow in _OF_FLOWS.items():
            years[name][year] = census.flows[..., FLOWS.index(flow)].sum()
        for name, stock in _OF_STOCKS.items():
            years[name][year] = census.stocks[..., STOCKS.index(stock)].sum()
    return years


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd")
    return buffer.getvalue()
