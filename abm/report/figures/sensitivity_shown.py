"""What figures of a sensitivity analysis are drawn from, and what they have in common."""

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.report.figures import style
from abm.studies.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from abm.experiments.sensitivity.analysis import SensitivityFindings

MOST_PANELS = 5
NOTE_CHARACTERS = 138
NAMES = {
    "lifetime_prevalence_12_18": "ever self-injured, 12-18",
    "past_year_prevalence_12_18": "in the past year, 12-18",
    "past_year_prevalence_14_17": "in the past year, 14-17",
    "past_month_prevalence_12_18": "in the past month, 12-18",
    "incidence_12_18": "first acts per 100 years",
    "acts_per_person_year_12_18": "acts per person-year",
    "median_onset_age": "median age at onset",
    "share_with_one_or_two_acts": "share with 1 or 2 acts",
    "mean_past_year_acts": "mean acts a year",
    "share_ceased_20_24": "share ceased, 20-24",
    "female_to_male_ratio": "girls to boys",
    "maltreatment_odds_ratio": "maltreatment odds ratio",
    "self_criticism_correlation": "self-criticism correlation",
    "lifetime_prevalence": "ever self-injured",
    "past_year_prevalence": "in the past year",
    "incidence": "first acts per 100 years",
}
SYMBOLS = {"mu_star": "µ*", "ST": "ST"}


@dataclass(frozen=True)
class Shown:
    """What figures are drawn from: findings, and what was simulated.

    Parameters
    ----------
    findings
        Tables of the analysis.
    title
        Title of the scenario.
    people
        Size of the population.
    """

    findings: "SensitivityFindings"
    title: str
    people: int

    @property
    def is_morris(self) -> bool:
        """Whether the analysis is Morris's."""
        return self.findings.plan.method == "morris"

    @property
    def main(self) -> str:
        """The index that parameters are ranked by."""
        return "mu_star" if self.is_morris else "ST"

    @property
    def order(self) -> list[str]:
        """The parameters, most influential first."""
        ranking = self.findings.ranking
        return [str(name) for name in ranking[ranking["outcome"] == "all"]["parameter"]]

    @property
    def outcomes(self) -> list[str]:
        """The main outcomes that were analysed."""
        analysed = set(self.findings.ranking["outcome"])
        return [name for name in self.findings.main_outcomes if name in analysed][:MOST_PANELS]

    def rows(self, outcome: str, index: str, age: str = "") -> "pd.DataFrame":
        """Return the rows of one outcome and index, by parameter."""
        table = self.findings.indices
        chosen = (table["outcome"] == outcome) & (table["index"] == index) & (table["age"] == age)
        return table[chosen].set_index("parameter")

    def by_chance(self, outcome: str) -> float:
        """Return the main index that chance alone would give, at most; NaN if not known."""
        noise = self.findings.noise
        chosen = noise[(noise["outcome"] == outcome) & (noise["age"] == "")]
        return float(chosen["index_by_chance"].iloc[0])

    @property
    def note(self) -> str:
        """What was simulated, in one line."""
        plan = self.findings.plan
        seeds = len(plan.all_seeds)
        runs = f"{seeds} runs a point" if seeds > 1 else "1 run a point"
        method = "Morris" if self.is_morris else "Sobol"
        return (
            f"Simulation “{self.title}”, {self.people:,} people; {method}, {plan.blocks} "
            f"{plan.problem.unit}, {runs}."
        )

    @property
    def intervals(self) -> str:
        """What the intervals are."""
        kind = "Student's t" if self.is_morris else "bootstrap"
        return f"95 % {kind} intervals over the points, at these seeds."

    @property
    def meaning(self) -> str:
        """What the main index says, in one line."""
        if self.is_morris:
            return (
                "µ*: how far the outcome moves, on average, when the parameter crosses its whole "
                "range, in the outcome's unit."
            )
        return "ST: share of the outcome's variance that a parameter has a part in; S1: alone."


def grid(
    down: int, across: int, height: float, share_y: bool = False
) -> "tuple[Figure, list[Axes]]":
    """Return an empty figure of the usual width, of any height, and its panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(style.WIDTH, max(height, 4.2)))
    axes = figure.subplots(down, across, sharey=share_y, squeeze=False)
    return figure, list(axes.ravel())


def title_of(outcome: str, characters: int = 40) -> str:
    """Return what readers call an outcome, in lines of at most so many characters."""
    return textwrap.fill(
        NAMES.get(outcome, outcome.replace("_", " ")), characters, break_on_hyphens=False
    )


def wrapped(*notes: str) -> tuple[str, ...]:
    """Return notes in lines that fit a figure's width."""
    return tuple(line for note in notes for line in textwrap.wrap(note, NOTE_CHARACTERS))


def unit_label(index: str, outcome: str, age: str = "") -> str:
    """Return the label of an axis: the index, and for Morris the outcome's unit."""
    if index != "mu_star":
        return SYMBOLS[index]
    name = f"{outcome}_age_{age}" if age else outcome
    unit = OUTCOMES[name].unit if name in OUTCOMES else "outcome"
    return f"{SYMBOLS[index]} ({unit})"


def finish_with_names(
    figure: "Figure", title: str, notes: tuple[str, ...], legend: "Axes", across: int = 3
) -> None:
    """Finish a figure whose legend has names too long for one row."""
    style.finish(figure, title, notes, legend=None)
    handles, labels = legend.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.008, 0.94), ncols=across,
        fontsize=style.LEGEND_POINTS, columnspacing=2.0, handlelength=2.2, labelspacing=0.35,
    )  # fmt: skip
    figure.subplots_adjust(top=0.78)


def few_ticks(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.tick_params(axis="x", labelsize=9)
