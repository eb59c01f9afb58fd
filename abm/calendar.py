"""Real days: the record of what is the same for everybody today, and trends over the years."""

import datetime
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from abm.mechanisms.curves import LN_2
from abm.mechanisms.morning import kept_over
from abm.parameters import parameters

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
DAYS_A_YEAR = 365.25


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


def decimal_year(date: datetime.date) -> float:
    """Return a date as a year with decimals."""
    first = datetime.date(date.year, 1, 1)
    return date.year + (date - first).days / (datetime.date(date.year + 1, 1, 1) - first).days


def multiplier_on(trend: Mapping[int, float], date: datetime.date) -> float:
    """Return a trend's multiplier on a date.

    Multipliers stand for the beginning of their years and change linearly in between; before the
    first and after the last they stay as they are.
    """
    years = sorted(trend)
    return float(np.interp(decimal_year(date), years, [trend[year] for year in years]))


def years_later(date: datetime.date, years: int) -> datetime.date:
    """Return the same day some years later; 29 February becomes 1 March."""
    try:
        return date.replace(year=date.year + years)
    except ValueError:
        return datetime.date(date.year + years, 3, 1)


def starts_month(date: datetime.date, start: datetime.date) -> bool:
    """Tell whether a new month of the reported year begins, counted from the day of its start.

    Where a month has no such day, the next month's first day begins it, so that twelve monthly
    counts are always exactly the twelve months before a census.
    """
    if date.day == start.day:
        return True
    before = date.replace(day=1) - datetime.timedelta(days=1)
    return date.day == 1 and start.day > before.day
