"""Packages: found by their interventions, and counted person by person."""

import made_up_outcomes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_outcomes import BASE, BOTH, KIND, KINDER, NULL, PLACES, SKILLED, programme

from abm.experiments.comparison.packages import (
    Package,
    package_sums,
    packages_among,
    packages_table,
)
from abm.scenario.scenario import load_scenario

PACKAGE = Package("both", ("skilled", "kind"))
CHANGES = st.integers(-1, 1)


def test_a_package_is_found_by_its_interventions():
    assert packages_among([BASE, SKILLED, KIND, BOTH, NULL]) == [PACKAGE]
    assert packages_among([BASE, BOTH, KIND, SKILLED]) == [PACKAGE]


def test_a_package_whose_parts_are_not_all_compared_is_none():
    assert packages_among([BASE, SKILLED, BOTH]) == []
    assert packages_among([BASE, BOTH]) == []
    stronger = made_up_outcomes.scenario("stronger", (programme(KINDER, 0.9),))
    assert packages_among([BASE, SKILLED, stronger, BOTH]) == []
    elsewhere = KIND.model_copy(
        update={"parameters": dict(KIND.with_parameters(stressor_rate=0.5).parameters)}
    )
    assert packages_among([BASE, SKILLED, elsewhere, BOTH]) == []


def test_interventions_of_the_base_are_no_parts():
    base = made_up_outcomes.scenario("base", (programme(PLACES),))
    one = made_up_outcomes.scenario("one", (programme(PLACES), programme()))
    two = made_up_outcomes.scenario("two", (programme(PLACES), programme(KINDER)))
    three = made_up_outcomes.scenario("three", (programme(PLACES), programme(), programme(KINDER)))
    assert packages_among([base, one, two, three]) == [Package("three", ("one", "two"))]


def values_of(table, part=None):
    chosen = table if part is None else table[table["part"] == part]
    return dict(zip(chosen["quantity"], chosen["value"], strict=True))


@given(st.lists(st.tuples(CHANGES, CHANGES, CHANGES), min_size=1, max_size=20))
def test_the_differences_are_those_of_the_sums(rows):
    whole, first, second = np.array(rows, np.int8).T
    changes = {"both": whole, "skilled": first, "kind": second}
    table = packages_table([package_sums(PACKAGE, 1, changes)])
    found = values_of(table)
    total = int(first.sum()) + int(second.sum())
    assert found["package"] == int(whole.sum())
    assert found["sum of parts"] == total
    assert found["sum of parts minus package"] == total - int(whole.sum())
    best = max(int(first.sum()), int(second.sum()))
    assert found["package minus best part"] == int(whole.sum()) - best


def test_reasons_count_people():
    changes = {
        "both": np.array([1, 1, 0, 1, -1, 0], np.int8),
        "skilled": np.array([1, 0, 1, 1, 0, 0], np.int8),
        "kind": np.array([1, 0, 0, 0, 0, 0], np.int8),
    }
    found = values_of(packages_table([package_sums(PACKAGE, 1, changes)]))
    assert found["helped by several parts, beyond the first"] == 1
    assert found["helped by the package only"] == 1
    assert found["helped by a part only"] == 1


@pytest.mark.parametrize(
    ("packages", "verdict"),
    [
        ([9, 10, 11, 8, 9], "holds"),
        ([2, 1, 2, 1, 2], "does not hold"),
        ([5, 0, 6, 5, 4], "within chance"),
        ([4, 4, 4], "within chance"),  # seeds that agree are no certainty
        ([2, 1], "does not hold"),
        ([9], "holds"),
    ],
)
def test_a_verdict_says_no_only_where_chance_leaves_no_doubt(packages, verdict):
    def ones(count):
        return (np.arange(20) < count).astype(np.int8)

    sums = [
        package_sums(PACKAGE, seed, {"both": ones(n), "skilled": ones(5), "kind": ones(3)})
        for seed, n in enumerate(packages, 1)
    ]
    table = packages_table(sums).set_index("quantity")
    best = table.loc["package minus best part"]
    assert (best["part"], best["verdict"]) == ("skilled", verdict)


def test_without_a_package_there_is_no_row():
    assert packages_table([]).empty


def test_events_make_no_package_because_nobody_offers_them():
    base, *events = map(load_scenario, ("baseline", "pandemic", "stressor-surge"))
    both = [each for event in events for each in event.interventions]

    def scenarios(chosen):
        parts = [(f"part-{place}", (each,)) for place, each in enumerate(chosen)]
        named = [("whole", tuple(chosen)), *parts]
        return [
            base,
            *(base.model_copy(update={"name": n, "interventions": own}) for n, own in named),
        ]

    assert packages_among(scenarios(both)) == []
    offered = [load_scenario(name).interventions[0] for name in ("school-skills", "dbt-a")]
    assert len(packages_among(scenarios(offered))) == 1
