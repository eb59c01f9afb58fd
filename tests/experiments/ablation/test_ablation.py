"""An ablation: one mechanism off at a time, all else as it is, paired by seed."""

import hand_made
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.experiments.ablation.ablation import (
    WHOLE,
    Least,
    ablation_design,
    ablation_table,
    chosen_mechanisms,
    mechanisms,
)
from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES, LOGS, AblationRun, active_again
from abm.experiments.sweeps.design import PointScenarios
from abm.io.messages import InputError
from abm.scenario.draws import posterior_draws
from abm.scenario.posterior import posterior
from abm.scenario.scenario import load_scenario
from abm.simulation.run import run
from abm.studies.pooled import Pooled


def runs_of(whole: list[float], without: list[float]) -> pd.DataFrame:
    """Return the runs of an ablation of one mechanism, with a seed a number."""
    rows = [
        {"point": point, "seed": seed, "status": "done"} | dict.fromkeys(ABLATION_OUTCOMES, value)
        for point, values in ((WHOLE, whole), (WHOLE + 1, without))
        for seed, value in enumerate(values, 1)
    ]
    return pd.DataFrame(rows)


def test_a_point_has_one_mechanism_off_and_all_else_as_it_is() -> None:
    scenario = load_scenario("baseline", population=100)
    chosen = chosen_mechanisms(scenario)
    scenarios = PointScenarios(scenario, ablation_design(scenario, chosen))
    assert scenarios.at(WHOLE).parameters == scenario.parameters
    for point, mechanism in enumerate(chosen, WHOLE + 1):
        one = scenarios.at(point)
        values = {**one.parameters, **one.switches}
        before = {**scenario.parameters, **scenario.switches}
        changed = {name: values[name] for name in values if values[name] != before[name]}
        assert changed
        assert changed.items() <= mechanism.off.items()


def test_a_draw_of_the_parameters_does_not_switch_a_mechanism_on_again() -> None:
    """A draw leaves alone what a scenario changes from its default, so that off stays off."""
    scenario, draws = load_scenario("baseline", population=100), posterior_draws()
    chosen = chosen_mechanisms(scenario)
    scenarios = PointScenarios(scenario, ablation_design(scenario, chosen))
    free = posterior().names
    for point, mechanism in enumerate(chosen, WHOLE + 1):
        drawn = draws.drawn(scenarios.at(point), seed=5)
        assert {**drawn.parameters, **drawn.switches}.items() >= mechanism.off.items()
        assert any(drawn.parameters[n] != scenario.parameters[n] for n in free)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.floats(0.01, 0.9), st.floats(0.01, 0.9)), min_size=2, max_size=6, unique=True
    )
)
def test_changes_are_paired_and_an_idle_mechanism_changes_nothing(
    pairs: list[tuple[float, float]],
) -> None:
    whole, without = map(list, zip(*pairs, strict=True))
    chosen = [mechanisms()["friends"]]
    idle = ablation_table(runs_of(whole, whole), chosen)
    assert (idle["change"] == 0).all()
    table = ablation_table(runs_of(whole, without), chosen).set_index("outcome")
    points = table[table["unit"] == "points"]["change"].to_numpy(float)
    assert points == pytest.approx(100 * np.mean(np.subtract(without, whole)))
    back = ablation_table(runs_of(without, whole), chosen).set_index("outcome")
    assert back[back["unit"] == "points"]["change"].to_numpy(float) == pytest.approx(-points)


def test_pairs_without_both_runs_are_left_out() -> None:
    runs = runs_of([0.1, 0.2, 0.3], [0.1, 0.1])
    runs.loc[0, "status"] = "failed"
    table = ablation_table(runs, [mechanisms()["friends"]]).set_index("outcome")
    row = table.loc["lifetime_prevalence_12_18"]
    assert row["seeds"] == 1
    assert row["change"] == pytest.approx(-10.0)
    assert np.isnan(row["low"])


@pytest.mark.parametrize(
    ("change", "unit", "moved", "holds"),
    [
        (-8.0, "points", -8.0, True),
        (-8.0, "points", -7.9, False),
        (-8.0, "points", 9.0, False),
        (0.0, "points", 0.1, False),
        (15.0, "% either way", -15.0, True),
        (15.0, "% either way", 14.0, False),
    ],
)
def test_a_least_change_has_a_direction_unless_it_says_otherwise(
    change: float, unit: str, moved: float, holds: bool
) -> None:
    least = Least.model_validate({"outcome": "incidence_12_18", "change": change, "unit": unit})
    assert least.holds(moved) is holds


def test_who_acts_again_is_counted_by_person_and_year() -> None:
    record = run(hand_made.scenario(400, 3), 1, LOGS)
    rows = np.concatenate(record.logged["acts"])
    ends = [census.date.toordinal() for census in record.censuses]
    years = {
        (int(row["person"]), next(at for at, end in enumerate(ends) if row["day"] <= end))
        for row in rows
        if row["age"] < 23
    }
    every = {
        (int(row["person"]), next(at for at, end in enumerate(ends) if row["day"] <= end))
        for row in rows
    }
    followed = [pair for pair in years if pair[1] < len(ends) - 1]
    again = sum((person, year + 1) in every for person, year in followed)
    assert active_again(Pooled(record), record) == pytest.approx(again / len(followed))


def test_without_satiation_there_are_more_acts_and_a_wrong_name_is_refused() -> None:
    scenario = load_scenario("baseline", population=300, years=2)
    off = load_scenario("baseline", population=300, years=2, overrides={"satiation_size": 0.0})
    figures, without = AblationRun()(scenario, 1), AblationRun()(off, 1)
    assert without["acts_per_person_year"] > figures["acts_per_person_year"]
    with pytest.raises(InputError, match="reinforcement"):
        chosen_mechanisms(scenario, "reinforcment")
    with pytest.raises(InputError, match="satiation is off in baseline already"):
        chosen_mechanisms(off, "Reinforcement, satiation,")
    assert mechanisms()["satiation"] not in chosen_mechanisms(off)


@pytest.mark.parametrize(
    ("without", "verdict"),
    [
        ([0.10, 0.11, 0.10], "yes"),  # a fall of half and more, in every pair
        ([0.2, 0.209, 0.2], "no"),
        ([0.02, 0.30, 0.10], "not known"),  # it may be so, or not
    ],
)
def test_a_mechanism_is_at_work_if_both_ends_of_its_interval_say_so(
    without: list[float], verdict: str
) -> None:
    table = ablation_table(runs_of([0.2, 0.21, 0.2], without), [mechanisms()["friends"]])
    assert table.set_index("outcome").at["incidence_12_18", "at_work"] == verdict
    one = ablation_table(runs_of([0.2], [0.1]), [mechanisms()["friends"]])
    assert one.set_index("outcome").at["incidence_12_18", "at_work"] == "not known"
