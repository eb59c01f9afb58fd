"""Figures of the curves, with the published ranges drawn in; and the list of all figures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.report.figures import people as people_figures
from abm.report.figures import style
from abm.report.figures.lines import RunResults, age_axis, draw_by_age, draw_line, label_bands
from abm.studies.aggregates import Aggregates
from abm.studies.latest import latest_by_age
from abm.studies.variance_between_draws import variance_between_draws

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Klonsky, Victor and Saffer (2014) as cited by Martin (2022), section 1: 15-20 % of adolescents
# have ever self-injured; onset is typical at 13 to 14.
PUBLISHED_LIFETIME = (0.15, 0.20)
PUBLISHED_ONSET = (13, 14)
ADOLESCENTS = (12, 18)
BAND = f"{ADOLESCENTS[0]}-{ADOLESCENTS[1]}"
PANELS = {
    "lifetime_prevalence": "Ever self-injured",
    "past_year_prevalence": "Self-injured in the past year",
}
PUBLISHED_SOURCE = "Published range: Klonsky et al. (2014), cited by Martin (2022)."


def draw_figures(
    folder: Path,
    curves: "pd.DataFrame",
    aggregates: Mapping[int, Aggregates],
    title: str,
    people: int,
    is_by_draw: bool = False,
) -> list[str]:
    """Draw every figure there is data for.

    Parameters
    ----------
    folder
        Where the files go.
    curves
        Curves of one or more seeds.
    aggregates
        Sums over people and acts by seed; figures that need them are left out without.
    title
        Title of the scenario.
    people
        Size of the population.
    is_by_draw
        Whether seeds drew their parameters from the posterior: then curves have two bands.

    Returns
    -------
    list of str
        Names of the files written, PNG and SVG of each figure.
    """
    results = RunResults(curves, aggregates, title, people, is_by_draw)
    drawers: dict[str, Callable[[RunResults], Figure | None]] = {
        "prevalence_by_age": prevalence_by_age,
        "prevalence_over_time": prevalence_over_time,
        "onset_ages": people_figures.onset_ages,
        "acts_per_person": people_figures.acts_per_person,
        "motives": people_figures.motives,
    }
    written = []
    with style.theme():
        for name, drawer in drawers.items():
            figure = drawer(results)
            if figure is not None:
                written += style.save(figure, folder, name)
    return written


def prevalence_by_age(results: RunResults) -> "Figure | None":
    """Draw lifetime and past-year prevalence by age and sex at the last census."""
    rows = latest_by_age(results.curves)
    figure, panels = style.canvas(2, share_y=False)
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        for sex in ("female", "male"):
            draw_by_age(axes, results, rows, measure, sex)
        if measure == "lifetime_prevalence":
            _published_lifetime(axes, ADOLESCENTS)
        axes.set(title=title, xlabel="Age (completed years)", ylabel="Share of young people")
        style.percent_axis(axes)
        age_axis(axes)
    _mean_of_adolescents(panels[0], results, rows)
    label_bands(panels[0], results)
    last = rows["date"].max()
    when = "in one birth cohort" if results.is_cohort else f"on {_day(last)}"
    style.finish(
        figure,
        f"Young people who self-injure, by age and sex, {when}",
        (
            results.note_of_curves(),
            f"{PUBLISHED_SOURCE} It is for all these ages together: see the dotted line.",
        ),
        legend=panels[0],
    )
    return figure


def prevalence_over_time(results: RunResults) -> "Figure | None":
    """Draw prevalence at ages 12-18 over the calendar; None for a cohort or a single census."""
    rows = results.curves[results.curves["age"] == BAND]
    if results.is_cohort or rows["date"].nunique() < 2:
        return None
    figure, panels = style.canvas(2, share_y=False)
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        for sex in ("female", "male", "all"):
            chosen = rows[(rows["measure"] == measure) & (rows["sex"] == sex)]
            draw_line(axes, results, chosen, "date", measure, sex)
        if measure == "lifetime_prevalence":
            _published_lifetime(axes, None)
        axes.set(title=title, xlabel="Census day", ylabel=f"Share of young people aged {BAND}")
        style.percent_axis(axes)
        _year_axis(axes, rows)
    label_bands(panels[0], results)
    style.finish(
        figure,
        f"Young people aged {BAND} who self-injure, over the years",
        (results.note_of_curves(), PUBLISHED_SOURCE),
        legend=panels[0],
    )
    return figure


def _published_lifetime(axes: "Axes", ages: tuple[int, int] | None) -> None:
    """Draw the published range of lifetime prevalence over its ages, or over all of a time axis."""
    low, high = PUBLISHED_LIFETIME
    look: dict[str, Any] = {
        "color": style.PUBLISHED,
        "alpha": style.PUBLISHED_ALPHA,
        "linewidth": 1.2,
        "label": f"published, ages {BAND}: {100 * low:.0f} to {100 * high:.0f} %",
        "zorder": 0.9,
    }
    if ages is None:
        axes.axhspan(low, high, **look)
    else:
        axes.fill_between([ages[0] - 0.5, ages[1] + 0.5], low, high, **look)


def _mean_of_adolescents(axes: "Axes", results: RunResults, rows: "pd.DataFrame") -> None:
    """Draw the simulated share at ages 12-18 together, the number to compare."""
    chosen = rows[
        (rows["measure"] == "lifetime_prevalence") & (rows["sex"] == "all") & (rows["age"] == BAND)
    ]
    if chosen.empty:
        return
    value = float(chosen["value"].median())
    if results.has_draws:
        seeds = [int(seed) for seed in chosen["seed"]]
        value = float(variance_between_draws(chosen["value"].to_numpy(float), seeds).mean)
    label = f"simulated, ages {BAND}: {100 * value:.1f} %"
    ends = [ADOLESCENTS[0] - 0.5, ADOLESCENTS[1] + 0.5]
    axes.plot(
        ends, [value, value], color=style.SEX_COLOURS["all"], linestyle=":", lw=2.2, label=label
    )


def _day(date: "pd.Timestamp") -> str:
    return f"{date.day} {date.strftime('%B %Y')}"


def _year_axis(axes: "Axes", rows: "pd.DataFrame") -> None:
    """Mark census years, at most about eight of them."""
    from matplotlib.dates import DateFormatter

    dates = sorted(rows["date"].unique())
    step = -(-len(dates) // 8)
    axes.set_xticks([date.to_datetime64() for date in dates[::-1][::step][::-1]])
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
