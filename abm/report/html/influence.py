"""What a sensitivity analysis found: which parameters move which outcomes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from abm.report.format import format_text
from abm.report.html.description import Description, read_description
from abm.report.html.files import Files, ReportError

RANKING, NOISE = "ranking.csv", "noise.csv"
ALL = "all"


@dataclass(frozen=True)
class Moved:
    """How one parameter moves one outcome: the main index with its 95 % interval."""

    parameter: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Influence:
    """A sensitivity analysis.

    Parameters
    ----------
    method
        "Morris's method" or "Sobol's indices".
    title
        Of the scenario that it is of.
    ranges
        What was explored, by parameter.
    overall
        Parameters and their influence over all main outcomes, the most influential first.
    by_outcome
        The same by outcome.
    by_chance
        The index that a parameter without effect would get by chance, at most; NaN if not known.
    code_version
        Of the code that lived it.
    """

    method: str
    title: str
    ranges: Mapping[str, list[float]]
    overall: tuple[tuple[str, float], ...]
    by_outcome: Mapping[str, tuple[Moved, ...]]
    by_chance: Mapping[str, float]
    code_version: str

    @property
    def is_morris(self) -> bool:
        """Whether the index is µ*, in units of the outcome, and not a share of the variance."""
        return self.method.startswith("Morris")


def read_influence(files: Files, said: Description | None = None) -> Influence:
    """Return what the folder of a sensitivity analysis found.

    Parameters
    ----------
    files
        The folder.
    said
        Its description, if it was read already.

    Raises
    ------
    ReportError
        If it is not the folder of a sensitivity analysis.
    """
    about = said or read_description(files)
    if about.command != "sensitivity":
        raise ReportError(
            f"--sensitivity: {files.path} is the folder of `nssi {about.command}`; expected one of "
            "`nssi sensitivity`"
        )
    ranking = files.table(RANKING, ("outcome", "parameter"), ("rank", "value", "low", "high"))
    noise = files.table(NOISE, ("outcome", "age"), ("index_by_chance",))
    overall: list[tuple[str, float]] = []
    by_outcome: dict[str, list[Moved]] = {}
    for row in [] if ranking is None else ranking.sort_values("rank").to_dict("records"):
        name = format_text(row["parameter"])
        if row["outcome"] == ALL:
            overall.append((name, float(row["value"])))
        else:
            moved = Moved(name, row["value"], row["low"], row["high"])
            by_outcome.setdefault(format_text(row["outcome"]), []).append(moved)
    rows = [] if noise is None else noise[noise["age"] == ""].to_dict("records")
    chance = {format_text(row["outcome"]): float(row["index_by_chance"]) for row in rows}
    kind = about.design.get("kind")
    return Influence(
        "Sobol's indices" if kind == "sobol" else "Morris's method",
        about.scenario.called,
        about.ranges,
        tuple(each for each in overall if math.isfinite(each[1])),
        {
            name: tuple(sorted(rows, key=lambda each: -_sortable(each.value)))
            for name, rows in by_outcome.items()
        },
        chance,
        about.code_version,
    )


def _sortable(value: float) -> float:
    return value if math.isfinite(value) else -math.inf
