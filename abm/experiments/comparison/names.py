"""What the folder of a comparison is called."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


LONGEST_NAME = 100


def folder_name(scenarios: "Sequence[Scenario]") -> str:
    """Return the name of the folder of all comparisons of scenarios that are called so."""
    return "-".join(["compare", *(scenario.name for scenario in scenarios)])[:LONGEST_NAME]
