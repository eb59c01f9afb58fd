"""Curves agree with the counts they are made of."""

import hand_made
import numpy as np
import pytest

from abm.simulation.census import AGES, DAYS_A_YEAR, FLOWS, MEASURES, STOCKS, Census
from abm.simulation.curves import BANDS, COLUMNS, SEX_ROWS, curves_frame
from abm.studies.latest import follows_one_cohort, latest_by_age

CENSUSES = [hand_made.census(2019), hand_made.census(2020, seed=5)]


@pytest.fixture(scope="module")
def curves():
    return curves_frame(CENSUSES, seed=7)


def cell(curves, measure, sex, age, year=2020):
    chosen = (curves["measure"] == measure) & (curves["sex"] == sex) & (curves["age"] == age)
    rows = curves[chosen & (curves["year"] == year)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_columns_and_every_cell(curves):
    assert tuple(curves.columns) == COLUMNS
    cells = len(CENSUSES) * len(MEASURES) * len(SEX_ROWS) * (len(AGES) + len(BANDS))
    assert len(curves) == cells
    assert not curves.duplicated(["date", "measure", "sex", "age"]).any()
    assert set(curves["seed"]) == {7}


def test_no_value_is_missing_and_shares_are_shares(curves):
    assert curves.notna().all().all()
    shares = curves[curves["measure"].str.contains("prevalence")]
    assert shares["value"].between(0, 1).all()


def test_a_share_is_the_count_over_the_people(curves):
    row = cell(curves, "lifetime_prevalence", "male", "15")
    people, ever = CENSUSES[1].stocks[1, 5, :2]
    assert row["value"] == ever / people
    assert row["people"] == people


def test_a_rate_is_events_over_person_years(curves):
    row = cell(curves, "incidence", "all", "12-18")
    flows = CENSUSES[1].flows[:, 2:9].sum(axis=(0, 1))
    years = flows[FLOWS.index("never_days")] / DAYS_A_YEAR
    assert row["people"] == pytest.approx(years)
    assert row["value"] == pytest.approx(100 * flows[FLOWS.index("first_acts")] / years)


@pytest.mark.parametrize("measure", [m.name for m in MEASURES])
def test_all_is_female_and_male_and_bands_are_sums(curves, measure):
    for first, last in BANDS:
        band = cell(curves, measure, "all", f"{first}-{last}")
        parts = [
            cell(curves, measure, sex, str(age))
            for sex in ("female", "male")
            for age in range(first, last + 1)
        ]
        people = [part["people"] for part in parts]
        assert band["people"] == pytest.approx(sum(people))
        values = [part["value"] for part in parts]
        assert band["value"] == pytest.approx(np.average(values, weights=people))


def test_an_empty_cell_has_no_row():
    census = hand_made.census()
    stocks, flows = census.stocks.copy(), census.flows.copy()
    stocks[0, 3] = flows[0, 3] = 0
    curves = curves_frame([Census(census.date, stocks, flows)], 1)
    assert not ((curves["sex"] == "female") & (curves["age"] == "13")).any()
    assert (curves["age"] == "13").sum() == 2 * len(MEASURES)


def test_no_census_gives_an_empty_table_with_all_columns():
    assert tuple(curves_frame([], 1).columns) == COLUMNS


def test_the_latest_view_of_an_open_population_is_its_last_census(curves):
    assert not follows_one_cohort(curves)
    assert set(latest_by_age(curves)["year"]) == {2020}


def test_the_latest_view_of_a_cohort_takes_each_age_from_its_own_census():
    curves = curves_frame(hand_made.cohort_censuses(people=200), 1)
    assert follows_one_cohort(curves)
    latest = latest_by_age(curves)
    everybody = latest[(latest["sex"] == "all") & (latest["measure"] == "lifetime_prevalence")]
    assert set(everybody["age"]) >= {"10", "24", "12-18", "10-24"}
    assert not everybody["age"].duplicated().any()
    ages = [everybody[everybody["age"] == str(age)].iloc[0] for age in range(12, 19)]
    band = everybody[everybody["age"] == "12-18"].iloc[0]
    assert band["people"] == 400  # the persons of the cohort, however long they are followed
    assert band["value"] == pytest.approx(np.mean([row["value"] for row in ages]))


def test_a_cohort_that_is_young_has_no_older_band():
    curves = curves_frame(hand_made.cohort_censuses()[:8], 1)
    bands = set(latest_by_age(curves)["age"])
    assert "12-17" in bands
    assert "12-18" not in bands


def test_stocks_and_flows_keep_their_order():
    # The engine fills these columns by place.
    assert STOCKS == ("people", "ever", "past_year", "past_month", "in_care", "waiting")
    assert FLOWS[:5] == ("person_days", "never_days", "first_acts", "acts", "urges")
    assert FLOWS[5:8] == ("calm_acts", "feel_acts", "punish_acts")
    assert FLOWS[8:] == ("visible_acts", "hospital")
