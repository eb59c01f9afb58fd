"""A posterior that nobody fitted: a few draws of three parameters."""

from pathlib import Path

import numpy as np

from abm.scenario import draws as uncertainty
from abm.scenario.posterior import Posterior, write_posterior

NAMES = ["barrier_mean", "stressor_rate", "urge_weight"]


def posterior(draws: int = 12, weights: "list[float] | None" = None) -> Posterior:
    """Return draws spread evenly; by default each weighs as much as its number."""
    given = np.arange(1.0, draws + 1) if weights is None else np.array(weights)
    steps = np.linspace(0.0, 1.0, draws)
    values = np.column_stack([7.0 + 0.8 * steps, 0.6 + 0.4 * steps, 8.0 + steps[::-1]])
    central = dict(zip(NAMES, map(float, values[0]), strict=True))
    return Posterior(NAMES, values, given / given.sum(), {"central": central})


def written(folder: Path, found: "Posterior | None" = None) -> uncertainty.Draws:
    """Write it into a folder and return the draws that seeds take from there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_posterior(folder, found or posterior())
    return uncertainty.posterior_draws(folder)
