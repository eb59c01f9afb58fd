"""The figures of a calibration: what was learnt, whether it holds, and what draws predict."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from abm.report.figures import style

BLUE, ORANGE = "#0072B2", "#D55E00"
ROW_INCHES, OTHER_INCHES = 0.27, 1.9
NORMAL_90 = 1.645  # standard deviations to either side that hold 90 %


def draw_diagnostics(folder: Path, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Draw the figures of the tables of diagnostics; return the file names."""
    drawers = {"learnt": _learnt, "ranks": _ranks, "predicted": _predicted}
    return style.draw_all(folder, drawers, tables)


def _learnt(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw two posteriors within the prior, and how far they agree."""
    table, opinions = tables["identifiability"], tables["opinions"]
    figure, (left, right) = style.canvas(2, height=OTHER_INCHES + ROW_INCHES * len(table))
    rows = np.arange(len(table))[::-1]
    colours = np.where(table["identified"], BLUE, style.GREY)
    left.hlines(rows, 0, 1, color="#e6e6e6", linewidth=9)
    for name, shift, looks in (("", 0.16, colours), ("other_", -0.16, ORANGE)):
        mean, half = opinions[f"{name}mean"], NORMAL_90 * opinions[f"{name}sd"]
        low, high = np.clip(mean - half, 0, 1), np.clip(mean + half, 0, 1)
        left.hlines(rows + shift, low, high, color=looks, linewidth=2)
        left.scatter(mean, rows + shift, color=looks, s=18, zorder=3)
    left.set_yticks(rows, table["parameter"], fontsize=9)
    left.set_xticks([0, 1], ["prior low", "prior high"])
    left.grid(visible=False)
    right.scatter(opinions["overlap"], rows, color=colours, s=24)
    right.set_xlim(0, 1.02)
    right.set_xlabel("overlap of the two densities")
    note = (
        "Left: mean and 90 % (normal) within the prior; blue is the fit (grey: not identified), "
        "orange the second opinion, which asks runs themselves. Right: what both have in common."
    )
    return style.finish(figure, "What calibration learns of each parameter", [note])


def _ranks(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw the histograms of the ranks of known values."""
    table, known = tables["ranks"], tables["identifiability"].set_index("parameter")
    names = list(known.index)
    height = OTHER_INCHES + ROW_INCHES * len(names)
    figure, (axes,) = style.canvas(height=height)
    rows = np.arange(len(names))[::-1]
    for row, name in zip(rows, names, strict=True):
        own = table[table["parameter"] == name]
        expected = own["count"].mean()
        band = [float(own["low"].iloc[0]) - expected, float(own["high"].iloc[0]) - expected]
        size = 0.45 / max(abs(own["count"] - expected).max(), *map(abs, band))
        axes.fill_between([0, 1], *[row + size * end for end in band], **style.PUBLISHED_LOOK)
        colour = BLUE if known.loc[name, "flat"] else ORANGE
        steps = row + size * (own["count"].to_numpy() - expected)
        axes.stairs(steps, np.linspace(0, 1, len(own) + 1), baseline=None, color=colour)
    labels = [name if known.loc[name, "identified"] else f"({name})" for name in names]
    axes.set_yticks(rows, labels, fontsize=9)
    axes.set_xlabel("share of the posterior below the true value")
    note = (
        "Runs taken as observed and fitted as the published figures are: counts of true values in "
        "each tenth of their posterior, with the band that chance gives (95 % a bin). Orange: not "
        "even (p below .01); in brackets: not identified."
    )
    return style.finish(figure, "Whether known parameters come back", [note])


def _predicted(tables: dict[str, pd.DataFrame]) -> Figure | None:
    """Draw where runs at the draws put the fitted figures within what is accepted."""
    if "predictive" not in tables:
        return None
    table = tables["predictive"]
    table = table[np.isfinite(table["accepted_low"]) & np.isfinite(table["accepted_high"])]
    figure, (axes,) = style.canvas(height=OTHER_INCHES + ROW_INCHES * len(table))
    rows = np.arange(len(table))[::-1]
    low, width = table["accepted_low"], table["accepted_high"] - table["accepted_low"]
    ends = {name: (table[name] - low) / width for name in ("low", "median", "high")}
    axes.axvspan(0, 1, **style.PUBLISHED_LOOK)
    before = [(table[f"before_{name}"] - low) / width for name in ("low", "high")]
    axes.hlines(rows, *before, color="#d0d0d0", linewidth=6)
    axes.hlines(rows, ends["low"], ends["high"], color=BLUE, linewidth=2.5)
    colours = np.where(table["part_in_fit"] == "fitted", BLUE, ORANGE)
    axes.scatter(ends["median"], rows, color=colours, s=28, zorder=3)
    axes.set_yticks(rows, table["statistic"], fontsize=9)
    axes.set_xlim(-1.5, 2.5)
    axes.set_xticks([0, 1], ["accepted low", "accepted high"])
    note = (
        "90 % of runs at the posterior's draws (one run's chance is in them), dots are medians. "
        "Grey: runs over the prior. Orange: not part of the fit, only checked."
    )
    return style.finish(figure, "What the posterior says of the fitted figures", [note])
