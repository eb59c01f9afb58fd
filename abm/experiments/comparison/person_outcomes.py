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
    ]
)
FIELDS = PEOPLE_DTYPE.names or ()


@dataclass(frozen=True)
class Reached:
    """What one intervention of a run came to."""

    kind: str
    title: str
    people: float  # reached
    cost: float  # in all, in the currency of the library of interventions
    name: str = ""  # the user's own
    newly: float = 0.0  # reached whom no other one of that kind and name had reached before
    cost_per: str = "person"  # unit of cost: see `abm.scenario.intervention_library.COST_PER`
    units: float = 0.0  # how many of them

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Reached":
        """Read plain data, as a record holds it.

        Raises KeyError, TypeError or ValueError if something is missing or no number.
        """
        numbers = {name: float(plain[name]) for name in ("people", "cost", "newly", "units")}
        if not all(abs(number) < LARGEST for number in numbers.values()):
            raise ValueError("people and cost must be finite and smaller")
        texts = {name: str(plain[name]) for name in ("kind", "title", "name", "cost_per")}
        return cls(**texts, **numbers)  # type: ignore[arg-type]


@dataclass(frozen=True)
class PersonOutcomes:
    """What is kept of one run."""

    people: np.ndarray  # rows of `PEOPLE_DTYPE`, in ascending order of `person`
    curves: "pd.DataFrame"  # as `abm.simulation.curves.curves_frame` gives them, without the seed
    reached: tuple[Reached, ...] = ()  # one an intervention of the scenario, in its order

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
        reached = tuple(Reached.from_plain(plain) for plain in record.reached)
        return cls(ordered, record.curves.drop(columns="seed"), reached)

    def files(self) -> dict[str, bytes]:
        """Return people and curves as the contents of Parquet files, by name."""
        import pyarrow as pa

        columns = {name: self.people[name] for name in FIELDS}
        curves = pa.Table.from_pandas(self.curves, preserve_index=False)
        return {PEOPLE: _parquet(pa.table(columns)), CURVES: _parquet(curves)}

    @classmethod
    def from_files(
        cls, files: Mapping[str, bytes], reached: tuple[Reached, ...]
    ) -> "PersonOutcomes":
        """Read back what `files` gave; ValueError if it is another table."""
        import pandas as pd

        try:
            table = parse_parquet(files[PEOPLE])
            people = np.zeros(table.num_rows, PEOPLE_DTYPE)
            for name in FIELDS:
                people[name] = table[name].to_numpy()
            curves = parse_parquet(files[CURVES]).to_pandas()
            curves["date"] = pd.to_datetime(curves["date"]).astype("datetime64[s]")
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"another table than that of people: {error}") from None
        if not np.isin(people["sex"], range(len(SEX_NAMES))).all():
            raise ValueError("another table than that of people: a sex is out of range")
        return cls(people, curves, reached)


def _kept_fields(rows: np.ndarray) -> np.ndarray:
    kept = np.zeros(len(rows), PEOPLE_DTYPE)
    for name in FIELDS:
        kept[name] = rows[name]
    return kept


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd")
    return buffer.getvalue()
