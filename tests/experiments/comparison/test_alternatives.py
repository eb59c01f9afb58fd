"""Alternatives against each other: what people's rows say, whichever table says it."""

import functools
import math

import made_up_outcomes
import numpy as np
import pandas as pd
import pytest
from made_up_outcomes import KINDER, SKILLS, made_up
from made_up_region import LESSONS, REGION, SEEDS, outcomes, region

import abm
from abm.experiments.comparison.alternatives import Alternatives, seed_of_all, thresholds_for
from abm.experiments.comparison.compare import ComparisonFindings, find
from abm.experiments.comparison.pairing import OUTCOMES
from abm.experiments.comparison.person_outcomes import YEARS_DTYPE, PersonOutcomes, Reached
from abm.io.messages import InputError
from abm.scenario.scenario import load_scenario
from abm.simulation.record import Logs
from abm.studies.intervals import FREE_OF_CHANGES, pooled_half

FIELDS = {outcome.name: outcome.field for outcome in OUTCOMES}


@pytest.fixture(scope="module")
def findings() -> ComparisonFindings:
    return find(REGION, SEEDS, outcomes)


def recomputed(scenario: str, against: str, outcome: str) -> tuple[float, float]:
    """Return a paired difference and half its interval, from the rows of people alone."""
    named = {one.name: one for one in REGION}
    per_seed = []
    for seed in SEEDS:
        ours, theirs = (
            pd.DataFrame(outcomes(named[name], seed).people).set_index("person")
            for name in (against, scenario)
        )
        per_seed.append(ours[FIELDS[outcome]].astype(int) - theirs[FIELDS[outcome]])
    totals = [change.sum() for change in per_seed]
    within = np.mean([(change**2).sum() for change in per_seed])
    half = pooled_half(within, np.var(totals, ddof=1), len(SEEDS), FREE_OF_CHANGES)
    return float(np.mean(totals)), float(half)


@pytest.mark.parametrize("outcome", FIELDS)
@pytest.mark.parametrize(
    ("scenario", "against"), [("package", "groups"), ("groups", "lessons"), ("lessons", "region")]
)
def test_a_pair_is_what_people_say(findings, scenario, against, outcome):
    pairs = findings.pairs.set_index(["scenario", "against", "outcome"])
    row = pairs.loc[(scenario, against, outcome)]
    averted, half = recomputed(scenario, against, outcome)
    assert row["averted"] == pytest.approx(averted)
    assert (row["low"], row["high"]) == pytest.approx((averted - half, averted + half))
    assert (row["p_better"] > 0.975) == (row["low"] > 0)
    assert (row["p_better"] > 0.5) == (averted > 0)
    assert row["uncertainty"] == "chance"


def test_every_pair_stands_once_and_pairs_with_the_first_are_the_differences(findings):
    assert len(findings.pairs) == 6 * len(OUTCOMES)
    first = findings.pairs[findings.pairs["against"] == "region"]
    known = findings.averted().set_index(["scenario", "outcome"])
    for row in first.to_dict("records"):
        other = known.loc[(row["scenario"], row["outcome"])]
        for name in ("averted", "low", "high", "per_100k", "per_100k_low", "per_100k_high"):
            assert row[name] == pytest.approx(other[name]), name


def test_lessons_are_extendedly_dominated_and_the_package_costs_more_a_case(findings):
    rows = findings.frontier[findings.frontier["outcome"] == "new_cases"].set_index("scenario")
    standing = {name: rows.loc[name, "standing"] for name in rows.index}
    assert standing["lessons"] == "extendedly dominated"
    assert [name for name, own in standing.items() if own == "on the frontier"] == [
        "region",
        "groups",
        "package",
    ]
    package = rows.loc["package"]
    assert package["before"] == "groups"
    added, _ = recomputed("package", "groups", "new_cases")
    spent = {
        name: np.mean([outcomes(one, seed).cost for seed in SEEDS])
        for name, one in zip(("region", "lessons", "groups", "package"), REGION, strict=True)
    }
    assert package["added_cost"] == pytest.approx(spent["package"] - spent["groups"])
    assert package["cost_per_averted"] == pytest.approx(package["added_cost"] / added)
    pair = findings.pairs.set_index(["scenario", "against", "outcome"])
    row = pair.loc[("package", "groups", "new_cases")]
    assert row["added_cost"] == pytest.approx(package["added_cost"])


