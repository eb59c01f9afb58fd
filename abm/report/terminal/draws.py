"""What readers are told where parameters were drawn from the posterior."""

from collections.abc import Sequence

from abm.report.format import format_count
from abm.studies.variance_between_draws import FEWEST_DRAWS, MANY_DRAWS, whole_draws

NOT_TOLD = "within chance"
NEEDED = "an even --seeds of at least 4, from an odd seed on"
MEANING = (
    "Parameters: where 95 % of the draws lie, chance taken out. Chance: where the mean might lie "
    "of other runs; of one run: where a single run might. Within chance: draws differ no more "
    "than two runs of one draw do."
)

BANDS_BY_DRAW = "Light: 95 % of draws, chance taken out. Dark: the mean's 95 % interval for chance."


def notes_by_draw(seeds: Sequence[int]) -> list[str]:
    """Return what intervals over these seeds mean, and what is needed for better ones."""
    draws, left_out = whole_draws(seeds), len(seeds) - 2 * whole_draws(seeds)
    lines = []
    if draws >= FEWEST_DRAWS:
        lines.append(MEANING)
        if draws < MANY_DRAWS:
            lines.append(
                f"With {draws} draws this is a first look; {MANY_DRAWS} or more "
                f"(--seeds {2 * MANY_DRAWS}) show the parameters' part better."
            )
    else:
        lines.append(f"To tell parameters from chance takes {NEEDED}: every draw is run twice.")
    if left_out and draws:
        count = format_count(left_out, "seed is", "seeds are")
        lines.append(f"{count} left out, without the other seed of the same draw: use {NEEDED}.")
    return lines
