"""A sweep in words: how far the key figures go over the points of a design."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from abm.experiments.sweeps.differences import paired
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
from abm.report.html.common import ReportBody, failed_runs
from abm.report.html.folder import Description, Files, ReportError
from abm.report.rendering import prose
from abm.report.sections import TextTable
from abm.studies.intervals import between_seeds

SWEEP = "sweep.csv"
SHARE, AGE, SIZE = (0.0, 1.0), (10.0, 25.0), (0.0, math.inf)
EVER, PAST_YEAR = "ever self-injured", "self-injured in the past year"
FIGURES: Mapping[str, tuple[str, Format, tuple[float, float]]] = {
    "lifetime_prevalence_12_18": (f"{EVER}, ages 12 to 18", format_percent, SHARE),
    "past_year_prevalence_12_18": (f"{PAST_YEAR}, ages 12 to 18", format_percent, SHARE),
    "median_onset_age": ("median age at the first act", format_age, AGE),
    "mean_past_year_acts": ("mean acts a year of those with any", format_number, SIZE),
}
"""Of each point: a figure's label, its form, and where an interval is cut off."""
NOT_VARIED = ("point", "seed", "outcome", "value")
MOST_POINTS, MOST_VARIED = 60, 4


@dataclass(frozen=True)
class SweepPoint:
    """One point of the design."""

    number: int
    settings: Mapping[str, str]
    figures: Mapping[str, tuple[float, float, float]]  # over seeds: mean and its interval
    by_seed: Mapping[str, Mapping[str, float]]  # the same figures of every seed

    @property
    def called(self) -> str:
        """Its settings in words."""
        chosen = [f"{name} = {value}" for name, value in list(self.settings.items())[:MOST_VARIED]]
        more = ", ..." if len(self.settings) > MOST_VARIED else ""
        return f"{', '.join(chosen)}{more}" or f"point {self.number}"

    def against(self, other: "SweepPoint", name: str) -> str:
        """Return by how much a figure differs from that of another point, paired by seed."""
        mean, low, high = paired(self.by_seed[name], other.by_seed[name])
        form, scale = (format_number, 100) if FIGURES[name][2] == SHARE else (FIGURES[name][1], 1)
        if not math.isfinite(mean):
            return "not known"

        def sized(difference: float) -> str:
            return form(scale * abs(difference))

        limits = "no interval"
        if low * high >= 0:  # both on the side of the mean, the smaller number first
            limits = " to ".join(map(sized, sorted((low, high), key=abs)))
        elif not math.isnan(low):
            limits = f"{sized(low)} less to {sized(high)} more"
        unit = " points" if scale == 100 else ""
        word = "less" if mean < 0 else "more"
        size = f"{sized(mean)}{unit} {word}" if mean else "no difference"
        return f"{size} ({limits})"

    def format(self, name: str) -> str:
        """Return one of its figures with the interval."""
        return format_estimate(*self.figures[name], FIGURES[name][1])


def body_of_sweep(files: Files, description: Description) -> ReportBody:
    """Return what a sweep found, in words and tables."""
    points = _points(files)
    varied = list(points[0].settings) if points else []
    is_few = len(varied) <= MOST_VARIED
    names = format_list(varied) if is_few else format_count(len(varied), "setting")
    seeds = len(set(description.seeds))
    if points:
        answer = (*_extents(points), *prose("sweep_points", points=len(points), seeds=seeds))
    else:
        answer = prose("sweep_without_answer", failed=failed_runs(description))
    return ReportBody(
        kind="Sweep over settings",
        title=f"What if the settings were others? {description.scenario.called}",
        question=(f"How do the key figures change as {names or 'the settings'} vary?",),
        answer=answer,
        tables=(_table(points),),
        cautions=() if seeds > 1 else prose("sweep_cautions"),
    )


def _points(files: Files) -> list[SweepPoint]:
    table = files.table(SWEEP, ("point", "outcome"), ("value",))
    whole = files.whole_table(SWEEP)
    if table is None or whole is None or table.empty:
        return []
    varied = [str(name) for name in whole.columns if name not in NOT_VARIED]
    points = []
    for label, own in table.groupby("point", sort=False):
        if not str(label).isascii() or not str(label).isdigit():
            point = format_text(label, 60)
            raise ReportError(f"{files.path / SWEEP}: point: expected a number, not {point}")
        first = whole.loc[own.index[0]]
        settings = {format_text(name, 80): format_text(first[name], 40) for name in varied}
        figures, by_seed = {}, {}
        for name, (_, _, bounds) in FIGURES.items():
            rows = own[own["outcome"] == name]
            mean, _, low, high = between_seeds(rows["value"].to_numpy(float), bounds)
            figures[name] = mean, low, high
            by_seed[name] = dict(zip(whole.loc[rows.index, "seed"], rows["value"], strict=True))
        points.append(SweepPoint(int(str(label)[:9]), settings, figures, by_seed))
    return sorted(points, key=lambda point: point.number)


def _extents(points: Sequence[SweepPoint]) -> Iterator[str]:
    """Say where the first two figures are lowest and where highest."""
    for name in list(FIGURES)[:2]:
        known = [point for point in points if math.isfinite(point.figures[name][0])]
        if not known:
            continue
        low, high = (pick(known, key=lambda point: point.figures[name][0]) for pick in (min, max))
        share = f"The share “{FIGURES[name][0]}”"
        if low.figures[name][0] == high.figures[name][0]:
            yield f"{share} is the same at every point: {low.format(name)}."
        else:
            yield (
                f"{share} goes from {low.format(name)} at {low.called} to {high.format(name)} at "
                f"{high.called}: {high.against(low, name)}, paired by seed."
            )


def _table(points: Sequence[SweepPoint]) -> TextTable:
    names = [name for name in FIGURES if any(math.isfinite(p.figures[name][0]) for p in points)]
    rows = tuple(
        (
            f"{point.number}. {point.called}",
            *(_cell(point, name) for name in names),
            *(
                point.against(points[0], name) if point is not points[0] else "-"
                for name in names[:1]
            ),
        )
        for point in points[:MOST_POINTS]
    )
    rest = len(points) - MOST_POINTS
    more = f" {rest:,} more points are in sweep.csv." if rest > 0 else ""
    return TextTable(
        "Key figures at every point",
        (
            "point",
            *(FIGURES[name][0] for name in names),
            *(f"{FIGURES[name][0]}: against the first point" for name in names[:1]),
        ),
        rows,
        frozenset(range(1, len(names) + 2)),
        "Means over seeds with 95 % intervals (Student's t); the last column is paired by seed, as "
        f"are all figures in point_differences.csv.{more}",
    )


def _cell(point: SweepPoint, name: str) -> str:
    estimate = point.format(name)
    return estimate.replace("95 % interval ", "").replace("not known", "not defined")
