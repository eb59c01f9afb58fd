"""A run in words: who self-injures, from when on, and who gets help."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.report.format import (
    FORMATS,
    capitalised,
    format_count,
    format_date,
    format_estimate,
    format_list,
    format_number,
    format_percent,
    format_range,
)
from abm.report.html.contents import ReportBody
from abm.report.html.description import Description
from abm.report.html.files import Files, ReportError
from abm.report.html.fitted import fitted_for_scenarios
from abm.report.html.questions import about_scenario
from abm.report.sections import TextTable
from abm.report.terminal.draws import NOT_TOLD, notes_by_draw

if TYPE_CHECKING:
    import pandas as pd

    from abm.studies.aggregates import Aggregates
    from abm.studies.key_figures import Row

CURVES = "curves.csv"
BAND = "aged 12 to 18"
BY_AGE = {"lifetime_prevalence": "ever", "past_year_prevalence": "past year"}
SEXES = ("female", "male")


def findings_of_run(files: Files, said: Description) -> ReportBody:
    """Return what a run found, in words and tables."""
    scenario = said.scenario
    curves = _curves(files)
    rows = [] if curves is None else _summary(files, said, curves)
    found = {(row.measure, row.sex): row for row in rows}
    is_cohort = scenario.population.kind == "cohort"
    when = "" if curves is None else format_date(str(curves["date"].max().date()))
    return ReportBody(
        kind="Simulated population",
        title=scenario.called,
        question=about_scenario(scenario) or (_question(said),),
        answer=_answer(found, said, when, is_cohort),
        tables=_tables(rows, curves, said.seeds),
        fitted=fitted_for_scenarios(said),
        cautions=_cautions(rows),
    )


def _question(said: Description) -> str:
    people, years = said.scenario.population.size, said.scenario.calendar.years
    if said.scenario.population.kind == "cohort":
        who = f"a birth cohort of {people:,} young people followed from the age of 10"
    else:
        who = f"a population of {people:,} young people aged 10 to 24"
    return (
        f"In {who} over {format_count(years, 'year')}: how many self-injure, from what age on, "
        f"and how "
        "many get help?"
    )


def _curves(files: Files) -> "pd.DataFrame | None":
    """Return the curves, or None where the folder has none or no row of them."""
    import pandas as pd

    texts, numbers = ("seed", "date", "sex", "age", "measure"), ("value", "people")
    curves = files.table(CURVES, texts, numbers)
    if curves is None or curves.empty:
        return None
    place = files.path / CURVES
    try:
        curves["seed"] = curves["seed"].astype("uint64")
        curves["date"] = pd.to_datetime(curves["date"], format="%Y-%m-%d").astype("datetime64[s]")
        curves["year"] = curves["date"].dt.year
    except (ValueError, OverflowError, TypeError):
        raise ReportError(f"{place}: expected seeds and dates such as 2020-08-31") from None
    if not ((curves["value"] >= 0) & (curves["people"] >= 0)).all():
        raise ReportError(f"{place}: expected values and people of 0 or more")
    return curves


def _summary(files: Files, said: Description, curves: "pd.DataFrame") -> "list[Row]":
    """Return the key figures, those that the folder can give."""
    from abm.studies.key_figures import summary_of
    from abm.studies.key_figures_by_draw import summary_by_draw

    summary = summary_by_draw if said.posterior else summary_of
    try:
        return list(summary(curves, _aggregates(files, said.seeds)))
    except (LookupError, ValueError, TypeError, ArithmeticError):
        raise ReportError(f"{files.path / CURVES}: expected the curves of a run") from None


def _aggregates(files: Files, seeds: Sequence[int]) -> "Mapping[int, Aggregates]":
    """Return the sums over people and acts of those seeds that have sound ones."""
    from abm.studies.aggregates import Aggregates

    found = {}
    for seed in seeds:
        plain = files.json(f"seeds/{seed}/aggregates.json")
        if plain is None:
            continue
        try:
            found[seed] = Aggregates.from_plain(plain)
        except (LookupError, ValueError, TypeError, OverflowError):
            place = files.path / "seeds" / str(seed) / "aggregates.json"
            raise ReportError(f"{place}: expected the sums of a run") from None
    return found


def _shown(row: "Row | None") -> str:
    """Return a key figure with its interval; nothing where it is not known."""
    if row is None or math.isnan(row.estimate):
        return ""
    from abm.studies.key_figures import AGREE

    none = AGREE if row.interval == AGREE else "no interval"
    return format_estimate(row.estimate, *_limits(row), FORMATS[row.form], none)


def _limits(row: "Row") -> tuple[float, float]:
    """Return the interval of a key figure: of chance, and of parameters where they were drawn."""
    from abm.studies.key_figures_by_draw import RowByDraw

    if not isinstance(row, RowByDraw):
        return row.low, row.high
    low, high = np.fmin(row.low, row.parameter_low), np.fmax(row.high, row.parameter_high)
    return float(low), float(high)


def _width(row: "Row") -> float:
    """Return how wide the interval of a key figure is."""
    low, high = _limits(row)
    return high - low


def _answer(
    found: "Mapping[tuple[str, str], Row]", said: Description, when: str, is_cohort: bool
) -> tuple[str, ...]:
    if not when:
        failed = f" ({format_count(len(said.failed), 'seed')} failed)" if said.failed else ""
        return (
            (
                f"This folder holds no curves of a finished seed{failed}, so it has no answer; "
                "`nssi run` makes them."
            ),
        )
    if not found:
        return ("There are too few people for any key figure, so there is no answer.",)
    sentences = (
        _who(found, f"In a cohort seen {BAND}" if is_cohort else f"On {when}, of those {BAND}"),
        _beginning(found),
        _help(found),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _who(found: "Mapping[tuple[str, str], Row]", where: str) -> str:
    """Say how many self-injure."""
    ever = found.get(("lifetime_prevalence", "all"))
    recent = found.get(("past_year_prevalence", "all"))
    parts = []
    if ever is not None and ever.estimate == 0:
        limit = (
            f" (95 % interval {format_range(ever.low, ever.high, format_percent)})"
            if ever.high > 0
            else ""
        )
        return f"{where}, nobody had ever self-injured{limit}."
    if shown := _shown(ever):
        parts.append(f"{shown} had ever self-injured")
    if shown := _shown(recent):
        parts.append(f"{shown} had done so in the past year")
    return f"{where}, {format_list(parts)}." if parts else ""


def _beginning(found: "Mapping[tuple[str, str], Row]") -> str:
    """Say how many begin, when, and how the sexes differ."""
    parts = []
    if shown := _shown(found.get(("incidence", "all"))):
        parts.append(f"first acts came to {shown} per 100 person-years of those who never had")
    if shown := _shown(found.get(("median_onset_age", "all"))):
        parts.append(f"the median age at the first act, as asked at 18, was {shown}")
    if shown := _shown(found.get(("female_to_male_ratio", "all"))):
        parts.append(f"the share who ever did was {shown} times as high in girls as in boys")
    return f"{capitalised(format_list(parts))}." if parts else ""


def _help(found: "Mapping[tuple[str, str], Row]") -> str:
    """Say who is in care."""
    parts = []
    if shown := _shown(found.get(("in_specialist_care", "all"))):
        parts.append(f"{shown} of everybody {BAND} were in specialist care")
    if shown := _shown(found.get(("waiting_for_care", "all"))):
        parts.append(f"{shown} waited for it")
    if shown := _shown(found.get(("hospital_presentations_per_100k", "all"))):
        parts.append(f"presentations to hospital came to {shown} per 100,000 a year")
    return f"{capitalised(format_list(parts))}." if parts else ""


def _tables(
    rows: "Sequence[Row]", curves: "pd.DataFrame | None", seeds: Sequence[int]
) -> tuple[TextTable, ...]:
    if curves is None or not rows:
        return ()
    key, by_age = _key_figures(rows, seeds), _by_age(curves)
    return (key, by_age) if by_age.rows else (key,)


def _key_figures(rows: "Sequence[Row]", seeds: "Sequence[int]") -> TextTable:
    """Return the key figures; where parameters were drawn, they and chance stand apart."""
    from abm.studies.key_figures_by_draw import RowByDraw

    columns = ["", "estimate", "95 % interval", "interval from"]
    note = (
        "With several seeds: mean and Student's t between seeds, cut off at what is possible. With "
        "one: chance among its people, where one run can tell."
    )
    cells = [
        [
            row.label,
            FORMATS[row.form](row.estimate),
            format_range(row.low, row.high, FORMATS[row.form]),
            row.interval or "-",
        ]
        for row in rows
    ]
    if all(isinstance(row, RowByDraw) for row in rows):
        columns[2:3] = ["95 % interval, parameters", "95 % interval, chance"]
        note = " ".join(notes_by_draw(seeds))
        for row, cell in zip(rows, cells, strict=True):
            if isinstance(row, RowByDraw):
                low, high = row.parameter_low, row.parameter_high
                is_point = low == high and row.low < row.high
                cell.insert(2, NOT_TOLD if is_point else format_range(low, high, FORMATS[row.form]))
    numbers = frozenset(range(1, len(columns) - 1))
    return TextTable("Key figures", tuple(columns), tuple(map(tuple, cells)), numbers, note)


def _by_age(curves: "pd.DataFrame") -> TextTable:
    """Return the shares by completed age and sex, the mean over seeds."""
    from abm.studies.latest import follows_one_cohort

    is_cohort = follows_one_cohort(curves)  # then every age has a census of its own
    latest = curves if is_cohort else curves[curves["date"] == curves["date"].max()]
    single = latest[latest["age"].str.fullmatch(r"\d+") & latest["measure"].isin(list(BY_AGE))]
    means = single.groupby(["age", "measure", "sex"])["value"].mean().to_dict()
    columns = [(measure, sex) for measure in BY_AGE for sex in SEXES]
    rows = tuple(
        (age, *(_cell(means, (age, *column)) for column in columns))
        for age in sorted({str(age) for age in single["age"]}, key=int)
    )
    when = "each when it was lived" if is_cohort else "at the last census"
    return TextTable(
        f"Share who self-injured, by completed age, {when}",
        ("age", *(f"{BY_AGE[measure]}, {sex}" for measure, sex in columns)),
        rows,
        frozenset({1, 2, 3, 4}),
        "Means over seeds, without intervals; those are in the figure.",
    )


def _cell(means: "Mapping[Any, float]", place: tuple[str, str, str]) -> str:
    return format_percent(means[place]) if place in means else "-"


def _cautions(rows: "Sequence[Row]") -> tuple[str, ...]:
    """Say where an interval is so wide that a figure tells little."""
    wide = [
        row.label
        for row in rows
        if row.estimate > 0 and row.form != "age" and _width(row) > row.estimate
    ]
    if not wide:
        return ()
    of_all = f"{format_number(len(wide))} of {format_count(len(rows), 'key figure')}"
    return (
        (
            f"The interval of {of_all} is wider than the figure itself: live more seeds or more "
            "people before building on these."
        ),
    )
