"""The simulated trial: who is in it, that nothing gives nothing, and its statistics by hand."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.chance import Purpose, draws_for
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import NEVER
from abm.scenario.dates import starts_month
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World
from abm.simulation.world_state import resume, run_warm_up, state_of
from abm.studies.trial import (
    REPEATED,
    Arm,
    Criteria,
    Trial,
    difference_of_acts,
    eligible,
    month_starts,
    odds_ratio_of_any_act,
    pooled,
    recent_months,
    simulate_trial,
    trial_lines,
    trial_table,
)

RISKY = {"barrier_mean": 8.0}
SHORT = Criteria(acts=2, recent_days=112, weeks=9, months=4)
NOTHING = {
    **{"therapy_regulation": 0.0, "therapy_tolerance": 0.0, "therapy_coping": 0.0},
    **{"therapy_unlearning": 0.0, "phase_therapy": 0.0},
    **{"therapy_weeks": 26.0, "care_weeks": 26.0},
}


@pytest.fixture(scope="module")
def small() -> Trial:
    return simulate_trial(load_scenario("baseline", population=400, overrides=RISKY), 1, SHORT)


def test_everybody_is_in_both_arms(small: Trial) -> None:
    treated, control = small.treated, small.control
    assert len(small.person) == len(treated.acts) == len(control.acts) > 10
    assert len(set(small.person.tolist())) == len(small.person)
    assert treated.acts.sum() + control.acts.sum() > 0
    for arm in (treated, control):
        assert (arm.late_acts <= arm.acts).all()
        assert (arm.months.sum(axis=1) == arm.acts + arm.acts_after).all()


def test_those_who_take_part_had_acted_before(small: Trial) -> None:
    assert (small.year_before >= SHORT.acts).all()
    assert (small.months_before.sum(axis=1) <= small.year_before).all()
    assert ((small.age >= 12) & (small.age < 19)).all()


def test_arms_run_beside_each_other_as_they_would_alone() -> None:
    scenario = load_scenario("baseline", population=200, overrides=RISKY)
    state = state_of(run_warm_up(World(scenario, 1)))
    trial = simulate_trial(scenario, 1, SHORT, state)
    drawn = draws_for(1, trial.person, 0, Purpose.TRIAL, 0)[0] < 0.5
    for therapy in (drawn, ~drawn):
        world = resume(scenario, 1, state=state)
        rows, people = eligible(world, SHORT), world.people
        people["care"][rows] = np.where(therapy, THERAPY, SPECIALIST)
        people["care_since"][rows] = world.date.toordinal()
        people["waiting_since"][rows] = NEVER
        people["admissions"][rows] += 1
        people["therapies"][rows] += therapy
        before = people["acts"][rows].copy()
        for _ in range(SHORT.weeks * 7):
            world.live_day()
        expected = np.where(therapy, trial.treated.acts, trial.control.acts)
        np.testing.assert_array_equal(people["acts"][rows] - before, expected)


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
    assert trial.treated.acts.sum() > 0
    for name in ("acts", "late_acts", "acts_after", "months"):
        treated, control = getattr(trial.treated, name), getattr(trial.control, name)
        np.testing.assert_array_equal(treated, control, err_msg=name)


def test_a_participant_is_a_row_in_each_arm(small: Trial) -> None:
    table = trial_table(small)
    treated = table["treated"] == 1
    assert {len(values) for values in table.values()} == {2 * len(small.person)}
    for name in ("person", "age", "year_before", "half_year_before", "month_before"):
        np.testing.assert_array_equal(table[name][treated], table[name][~treated])
    months = sum(table[f"month_{number}"] for number in range(1, SHORT.months + 1))
    np.testing.assert_array_equal(months, table["acts"] + table["acts_after"])
    assert (table["month_before"] <= table["half_year_before"]).all()


def test_monthly_counts_are_the_acts_of_those_months() -> None:
    world = World(load_scenario("baseline", population=200, overrides=RISKY), 1, warm_up=False)
    starts = month_starts(world.start, 6)
    so_far = []
    for day in range(starts[-1] + 1):
        if day in starts:
            so_far.append(world.people["acts"].copy())
        if day < starts[-1]:
            world.live_day()
    counted = np.diff(so_far, axis=0)[::-1].T
    assert counted.sum() > 0
    np.testing.assert_array_equal(recent_months(world.people), counted)


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 12, 31)), st.integers(0, 14))
def test_months_begin_on_the_days_on_which_counts_turn(start: datetime.date, months: int) -> None:
    days = month_starts(start, months)
    dates = [start + datetime.timedelta(day) for day in range(days[-1] + 1)]
    assert days == [day for day, date in enumerate(dates) if starts_month(date, start)]
    assert len(days) == months + 1


def test_statistics_of_a_trial_by_hand() -> None:
    none = np.zeros((3, 0))
    treated, control = (
        Arm(np.array(acts), np.array(late), np.zeros(3), none)
        for acts, late in (([0, 2, 4], [0, 0, 1]), ([2, 4, 6], [1, 1, 0]))
    )
    trial = Trial(np.array([7, 8, 9]), np.full(3, 15.0), np.ones(3), none, treated, control)
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
    assert len(both.treated.acts) == 2 * len(small.treated.acts)
    assert both.control.months.shape == (2 * len(small.person), SHORT.months)
    assert len(trial_lines(both)) == 4
