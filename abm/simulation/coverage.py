"""One intervention at a time: when it runs, whom it may reach, and how strong it is."""

import datetime

import numpy as np

from abm.scenario.dates import DAYS_A_YEAR
from abm.scenario.interventions import ForPersons, Intervention

DAYS_A_MONTH = DAYS_A_YEAR / 12
LARGEST_SHIFT = 50.0


def runs_on(intervention: Intervention, date: datetime.date) -> bool:
    """Return whether an intervention runs on a date."""
    return intervention.start <= date and (intervention.end is None or date < intervention.end)


def is_of_ages(intervention: ForPersons, ages: np.ndarray) -> np.ndarray:
    """Return for each of some ages, in years with decimals, whether an intervention is for it."""
    first, last = intervention.ages
    return (ages >= first) & (ages < last + 1)


def risen_coverage(intervention: Intervention, date: datetime.date) -> float:
    """Return the share it reaches on a date on which it runs: coverage, as far as it has risen."""
    days = (date - intervention.start).days
    rising = intervention.ramp_years * DAYS_A_YEAR
    return intervention.coverage if days >= rising else intervention.coverage * (days / rising)


def chance_to_be_reached(coverage: float, uptake_risk: float, adversity: np.ndarray) -> np.ndarray:
    """Return everybody's chance to be reached: coverage, its log-odds shifted by adversity.

    An uptake risk of 0 (log-odds per standard deviation of adversity) gives exactly `coverage`.
    """
    if uptake_risk == 0.0:
        return np.full(adversity.shape, coverage)
    odds = np.exp(np.clip(uptake_risk * adversity, -LARGEST_SHIFT, LARGEST_SHIFT))
    chance: np.ndarray = coverage * odds / (1.0 - coverage + coverage * odds)
    return chance


def strength_after(days: np.ndarray, intervention: ForPersons) -> np.ndarray:
    """Return how much of the full effect is there, some days after a person was reached.

    It grows evenly over `months_to_full` and then halves every `half_life_years`; a half-life of
    0 stands for an effect that does not fade.
    """
    growing = intervention.months_to_full * DAYS_A_MONTH
    grown = np.minimum(days / growing, 1.0) if growing > 0.0 else np.ones(days.shape)
    if intervention.half_life_years == 0.0:
        return grown
    fading = np.maximum(days - growing, 0.0) / (intervention.half_life_years * DAYS_A_YEAR)
    strength: np.ndarray = grown * np.exp2(-fading)
    return strength
