"""A run in words: who self-injures, from when on, and who gets help."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from abm.io.files import LARGEST_TABLE
from abm.report.format import (
    FORMATS,
    capitalised,
    format_chance,
    format_chances,
    format_date,
    format_estimate,
    format_list,
    format_percent,
    format_range,
    format_whole_percent,
)
from abm.report.html.common import ReportBody, failed_runs, question_of
from abm.report.html.folder import Description, Files, ReportError
from abm.report.rendering import prose
from abm.report.sections import Items, Section, TextTable
from abm.report.tables import key_figures_table
from abm.studies.aggregates import Aggregates
from abm.studies.key_figures import AGREE, Row, summary_of
from abm.studies.key_figures_by_draw import RowByDraw, summary_by_draw
from abm.studies.latest import follows_one_cohort

CURVES, AGGREGATES = "curves.csv", "aggregates.json"
BAND = "aged 12 to 18"
BY_AGE = {"lifetime_prevalence": "ever", "past_year_prevalence": "past year"}
SEXES = ("female", "male")
DID = {
    "lifetime_prevalence": "had ever self-injured",
    "past_year_prevalence": "did so in the past year",
}
GIRLS_AND_BOYS = {"female": "girls", "male": "boys"}
FOLLOWED = (
    ("all", "12-18", "at ages 12 to 18"),
    ("female", "16-24", "among women of 16 to 24"),
)  # as published surveys of years apart asked
WILLINGNESS = "survey_willingness"


def body_of_run(files: Files, description: Description) -> ReportBody:
    """Return what a run found, in words and tables."""
    scenario, curves = description.scenario, _curves(files)
    rows = [] if curves is None else _key_figures(files, description, curves)
    question = question_of(scenario) or prose(
        "run_question",
        is_cohort=scenario.population.kind == "cohort",
        people=scenario.population.size,
        years=scenario.calendar.years,
    )
    if curves is None or not rows:
        failed, has_curves = failed_runs(description, "seed"), curves is not None
        answer = prose("run_without_answer", has_curves=has_curves, failed=failed)
        return ReportBody("Simulated population", scenario.called, question, answer)
    wide = sum(
        row.estimate > 0 and row.form != "age" and _width(row) > row.estimate for row in rows
    )
    return ReportBody(
        kind="Simulated population",
        title=scenario.called,
        question=question,
        answer=(
            *_trend(curves, description),
            *_answer(rows, description, format_date(str(curves["date"].max().date()))),
        ),
        front=(
            Section("for-whom", "For whom", (Items(tuple(_for_whom(rows))),)),
            Section("surety", "How sure this is", (Items(tuple(_surety(description, wide))),)),
        ),
        tables=(key_figures_table(rows, description.seeds), _shares_by_age(curves)),
        cautions=prose("run_cautions", wide=wide, figures=len(rows)) if wide else (),
    )


def _curves(files: Files) -> pd.DataFrame | None:
    """Return the curves, or None where the folder has none or no row of them."""
    texts, numbers = ("seed", "date", "sex", "age", "measure"), ("value", "people")
    curves = files.table(CURVES, texts, numbers)
    if curves is None or curves.empty:
        return None
    path = files.path / CURVES
    try:
        curves["seed"] = curves["seed"].astype("uint64")
        curves["date"] = pd.to_datetime(curves["date"], format="%Y-%m-%d").astype("datetime64[s]")
        curves["year"] = curves["date"].dt.year
    except (ValueError, OverflowError, TypeError):
        raise ReportError(f"{path}: expected seeds and dates such as 2020-08-31") from None
    if not ((curves["value"] >= 0) & (curves["people"] >= 0)).all():
        raise ReportError(f"{path}: expected values and people of 0 or more")
    return curves


def _key_figures(files: Files, description: Description, curves: pd.DataFrame) -> list[Row]:
    """Return the key figures, those that the folder can give."""
    summary = summary_by_draw if description.posterior else summary_of
    try:
        return list(summary(curves, _aggregates(files, description.seeds)))
    except (LookupError, ValueError, TypeError, ArithmeticError):
        raise ReportError(f"{files.path / CURVES}: expected the curves of a run") from None


def _aggregates(files: Files, seeds: Sequence[int]) -> Mapping[int, Aggregates]:
    """Return the sums over people and acts of those seeds that have sound ones."""
    plain = files.json(AGGREGATES, LARGEST_TABLE)
    try:
        return {
            seed: Aggregates.from_plain(plain[str(seed)])
            for seed in seeds
            if plain is not None and str(seed) in plain
        }
    except (LookupError, ValueError, TypeError, OverflowError):
        raise ReportError(f"{files.path / AGGREGATES}: expected the sums of a run") from None


def _limits(row: Row) -> tuple[float, float]:
    """Return the interval of a key figure: of chance, and of parameters where they were drawn."""
    if not isinstance(row, RowByDraw):
        return row.low, row.high
    low, high = np.fmin(row.low, row.parameter_low), np.fmax(row.high, row.parameter_high)
    return float(low), float(high)


def _width(row: Row) -> float:
    low, high = _limits(row)
    return high - low


# The answer: a sentence on who self-injures, one on the beginning, one on help


def _answer(rows: Sequence[Row], description: Description, when: str) -> Iterator[str]:
    is_cohort = description.scenario.population.kind == "cohort"
    figures = {row.measure: row for row in rows if row.sex == "all"}
    where = f"In a cohort seen {BAND}" if is_cohort else f"On {when}, of those {BAND}"
    ever = figures.get("lifetime_prevalence")
    if ever is not None and ever.estimate == 0:
        limits = format_range(ever.low, ever.high, format_percent)
        yield f"{where}, nobody had ever self-injured" + (
            f" (95 % interval {limits})." if ever.high > 0 else "."
        )
    elif who := _phrases(
        figures,
        lifetime_prevalence="{} had ever self-injured",
        past_year_prevalence="{} had done so in the past year",
    ):
        yield f"{where}, {who}."
    beginning = _phrases(
        figures,
        incidence="{} young people who have not self-injured before begin each year",
        median_onset_age="the median age at the first act, as asked at 18, was {}",
        female_to_male_ratio="the share who ever did was {} times as high in girls as in boys",
    )
    help_ = _phrases(
        figures,
        in_specialist_care=f"{{}} of everybody {BAND} were in specialist care",
        waiting_for_care="{} waited for it",
        hospital_presentations_per_100k=("presentations to hospital came to {} per 100,000 a year"),
    )
    yield from (f"{capitalised(phrase)}." for phrase in (beginning, help_) if phrase)


def _for_whom(rows: Sequence[Row]) -> Iterator[str]:
    """Yield how many girls and boys self-injured, and how sure that is."""
    for measure, did in DID.items():
        known = {
            label: row
            for sex, label in GIRLS_AND_BOYS.items()
            for row in rows
            if (row.measure, row.sex) == (measure, sex) and row.estimate > 0
        }
        chances = format_chances(row.estimate for row in known.values())
        parts = [
            f"{chance} {label} (95 % interval {format_range(*_limits(row), format_percent)})"
            for chance, (label, row) in zip(chances, known.items(), strict=True)
        ]
        if parts:
            yield f"{BAND.capitalize()}, {format_list(parts)} {did}."


def _surety(description: Description, wide: int) -> Iterator[str]:
    seeds, people = len(set(description.seeds)), description.scenario.population.size
    if seeds == 1:
        yield (
            f"There is one population of {people:,} people. Another seed gives other numbers; "
            "take more before building on this."
        )
    else:
        yield f"Numbers are means of {seeds} populations of {people:,} people."
    if wide:
        yield "Some intervals are wider than the figure itself: run more seeds or more people."
    further = " and what is not known of the fitted numbers" if description.posterior else ""
    yield f"Intervals cover chance{further}, not whether the numbers of the model are right."


def _trend(curves: pd.DataFrame, description: Description) -> Iterator[str]:
    """Say from what to what shares went, where numbers change over the years."""
    trends = description.scenario.trends
    changing = curves[curves["measure"] == "lifetime_prevalence"]
    if not trends or curves["year"].nunique() < 2:
        return
    parts = []
    for sex, age, people in FOLLOWED:
        own = changing[(changing["sex"] == sex) & (changing["age"] == age)]
        means = own.groupby("year")["value"].mean()
        if len(means) > 1:
            first, last = means.index[0], means.index[-1]
            parts.append(
                f"from {format_whole_percent(means[first])} in {first} to "
                f"{format_whole_percent(means[last])} in {last} {people}"
            )
    if parts:
        less = (
            "; surveys are told less, and how much less changes with the years"
            if WILLINGNESS in trends
            else ""
        )
        yield f"The share who had ever self-injured went {format_list(parts)}{less}."


def _phrases(figures: Mapping[str, Row], **phrases: str) -> str:
    """Return what is known of some key figures as a list, each figure in its phrase."""
    known = [(figures[name], name) for name in phrases if name in figures]
    return format_list(
        [phrases[name].format(_estimate(row)) for row, name in known if math.isfinite(row.estimate)]
    )


def _estimate(row: Row) -> str:
    """Return a key figure with its interval."""
    if row.measure == "incidence":  # the precise figure stands in the table
        return format_chance(row.estimate / 100)
    none = AGREE if row.interval == AGREE else "no interval"
    return format_estimate(row.estimate, *_limits(row), FORMATS[row.form], none)


# The tables


def _shares_by_age(curves: pd.DataFrame) -> TextTable:
    """Return the shares by completed age and sex, the mean over seeds."""
    is_cohort = follows_one_cohort(curves)  # then every age has a census of its own
    latest = curves if is_cohort else curves[curves["date"] == curves["date"].max()]
    single = latest[latest["age"].str.fullmatch(r"\d+") & latest["measure"].isin(list(BY_AGE))]
    means = single.groupby(["age", "measure", "sex"])["value"].mean().to_dict()
    columns = [(measure, sex) for measure in BY_AGE for sex in SEXES]
    rows = tuple(
        (age, *(format_percent(means.get((age, *column), math.nan)) for column in columns))
        for age in sorted({str(age) for age in single["age"]}, key=int)
    )
    when = "each at its own census" if is_cohort else "at the last census"
    return TextTable(
        f"Share who self-injured, by completed age, {when}",
        ("age", *(f"{BY_AGE[measure]}, {sex}" for measure, sex in columns)),
        rows,
        frozenset({1, 2, 3, 4}),
        "Means over seeds, without intervals; those are in the figure.",
    )
