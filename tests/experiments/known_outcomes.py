"""Outcomes with known sensitivity, in the place of runs; the environment reaches processes, too.

`KNOWN_DIARY` names a file that notes every run lived.
"""

import hashlib
import math
import os
from pathlib import Path

from abm.chance import Purpose, generator
from abm.scenario.scenario import Scenario

RANGES = {"stressor_rate": (0.5, 1.5), "urge_weight": (3.0, 12.0), "barrier_mean": (6.0, 14.0)}
NAMED = "stressor_rate=0.5:1.5,urge_weight=3:12,barrier_mean=6:14"
NOISE = 0.5


def note(line: object) -> None:
    diary = os.environ.get("KNOWN_DIARY")
    if diary:
        with open(diary, "a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


def angles(scenario: Scenario) -> list[float]:
    """Return where in their ranges the parameters are, from -pi to pi."""
    return [
        math.pi * (2 * (scenario.parameters[name] - low) / (high - low) - 1)
        for name, (low, high) in RANGES.items()
    ]


def drawn_for(scenario: Scenario, seed: int) -> float:
    """Return a normal number that depends on the point and the seed."""
    digest = hashlib.sha256(f"{seed} {angles(scenario)}".encode()).digest()
    return float(generator(int.from_bytes(digest[:8]), Purpose.BOOTSTRAP).normal())


def ishigami(scenario: Scenario, seed: int) -> dict[str, float]:
    """Return Ishigami's function as it is, with noise, by age, and undefined here and there."""
    note(f"{angles(scenario)!r} {seed}")
    first, second, third = angles(scenario)
    value = math.sin(first) + 7 * math.sin(second) ** 2 + 0.1 * third**4 * math.sin(first)
    noisy = value + NOISE * drawn_for(scenario, seed)
    return {
        "lifetime_prevalence_12_18": value,
        "past_year_prevalence_12_18": noisy,
        "median_onset_age": math.nan if min(first, second, third) < -0.97 * math.pi else second,
        "female_to_male_ratio": math.nan,
        "lifetime_prevalence_age_10": 0.0,
        "lifetime_prevalence_age_14": first,
        "lifetime_prevalence_age_15": first + 0.5 * third,
    }


def ishigami_but_fail_high(scenario: Scenario, seed: int) -> dict[str, float]:
    """Fail at high stressor rates until mended."""
    mended = Path(os.environ["KNOWN_DIARY"] + ".mended").exists()
    if scenario.parameters["stressor_rate"] > 1.4 and not mended:
        raise ValueError("too many stressors")
    return ishigami(scenario, seed)


def ishigami_but_fail_second_seed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Fail with the seed 2, wherever."""
    if seed == 2:
        raise ValueError("an unlucky seed")
    return ishigami(scenario, seed)
