"""Dates of a scenario: decimal years, trends over them, and years later."""

import datetime
from collections.abc import Mapping

DAYS_A_YEAR = 365.25


def decimal_year(date: datetime.date) -> float:
    """Return a date as a year with decimals."""
    first = datetime.date(date.year, 1, 1)
    return date.year + (date - first).days / (datetime.date(date.year + 1, 1, 1) - first).days


def multiplier_on(trend: Mapping[int, float], date: datetime.date) -> float:
    """Return a trend's multiplier on a date.

    Multipliers stand for the beginning of their years and change linearly in between; before the
    first and after the last they stay as they are.
    """
    import numpy as np  # not with this file: what is only read of a scenario shall not wait for it

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
    return date.day == 1 and start.day > (date - datetime.timedelta(days=1)).day
