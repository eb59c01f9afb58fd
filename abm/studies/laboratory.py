"""A laboratory: everybody of a world at rest, under one standard stressor, and half an hour later.

The stressor is to be judged by others, as in most laboratories: as large as everyday ones are on
average, the same for everybody, and one that a participant may walk away from. What it does follows
from the rules of a day, on a copy of the person: nothing that happens is changed by it, and nothing
is drawn.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from abm.mechanisms.day import live_through
from abm.mechanisms.relaxing import live_until
from abm.people.codes import INTERPERSONAL
from abm.people.layout import PlainRecord
from abm.people.records import Parameters, Today

if TYPE_CHECKING:
    from abm.simulation.world import World

TIMES = ("rest", "peak", "after")
AFTER_HOURS = 0.5
ESCAPABLE = 1.0  # the draw that says whether there is no way out: of all, the one furthest from it


def laboratory(world: "World") -> dict[str, np.ndarray]:
    """Return one row a person present, tested on the morning after the last day that was run.

    `resting_vagal_tone`, and sympathetic activation at rest, at its peak under the stressor and
    half an hour after it: `sympathetic_rest`, `sympathetic_peak`, `sympathetic_after`.
    """
    p, today = (PlainRecord.copy_of(records[0]) for records in (world.parameters, world.days))
    present = world.people[world.people["present"] == 1]
    tested = [under_stress(PlainRecord.copy_of(row), p, today) for row in present]
    activation = np.array(tested, np.float64).reshape(len(present), len(TIMES))
    return {
        "person": present["person"].copy(),
        "resting_vagal_tone": present["resting_vagal_tone"].copy(),
        **{f"sympathetic_{when}": activation[:, index] for index, when in enumerate(TIMES)},
    }


def under_stress(me: Any, p: Parameters, today: Today) -> tuple[float, float, float]:
    """Let somebody live through the stressor; return activation at rest, at the peak and after.

    `me` is a copy of a person's record as a plain object, and is changed.
    """
    me.watched = 0
    log: Any = None  # where the course of a day is noted of those who are watched
    me.rumination_returns = 0.0  # nobody has just acted
    me.peak_sympathetic = rest = me.sympathetic
    live_through(me, p, today, log, INTERPERSONAL, p.stressor_size, ESCAPABLE)
    live_until(me, p, today, log, me.hour + AFTER_HOURS)
    return rest, me.peak_sympathetic, me.sympathetic
