"""The log of a day: room for its acts and for the points of its course, reused every day."""

import numpy as np

from abm.mechanisms.relaxing import MOST_POINTS
from abm.people.layout import STATES, PlainRecord

MOST_ACTS = 8
"""Room for a decision after each of at most six stressors and one in the evening, and one spare."""

NOTED_STATES = ("distress", "emptiness", "calm", "shame", "sympathetic", "dorsal_vagal")

ACT_DTYPE = np.dtype(
    [
        ("person", np.int64),
        ("day", np.int64),
        ("age", np.float64),
        ("sex", np.int64),
        ("route", np.int64),
        ("hour", np.float64),
        *((f"{name}_before", np.float64) for name in NOTED_STATES),
        *((f"{name}_after", np.float64) for name in NOTED_STATES),
        ("sympathetic_peak", np.float64),
        ("dorsal_vagal_peak", np.float64),
        ("relief", np.float64),
        ("severity", np.float64),
        ("bout", np.int64),
        ("visible", np.int64),
        ("hospital", np.int64),
        ("hospital_chance", np.float64),
        ("share_calm", np.float64),
        ("share_feel", np.float64),
        ("share_punish", np.float64),
    ]
)

POINT_DTYPE = np.dtype(
    [
        ("hour", np.float64),
        ("event", np.int64),
        ("distress_speed", np.float64),
        *((name, np.float64) for name in STATES),
        ("urge", np.float64),
        ("reported", np.int64),
    ]
)


DAY_LOG_DTYPE = np.dtype(
    [("acts", ACT_DTYPE, (MOST_ACTS,)), ("points", POINT_DTYPE, (MOST_POINTS,))]
)
"""One record, so that passing it on inside a kernel costs nothing."""


def compiled_day_log() -> np.ndarray:
    """Return an empty log for a kernel: an array of one record."""
    return np.zeros(1, DAY_LOG_DTYPE)


def plain_day_log() -> PlainRecord:
    """Return an empty log for plain Python: lists of plain objects."""
    day_log = compiled_day_log()[0]
    acts = [PlainRecord.copy_of(row) for row in day_log["acts"]]
    points = [PlainRecord.copy_of(row) for row in day_log["points"]]
    return PlainRecord(("acts", "points"), (acts, points))
