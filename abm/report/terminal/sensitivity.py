"""A sensitivity analysis as a table for people, or JSON for programs."""

import math
from typing import Any

import pandas as pd

from abm.experiments.sensitivity.analysis import Emulated, SensitivityFindings
from abm.report.format import format_count
from abm.report.sections import Section, TextTable
from abm.report.terminal.printing import records
from abm.scenario.scenario import Scenario

LOUD = 0.1  # from this share on chance is pointed out
WORDS = {
    "morris": "mu*: how far an outcome moves, on average, as a parameter crosses its range",
    "sobol": "ST: share of an outcome's variance that a parameter has a part in",
}
REACH = {"morris": "Student's t over trajectories", "sobol": "bootstrap over samples"}
COVERED = (
    "The +- covers which points were chosen, at these seeds.",
    "How far chance moves the ranking at the same points, repetitions say (--repeat).",
)


def sensitivity_section(scenario: Scenario, findings: SensitivityFindings) -> Section:
    """Return the ranking with its intervals, chance and stability."""
    plan, emulated = findings.plan, findings.emulated
    runs = f"{format_count(len(plan.all_seeds), 'run')} a point" if emulated is None else "emulator"
    title = (
        f"{scenario.title or scenario.name}: {scenario.population.size:,} people, {plan.method}, "
        f"{plan.blocks} {plan.problem.unit}, {runs}"
    )
    meaning = f"{WORDS[plan.method]}; +- 95 % by {REACH[plan.method]}"
    table = (_table(findings),) if len(findings.ranking) else ()
    covered = COVERED if emulated is None else (emulated.sentence, *_of_emulator(emulated))
    notes = (*covered, *_notes(findings), *_stability(findings))
    return Section("sensitivity", title, (meaning, *table, *notes))


def _of_emulator(emulated: Emulated) -> list[str]:
    """Return what intervals leave out, and a line an outcome: its meaning, R2 and error."""
    return [
        "The +- covers which points were chosen, not the emulator's error.",
        *(
            f"{row['outcome']}: {row['meaning'].removesuffix('.')}; emulator R2 "
            f"{row['explained']:.2f}, error {row['residual']:.2g}"
            for row in emulated.quality.to_dict("records")
        ),
    ]


def _table(findings: SensitivityFindings) -> TextTable:
    """Return a row a parameter, most influential first, then chance."""
    ranking = findings.ranking
    overall = ranking[ranking["outcome"] == "all"]
    outcomes = [name for name in findings.main_outcomes if name in set(ranking["outcome"])]
    own = {name: ranking[ranking["outcome"] == name].set_index("parameter") for name in outcomes}
    rows = []
    for rank, parameter, value in zip(
        overall["rank"], overall["parameter"], overall["value"], strict=True
    ):
        cells = [_with_reach(own[name].loc[parameter]) for name in outcomes]
        rows.append((str(rank), str(parameter), f"{value:.2f}", *cells))
    if findings.emulated is not None:
        explained = findings.emulated.quality.set_index("outcome").loc[outcomes, "explained"]
        rows.append(("", "(R2 of the emulator)", "", *map("{:.2f}".format, explained)))
        return TextTable("", ("", "parameter", "over all", *outcomes), tuple(rows))
    noise = _main_noise(findings).set_index("outcome")
    floors = noise.loc[outcomes, "index_by_chance"].to_numpy(float).tolist()
    floor_cells = ["-" if math.isnan(floor) else f"{floor:.3g}" for floor in floors]
    rows.append(("", "(by chance alone, at most)", "", *floor_cells))
    columns = ("noise_share", "noise_share_low", "noise_share_high")
    of_shares = noise.loc[outcomes, list(columns)].to_numpy(float).tolist()
    shares = [_share_range(*shares) for shares in of_shares]
    rows.append(("", "(chance in the variance)", "", *shares))
    return TextTable("", ("", "parameter", "over all", *outcomes), tuple(rows))


def _with_reach(row: pd.Series) -> str:
    if math.isnan(row["high"]):
        return f"{row['value']:.3g}"
    return f"{row['value']:.3g} +- {row['high'] - row['value']:.2g}"


def _share_range(share: float, low: float, high: float) -> str:
    """Return the share of chance with the range that so few seeds leave open."""
    if math.isnan(share):
        return "-"
    if math.isnan(low):
        return f"{share:.1%} (no interval: the runs agree)"
    return f"{share:.1%} ({100 * low:.1f} to {100 * high:.1f})"


def _main_noise(findings: SensitivityFindings) -> pd.DataFrame:
    return findings.noise[findings.noise["outcome"].isin(list(findings.main_outcomes))]


def _notes(findings: SensitivityFindings) -> list[str]:
    """Return what was left out, and what the shares of chance rest on."""
    main = _main_noise(findings)
    noted = main[main["note"] != ""]
    lines = [
        f"{outcome}: {note}" for outcome, note in zip(noted["outcome"], noted["note"], strict=True)
    ]
    if findings.ranking[findings.ranking["outcome"] != "all"]["high"].isna().any():
        unit = findings.plan.problem.unit
        lines.append(f"Without a +-: all {unit} agree, or there are too few for an interval.")
    points, seeds = int(main["noise_points"].max()), int(main["noise_seeds"].max())
    if seeds > 1:
        lines.append(f"Chance within runs is from {seeds} seeds at each of {points} points.")
    loud = main[main["noise_share"] > LOUD]["outcome"].tolist()
    if loud:
        lines.append(
            f"Chance is more than {100 * LOUD:.0f} % of the variance of {', '.join(loud)} and "
            "counts for every parameter: take more --seeds or a larger --population."
        )
    return lines


def _stability(findings: SensitivityFindings) -> list[str]:
    """Return how alike the rankings of repetitions are, one line a pair."""
    stability = findings.stability
    overall = stability[stability["outcome"] == "all"]
    return [
        f"Ranking over all, repetitions {row.repetition} and {row.other}: Spearman "
        f"{row.spearman:.2f}, Kendall {row.kendall:.2f}, {row.shared} of the top {row.top} shared."
        for row in overall.itertuples()
    ]


def as_plain(scenario: Scenario, findings: SensitivityFindings, hash_: str) -> dict[str, Any]:
    """Return the findings that fit a screen as plain data; the tables hold the rest."""
    emulated = findings.emulated
    return {
        "scenario": scenario.name,
        "method": findings.plan.method,
        "seeds": findings.plan.all_seeds,
        "content_hash": hash_,
        "ranking": records(findings.ranking),
        "noise": records(_main_noise(findings)),
        "stability": records(findings.stability),
        **(
            {"emulator": emulated.sentence, "quality": records(emulated.quality)}
            if emulated
            else {}
        ),
    }
