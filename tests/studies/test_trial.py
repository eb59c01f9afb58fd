"""The simulated trial: who is in it, that nothing gives nothing, and its statistics by hand."""

import numpy as np
import pytest

from abm.people.layout import NEVER
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World
from abm.studies.trial import (
    REPEATED,
    Criteria,
    Trial,
    difference_of_acts,
    eligible,
    odds_ratio_of_any_act,
    pooled,
    simulate_trial,
    trial_lines,
)

RISKY = {"barrier_mean": 8.0}
SHORT = Criteria(acts=2, recent_days=112, weeks=9)
NOTHING = {
    **{"therapy_regulation": 0.0, "therapy_tolerance": 0.0, "therapy_coping": 0.0},
    **{"therapy_unlearning": 0.0, "phase_therapy": 0.0},
    **{"therapy_weeks": 26.0, "care_weeks": 26.0},
}


@pytest.fixture(scope="module")
def small() -> Trial:
    return simulate_trial(load_scenario("baseline", population=400, overrides=RISKY), 1, SHORT)


def test_everybody_is_in_both_arms(small: Trial) -> None:
    assert len(small.person) == len(small.treated) == len(small.control) > 10
    assert len(set(small.person.tolist())) == len(small.person)
    assert small.treated.sum() + small.control.sum() > 0
    assert (small.treated_late <= small.treated).all()
    assert (small.control_late <= small.control).all()


def test_those_eligible_are_young_and_have_repeated() -> None:
    scenario = load_scenario("baseline", population=300, overrides=RISKY)
    world = World(scenario, 1, warm_up=False)
    for _ in range(200):
        world.live_day()
    rows = eligible(world)
    people, ages = world.people[rows], world.ages_of(world.people[rows])
    assert len(rows) > 3
    assert ((ages >= 12) & (ages < 19)).all()
    assert (people["past_year_acts"] >= REPEATED.acts).all()
    assert (people["last_act"] != NEVER).all()


def test_a_therapy_that_does_nothing_more_gives_arms_of_the_same_kind() -> None:
    """Everybody lives the life they would live in the other arm."""
    scenario = load_scenario("baseline", population=300, overrides=RISKY | NOTHING)
    trial = simulate_trial(scenario, 2, SHORT)
    assert trial.treated.sum() > 0
    np.testing.assert_array_equal(trial.treated, trial.control)
    np.testing.assert_array_equal(trial.treated_late, trial.control_late)


def test_statistics_of_a_trial_by_hand() -> None:
    trial = Trial(
        *(np.array(arm) for arm in ([7, 8, 9], [0, 2, 4], [2, 4, 6], [0, 0, 1], [1, 1, 0]))
    )
    d, low, high = difference_of_acts(trial)
    assert d == pytest.approx(1.0)
    error = np.sqrt(6 / 9 + 1 / 12)
    assert (low, high) == pytest.approx(
        (1 - 1.959963984540054 * error, 1 + 1.959963984540054 * error)
    )
    ratio, below, above = odds_ratio_of_any_act(trial)
    assert ratio == pytest.approx((1.5 * 1.5) / (2.5 * 2.5))
    assert below < ratio < above


def test_pooled_trials_hold_everybody(small: Trial) -> None:
    both = pooled([small, small])
    assert len(both.treated) == 2 * len(small.treated)
    assert len(trial_lines(both)) == 4
