"""A sweep as a table for people, or JSON for programs."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from abm.experiments.sweeps.design import Design
from abm.experiments.sweeps.differences import point_differences
from abm.experiments.sweeps.study import outcome_names
from abm.report.sections import Section, TextTable
from abm.scenario.scenario import Scenario
from abm.studies.intervals import BetweenSeeds, between_seeds
from abm.studies.outcomes import OUTCOMES

SHOWN = {
    "lifetime_prevalence_12_18": "ever, 12-18",
    "past_year_prevalence_12_18": "past year, 12-18",
    "median_onset_age": "median onset",
    "mean_past_year_acts": "acts a year",
}
"""Key figures of the printed table; the others are in sweep.csv."""
MOST_SHOWN_POINTS, MOST_SHOWN_NAMES = 60, 5
FEWEST_SEEDS = 2  # with one, differences have no interval and say no more than the points


def sweep_section(scenario: Scenario, design: Design, done: pd.DataFrame, seeds: int) -> Section:
    """Return the key figures of every point; `done` are the runs of so many seeds."""
    count = f"{seeds} seeds each, 95 % intervals between them" if seeds > 1 else "one seed each"
    title = f"{scenario.title or scenario.name}: {design.shape}, {count}"
    table = (_table(design, done), *_differences(design, done)) if len(done) else ()
    rest = len(design.points) - MOST_SHOWN_POINTS
    more = f"... {rest:,} more points are in sweep.csv" if rest > 0 else ""
    return Section("sweep", title, (*table, more))


def _table(design: Design, done: pd.DataFrame) -> TextTable:
    varied = design.names if len(design.names) <= MOST_SHOWN_NAMES else []
    outcomes = [name for name in SHOWN if name in done.columns] or outcome_names(done)[:4]
    by_point = dict(list(done.groupby("point", sort=True)))
    rows = []
    for point in design.points.index[:MOST_SHOWN_POINTS]:
        values = [design.points.at[point, name] for name in varied]
        cells = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
        if point in by_point:
            cells += [_format(name, by_point[point][name].to_numpy(float)) for name in outcomes]
        else:
            cells += ["failed"] + [""] * (len(outcomes) - 1)
        rows.append((str(point), *cells))
    headings = ("point", *varied, *(SHOWN.get(name, name) for name in outcomes))
    return TextTable("", headings, tuple(rows))


def _differences(design: Design, done: pd.DataFrame) -> Iterator[TextTable]:
    """Yield how points differ from the first one, paired by seed, where there are several."""
    known = done[[*("point", "seed"), *(name for name in SHOWN if name in done.columns)]]
    table = point_differences(known.melt(["point", "seed"], var_name="outcome"))
    rows_shown = table[table["point"].isin(design.points.index[:MOST_SHOWN_POINTS])]
    if not len(rows_shown) or (rows_shown["seeds"] < FEWEST_SEEDS).all():
        return
    names = [name for name in SHOWN if name in set(rows_shown["outcome"])]
    rows = []
    for point, own in rows_shown.groupby("point", sort=True):
        cells = own.set_index("outcome")
        rows.append((str(point), *(_change(name, cells) for name in names)))
    caption = (
        f"More or less than at point {rows_shown['against'].iloc[0]}: the same people and draws"
    )
    headings = ("point", *(SHOWN[name] for name in names))
    yield TextTable(caption, headings, tuple(rows), frozenset(range(1, len(headings))))


def _change(name: str, rows: pd.DataFrame) -> str:
    """Return a difference with its interval, in points of 100 for shares."""
    if name not in rows.index:
        return "not defined"
    scale, digits = (100, 1) if _is_share(name) else (1, 2)
    mean, low, high = scale * rows.loc[name, ["difference", "low", "high"]].to_numpy(float)
    text = f"{mean:+.{digits}f}"
    return text if math.isnan(low) else f"{text} ({low:+.{digits}f} to {high:+.{digits}f})"


def _format(name: str, values: np.ndarray) -> str:
    """Return the mean over seeds with its interval, in the unit of the outcome."""
    estimate = _over_seeds(name, values)
    if math.isnan(estimate.mean):
        return "not defined"
    scale, digits, sign = (100, 1, " %") if _is_share(name) else (1, 2, "")
    text = f"{scale * estimate.mean:.{digits}f}{sign}"
    if math.isnan(estimate.low):
        return text
    return f"{text} ({scale * estimate.low:.{digits}f} to {scale * estimate.high:.{digits}f})"


def _is_share(name: str) -> bool:
    return name in OUTCOMES and OUTCOMES[name].unit.startswith("share")


def _over_seeds(name: str, values: np.ndarray) -> BetweenSeeds:
    """Return mean and interval of an outcome, cut off at what it can be."""
    lowest = -math.inf if (values < 0).any() else 0.0
    highest = 1.0 if _is_share(name) and not (values > 1).any() else math.inf
    return between_seeds(values, (lowest, highest))


def points_as_plain(design: Design, done: pd.DataFrame) -> list[dict[str, Any]]:
    """Return means and intervals by point and outcome as plain data."""
    points = []
    for point, rows in done.groupby("point", sort=True):
        outcomes = {}
        for name in outcome_names(done):
            mean, _, low, high = _over_seeds(name, rows[name].to_numpy(float))
            outcomes[name] = {"mean": mean, "low": low, "high": high}
        values = design.points.loc[point].to_dict()
        points.append({"point": int(str(point)), "values": values, "outcomes": outcomes})
    return points
