"""Slow changes within a person and the transitions of a life: as large as declared, and felt."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.mechanisms.curves import logistic
from abm.mechanisms.derived import connectedness_now, family_support_now
from abm.mechanisms.phases import maybe_break_resolve
from abm.mechanisms.slow_changes import stressors_by_circumstances
from abm.people.layout import PlainRecord
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World

YEARS, SHARE, MEMORY = 10, 0.5, 4.0
NOTHING_HAPPENS = {"friends_mean": 0.0, "stressor_rate": 0.0, "awareness_rate": 0.0}
TRAITS = (
    *("reactivity", "regulation", "distress_tolerance", "rumination", "rejection_sensitivity"),
    *("self_criticism", "aversion"),
)
STATES = ("changing_temperament", "changing_self_criticism", "changing_reluctance", "circumstances")
OFF = {
    **{"change_share": 0.0, "circumstances_stressors": 0.0, "circumstances_support": 0.0},
    **{"transition_stressors": 0.0, "transition_connectedness": 0.0, "resolution_break": 0.0},
}
AT_ANY_AGE = {"barrier_maturity": 0.0, "regulation_maturity": 0.0, "barrier_spread": 2.5}


def world_of(people: int, years: int = 1, name: str = "birth-cohort", **overrides: Any) -> World:
    scenario = load_scenario(name, population=people, years=years, overrides=overrides)
    return World(scenario, 2, warm_up=False)


def live(world: World, days: int) -> World:
    for _ in range(days):
        world.live_day()
    return world


# Temperament and circumstances


@pytest.fixture(scope="module")
def by_year() -> list[np.ndarray]:
    """Return 1,500 people whose traits change by half over four years, at 10, 11, ... 20."""
    numbers = {**NOTHING_HAPPENS, "change_share": SHARE, "change_years": MEMORY}
    world = world_of(1500, YEARS, **numbers, circumstances_years=2 * MEMORY)
    years = [world.people.copy()]
    while world.days_lived < world.total_days:
        census = world.is_census_day
        world.live_day()
        if census:
            years.append(world.people.copy())
    return years


def correlations(people: np.ndarray) -> np.ndarray:
    return np.corrcoef([people[name] for name in (*TRAITS, "adversity", *STATES)])


def test_people_differ_at_twenty_as_at_ten(by_year: list[np.ndarray]) -> None:
    """Means stay at 0, spreads at 1, correlations with each other and adversity as they were."""
    for people in (by_year[0], by_year[YEARS]):
        for name in (*TRAITS, *STATES):
            assert people[name].mean() == pytest.approx(0.0, abs=0.1), name
            assert people[name].std() == pytest.approx(1.0, abs=0.08), name
    young, old = correlations(by_year[0]), correlations(by_year[YEARS])
    assert old == pytest.approx(young, abs=0.12)
    assert np.abs(young[: len(TRAITS), : len(TRAITS)]).max() > 0.5


def test_what_changes_is_forgotten_over_its_years(by_year: list[np.ndarray]) -> None:
    """A trait as a whole keeps the share that stays; circumstances have years of their own."""
    for years in (1, 4, 10):
        left = np.exp(-years / MEMORY)
        for name, expected in (
            ("aversion", 1.0 - SHARE + SHARE * left),
            ("changing_temperament", left),
            ("circumstances", np.sqrt(left)),
        ):
            pairs = zip(by_year, by_year[years:], strict=False)
            kept = [np.corrcoef(before[name], after[name])[0, 1] for before, after in pairs]
            assert np.mean(kept) == pytest.approx(expected, abs=0.06), (name, years)


def test_without_them_nothing_follows_from_the_states_behind() -> None:
    """Traits stay as drawn, and how fast the states change makes no difference to anybody."""
    worlds = [
        live(world_of(150, 2, **OFF, change_years=years, circumstances_years=years), 500)
        for years in (0.5, 5.0)
    ]
    slow, fast = (world.people for world in worlds)
    for name in slow.dtype.names or ():
        assert (slow[name].tobytes() == fast[name].tobytes()) == (name not in STATES), name
    newborn = world_of(150, 2, **OFF).people
    assert all(newborn[name].tobytes() == slow[name].tobytes() for name in TRAITS)


def test_with_them_more_begin_late_and_more_pause_and_come_back(lived) -> None:
    """The same people with the same luck, where growing up ends nothing by itself."""
    alone = {**OFF, **AT_ANY_AGE, "population": 400, "years": 14, "change_years": 1.5}
    firm, changing = (lived(**alone | {"change_share": share}) for share in (0.0, 0.9))
    assert began_late(changing) > 1.25 * began_late(firm)
    assert came_back(changing) > 1.25 * came_back(firm)


def began_late(life: Any) -> int:
    """Return how many began at 18 or later."""
    return int((life.ever["first_age"] >= 18.0).sum())


def came_back(life: Any) -> int:
    """Return how many acted again after two years without an act."""
    acts = np.sort(life.acts[["person", "day"]], order=("person", "day"))
    again = (np.diff(acts["day"]) > 2 * 365) & (np.diff(acts["person"]) == 0)
    return len(np.unique(acts["person"][1:][again]))


def test_numbers_changed_on_the_way_hold_from_the_next_month_on() -> None:
    world = live(world_of(60, name="baseline", **OFF), 40)
    before = world.people.copy()
    world.change(change_share=0.5, change_years=1.0, circumstances_stressors=0.4)
    live(world, 40)
    after, p = world.people, PlainRecord.copy_of(world.parameters[0])
    assert all((after[name] != before[name]).all() for name in TRAITS)
    for person in map(PlainRecord.copy_of, after):
        assert person.stressor_factor == stressors_by_circumstances(person, p)
        assert person.self_critical == logistic(p.self_criticism_slope * person.self_criticism)


@given(st.floats(0.0, 1.5))
def test_circumstances_leave_the_mean_number_of_stressors(size: float) -> None:
    p = PlainRecord(["circumstances_stressors"], [size])
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    factors = [stressors_by_circumstances(PlainRecord(["circumstances"], [z]), p) for z in points]
    assert np.average(factors, weights=weights) == pytest.approx(1.0)
    assert factors == sorted(factors)


def test_a_worse_time_leaves_less_support(scene) -> None:
    """By as much in family and friends; never less than none."""
    usual, worse, bad = (
        scene(circumstances=z, circumstances_support=0.1, transition_connectedness=0.0)
        for z in (0.0, 1.0, 20.0)
    )
    for support in (
        lambda life: family_support_now(life.me, life.p),
        lambda life: connectedness_now(life.me, life.p, life.stage),
    ):
        assert support(worse) == pytest.approx(support(usual) - 0.1)
        assert support(bad) == 0.0


# Transitions


def test_changes_of_school_bring_stressors_in_september_that_fade(scene) -> None:
    """On 1 September for those who are 11, 16 and 18; a share 1/e is left after their months."""
    numbers = {"transition_stressors": 1.0, "transition_months": 4.0}
    on = world_of(15, name="baseline", **OFF | numbers)
    off = world_of(15, name="baseline", **OFF)
    ages = np.isin(np.arange(10, 25), [11, 16, 18])
    for days, more in ((1, 1.0), (121, np.exp(-1.0)), (243, np.exp(-2.0))):
        live(on, days - on.days_lived)
        live(off, days - off.days_lived)
        ratio = on.stages["stressors"][0] / off.stages["stressors"][0]
        assert ratio[ages] == pytest.approx(1.0 + more, abs=0.02)
        assert (ratio[~ages] < 1.0 + 0.1 * more).all()
        assert ratio[0] == 1.0


def test_connectedness_falls_with_a_change_of_school(scene) -> None:
    numbers = {"transition_connectedness": 0.2, "circumstances_support": 0.0}
    before, after, later = (scene(age=age, **numbers) for age in (15.99, 16.0, 17.9))
    lost = [
        0.65 - connectedness_now(life.me, life.p, life.stage) for life in (before, after, later)
    ]
    assert lost == pytest.approx([0.0, 0.2, 0.0], abs=0.01)
    assert after.me.emptiness_rest > before.me.emptiness_rest


# Resolve


def test_a_resolve_breaks_under_strain_and_only_then(scene) -> None:
    """The sooner the greater the strain above what it bears, with the chance declared."""

    def broken(strain: float, chance: float, people: int = 300, days: int = 50) -> float:
        count = 0
        for person in range(people):
            life = scene(strain=strain, resolution=2.0, resolution_break=chance)
            life.me.person = person
            for _ in range(days):
                life.today.day += 1
                maybe_break_resolve(life.me, life.p, life.today)
            count += life.me.resolution == 0.0
        return count / people

    bears = scene().p.resolution_strain
    assert broken(bears + 1.0, 0.02) == pytest.approx(1.0 - np.exp(-1.0), abs=0.08)
    assert broken(bears + 3.0, 0.02) > 0.85
    assert broken(bears, 1.0, people=5) == broken(bears + 5.0, 0.0, people=5) == 0.0


def test_resolve_that_breaks_leaves_more_acts(lived) -> None:
    numbers = {"population": 400, "years": 8, "barrier_mean": 8.0, "resolution_chance": 1.0}
    numbers |= {"resolution_size": 3.0, "resolution_years": 4.0}
    acts = [len(lived(**numbers, resolution_break=chance).acts) for chance in (0.0, 0.02)]
    assert acts[1] > 1.2 * acts[0]
