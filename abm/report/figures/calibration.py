"""The figures of a calibration: what was learnt of each parameter, and what draws predict."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.report.figures import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

BLUE, ORANGE = "#0072B2", "#D55E00"
ROW_INCHES, OTHER_INCHES = 0.27, 1.9
LEAST_COVERAGE, MOST_COVERAGE = 0.8, 0.97


def draw_diagnostics(folder: Path, tables: "dict[str, pd.DataFrame]") -> list[str]:
    """Draw the figures of the tables of diagnostics; return the file names."""
    with style.theme():
        files = style.save(_learnt(tables["identifiability"]), folder, "learnt")
        if "predictive" in tables:
            files += style.save(_predicted(tables["predictive"]), folder, "predicted")
    return files


def _panels(rows: int, number: int) -> "tuple[Figure, Any]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(style.WIDTH, OTHER_INCHES + ROW_INCHES * rows))
    return figure, figure.subplots(1, number, sharey=True, squeeze=False)[0]


def _learnt(table: "pd.DataFrame") -> "Figure":
    """Draw the posterior within the prior, and how often truths were covered."""
    figure, (left, right) = _panels(len(table), 2)
    height = np.arange(len(table))[::-1]
    is_log = (table["prior"] == "log-uniform").to_numpy()

    def within(name: str) -> np.ndarray:
        low, high, value = (
            table[column].to_numpy() for column in ("prior_low", "prior_high", name)
        )
        linear = (value - low) / (high - low)
        with np.errstate(all="ignore"):
            logs = np.log(value / low) / np.log(high / low)
        return np.where(is_log, logs, linear)

    colours = np.where(table["identified"], BLUE, style.GREY)
    left.hlines(height, 0, 1, color="#e6e6e6", linewidth=5)
    left.hlines(height, within("low"), within("high"), color=colours, linewidth=2.5)
    left.scatter(within("median"), height, color=colours, s=22, zorder=3)
    left.set_yticks(height, table["parameter"], fontsize=9)
    left.set_xticks([0, 1], ["prior low", "prior high"])
    left.grid(visible=False)
    right.axvspan(LEAST_COVERAGE, MOST_COVERAGE, color=style.PUBLISHED, alpha=style.PUBLISHED_ALPHA)
    right.scatter(table["coverage"], height, color=colours, s=24)
    right.set_xlim(0.5, 1.02)
    right.set_xlabel("share of 90 % intervals that hold the truth")
    note = (
        "Left: 90 % of the posterior within the prior, dots are medians; grey: not identified. "
        "Right: truths held out from the bank; the band is 80 to 97 %."
    )
    style.finish(figure, "What calibration learns of each parameter", [note], None)
    return figure


def _predicted(table: "pd.DataFrame") -> "Figure":
    """Draw what runs at the draws found of the fitted figures, within what is accepted."""
    low, high = table["accepted_low"].to_numpy(), table["accepted_high"].to_numpy()
    both = np.isfinite(low) & np.isfinite(high)
    rows = table[both]
    figure, (axes,) = _panels(len(rows), 1)
    height = np.arange(len(rows))[::-1]
    low, width = low[both], (high - low)[both]
    ends = {name: (rows[name].to_numpy() - low) / width for name in ("low", "median", "high")}
    axes.axvspan(0, 1, color=style.PUBLISHED, alpha=style.PUBLISHED_ALPHA)
    axes.hlines(height, ends["low"], ends["high"], color=BLUE, linewidth=2.5)
    fitted = (rows["part_in_fit"] == "fitted").to_numpy()
    axes.scatter(ends["median"], height, color=np.where(fitted, BLUE, ORANGE), s=28, zorder=3)
    axes.set_yticks(height, rows["statistic"], fontsize=9)
    axes.set_xlim(-1.5, 2.5)
    axes.set_xticks([0, 1], ["accepted low", "accepted high"])
    note = (
        "90 % of runs at the posterior's draws (one run's chance is in them), dots are medians. "
        "Orange: not part of the fit, only checked."
    )
    style.finish(figure, "What the posterior says of the fitted figures", [note], None)
    return figure
