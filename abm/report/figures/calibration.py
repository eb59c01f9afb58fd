"""The figures of a calibration: what was learnt of each parameter, and what draws predict."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from abm.report.figures import style

BLUE, ORANGE = "#0072B2", "#D55E00"
ROW_INCHES, OTHER_INCHES = 0.27, 1.9
LEAST_COVERAGE, MOST_COVERAGE = 0.8, 0.97


def draw_diagnostics(folder: Path, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Draw the figures of the tables of diagnostics; return the file names."""
    return style.draw_all(folder, {"learnt": _learnt, "predicted": _predicted}, tables)


def _learnt(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw the posterior within the prior, and how often truths were covered."""
    table = tables["identifiability"]
    figure, (left, right) = style.canvas(2, height=OTHER_INCHES + ROW_INCHES * len(table))
    rows = np.arange(len(table))[::-1]
    is_log = (table["prior"] == "log-uniform").to_numpy()

    def within_prior(name: str) -> np.ndarray:
        low, high, value = (
            table[column].to_numpy() for column in ("prior_low", "prior_high", name)
        )
        linear = (value - low) / (high - low)
        with np.errstate(all="ignore"):
            logs = np.log(value / low) / np.log(high / low)
        return np.where(is_log, logs, linear)

    colours = np.where(table["identified"], BLUE, style.GREY)
    left.hlines(rows, 0, 1, color="#e6e6e6", linewidth=5)
    left.hlines(rows, within_prior("low"), within_prior("high"), color=colours, linewidth=2.5)
    left.scatter(within_prior("median"), rows, color=colours, s=22, zorder=3)
    left.set_yticks(rows, table["parameter"], fontsize=9)
    left.set_xticks([0, 1], ["prior low", "prior high"])
    left.grid(visible=False)
    right.axvspan(LEAST_COVERAGE, MOST_COVERAGE, **style.PUBLISHED_LOOK)
    right.scatter(table["coverage"], rows, color=colours, s=24)
    right.set_xlim(0.5, 1.02)
    right.set_xlabel("share of 90 % intervals that hold the truth")
    note = (
        "Left: 90 % of the posterior within the prior, dots are medians; grey: not identified. "
        "Right: truths held out from the bank; the band is 80 to 97 %."
    )
    return style.finish(figure, "What calibration learns of each parameter", [note])


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
    axes.hlines(rows, ends["low"], ends["high"], color=BLUE, linewidth=2.5)
    colours = np.where(table["part_in_fit"] == "fitted", BLUE, ORANGE)
    axes.scatter(ends["median"], rows, color=colours, s=28, zorder=3)
    axes.set_yticks(rows, table["statistic"], fontsize=9)
    axes.set_xlim(-1.5, 2.5)
    axes.set_xticks([0, 1], ["accepted low", "accepted high"])
    note = (
        "90 % of runs at the posterior's draws (one run's chance is in them), dots are medians. "
        "Orange: not part of the fit, only checked."
    )
    return style.finish(figure, "What the posterior says of the fitted figures", [note])
