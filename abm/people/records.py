"""The records that a rule sees besides the person (`abm.people.layout.Person`).

They are read in the same way whether they are rows of structured arrays inside a kernel or plain
Python objects outside.
"""

from typing import Any, Protocol, get_type_hints

import numpy as np


def dtype_of(record: type) -> np.dtype:
    """Return the layout of a record: float64 and int64 fields in the declared order."""
    return np.dtype([(name, np.dtype(kind)) for name, kind in get_type_hints(record).items()])


class Parameters(Protocol):
    """The numbers and switches of `parameters.toml`, one attribute each (switches as integers)."""

    def __getattr__(self, name: str) -> Any: ...


class Today(Protocol):
    """What is the same for everybody today: the date, the seed, and speeds derived from numbers."""

    day: int
    seed_low: int
    seed_high: int
    school_year: int
    is_monday: int
    is_month_start: int
    is_reported: int
    settlement: int
    adversity_mean: float
    emptiness_speed: float
    calm_speed: float
    shame_speed: float
    tolerance_kept: float
    exposure_kept: float
    resolution_kept: float
    strain_gain: float
    need_gain: float
    severity_spread: float
    week_kept: float
    week_step: float
    change_kept: float
    change_step: float
    circumstances_kept: float
    circumstances_step: float


class Stage(Protocol):
    """What is the same today for everybody of one sex and age: where they are in growing up."""

    age: float
    age_index: int
    puberty: float
    maturing: float
    transition: float
    stressors: float
    interpersonal: float
    awareness: float
    distress_gain: float
    distress_speed: float
    barrier: float
    coping_growth: float


class DayLog(Protocol):
    """Where a day's acts and, for those watched, the points of its course are noted."""

    acts: Any
    points: Any
