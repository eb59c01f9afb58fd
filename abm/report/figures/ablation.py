"""The figure of an ablation: what every mechanism does to every outcome, as a heat map."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from abm.experiments.ablation.ablation import mechanisms
from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES
from abm.report.ablation import format_change
from abm.report.figures import style
from abm.report.format import format_count
from abm.scenario.scenario import Scenario

NAME = "what_each_mechanism_does"
FULL = math.log(2.0)  # half or twice as much has the full colour
LEAST_HEIGHT, ROW_INCHES, OTHER_INCHES = 4.2, 0.3, 3.1
NOTE = (
    "Each row is the same people without one mechanism, from the first day on. Blue: less than "
    "with it; red: more; full colour from half or twice as much on. Numbers: change in points of "
    "100 (shares), in percent (rates, ratios), in years, or as it is (r). Grey: no number."
)
BELOW = " Below the line: what the paper does not name."


def draw_ablation(folder: Path, table: pd.DataFrame, scenario: Scenario) -> list[str]:
    """Draw the heat map of `ablation.csv`; return the names of the files, PNG and SVG."""
    return style.draw_all(folder, {NAME: lambda given: _heat_map(given, scenario)}, table)


def _heat_map(table: pd.DataFrame, scenario: Scenario) -> Figure:
    import seaborn as sns

    order = list(dict.fromkeys(table["mechanism"]))
    whole, without, changes = (
        table.pivot(index="mechanism", columns="outcome", values=name)
        .loc[order, list(ABLATION_OUTCOMES)]
        .to_numpy(float)
        for name in ("whole", "without", "change")
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing left: full colour
        colours = np.log(without / whole).clip(-FULL, FULL) / FULL
    colours = np.where(changes == 0, 0.0, colours)
    height = max(LEAST_HEIGHT, OTHER_INCHES + ROW_INCHES * len(order))
    figure, (axes,) = style.canvas(height=height)
    outcomes = list(ABLATION_OUTCOMES.values())
    texts = [
        [
            format_change(cell, one.unit).replace(" ", "")
            for cell, one in zip(row, outcomes, strict=True)
        ]
        for row in changes
    ]
    sns.heatmap(
        colours, ax=axes, cmap="vlag", vmin=-1, vmax=1, cbar=False,
        annot=np.array(texts), fmt="", annot_kws={"fontsize": 7.5}, linewidths=0.5,
        yticklabels=[mechanisms()[name].title for name in order],
        xticklabels=[one.label for one in outcomes],
    )  # fmt: skip
    axes.set_facecolor("#cccccc")
    axes.grid(visible=False)
    unnamed = [row for row, name in enumerate(order) if not mechanisms()[name].section]
    is_parted = bool(unnamed and unnamed[0])
    if is_parted:
        axes.axhline(unnamed[0], color="#222222", linewidth=1.5)
    axes.tick_params(axis="y", labelsize=9, rotation=0)
    for label in axes.get_xticklabels():
        label.set(rotation=38, ha="right", fontsize=9)
    seeds, people = int(table["seeds"].max()), scenario.population.size
    run = f"Simulation “{scenario.title or scenario.name}”, {people:,} people, "
    run += f"{format_count(seeds, 'seed')}."
    return style.finish(figure, "What each mechanism does", [run, NOTE + BELOW * is_parted])
