"""More of an intervention averts no less, and a package no less than its best part."""

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from abm.scenario.scenario import Scenario
from abm.simulation.record import Logs
from abm.simulation.run import run
from abm.simulation.world import World
from abm.simulation.world_state import resume, run_warm_up, state_of

PEOPLE, YEARS, SEED = 1_000, 5, 2
EVERYBODY = {"ages": [10, 24], "months_to_full": 0, "half_life_years": 0, "uptake_risk": 0}


def scenario_with(interventions: tuple[tuple[tuple[str, Any], ...], ...]) -> Scenario:
    table = {
        "population": {"size": PEOPLE},
        "calendar": {"years": YEARS},
        "interventions": [
            {key: list(value) if isinstance(value, tuple) else value for key, value in each}
            for each in interventions
        ],
    }
    return Scenario.from_table(table, "tried")


@pytest.fixture(scope="module")
def lived() -> Callable[..., np.ndarray]:
    """Return a function that gives everybody who lived a reported day, by number.

    Each scenario is lived once, from a warm-up that all share, which changes no bit.
    """
    logs = Logs(people=True)
    state = state_of(run_warm_up(World(scenario_with(()), SEED)))

    @functools.cache
    def live(*interventions: tuple[tuple[str, Any], ...]) -> np.ndarray:
        scenario = scenario_with(interventions)
        record = run(scenario, SEED, logs, world=resume(scenario, SEED, logs, state=state))
        people = np.concatenate(record.logged["people"])
        return people[np.argsort(people["person"])]

    return live


def programme(kind: str, **keys: Any) -> tuple[tuple[str, Any], ...]:
    given = EVERYBODY | keys | {"kind": kind}
    return tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in given.items()))


def averted(field: str, one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return how much less there is in the other world, and the root of the squared changes."""
    assert (one["person"] == other["person"]).all()
    change = (one[field] - other[field]).astype(float)
    return float(change.sum()), math.sqrt(float((change**2).sum()))


@pytest.mark.parametrize(
    "kind", ["self_compassion_programme", "school_skills_programme", "opioid_antagonist_probe"]
)
def test_more_coverage_averts_no_less_beyond_noise(
    lived: Callable[..., np.ndarray], kind: str
) -> None:
    worlds = [lived(), *(lived(programme(kind, coverage=share)) for share in (0.3, 0.6, 1.0))]
    for field in ("reported_case", "reported_acts", "active_years"):
        for less, more in itertools.pairwise(worlds):
            gain, noise = averted(field, less, more)
            assert gain >= -2 * noise, (kind, field)
    gain, _ = averted("reported_acts", worlds[0], worlds[-1])
    assert gain > 0


def test_who_is_reached_at_less_coverage_is_reached_at_more(
    lived: Callable[..., np.ndarray],
) -> None:
    some, all_but_some = (
        lived(programme("self_compassion_programme", coverage=share)) for share in (0.3, 0.6)
    )
    reached, further = (people["reached_by"] == 1 for people in (some, all_but_some))
    assert reached.sum() > 200
    assert (further | ~reached).all()


def test_a_package_averts_no_less_than_its_best_part_beyond_noise(
    lived: Callable[..., np.ndarray],
) -> None:
    parts = [
        programme("self_compassion_programme", coverage=0.6),
        programme("school_skills_programme", coverage=0.6),
    ]
    base, package = lived(), lived(*parts)
    for part in parts:
        gain, noise = averted("reported_acts", lived(part), package)
        assert gain >= -2 * noise
    assert averted("reported_acts", base, package)[0] > 0
