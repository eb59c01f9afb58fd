"""The waiting list of specialist care: places are given out on Mondays, first come first served.

Those who joined on the same day are ordered by a keyed draw. What is left of a place when places
per 10,000 meet the people present is a whole place in that share of seeds, all along.
"""

from typing import Any

import numpy as np

from abm.chance import Purpose, draws_for, four_draws, seed_halves
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER

PLACES_PER = 10_000


def allocate_places(people: np.ndarray, p: Any, day: int, seed: int) -> np.ndarray:
    """Give the free places in specialist care to those who have waited longest; return their rows.

    Records of persons are changed in place; `specialist_places` counts per 10,000 people present.
    """
    present = people["present"] == 1
    waiting = np.flatnonzero(present & (people["waiting_since"] != NEVER))
    if len(waiting) == 0:
        return waiting
    taken = int(np.count_nonzero(present & (people["care"] >= SPECIALIST)))
    rounding = four_draws(*seed_halves(seed), 0, 0, Purpose.PLACES, 0)[0]
    places = int(p.specialist_places * np.count_nonzero(present) / PLACES_PER + rounding)
    free = places - taken
    if free <= 0:
        return waiting[:0]
    persons, since = people["person"][waiting], people["waiting_since"][waiting]
    turn = draws_for(seed, persons, 0, Purpose.QUEUE, since.astype(np.int64))[0]
    order = np.lexsort((persons, turn, since))
    chosen = waiting[order[:free]]
    admitted = people[chosen]
    drawn = draws_for(seed, admitted["person"], 0, Purpose.THERAPY, admitted["admissions"])[0]
    repeated = admitted["past_year_acts"] >= p.therapy_acts
    therapy = repeated & (drawn < p.therapy_share)
    people["care"][chosen] = np.where(therapy, THERAPY, SPECIALIST)
    people["care_since"][chosen] = day
    people["days_waited"][chosen] += day - admitted["waiting_since"]
    people["waiting_since"][chosen] = NEVER
    people["admissions"][chosen] += 1
    people["therapies"][chosen] += therapy
    return chosen
