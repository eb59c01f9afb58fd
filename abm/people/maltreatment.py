"""Childhood maltreatment: five types that come together (section 3).

A one-factor Gaussian copula: a type is present when a liability passes its threshold, and the five
liabilities share one factor. Prevalences are those of the Australian Child Maltreatment Study
(2023); the shared correlation and the female shift reproduce its counts of types by sex. Every
severity is exponential with mean 1, and the adversity load is 1 - exp(-steepness x summed
severity): it predisposes without determining.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Protocol

import numpy as np

from abm.chance import Purpose, four_draws, two_normals
from abm.compilation import rule
from abm.people.layout import FEMALE, FIRST_AGE, MALTREATMENT_TYPES, NEVER, Person
from abm.people.records import Parameters, Today, dtype_of


class Childhood(Protocol):
    """Thresholds of the five types and the moments that standardise what follows from them."""

    physical_abuse: float
    sexual_abuse: float
    emotional_abuse: float
    neglect: float
    domestic_violence: float
    adversity_mean: float
    adversity_spread: float
    emotional_share: float
    emotional_spread: float
    hurt_spread: float


CHILDHOOD_DTYPE = dtype_of(Childhood)


@rule
def draw_type(
    me: Person, p: Parameters, today: Today, block: int, common: float, threshold: float
) -> tuple[float, float]:
    """Draw whether one type happened: its severity (0 none) and the age at its onset."""
    u = four_draws(today.seed_low, today.seed_high, me.person, 0, Purpose.BIRTH, block)
    own, _ = two_normals(u[0], u[1])
    bond = p.maltreatment_correlation
    liability = math.sqrt(bond) * common + math.sqrt(1.0 - bond) * own
    if me.sex == FEMALE:
        liability += p.maltreatment_female_shift
    if liability < threshold:
        return 0.0, NEVER
    return -math.log(u[2]), FIRST_AGE * u[3]


@rule
def draw_maltreatment(
    me: Person, p: Parameters, today: Today, childhood: Childhood, common: float
) -> None:
    """Draw the five types and the adversity load; `common` is the factor they share."""
    me.physical_abuse, me.physical_abuse_onset = draw_type(
        me, p, today, 101, common, childhood.physical_abuse
    )
    me.sexual_abuse, me.sexual_abuse_onset = draw_type(
        me, p, today, 102, common, childhood.sexual_abuse
    )
    me.emotional_abuse, me.emotional_abuse_onset = draw_type(
        me, p, today, 103, common, childhood.emotional_abuse
    )
    me.neglect, me.neglect_onset = draw_type(me, p, today, 104, common, childhood.neglect)
    me.domestic_violence, me.domestic_violence_onset = draw_type(
        me, p, today, 105, common, childhood.domestic_violence
    )
    me.maltreatment_types = (
        (1 if me.physical_abuse > 0.0 else 0)
        + (1 if me.sexual_abuse > 0.0 else 0)
        + (1 if me.emotional_abuse > 0.0 else 0)
        + (1 if me.neglect > 0.0 else 0)
        + (1 if me.domestic_violence > 0.0 else 0)
    )
    me.maltreatment_severity = (
        me.physical_abuse + me.sexual_abuse + me.emotional_abuse + me.neglect + me.domestic_violence
    )
    me.adversity = 1.0 - math.exp(-p.adversity_steepness * me.maltreatment_severity)


def threshold_for(prevalence: float, female_share: float, shift: float) -> float:
    """Return the liability threshold at which both sexes together have this prevalence."""
    normal = NormalDist()
    low, high = -12.0, 12.0
    for _ in range(80):
        middle = (low + high) / 2
        women = normal.cdf(shift - middle)
        share = female_share * women + (1 - female_share) * normal.cdf(-middle)
        low, high = (middle, high) if share > prevalence else (low, middle)
    return (low + high) / 2


def shares_given_factor(
    values: Mapping[str, float], thresholds: Mapping[str, float], shift: float, factor: np.ndarray
) -> dict[str, np.ndarray]:
    """Return each type's probability at every value of the shared factor."""
    from scipy.special import ndtr

    bond = min(values["maltreatment_correlation"], 1 - 1e-9)
    return {
        name: ndtr((math.sqrt(bond) * factor + shift - thresholds[name]) / math.sqrt(1 - bond))
        for name in MALTREATMENT_TYPES
    }


def prepare_childhood(values: Mapping[str, float], reference: Mapping[str, float]) -> np.ndarray:
    """Compute the record of `Childhood`: thresholds, and moments that standardise adversity.

    How common each type is follows from the values. Z-scores of adversity are made with the moments
    of the reference population (declared defaults), by quadrature, so that less maltreatment moves
    everything that follows from it.
    """
    childhood = np.zeros(1, CHILDHOOD_DTYPE)
    for name, value in {**thresholds_of(values), **moments_of(reference)}.items():
        childhood[name] = value
    return childhood


def thresholds_of(values: Mapping[str, float]) -> dict[str, float]:
    """Return the threshold of each type of maltreatment."""
    women, shift = values["female_share"], values["maltreatment_female_shift"]
    return {
        name: threshold_for(values[f"prevalence_{name}"], women, shift)
        for name in MALTREATMENT_TYPES
    }


def moments_of(values: Mapping[str, float]) -> dict[str, float]:
    """Return means and spreads of adversity, of emotional abuse, and of the two together."""
    women, shift = values["female_share"], values["maltreatment_female_shift"]
    thresholds = thresholds_of(values)
    factor = np.linspace(-8, 8, 2001)
    density = np.exp(-factor * factor / 2)
    density /= density.sum()
    moments = np.zeros(4)
    for weight, moved in ((women, shift), (1 - women, 0.0)):
        shares = shares_given_factor(values, thresholds, moved, factor)
        moments += weight * adversity_moments(shares, values["adversity_steepness"], density)
    unhurt, unhurt_square, emotional, unhurt_emotional = moments
    spread = math.sqrt(max(unhurt_square - unhurt * unhurt, 1e-12))
    emotional_spread = math.sqrt(max(emotional * (1 - emotional), 1e-12))
    together = -(unhurt_emotional - unhurt * emotional) / (spread * emotional_spread)
    share = values["self_criticism_emotional_share"]
    hurt = (1 - share) ** 2 + share**2 + 2 * share * (1 - share) * together
    return {
        "adversity_mean": 1 - unhurt,
        "adversity_spread": spread,
        "emotional_share": emotional,
        "emotional_spread": emotional_spread,
        "hurt_spread": math.sqrt(max(hurt, 1e-12)),
    }


def adversity_moments(
    shares: Mapping[str, np.ndarray], steepness: float, density: np.ndarray
) -> np.ndarray:
    """Return the means of x, x squared, e and x e, with x = 1 - adversity, e = emotional abuse."""
    once = np.ones_like(density)
    twice = np.ones_like(density)
    for chance in shares.values():
        once = once * (1 - chance * steepness / (1 + steepness))
        twice = twice * (1 - chance * 2 * steepness / (1 + 2 * steepness))
    emotional = shares["emotional_abuse"]
    kept = once / (1 - emotional * steepness / (1 + steepness))
    both = kept * emotional / (1 + steepness)
    return np.array([np.sum(density * term) for term in (once, twice, emotional, both)])
