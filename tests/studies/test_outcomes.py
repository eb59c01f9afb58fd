"""The figures of a run mean what they say."""

import math

import hand_made
import numpy as np
import pytest

from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.census import AGES
from abm.simulation.record import Record
from abm.simulation.run import run
from abm.simulation.world import World
from abm.simulation.world_state import resume, run_warm_up, state_of
from abm.studies.outcomes import (
    EFFECTS,
    LOGS,
    NOT_EFFECTS,
    OUTCOMES,
    outcomes_of,
)


@pytest.fixture(scope="module")
def cohort():
    return run(load_scenario("birth-cohort", population=150), 1, LOGS)


@pytest.fixture(scope="module")
def young():
    """Return two years of a cohort: nobody gets older than 12."""
    return run(load_scenario("birth-cohort", population=30, years=2), 1, LOGS)


@pytest.fixture(scope="module")
def open_population():
    return run(load_scenario("baseline", population=100, years=2), 1, LOGS)


def mean_over_ages(record, measure, first, last):
    """Return a prevalence of a cohort as the curves have it: the mean over single ages."""
    curves = record.curves
    chosen = (curves["sex"] == "all") & (curves["measure"] == measure)
    wanted = [str(age) for age in range(first, last + 1)]
    rows = curves[chosen & curves["age"].isin(wanted)]
    assert len(rows) == len(wanted)
    return np.average(rows["value"], weights=rows["people"])


def over_age(series):
    """Return the figures of a series by completed age."""
    own = [o for o in OUTCOMES.values() if o.series == series]
    return {o.age: o for o in own if o.age is not None}


def test_every_figure_is_declared_once_and_described():
    for name, outcome in OUTCOMES.items():
        assert outcome.name == name
        assert outcome.unit
        assert outcome.sentence.endswith(".")
    assert len({outcome.sentence for outcome in OUTCOMES.values()}) == len(OUTCOMES)


def test_series_run_over_every_age():
    for series in {outcome.series for outcome in OUTCOMES.values()} - {None}:
        assert list(over_age(series)) == list(AGES)


def test_every_figure_of_a_whole_cohort_is_a_number_in_its_range(cohort):
    found = outcomes_of(cohort)
    assert list(found) == list(NOT_EFFECTS)
    for name, value in found.items():
        assert math.isfinite(value), name
        if OUTCOMES[name].unit.startswith("share"):
            assert 0 <= value <= 1, name


def test_every_figure_but_none_of_the_grown_up_is_known_of_an_open_population(open_population):
    found = outcomes_of(open_population)
    assert math.isfinite(found["lifetime_prevalence_12_18"])
    assert math.isfinite(found["median_onset_age"])


def test_prevalence_of_a_cohort_is_that_of_its_curves(cohort):
    found = outcomes_of(cohort)
    for name, measure, band in (
        ("lifetime_prevalence_12_18", "lifetime_prevalence", (12, 18)),
        ("past_year_prevalence_14_17", "past_year_prevalence", (14, 17)),
        ("incidence_12_18", "incidence", (12, 18)),
        ("incidence_age_15", "incidence", (15, 15)),
        ("past_year_prevalence_age_16", "past_year_prevalence", (16, 16)),
    ):
        assert found[name] == pytest.approx(mean_over_ages(cohort, measure, *band)), name


def test_prevalence_of_an_open_population_pools_its_years(open_population):
    curves = open_population.curves
    chosen = (curves["sex"] == "all") & (curves["age"] == "12-18")
    rows = curves[chosen & (curves["measure"] == "past_year_prevalence")]
    pooled = np.average(rows["value"], weights=rows["people"])
    found = outcomes_of(open_population)["past_year_prevalence_12_18"]
    assert found == pytest.approx(pooled)


def test_lifetime_prevalence_of_a_cohort_never_falls(cohort):
    found = outcomes_of(cohort)
    shares = [found[name.name] for name in over_age("lifetime_prevalence_age").values()]
    assert shares == sorted(shares)


def test_acts_of_a_year_are_those_the_people_table_counts(cohort):
    """The people of a cohort at its end: their past year is the last reported year."""
    from abm.studies.outcomes import Pooled

    yearly = Pooled(cohort).yearly
    acts, ages = yearly["acts"], yearly["age"]
    people = cohort.people
    last = people.loc[people["past_year_acts"] > 0, "past_year_acts"]
    assert sorted(acts[ages == 24]) == sorted(last)
    assert acts.sum() == sum(census.flows[..., 3].sum() for census in cohort.censuses)


def test_acts_of_a_year_agree_with_the_census(cohort):
    """Acts over people with any, of the years at 12 to 18, from counts alone."""
    from abm.simulation.census import FLOWS, STOCKS

    ages = slice(2, 9)
    acts = sum(c.flows[:, ages, FLOWS.index("acts")].sum() for c in cohort.censuses)
    active = sum(c.stocks[:, ages, STOCKS.index("past_year")].sum() for c in cohort.censuses)
    assert outcomes_of(cohort)["mean_past_year_acts"] == pytest.approx(acts / active)


