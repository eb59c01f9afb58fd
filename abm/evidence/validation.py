"""The command `validate`: live the worlds, do every study, write and show the evidence table."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abm.evidence.register import register
from abm.evidence.worlds import WorldRun
from abm.runs.folder import RUN_ID_DIGITS

if TYPE_CHECKING:
    from abm.scenario.draws import Draws

FIRST_SEED, SEEDS, POPULATION = 101, 4, 10_000
"""Seeds that no fit used, and the population that is lived unless another is asked for."""
DRAWS, POPULATION_A_DRAW, SEEDS_A_STEP = 16, 2_500, 2
"""Under the posterior: as many people in all, in smaller populations. Two neighbouring seeds have
the same draw of the parameters, so every second seed is lived: 101, 103, 105 and so on."""


def standards(is_drawn: bool) -> tuple[int, int, int]:
    """Return how many seeds, in which steps, and how many people, unless others are asked for."""
    return (DRAWS, SEEDS_A_STEP, POPULATION_A_DRAW) if is_drawn else (SEEDS, 1, POPULATION)


def validation_id(runs: Sequence[WorldRun], draws: "Draws | None" = None) -> str:
    """Return the start of a hash over all that decides the table.

    These are worlds, seeds, code and register, and the posterior where parameters are drawn.
    """
    from abm.compilation import code_version, version_of

    content: dict[str, Any] = {
        "code": code_version(),
        "judged by": version_of("studies", "evidence"),
    }
    content["entries"] = [e.model_dump(mode="json") for e in register().entries.values()]
    content["worlds"] = [
        [t.world, t.seed, t.how.logs, t.how.keep, t.scenario.resolved()] for t in runs
    ]
    if draws is not None:
        content |= draws.design
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_ID_DIGITS]
