"""Tables of people: what a run hands out of a person's record, under the same names."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from abm.chance import Purpose, draws_for, two_normals_of
from abm.people.codes import DESERVED, TOLERANCE
from abm.people.layout import NEVER, declared_fields, fields_of

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
TIES_DTYPE = np.dtype(
    [
        *[(name, np.int64) for name in ("person", "other", "kind")],
        *[(name, np.float64) for name in ("since", "ended")],
    ]
)


def rows_of(people: np.ndarray, ages: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Copy records of persons into rows of a table; what never happened is NaN.

    Fields of the table that a person does not have stay zero.
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
    """Return rows of people.parquet for these people (without the column `seed`)."""
    rows = rows_of(people, ages, PEOPLE_DTYPE)
    rows["left"] = left
    for name, values in pain_test(people, seed, vars(p), p.pain_endurance).items():
        rows[name] = values
    return rows


def ties_table(ties: np.ndarray, people: np.ndarray, ended: float = math.nan) -> np.ndarray:
    """Return rows of ties.parquet for ties between people who are still there.

    `ties` are rows of `abm.people.ties.TieNetwork.table`, `ended` the day on which they ended, NaN
    if they have not.
    """
    rows = np.zeros(len(ties), TIES_DTYPE)
    rows["person"], rows["other"] = (people["person"][ties[end]] for end in ("first", "second"))
    rows["kind"], rows["since"], rows["ended"] = ties["kind"], ties["since"], ended
    return rows


def pain_test(
    people: np.ndarray, seed: int, values: Mapping[str, float], position: int
) -> dict[str, np.ndarray]:
    """Test people's pain as in the studies that Martin (2022, 5.2) cites; it never feeds back.

    The threshold follows opioid tone and accumulated acts; endurance - how long pain is borne after
    its onset - follows self-criticism (Hooley and Fox 2019). The position of the switch
    `pain_endurance` keeps tolerance, deserved pain, or both. Units are those of a median person.
    """
    acts = people["acts"].astype(np.float64)
    habituated = acts / (acts + values["habituation_acts"])
    first, second, _, _ = draws_for(seed, people["person"], 0, Purpose.PAIN_TEST, 0)
    threshold_noise, endurance_noise = two_normals_of(first, second)
    threshold = values["pain_tone"] * people["opioid_tone"]
    if position != DESERVED:
        threshold = threshold + values["pain_acts"] * habituated
    endurance = np.zeros(len(people))
    if position != TOLERANCE:
        endurance = values["pain_self_criticism"] * people["self_criticism"]
    threshold = np.exp(threshold + values["pain_threshold_noise"] * threshold_noise)
    endurance = np.exp(endurance + values["pain_endurance_noise"] * endurance_noise)
    return {
        "pain_threshold": threshold,
        "pain_endurance": endurance,
        "pain_tolerance": threshold + endurance,
    }
