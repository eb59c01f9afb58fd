"""How every figure looks: fonts, colours that colour-blind readers can tell apart, and saving."""

import contextlib
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.io.tables import atomic
from abm.studies.variance_between_draws import Limits

# Okabe and Ito's colours; markers and dashes tell the lines apart in print, too.
SEX_COLOURS = {"female": "#0072B2", "male": "#D55E00", "all": "#333333"}
SEX_MARKERS = {"female": "o", "male": "s", "all": "D"}
ROUTE_COLOURS = {
    "to calm down": "#0072B2",
    "to feel something": "#E69F00",
    "to punish oneself": "#882255",
}
# Scenarios and parameters, black and grey last.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333", "#888888")
MARKERS = "osD^vPX*"
PUBLISHED_LOOK: dict[str, Any] = {"color": "#009E73", "alpha": 0.2}  # of published ranges
GREY = "#555555"

PIXELS_AN_INCH = 150
WIDTH, HEIGHT = 10.0, 5.6
BAND_ALPHA, DARK_BAND_ALPHA = 0.18, 0.42
BANDS = {"parameters": BAND_ALPHA, "chance": DARK_BAND_ALPHA + BAND_ALPHA}  # as they look together
TITLE_POINTS, LEGEND_POINTS, NOTE_POINTS = 15, 10.5, 9
NOTE_CHARACTERS = 140  # more would run over the edge
LONG_LEGEND = 5  # labels in a row; more are set smaller
# Inches from the upper edge to title, legend and panels, from the lower one to notes and panels.
TITLE_INCHES, LEGEND_INCHES, PANEL_INCHES, LEGEND_ROW_INCHES = 0.112, 0.364, 0.392, 0.22
NOTE_INCHES, BELOW_INCHES, NOTE_LINE_INCHES = 0.084, 0.14, 0.1624


@contextlib.contextmanager
def theme() -> Iterator[None]:
    """Use the look of this package while the block lasts, leaving the caller's settings alone."""
    import seaborn as sns

    settings: dict[Any, Any] = {
        **sns.axes_style("whitegrid"),
        **sns.plotting_context("notebook", font_scale=1.05),
        "font.family": "DejaVu Sans",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.color": "#e6e6e6",
        "axes.edgecolor": "#888888",
        "legend.frameon": False,
        "svg.hashsalt": "nssi-abm",
        "savefig.dpi": PIXELS_AN_INCH,
        "figure.dpi": PIXELS_AN_INCH,
    }
    with mpl.rc_context(settings):
        yield


def draw_all[T](
    folder: Path, drawers: Mapping[str, Callable[[T], Figure | None]], given: T
) -> list[str]:
    """Draw every figure that there is data for; return the names of the files, PNG and SVG."""
    written: list[str] = []
    with theme():
        for name, drawer in drawers.items():
            figure = drawer(given)
            if figure is not None:
                written += save(figure, folder, name)
    return written


def canvas(
    panels: int = 1, share_y: bool = True, height: float = HEIGHT, down: int = 1
) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with panels side by side, without touching pyplot's state."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots(down, panels, sharey=share_y, squeeze=False)
    return figure, list(axes.ravel())


def finish(
    figure: Figure,
    title: str,
    notes: Sequence[str],
    legend: Axes | None = None,
    columns: int | None = None,
) -> Figure:
    """Set the title and the legend above and the notes below, make room for them; return it all.

    The legend shows the labels of a panel in so many columns (None: in one row); notes say what was
    simulated, what bands mean, and sources, and long ones are wrapped.
    """
    height, above = figure.get_figheight(), PANEL_INCHES
    look: dict[str, Any] = {"ha": "left", "parse_math": False}  # a title may hold any character
    figure.text(
        0.015, 1 - TITLE_INCHES / height, title, va="top", fontsize=TITLE_POINTS, weight="bold",
        **look,
    )  # fmt: skip
    if legend is not None:
        handles, labels = legend.get_legend_handles_labels()
        in_a_row = min(columns or len(labels), len(labels))
        is_long = in_a_row > LONG_LEGEND
        figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(0.008, 1 - LEGEND_INCHES / height),
            ncols=in_a_row, fontsize=LEGEND_POINTS - is_long,
            columnspacing=1.0 if is_long else 1.6, handlelength=1.5 if is_long else 1.8,
        )  # fmt: skip
        above = 2 * LEGEND_INCHES + LEGEND_ROW_INCHES * (-(-len(labels) // in_a_row) - 1)
    lines = [line for note in notes for line in textwrap.wrap(note, NOTE_CHARACTERS)]
    figure.text(
        0.015, NOTE_INCHES / height, "\n".join(lines), va="bottom", fontsize=NOTE_POINTS,
        color=GREY, **look,
    )  # fmt: skip
    below = BELOW_INCHES + NOTE_LINE_INCHES * len(lines)
    figure.tight_layout(rect=(0, below / height, 1, 1 - above / height))
    return figure


def save(figure: Figure, folder: Path, name: str) -> list[str]:
    """Write a figure as PNG and SVG, whole or not at all; return the file names.

    The same figure gives the same bytes: no date, no chance identifiers.
    """
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        with atomic(folder / f"{name}.{suffix}") as file:
            figure.savefig(file, format=suffix, metadata=metadata)
    return [f"{name}.png", f"{name}.svg"]


def percent_axis(axes: Axes, top: float | None = None) -> None:
    """Show shares on the vertical axis as percentages, from zero."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    axes.set_ylim(0, top)


def age_axis(axes: Axes) -> None:
    """Mark every second age from 10 to 24."""
    axes.set_xticks(range(10, 25, 2))
    axes.set_xlim(9.6, 24.4)


def year_axis(axes: Axes, dates: Iterable[pd.Timestamp]) -> None:
    """Mark census years, at most about eight of them."""
    ordered = sorted(set(dates), reverse=True)
    axes.set_xticks([date.to_datetime64() for date in ordered[:: -(-len(ordered) // 8)][::-1]])
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def draw_band(
    axes: Axes, x: Any, low: Any, high: Any, colour: str, alpha: float = BAND_ALPHA
) -> None:
    """Draw what lies between two limits."""
    axes.fill_between(x, low, high, color=colour, alpha=alpha, linewidth=0)


def draw_two_bands(axes: Axes, x: Any, parameter: Limits, chance: Limits, colour: str) -> None:
    """Draw what is due to parameters as a light band, and what is due to chance as a darker one."""
    draw_band(axes, x, *parameter, colour)
    draw_band(axes, x, *chance, colour, DARK_BAND_ALPHA)


def label_two_bands(axes: Axes) -> None:
    """Put both bands into the legend of a panel."""
    for label, alpha in BANDS.items():
        axes.fill_between([], [], [], color=GREY, alpha=alpha, linewidth=0, label=label)
