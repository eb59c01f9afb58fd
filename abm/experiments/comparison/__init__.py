"""Comparing scenarios: the same people with the same draws, with and without something.

`person_outcomes` is what is kept of a run, `runs` does the runs and the warm-ups that they share;
`pairing` matches people by their number, `estimates`, `curve_changes` and `packages` say
what follows, and `compare` is all of it from Python.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario

LONGEST_NAME = 100


def folder_name(scenarios: "Sequence[Scenario]") -> str:
    """Return the name of the folder of all comparisons of scenarios that are called so."""
    return "-".join(["compare", *(scenario.name for scenario in scenarios)])[:LONGEST_NAME]