def test_onset_and_repetition_are_those_of_the_people_who_reached_18(open_population):
    people = open_population.people
    ever = people[(people["age"] >= 18) & people["ever"]]
    found = outcomes_of(open_population)
    assert found["median_onset_age"] == pytest.approx(ever["first_age"].median())
    assert found["share_with_one_or_two_acts"] == pytest.approx((ever["acts"] <= 2).mean())


def test_maltreatment_and_self_criticism_are_compared_among_those_who_reached_18(cohort):
    people = cohort.people
    maltreated, ever = people["maltreatment_types"] > 0, people["ever"]
    cells = [(maltreated & ever), (~maltreated & ~ever), (maltreated & ~ever), (~maltreated & ever)]
    a, b, c, d = (cell.sum() + 0.5 for cell in cells)
    found = outcomes_of(cohort)
    assert found["maltreatment_odds_ratio"] == pytest.approx(a * b / (c * d))
    expected = people["self_criticism"].corr(ever.astype(float))
    assert found["self_criticism_correlation"] == pytest.approx(expected)


def test_shares_of_acts_sum_to_one(cohort):
    found = outcomes_of(cohort)
    assert sum(found[f"share_of_{route}_acts"] for route in ("calm", "feel", "punish")) == (
        pytest.approx(1)
    )


def test_what_was_not_seen_is_not_defined(young):
    found = outcomes_of(young)
    assert math.isfinite(found["lifetime_prevalence_age_11"])
    for name in ("lifetime_prevalence_12_18", "lifetime_prevalence_age_12", "median_onset_age"):
        assert math.isnan(found[name]), name


def test_a_band_that_was_seen_in_part_is_not_defined():
    record = hand_made.record(hand_made.scenario(years=1))
    census = hand_made.cohort_censuses()[4]
    part = Record(record.scenario, 1, (census,), record.logged)
    pooled_share = outcomes_of_hand_made(part, "lifetime_prevalence_12_18")
    assert math.isnan(pooled_share)
    assert outcomes_of_hand_made(part, "lifetime_prevalence_age_14") > 0


def outcomes_of_hand_made(record, name):
    from abm.studies.outcomes import Pooled

    return OUTCOMES[name].compute(Pooled(record))


def test_where_nobody_self_injures_ratios_are_not_defined(open_population):
    """Take every act away from a record: prevalence is 0, and nothing warns."""
    from abm.simulation.census import FLOWS, STOCKS, Census

    censuses = []
    for census in open_population.censuses:
        stocks, flows = census.stocks.copy(), census.flows.copy()
        stocks[..., STOCKS.index("ever") : STOCKS.index("in_care")] = 0
        for name in FLOWS[2:]:
            flows[..., FLOWS.index(name)] = 0
        censuses.append(Census(census.date, stocks, flows))
    people = []
    for rows in open_population.logged["people"]:
        rows = rows.copy()
        rows["ever"] = rows["acts"] = rows["past_year_acts"] = 0
        rows["first_age"] = np.nan
        people.append(rows)
    logged = {"people": tuple(people)}
    found = outcomes_of(Record(open_population.scenario, 1, tuple(censuses), logged))
    for name, value in found.items():
        zero = ("prevalence", "incidence", "acts_per_person_year", "hospital_presentations")
        if any(part in name for part in zero):
            assert value == 0, name
        elif name == "in_specialist_care_12_17":
            assert 0 <= value < 0.2  # most of those in care have never self-injured
        else:
            assert math.isnan(value), name


def test_effects_are_those_of_the_same_people_without_interventions():
    """The figures of interventions: nothing averted by nothing, and each as counted by hand."""
    programme = {"kind": "self_compassion_programme", "ages": [10, 24], "months_to_full": 0}
    table = {"population": {"size": 200}, "calendar": {"years": 2}}
    table["parameters"] = {"barrier_mean": 8.0}

    state = state_of(run_warm_up(World(Scenario.from_table(table, "tried"), 1)))

    def lived(*interventions):
        scenario = Scenario.from_table(table | {"interventions": list(interventions)}, "tried")
        return run(scenario, 1, LOGS, world=resume(scenario, 1, LOGS, state=state))

    without, same = lived(), lived(programme | {"coverage": 0.0})
    with_it = lived(programme | {"coverage": 1.0, "effects": {"self_criticism": -1.5}})
    assert not any(outcomes_of(same, without)[effect.name] for effect in EFFECTS)
    found = outcomes_of(with_it, without)
    acts = [sum(int(c.flows[..., 3].sum()) for c in each.censuses) for each in (without, with_it)]
    days = sum(int(census.flows[..., 0].sum()) for census in without.censuses)
    expected = 1e5 * 365.25 * (acts[0] - acts[1]) / days
    assert found["acts_averted_per_100k"] == pytest.approx(expected)
    assert expected > 0


def test_a_record_without_the_rows_is_refused(young):
    with pytest.raises(KeyError, match="people"):
        outcomes_of(Record(young.scenario, 1, young.censuses, {}))
