"""The record of what is the same for everybody today."""

import math
from typing import Any

import numpy as np

from abm.mechanisms.curves import LN_2
from abm.mechanisms.morning import kept_over
from abm.parameters import parameters
from abm.scenario.dates import DAYS_A_YEAR

TODAY_DTYPE = np.dtype(
    [
        ("day", np.int64),
        ("seed_low", np.int64),
        ("seed_high", np.int64),
        ("school_year", np.int64),
        ("is_monday", np.int64),
        ("is_month_start", np.int64),
        ("is_reported", np.int64),
        ("settlement", np.int64),
        ("adversity_mean", np.float64),
        ("emptiness_speed", np.float64),
        ("calm_speed", np.float64),
        ("shame_speed", np.float64),
        ("tolerance_kept", np.float64),
        ("exposure_kept", np.float64),
        ("resolution_kept", np.float64),
        ("strain_gain", np.float64),
        ("need_gain", np.float64),
        ("severity_spread", np.float64),
        ("week_kept", np.float64),
        ("week_step", np.float64),
    ]
)


def derive_speeds(today: Any, p: Any) -> None:
    """Derive the day's speeds and shares from the parameters.

    Parameters
    ----------
    today
        Record of today, filled in place.
    p
        The day's parameters.
    """
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
