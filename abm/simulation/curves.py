"""From yearly censuses to the tidy table of curves (curves.csv)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from abm.simulation.census import (
    AGES,
    DAYS_A_YEAR,
    FIRST_AGE,
    FLOWS,
    MEASURES,
    STOCKS,
    Census,
    Measure,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("seed", "date", "year", "sex", "age", "measure", "value", "people")
SEX_ROWS: dict[str, tuple[int, ...]] = {"female": (0,), "male": (1,), "all": (0, 1)}

# Completed years, both ends included.
BANDS = ((10, 24), (12, 18), (12, 17), (16, 24), (18, 24))


def age_groups() -> dict[str, tuple[int, int]]:
    """Return every age and age band of the curves: its label, first and last completed age."""
    groups = {str(age): (age, age) for age in AGES}
    groups.update({f"{first}-{last}": (first, last) for first, last in BANDS})
    return groups


def curves_frame(censuses: Sequence[Census], seed: int) -> "pd.DataFrame":
    """Turn the censuses of one run, in order of their dates, into tidy curves.

    Age is in completed years such as "14", or a band such as "12-18". Shares run from 0 to 1, rates
    are in the unit of their measure; `people` is the denominator: persons for a share,
    person-years for a rate. A cell with nobody in it has no row. Rows are ordered by date,
    measure, sex and age.
    """
    import pandas as pd

    rows = [row for census in censuses for row in _census_rows(census, seed)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[s]")
    return frame.astype(
        {"seed": "uint64", "year": "int64", "sex": "str", "age": "str", "measure": "str",
         "value": "float64", "people": "float64"}
    )  # fmt: skip


def _census_rows(census: Census, seed: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of one census, leaving out cells without people."""
    for measure in MEASURES:
        names: tuple[str, ...] = STOCKS if measure.kind == "share" else FLOWS
        counts = census.stocks if measure.kind == "share" else census.flows
        numerators = counts[:, :, names.index(measure.numerator)]
        denominators = counts[:, :, names.index(measure.denominator)]
        for sex, rows in SEX_ROWS.items():
            for age, (first, last) in age_groups().items():
                ages = slice(first - FIRST_AGE, last - FIRST_AGE + 1)
                above = int(numerators[list(rows), ages].sum())
                below = int(denominators[list(rows), ages].sum())
                if below == 0:
                    continue
                value, people = _value(measure, above, below)
                yield (seed, census.date, census.date.year, sex, age, measure.name, value, people)


def _value(measure: Measure, above: int, below: int) -> tuple[float, float]:
    """Return the value of a cell and its denominator (persons or person-years)."""
    if measure.kind == "share":
        return above / below, float(below)
    person_years = below / DAYS_A_YEAR
    return measure.per * above / person_years, person_years
