"""What a simulation can say and what it cannot."""

from collections.abc import Sequence

from abm.report.format import format_count, format_seeds_of_tables
from abm.report.html.description import Description
from abm.report.sections import Items, Section

NAME, TITLE = "caveats", "What this can say, and what it cannot"
SMALL_POPULATION = 2_000
FEW_DRAWS = 10  # below them the ends of an interval over draws are hardly known
CAN = (
    "It can say what follows, for a population, from mechanisms and numbers that are written down, "
    "and which way that changes when one of them is changed."
)
CANNOT = (
    (
        "It cannot say what will happen to a person, and it is no tool for judging anybody's "
        "risk. It "
        "holds no methods of self-injury, and nobody dies in it."
    ),
    (
        "It is no evidence that an intervention works: most effect sizes are assumptions, named as "
        "such, and the defaults are fitted to how common self-injury is, not to what helps."
    ),
    (
        "Intervals cover chance: another population with other luck. They do not cover whether "
        "mechanisms and numbers are right."
    ),
)
OVER_DRAWS = (
    "Intervals for chance cover another population with other luck; those over draws of the "
    "parameters, what the posterior does not know of them. None covers whether mechanisms and all "
    "other numbers are right."
)
"""Stands for the last of what is never said, where parameters were drawn."""


def caveats_of(said: Description, cautions: Sequence[str]) -> Section:
    """Return the section: what holds for these results, then what always holds.

    Parameters
    ----------
    said
        What was lived.
    cautions
        What follows from these very results.
    """
    never = (*CANNOT[:-1], OVER_DRAWS) if said.posterior else CANNOT
    return Section(NAME, TITLE, (CAN, Items((*_own(said), *cautions, *never))))


def _own(said: Description) -> tuple[str, ...]:
    told = []
    if said.failed:
        told.append(f"Not in these results: {format_count(len(said.failed), 'run')} that failed.")
    if said.command == "run" and (apart := format_seeds_of_tables(dict(said.tables))):
        told.append(apart)
    if len(set(said.seeds)) == 1 and said.command in ("run", "validate"):
        told.append(
            "There is one seed: one population with one luck. Another seed gives other numbers; "
            "take more before building on this."
        )
    if said.posterior and said.command == "validate" and len(set(said.seeds)) < FEW_DRAWS:
        told.append(
            f"With {format_count(len(set(said.seeds)), 'draw')} of the parameters this is a "
            f"first look "
            "at what the posterior says."
        )
    if said.posterior and said.command == "compare":
        told.append(
            "Every two seeds lived another draw of the fitted parameters. Intervals here are those "
            "of chance alone; what not knowing the parameters adds stands in differences.csv, in "
            "the columns that end in parameter_low and parameter_high, and in the figures."
        )
    if said.scenario.population.size < SMALL_POPULATION:
        told.append(
            f"The population is small ({said.scenario.population.size:,} people), so that rare "
            "things are few or missing by chance."
        )
    return tuple(told)
