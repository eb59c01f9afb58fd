"""Tables of people: what a run hands out of a person's record, under the same names."""

from typing import Any

import numpy as np

from abm.people.layout import NEVER, declared_fields, fields_of
from abm.simulation.pain_test import pain_test

WHO = ("sex", "year_group", "age")
TRAITS = tuple(name for name in fields_of("trait") if name not in ("person", "sex", "year_group"))
OVER_TIME = (*fields_of("state"), *fields_of("history"))
PAIN = ("pain_threshold", "pain_endurance", "pain_tolerance")
WHEN = (
    *("first_age", "last_age", "last_act", "phase_ended"),
    *("care_since", "waiting_since", "confidant_until", "last_hospital"),
)
"""Fields that say -1 for never; tables leave them empty (NaN). Onsets of maltreatment too."""


def _typed(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    declared = declared_fields()
    return [
        (name, np.int64 if name in declared and declared[name][0] is int else np.float64)
        for name in names
    ]


PANEL_FIELDS = [*_typed((*WHO, *TRAITS)), ("ever", np.int64), *_typed(OVER_TIME)]
PEOPLE_DTYPE = np.dtype(
    [
        ("person", np.int64),
        *_typed(WHO),
        ("left", np.int64),
        *_typed(TRAITS),
        ("ever", np.int64),
        *_typed(OVER_TIME),
        *_typed(PAIN),
    ]
)


def rows_of(people: np.ndarray, ages: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Copy records of persons into rows of a table.

    Parameters
    ----------
    people
        Records of persons.
    ages
        Their ages in years.
    dtype
        Layout of the table; fields that a person does not have stay zero.

    Returns
    -------
    numpy.ndarray
        One row a person; what never happened is NaN.
    """
    rows = np.zeros(len(people), dtype)
    for name in dtype.names or ():
        if name in (people.dtype.names or ()):
            rows[name] = people[name]
        if name in WHEN or name.endswith("_onset"):
            rows[name][rows[name] == NEVER] = np.nan
    rows["age"] = ages
    rows["ever"] = people["acts"] > 0
    return rows


def people_table(people: np.ndarray, ages: np.ndarray, left: bool, seed: int, p: Any) -> np.ndarray:
    """Return rows of people.parquet for these people (without the column `seed`).

    Parameters
    ----------
    people, ages
        Records of persons and their ages in years.
    left
        Whether they have left the population.
    seed
        Seed of the random streams, for the pain test.
    p
        The parameters, by attribute.
    """
    rows = rows_of(people, ages, PEOPLE_DTYPE)
    rows["left"] = left
    for name, values in pain_test(people, seed, vars(p), p.pain_endurance).items():
        rows[name] = values
    return rows
