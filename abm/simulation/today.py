"""The record of what is the same for everybody today."""

import math
from typing import Any

from abm.mechanisms.curves import LN_2
from abm.mechanisms.morning import kept_over
from abm.parameters import parameters
from abm.people.records import Today, dtype_of
from abm.scenario.dates import DAYS_A_YEAR

TODAY_DTYPE = dtype_of(Today)
MONTHS_A_YEAR = 12.0


def derive_speeds(today: Any, p: Any) -> None:
    """Derive the day's speeds and shares from its parameters, into the record of today."""
    today["emptiness_speed"] = LN_2 / p.emptiness_half_life
    today["calm_speed"] = LN_2 / p.calm_half_life
    today["shame_speed"] = LN_2 / p.shame_half_life
    today["tolerance_kept"] = kept_over(p.tolerance_days)
    today["exposure_kept"] = kept_over(p.exposure_days)
    today["resolution_kept"] = kept_over(p.resolution_years * DAYS_A_YEAR)
    today["strain_gain"] = 1.0 - kept_over(p.strain_days)
    today["need_gain"] = 1.0 - kept_over(p.need_days)
    reference = [parameters()[name].default for name in ("severity_person", "severity_bout")]
    today["severity_spread"] = math.hypot(*reference)
    kept = math.exp(-7.0 / p.week_days)
    today["week_kept"] = kept
    today["week_step"] = p.week_spread * math.sqrt(1.0 - kept * kept)
    for name, years in (("change", p.change_years), ("circumstances", p.circumstances_years)):
        kept = kept_over(MONTHS_A_YEAR * years)
        today[f"{name}_kept"] = kept
        today[f"{name}_step"] = math.sqrt(1.0 - kept * kept)
