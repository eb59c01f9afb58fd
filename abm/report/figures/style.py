"""How every figure looks: fonts, colours that colour-blind readers can tell apart, and saving."""

import contextlib
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.io.tables import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours; markers and dashes tell the lines apart in print, too.
SEX_COLOURS = {"female": "#0072B2", "male": "#D55E00", "all": "#333333"}
SEX_MARKERS = {"female": "o", "male": "s", "all": "D"}
ROUTE_COLOURS = {
    "to calm down": "#0072B2",
    "to feel something": "#E69F00",
    "to punish oneself": "#882255",
}
PUBLISHED = "#009E73"
PUBLISHED_ALPHA = 0.2
GREY = "#555555"

PIXELS_AN_INCH = 150
WIDTH, HEIGHT = 10.0, 5.6
BAND_ALPHA, DARK_BAND_ALPHA = 0.18, 0.42
BANDS = {"parameters": BAND_ALPHA, "chance": DARK_BAND_ALPHA + BAND_ALPHA}  # as they look together
TITLE_POINTS, LEGEND_POINTS, NOTE_POINTS = 15, 10.5, 9
NOTE_CHARACTERS = 150
LONG_LEGEND = 5  # labels; more are set smaller


@contextlib.contextmanager
def theme() -> Iterator[None]:
    """Use the look of this package while the block lasts, leaving the caller's settings alone."""
    import matplotlib as mpl
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


def canvas(panels: int = 1, share_y: bool = True) -> "tuple[Figure, list[Axes]]":
    """Return an empty figure with panels side by side, without touching pyplot's state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.subplots(1, panels, sharey=share_y, squeeze=False)
    return figure, list(axes[0])


def finish(figure: "Figure", title: str, notes: Sequence[str], legend: "Axes | None") -> None:
    """Set the title and a row of legend above and the notes below, and make room for them.

    Parameters
    ----------
    figure
        With its panels drawn.
    title
        In plain words.
    notes
        What was simulated, what bands mean, and sources; long ones are wrapped.
    legend
        The panel whose labels the legend shows, or None for none.
    """
    figure.text(
        0.015, 0.98, title, ha="left", va="top", fontsize=TITLE_POINTS, weight="bold",
        parse_math=False,  # a title may hold any character
    )  # fmt: skip
    top = 0.93
    if legend is not None:
        handles, labels = legend.get_legend_handles_labels()
        is_long = len(labels) > LONG_LEGEND
        figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(0.008, 0.935), ncols=len(labels),
            fontsize=LEGEND_POINTS - is_long, columnspacing=1.0 if is_long else 1.6,
            handlelength=1.5 if is_long else 1.8,
        )  # fmt: skip
        top = 0.87
    lines = [line for note in notes for line in textwrap.wrap(note, NOTE_CHARACTERS)]
    figure.text(
        0.015,
        0.015,
        "\n".join(lines),
        ha="left",
        va="bottom",
        fontsize=NOTE_POINTS,
        color=GREY,
        parse_math=False,  # a title may hold any character
    )
    figure.tight_layout(rect=(0, 0.025 + 0.029 * len(lines), 1, top))


def save(figure: "Figure", folder: Path, name: str) -> list[str]:
    """Write a figure as PNG and SVG, whole or not at all; return the file names.

    The same figure gives the same bytes: no date, no chance identifiers.
    """
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        with atomic(folder / f"{name}.{suffix}") as file:
            figure.savefig(file, format=suffix, metadata=metadata)
    return [f"{name}.png", f"{name}.svg"]


def percent_axis(axes: "Axes", top: float | None = None) -> None:
    """Show shares on the vertical axis as percentages, from zero."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    axes.set_ylim(0, top)
