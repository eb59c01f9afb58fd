"""A sweep in words: how far the key figures go over the points of a design."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from abm.report.format import (
    Format,
    format_age,
    format_count,
    format_estimate,
    format_list,
    format_number,
    format_percent,
    format_text,
)
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description
from abm.report.html.files import Files, ReportError
from abm.report.html.fitted import fitted_for_scenarios
from abm.report.sections import TextTable
from abm.studies.intervals import between_seeds

SWEEP = "sweep.csv"
OUTCOMES_SHOWN: Mapping[str, tuple[str, Format, tuple[float, float]]] = {
    "lifetime_prevalence_12_18": ("ever self-injured, ages 12 to 18", format_percent, (0.0, 1.0)),
    "past_year_prevalence_12_18": (
        *("self-injured in the past year, ages 12 to 18", format_percent),
        (0.0, 1.0),
    ),
    "median_onset_age": ("median age at the first act", format_age, (10.0, 25.0)),
    "mean_past_year_acts": ("mean acts a year of those with any", format_number, (0.0, math.inf)),
}
"""What is shown of each point: its label, its form, and where an interval is cut off."""
NOT_VARIED = ("point", "seed", "outcome", "value")
MOST_POINTS, MOST_VARIED = 60, 4


@dataclass(frozen=True)
class Point:
    """One point: what varies, and mean and interval of each outcome over its seeds."""

    number: int
    settings: Mapping[str, str]
    found: Mapping[str, tuple[float, float, float]]

    @property
    def called(self) -> str:
        """Its settings in words."""
        chosen = [f"{name} = {value}" for name, value in list(self.settings.items())[:MOST_VARIED]]
        more = ", ..." if len(self.settings) > MOST_VARIED else ""
        return f"{', '.join(chosen)}{more}" or f"point {self.number}"


def findings_of_sweep(files: Files, said: Description) -> ReportBody:
    """Return what a sweep found, in words and tables."""
    points = _points(files)
    varied = list(points[0].settings) if points else []
    names = (
        format_list(varied) if len(varied) <= MOST_VARIED else format_count(len(varied), "setting")
    )
    return ReportBody(
        kind="Sweep over settings",
        title=f"What if the settings were others? {said.scenario.called}",
        question=(f"How do the key figures change as {names or 'the settings'} vary?",),
        answer=_answer(points, said),
        tables=(_table(points),) if points else (),
        fitted=fitted_for_scenarios(said),
        cautions=_cautions(said),
    )


def _points(files: Files) -> list[Point]:
    table = files.table(SWEEP, ("point", "outcome"), ("value",))
    whole = files.whole_table(SWEEP)
    if table is None or whole is None or table.empty:
        return []
    varied = [str(name) for name in whole.columns if name not in NOT_VARIED]
    points = []
    for label, places in table.groupby("point", sort=False).groups.items():
        own = table.loc[places]
        if not str(label).isascii() or not str(label).isdigit():
            shown = format_text(label, 60)
            raise ReportError(f"{files.path / SWEEP}: point: expected a number, not {shown}")
        first = whole.loc[places[0]]
        settings = {format_text(name, 80): format_text(first[name], 40) for name in varied}
        found = {
            name: _mean(name, own[own["outcome"] == name]["value"].to_numpy(float))
            for name in OUTCOMES_SHOWN
        }
        points.append(Point(int(str(label)[:9]), settings, found))
    return sorted(points, key=lambda point: point.number)


def _mean(name: str, values: np.ndarray) -> tuple[float, float, float]:
    mean, _, low, high = between_seeds(values, OUTCOMES_SHOWN[name][2])
    return mean, low, high


def _shown(name: str, found: tuple[float, float, float]) -> str:
    return format_estimate(*found, OUTCOMES_SHOWN[name][1])


def _answer(points: Sequence[Point], said: Description) -> tuple[str, ...]:
    if not points:
        failed = f" ({format_count(len(said.failed), 'run')} failed)" if said.failed else ""
        return (
            f"This folder holds no results{failed}, so it has no answer; `nssi sweep` makes them.",
        )
    told = [_extent(points, name) for name in list(OUTCOMES_SHOWN)[:2]]
    seeds = format_count(len(set(said.seeds)), "seed")
    told.append(
        f"This is over {format_count(len(points), 'point')} with {seeds} each. The points share "
        f"their "
        "seeds, so whether two of them differ must not be judged from whether their intervals "
        "overlap; differences between points are not in this table."
    )
    return tuple(sentence for sentence in told if sentence)


def _extent(points: Sequence[Point], name: str) -> str:
    """Say where a figure is lowest and where highest."""
    known = [point for point in points if math.isfinite(point.found[name][0])]
    if not known:
        return ""
    label = OUTCOMES_SHOWN[name][0]
    low = min(known, key=lambda point: point.found[name][0])
    high = max(known, key=lambda point: point.found[name][0])
    if low.found[name][0] == high.found[name][0]:
        return f"The share “{label}” is the same at every point: {_shown(name, low.found[name])}."
    return (
        f"The share “{label}” goes from {_shown(name, low.found[name])} at {low.called} to "
        f"{_shown(name, high.found[name])} at {high.called}."
    )


def _table(points: Sequence[Point]) -> TextTable:
    names = [
        name for name in OUTCOMES_SHOWN if any(math.isfinite(p.found[name][0]) for p in points)
    ]
    rows = tuple(
        (f"{point.number}. {point.called}", *(_cell(name, point.found[name]) for name in names))
        for point in points[:MOST_POINTS]
    )
    rest = len(points) - MOST_POINTS
    more = f" {rest:,} more points are in sweep.csv." if rest > 0 else ""
    return TextTable(
        "Key figures at every point",
        ("point", *(OUTCOMES_SHOWN[name][0] for name in names)),
        rows,
        frozenset(range(1, len(names) + 1)),
        f"Means over seeds with 95 % intervals (Student's t).{more}",
    )


def _cell(name: str, found: tuple[float, float, float]) -> str:
    return _shown(name, found).replace("95 % interval ", "").replace("not known", "not defined")


def _cautions(said: Description) -> tuple[str, ...]:
    if len(set(said.seeds)) > 1:
        return ()
    return ("There is one seed a point, so no interval says how much of this is luck.",)