def test_the_choice_follows_what_one_is_willing_to_pay(findings):
    table = findings.acceptability
    rows = table[table["outcome"] == "new_cases"]
    sums = rows.groupby("willingness_to_pay")["p_best"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    best = rows[rows["is_best"]].sort_values("willingness_to_pay")
    assert best["scenario"].tolist()[0] == "region"
    assert best["scenario"].tolist()[-1] == "package"
    frontier = findings.frontier[findings.frontier["outcome"] == "new_cases"]
    ratios = frontier.set_index("scenario")["cost_per_averted"]
    for row in best.to_dict("records"):
        if row["scenario"] == "groups":
            assert ratios["groups"] * 0.99 <= row["willingness_to_pay"] <= ratios["package"] * 1.01


def test_scenarios_that_nobody_chooses_are_not_on_the_frontier():
    event = made_up_outcomes.scenario("event", ({"kind": "stressor_surge"},))
    base = made_up_outcomes.BASE
    tables = Alternatives([base, event], [])
    assert tables.offered == [0]
    assert tables.pairs().empty
    assert tables.frontier().empty


def test_scenarios_of_other_prices_are_not_compared():
    with pytest.raises(InputError, match="economics are not those of region"):
        abm.compare([REGION[0], region("dearer", LESSONS, price_presentation=5.0)])


# Money and health, by hand

STUDENTS_T = 2.306004  # of 8 degrees of freedom, from a table


def two_years(cases: list[int], by_year: list[int], cost: tuple[float, ...]) -> PersonOutcomes:
    """Return people who present to hospital, and their cost, by year."""
    whole = made_up([{"reported_hospital": count, "active_years": count} for count in cases])
    years = np.zeros(2, YEARS_DTYPE)
    years["reported_hospital"] = years["active_years"] = by_year
    reached = (Reached("a", "A", 3, sum(cost), cost_by_year=cost),) if cost else ()
    return PersonOutcomes(whole.people, whole.curves, reached, years)


BEFORE, AFTER = two_years([3, 2, 0], [2, 3], ()), two_years([1, 1, 0], [1, 1], (100.0, 110.0))


def judged(**economics: object) -> Alternatives:
    scenarios = [region("base", **economics), region("other", LESSONS, **economics)]
    return Alternatives(scenarios, [seed_of_all(scenarios, [BEFORE, AFTER], 1)])


def rows_of(tables: Alternatives, outcome: str) -> tuple[pd.Series, pd.Series]:
    """Return the other scenario's row of the frontier, and of pairs."""
    frontier, pairs = tables.frontier(), tables.pairs()
    own = frontier[(frontier["outcome"] == outcome) & (frontier["scenario"] == "other")]
    return own.iloc[0], pairs[pairs["outcome"] == outcome].iloc[0]


def test_nothing_declared_is_nothing_saved_and_nothing_discounted():
    row, pair = rows_of(judged(), "hospital_presentations")
    assert (row["averted"], row["cost"], pair["added_cost"]) == (3, 210, 210)
    assert pair["high"] - 3 == pytest.approx(STUDENTS_T * math.sqrt(5))
    assert math.isnan(pair["added_cost_low"])
    assert "qalys" not in set(judged().pairs()["outcome"])


def test_presentations_saved_are_set_against_the_cost():
    row, pair = rows_of(judged(price_presentation=20), "hospital_presentations")
    assert row["cost"] == pair["added_cost"] == 210 - 3 * 20
    assert pair["added_cost_high"] - 150 == pytest.approx(20 * STUDENTS_T * math.sqrt(5))


def test_a_year_later_both_are_worth_less():
    rates = {"discount_costs": 0.1, "discount_effects": 0.25}
    row, pair = rows_of(judged(**rates), "hospital_presentations")
    assert row["cost"] == pytest.approx(100 + 110 / 1.1)
    assert row["averted"] == pytest.approx((2 + 3 / 1.25) - (1 + 1 / 1.25))
    assert pair["averted"] == 3  # as counted
    assert pair["low"] < 0
    assert math.isnan(pair["cost_per_averted"])


def test_what_is_saved_is_discounted_as_money_is():
    row, pair = rows_of(judged(price_presentation=20, discount_costs=0.1), "acts")
    assert row["cost"] == pytest.approx(200 - 20 * ((2 + 3 / 1.1) - (1 + 1 / 1.1)))
    factor = (2 + 3 / 1.1) / 5
    half = 20 * factor * STUDENTS_T * math.sqrt(5)
    assert pair["added_cost_high"] - pair["added_cost"] == pytest.approx(half)


def test_courses_begun_before_the_reported_years_save_nothing():
    rows = [{"therapies": 40}, {"therapies": 60}]
    by_year = [
        np.array([(0, 0, 0, 0, care) for care in cares], YEARS_DTYPE) for cares in ((9, 1), (1, 9))
    ]
    before, after = (
        PersonOutcomes(plain.people, plain.curves, (), years)
        for plain, years in zip((made_up(rows), made_up(rows)), by_year, strict=True)
    )
    scenarios = [region(name, discount_effects=0.1, price_therapy=1.0) for name in ("a", "b")]
    tables = Alternatives(scenarios, [seed_of_all(scenarios, [before, after], 1)])
    assert (tables.pairs()["added_cost"] == 0).all()


def test_weights_add_up_to_qalys():
    tables = judged(weight_year=0.05, weight_presentation=0.01)
    row, pair = rows_of(tables, "qalys")
    assert row["averted"] == pair["averted"] == pytest.approx(3 * 0.06)
    assert pair["high"] - pair["averted"] == pytest.approx(0.06 * STUDENTS_T * math.sqrt(5))


def test_thresholds_go_beyond_what_one_effect_costs():
    thresholds = thresholds_for(np.array([0.0, 2.0, 4.0]), np.array([0.0, 3000.0, 10_000.0]))
    assert thresholds[0] == 0
    assert thresholds[-1] == 5000
    assert len(thresholds_for(np.zeros(2), np.zeros(2))) == len(thresholds)


def test_seeds_that_drew_parameters_say_both_together():
    scenarios = [made_up_outcomes.BASE, made_up_outcomes.SKILLED]
    read = functools.cache(made_up_outcomes.outcomes)
    drawn, plain = (find(scenarios, range(1, 9), read, by).pairs for by in (True, False))
    assert set(drawn["uncertainty"]) == {"chance and parameters"}
    assert drawn["averted"].tolist() == pytest.approx(plain["averted"].tolist())
    known = drawn[drawn["low"].notna()]
    assert (known["low"] < known["averted"]).all()


# The same from runs of the model


def test_the_tables_are_sums_over_the_people_of_single_runs(tmp_path):
    base = load_scenario("birth-cohort", population=120, years=6)
    strong = {"ages": (10, 24), "coverage": 1.0, "half_life_years": 0.0}
    scenarios = [
        base,
        base.with_interventions({"kind": SKILLS, **strong}).renamed("skills"),
        base.with_interventions({"kind": KINDER, **strong}).renamed("kinder"),
    ]
    found = abm.compare(scenarios, [1, 2], out=tmp_path).pairs
    row = found.set_index(["scenario", "against", "outcome"]).loc[("kinder", "skills", "acts")]
    totals, squares = [], []
    for seed in (1, 2):
        ours, theirs = (
            abm.run(scenario, seed, Logs(people=True)).people.set_index("person")["reported_acts"]
            for scenario in scenarios[1:]
        )
        totals.append((ours - theirs).sum())
        squares.append(((ours - theirs) ** 2).sum())
    assert row["averted"] == pytest.approx(np.mean(totals))
    half = pooled_half(np.mean(squares), np.var(totals, ddof=1), 2, FREE_OF_CHANGES)
    assert row["high"] - row["averted"] == pytest.approx(half)
