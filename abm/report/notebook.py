"""What notebooks show: records and comparisons as tables, and their figures as matplotlib's."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from abm.io.messages import InputError, did_you_mean
from abm.report.columns import tables
from abm.report.figures import comparison, runs, style
from abm.report.rendering import as_cell
from abm.report.sections import Section
from abm.report.tables import key_figures_table
from abm.report.terminal.comparison import averted_table, title_of
from abm.simulation.record import LOG_NAMES, Record
from abm.studies.aggregates import aggregate
from abm.studies.key_figures import summary_of, summary_table

if TYPE_CHECKING:
    from abm.experiments.comparison.compare import ComparisonFindings

    type Records = Record | Sequence[Record]


def key_figures(records: "Records") -> pd.DataFrame:
    """Return the key figures of one run, or of several seeds of one scenario.

    A row a figure: label, measure, sex, age, estimate, low, high (95 %), interval (how it was
    made), unit and form; see `abm.studies.key_figures.summary_table`. The estimate is the mean over
    seeds, and the interval pools what people and seeds say. ValueError if there is no record, two
    have one seed, or they are of different scenarios.
    """
    results = _results(records)
    return summary_table(results.curves, results.aggregates)


def columns(table: str) -> pd.DataFrame:
    """Return what the columns of a table mean: unit, meaning, type and the decimals worth showing.

    The table is "curves", "people", "acts", "panel", "moments" or "ties", or a file that a command
    writes, such as "differences.csv"; InputError with the nearest name for another.
    """
    known = {file.partition(".")[0]: described for file, described in tables().items()}
    name = str(table).partition(".")[0]
    if name not in known:
        hint = did_you_mean(name, known)
        raise InputError(f"there is no table {table!r}; expected {', '.join(known)}{hint}")
    rows = [column.model_dump() for column in known[name].columns + known[name].by_draw]
    return pd.DataFrame(rows).rename(columns={"name": "column"}).set_index("column")


def plot_prevalence(records: "Records") -> Figure:
    """Return a figure of lifetime and past-year prevalence by age and sex.

    With several seeds of one scenario the bands are between runs; ValueError as of `key_figures`.
    """
    return _drawn(runs.prevalence_by_age, records)


def plot_prevalence_over_time(records: "Records") -> Figure:
    """Return a figure of prevalence at ages 12 to 18 over the calendar; see `plot_prevalence`."""
    return _drawn(runs.prevalence_over_time, records)


def plot_onset(records: "Records") -> Figure:
    """Return a figure of ages at the first act; see `plot_prevalence`."""
    return _drawn(runs.onset_ages, records)


def plot_acts(records: "Records") -> Figure:
    """Return a figure of acts a person in the past year; see `plot_prevalence`.

    It needs records with people and acts, which `abm.run` keeps unless told otherwise.
    """
    return _drawn(runs.acts_per_person, records)


def plot_motives(records: "Records") -> Figure:
    """Return a figure of the motives of acts by age and sex; see `plot_acts`."""
    return _drawn(runs.motives, records)


def plot_averted(findings: "ComparisonFindings") -> Figure:
    """Return a figure of what every scenario of a comparison averts, with intervals."""
    return _drawn_with_theme(comparison.averted, findings)


def plot_averted_by_group(findings: "ComparisonFindings") -> Figure:
    """Return a figure of new cases averted by sex, age and quarter of adversity."""
    return _drawn_with_theme(comparison.averted_by_group, findings)


def plot_differences(findings: "ComparisonFindings") -> Figure:
    """Return a figure of how prevalence and incidence differ from the first scenario by year."""
    return _drawn_with_theme(comparison.differences_over_time, findings)


def plot_worth_its_cost(findings: "ComparisonFindings") -> Figure:
    """Return a figure of effects and costs of alternatives, and how sure the choice is."""
    return _drawn_with_theme(comparison.worth_its_cost, findings)


def record_as_html(record: Record) -> str:
    """Return what a notebook shows of a record: its scenario, and key figures with intervals."""
    results, size = _results(record), record.scenario.population.size
    frames = ", ".join(f"record.{name}" for name in ("curves", *record.logged))
    missing = ", ".join(f"{name}=True" for name in LOG_NAMES if name not in record.logged)
    others = f"; others: abm.run(..., logs=abm.Logs({missing}))" if missing else ""
    table = key_figures_table(summary_of(results.curves, results.aggregates), (record.seed,))
    title = f"{results.title}: {size:,} people, seed {record.seed}"
    return as_cell(Section("record", title, (table, f"Frames: {frames}{others}")))


def findings_as_html(findings: "ComparisonFindings") -> str:
    """Return what a notebook shows of a comparison: what every scenario averts."""
    return as_cell(Section("findings", title_of(findings), (averted_table(findings),)))


def _results(records: "Records") -> runs.RunResults:
    """Return what figures are drawn from."""
    chosen = list(records) if isinstance(records, Iterable) else [records]
    if not chosen:
        raise ValueError("expected at least one record")
    if not all(isinstance(record, Record) for record in chosen):
        raise TypeError(
            "expected a record, or several of one scenario, as abm.run(scenario) returns them, "
            f"not {type(records).__name__}"
        )
    if len({record.seed for record in chosen}) < len(chosen):
        raise ValueError("two records have the same seed; expected one a seed")
    first = chosen[0].scenario
    for record in chosen:
        if record.scenario != first:
            raise ValueError(
                f"the records are of {first.name} and {record.scenario.name}, or of other "
                "settings; expected one scenario, and abm.compare for several"
            )
    sums = {record.seed: aggregate(record) for record in chosen}
    return runs.RunResults(
        pd.concat([record.curves for record in chosen], ignore_index=True),
        {seed: own for seed, own in sums.items() if own is not None},
        first.title or first.name,
        first.population.size,
    )


def _drawn(draw: Callable[[runs.RunResults], Figure | None], records: "Records") -> Figure:
    return _drawn_with_theme(draw, _results(records))


def _drawn_with_theme(draw: Callable[[Any], Figure | None], drawn_from: object) -> Figure:
    """Draw in the look of this package; a notebook shows what is returned."""
    with style.theme():
        figure = draw(drawn_from)
    if figure is None:
        raise ValueError("there is nothing to draw: no such data, acts or further census")
    # Not made by pyplot, which would keep every figure; so it says itself how it looks.
    setattr(figure, "_repr_png_", lambda: _png(figure))  # noqa: B010
    return figure


def _png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()
