"""Changes for everybody: numbers while they run, and how many are counted as reached."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from made_up_people import FIRST_DAY, Village

from abm.parameters import parameter_record, parameters
from abm.scenario.dates import DAYS_A_YEAR
from abm.scenario.intervention_library import kinds
from abm.simulation.delivery import RunningInterventions

RUNS = date(2016, 1, 15)
ENVIRONMENT = [kind.name for kind in kinds().values() if not kind.is_for_persons]


def numbers(running: RunningInterventions, day: date, **values: float) -> np.ndarray:
    """Return the numbers of a morning, set afresh and then changed."""
    record = parameter_record(values, {})
    running.change_numbers(record, day)
    return record


def running(*tables: dict[str, Any]) -> RunningInterventions:
    return Village(size=10).running(*tables)


def surge(**keys: Any) -> dict[str, Any]:
    return {"kind": "stressor_surge", "effects": {"stressor_rate": 1.5}, **keys}


def test_a_factor_and_a_sum_have_their_exact_sizes() -> None:
    each = running(
        surge(coverage=0.5),
        {"kind": "gatekeeper_training", "coverage": 0.25, "ramp_years": 0},
    )
    found = numbers(each, RUNS, stressor_rate=0.8, contact_intercept=-2.0, supportive_chance=0.5)
    assert found["stressor_rate"][0] == 0.8 * (1.0 + 0.5 * 0.5)
    assert found["contact_intercept"][0] == -2.0 + 0.25 * 0.4
    assert found["supportive_chance"][0] == 0.5 + 0.25 * 0.1
    untouched = parameter_record({"stressor_rate": 0.8}, {})
    for name in set(untouched.dtype.names or ()) - {
        "stressor_rate", "contact_intercept", "supportive_chance",
    }:  # fmt: skip
        assert found[name] == untouched[name]


def test_numbers_change_only_while_it_runs() -> None:
    each = running(surge(start=date(2016, 1, 1), end=date(2016, 2, 1)))
    plain = parameter_record({}, {})
    for day in (FIRST_DAY, date(2015, 12, 31), date(2016, 2, 1), date(2020, 1, 1)):
        assert numbers(each, day).tobytes() == plain.tobytes()
    for day in (date(2016, 1, 1), date(2016, 1, 31)):
        assert numbers(each, day)["stressor_rate"] == plain["stressor_rate"] * 1.5


def test_it_rises_with_coverage() -> None:
    each = running(surge(coverage=0.8, ramp_years=2))
    day = FIRST_DAY + timedelta(days=100)
    share = 0.8 * (100 / (2 * DAYS_A_YEAR))
    assert numbers(each, FIRST_DAY).tobytes() == parameter_record({}, {}).tobytes()
    assert numbers(each, day, stressor_rate=1.0)["stressor_rate"][0] == 1.0 + share * 0.5


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_no_coverage_or_no_effect_leaves_every_bit(name: str) -> None:
    plain = parameter_record({}, {}).tobytes()
    null = {quantity: effect.null for quantity, effect in kinds()[name].effects.items()}
    for table in ({"coverage": 0.0}, {"effects": null}):
        assert numbers(running({"kind": name, **table}), RUNS).tobytes() == plain


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_numbers_never_leave_their_range(name: str) -> None:
    for end in ("low", "high"):
        effects = {q: getattr(effect, end) for q, effect in kinds()[name].effects.items()}
        each = running({"kind": name, "coverage": 1.0, "ramp_years": 0, "effects": effects})
        for at in ("low", "default", "high"):
            values = {quantity: getattr(parameters()[quantity], at) for quantity in effects}
            found = numbers(each, RUNS, **values)
            for quantity in effects:
                declared = parameters()[quantity]
                assert declared.low <= found[quantity][0] <= declared.high, quantity


def test_several_work_together_whatever_their_order() -> None:
    """Factors first, then what is added: here all are exact in binary."""
    tables = [
        surge(effects={"stressor_rate": 1.5}),
        surge(effects={"stressor_rate": 2.0}),
        {"kind": "isolation", "effects": {"connectedness_everyone": -0.25, "friends_learn": 0.5}},
        {"kind": "media_guidelines", "ramp_years": 0, "coverage": 0.5},
    ]
    one = numbers(running(*tables), RUNS, stressor_rate=0.5, friends_learn=0.25)
    other = numbers(running(*tables[::-1]), RUNS, stressor_rate=0.5, friends_learn=0.25)
    assert one["stressor_rate"][0] == other["stressor_rate"][0] == 1.5
    assert one["connectedness_everyone"][0] == other["connectedness_everyone"][0] == -0.25
    assert one["friends_learn"][0] == pytest.approx(other["friends_learn"][0], rel=1e-15)
    assert one["friends_learn"][0] == pytest.approx(0.25 * 0.5 * (1 - 0.5 * 0.15))


def test_programmes_for_persons_change_no_number() -> None:
    each = running({"kind": "school_skills_programme"})
    assert numbers(each, RUNS).tobytes() == parameter_record({}, {}).tobytes()


def test_changes_for_everybody_write_to_nobody() -> None:
    village = Village(size=60, therapies=1)
    before = village.people.copy()
    every = village.running(*({"kind": name} for name in ENVIRONMENT))
    village.live(every, FIRST_DAY, date(2015, 11, 1))
    assert village.people.tobytes() == before.tobytes()


# Who counts as reached


def enter(village: Village, each: RunningInterventions, start: int, stop: int) -> None:
    """Let a year-group enter today in some rows."""
    village.people["person"][start:stop] += 1_000_000
    village.people["therapies"][start:stop] = 0
    village.ages[start:stop] = 10.0
    each.forget(start, stop)


def test_everybody_present_on_any_day_counts_times_coverage() -> None:
    village = Village(size=100)
    village.people["present"][90:] = 0
    each = village.running(
        {"kind": "media_guidelines", "coverage": 0.5, "ramp_years": 0, "cost_per": "person"}
    )
    village.live(each, FIRST_DAY, date(2016, 8, 31))
    assert each.reached()[0]["people"] == 45
    enter(village, each, 20, 40)
    village.morning(each, date(2016, 9, 1))
    village.ages[20:40] += 1 / 365
    village.live(each, date(2016, 9, 2), date(2016, 10, 10))
    (row,) = each.reached()
    assert (row["kind"], row["title"]) == ("media_guidelines", "Media guidelines")
    assert (row["people"], row["newly"], row["units"], row["cost"]) == (55, 55, 55.0, 55.0)


def test_only_those_who_enter_count_as_reached_by_prevention() -> None:
    village = Village(size=100)
    each = village.running(
        {"kind": "prevention_of_maltreatment", "coverage": 1.0, "ramp_years": 0, "cost": 3.0}
    )
    village.live(each, FIRST_DAY, date(2016, 8, 31))
    assert each.reached()[0]["people"] == 0
    enter(village, each, 20, 40)
    village.live(each, date(2016, 9, 1), date(2016, 9, 1))
    village.ages[20:40] += 1 / 365
    village.live(each, date(2016, 9, 2), date(2016, 12, 1))
    assert (each.reached()[0]["people"], each.reached()[0]["cost"]) == (20, 60.0)


def test_courses_of_therapy_count_while_it_runs() -> None:
    village = Village(size=100, therapies=2)
    each = village.running({"kind": "dbt_a", "start": date(2015, 10, 1), "end": date(2016, 9, 12)})
    village.live(each, FIRST_DAY, date(2015, 10, 1))
    village.people["therapies"][:10] += 1
    village.live(each, date(2015, 10, 2), date(2016, 8, 31))
    assert each.reached()[0]["people"] == 10
    enter(village, each, 0, 20)
    village.live(each, date(2016, 9, 1), date(2016, 9, 4))
    village.people["therapies"][:3] += 1
    village.morning(each, date(2016, 9, 5))
    assert each.reached()[0]["people"] == 13
    village.people["therapies"][50:60] += 1
    village.live(each, date(2016, 9, 12), date(2016, 12, 1))
    assert (each.reached()[0]["people"], each.reached()[0]["cost"]) == (13, 13 * 6000.0)


def test_coverage_counts_as_far_as_it_has_risen() -> None:
    village = Village(size=1000)
    each = village.running({"kind": "crisis_support", "coverage": 0.8, "ramp_years": 1})
    village.live(each, FIRST_DAY, date(2016, 3, 1))
    assert each.reached()[0]["people"] == pytest.approx(400, abs=2)
