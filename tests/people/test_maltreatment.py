"""Who enters: maltreatment as counted, adversity as computed, traits as declared."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from abm.parameters import parameters
from abm.people.layout import FEMALE, FIRST_AGE, MALE, MALTREATMENT_TYPES, NEVER
from abm.people.maltreatment import moments_of
from abm.scenario.scenario import load_scenario
from abm.simulation.world import World

PEOPLE = 100_000
Entering = Callable[..., World]


@pytest.fixture(scope="module")
def entering() -> Entering:
    """Return a function that lets a cohort of 100,000 enter; friendships are left out."""

    def enter(population: int = PEOPLE, **overrides: Any) -> World:
        given = {"friends_mean": 0.0} | overrides
        return World(load_scenario("birth-cohort", population=population, overrides=given), 1)

    return enter


@pytest.fixture(scope="module")
def world(entering: Entering) -> World:
    return entering()


@pytest.fixture(scope="module")
def people(world: World) -> np.ndarray:
    return world.people


def standardised(people: np.ndarray, world: World) -> np.ndarray:
    """Return adversity as a z-score, with the moments that the quadrature found."""
    childhood = world.childhoods[0]
    return (people["adversity"] - childhood["adversity_mean"]) / childhood["adversity_spread"]


def r(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])


def test_maltreatment_is_as_common_as_the_australian_study_counted(people: np.ndarray) -> None:
    """E160-E164, each within a percentage point."""
    types = people["maltreatment_types"]
    women, men = types[people["sex"] == FEMALE], types[people["sex"] == MALE]
    assert (types >= 1).mean() == pytest.approx(0.62, abs=0.01)
    assert (women >= 2).mean() == pytest.approx(0.43, abs=0.01)
    assert (men >= 2).mean() == pytest.approx(0.35, abs=0.01)
    assert (types >= 3).mean() == pytest.approx(0.23, abs=0.01)
    assert (types == 5).mean() == pytest.approx(0.035, abs=0.01)


@pytest.mark.parametrize("name", MALTREATMENT_TYPES)
def test_each_type_has_its_prevalence_severity_and_onset(people: np.ndarray, name: str) -> None:
    """Severity is exponential with mean 1; onset is spread over the years before 10."""
    declared = load_scenario("birth-cohort").parameters[f"prevalence_{name}"]
    severity, onset = people[name], people[f"{name}_onset"]
    present = severity > 0
    assert present.mean() == pytest.approx(declared, abs=0.006)
    assert (severity[~present] == 0).all()
    assert (onset[~present] == NEVER).all()
    assert onset[present].min() > 0
    assert onset[present].max() < FIRST_AGE
    assert stats.kstest(severity[present], "expon").pvalue > 1e-4
    assert stats.kstest(onset[present] / FIRST_AGE, "uniform").pvalue > 1e-4


def test_types_come_together(people: np.ndarray, entering: Entering) -> None:
    """The shared factor makes them; without it types are independent within a sex."""
    present = [people[name] > 0 for name in MALTREATMENT_TYPES]
    pairs = [(a, b) for a in range(5) for b in range(a)]
    assert all(r(present[a], present[b]) > 0.15 for a, b in pairs)
    apart = entering(30_000, maltreatment_correlation=0.0, maltreatment_female_shift=0.0).people
    present = [apart[name] > 0 for name in MALTREATMENT_TYPES]
    assert all(abs(r(present[a], present[b])) < 5 / math.sqrt(30_000) for a, b in pairs)


def test_girls_are_not_hurt_more_without_the_shift(entering: Entering) -> None:
    level = entering(30_000, maltreatment_female_shift=0.0).people
    by_sex = [level["maltreatment_types"][level["sex"] == sex].mean() for sex in (FEMALE, MALE)]
    assert by_sex[0] == pytest.approx(by_sex[1], abs=0.08)


def test_adversity_predisposes_and_has_the_computed_moments(
    people: np.ndarray, world: World
) -> None:
    """1 - exp(-steepness x summed severity), with mean, spread and joint moments by quadrature."""
    total = sum(people[name] for name in MALTREATMENT_TYPES)
    np.testing.assert_allclose(people["maltreatment_severity"], total, rtol=1e-12)
    assert (people["maltreatment_types"] == sum(people[n] > 0 for n in MALTREATMENT_TYPES)).all()
    steepness = world.parameters["adversity_steepness"][0]
    np.testing.assert_allclose(people["adversity"], 1 - np.exp(-steepness * total), atol=1e-12)
    assert people["adversity"].max() < 1
    childhood, emotional = world.childhoods[0], people["emotional_abuse"] > 0
    assert people["adversity"].mean() == pytest.approx(childhood["adversity_mean"], abs=0.004)
    assert people["adversity"].std() == pytest.approx(childhood["adversity_spread"], abs=0.003)
    assert emotional.mean() == pytest.approx(childhood["emotional_share"], abs=0.006)
    share = world.parameters["self_criticism_emotional_share"][0]
    emotional_z = (emotional - childhood["emotional_share"]) / childhood["emotional_spread"]
    hurt = (1 - share) * standardised(people, world) + share * emotional_z
    assert hurt.std() == pytest.approx(childhood["hurt_spread"], abs=0.01)


@pytest.mark.parametrize(
    "overrides",
    [
        {"adversity_steepness": 3.0, "maltreatment_correlation": 0.95},
        {"female_share": 1.0, "maltreatment_female_shift": -1.0},
        {"prevalence_emotional_abuse": 1.0, "prevalence_neglect": 0.0},
    ],
)
def test_the_quadrature_holds_for_other_numbers(
    entering: Entering, overrides: dict[str, float]
) -> None:
    world = entering(30_000, **overrides)
    adversity = world.people["adversity"]
    moments = moments_of({name: float(world.base[name][0]) for name in parameters()})
    assert adversity.mean() == pytest.approx(moments["adversity_mean"], abs=0.01)
    assert adversity.std() == pytest.approx(moments["adversity_spread"], abs=0.01)
    for name in MALTREATMENT_TYPES:
        declared = world.parameters[f"prevalence_{name}"][0]
        assert (world.people[name] > 0).mean() == pytest.approx(declared, abs=0.015)


def test_rarer_maltreatment_moves_what_follows_from_it(entering: Entering) -> None:
    """Adversity is standardised by the declared defaults, not by the scenario's own people."""
    rarer = {f"prevalence_{name}": 0.02 for name in MALTREATMENT_TYPES}
    spared = entering(20_000, **rarer).people
    assert spared["self_criticism"].mean() < -0.15
    assert spared["vagal_tone"].mean() > 0.15


Z_SCORES = (
    *("vagal_tone", "sympathetic_gain", "recovery", "self_criticism", "reactivity", "regulation"),
    *("distress_tolerance", "rumination", "rejection_sensitivity", "pain_sensitivity", "aversion"),
    *("severity_level", "dissociation_proneness", "help_seeking", "opioid_tone"),
)


@pytest.mark.parametrize("name", Z_SCORES)
def test_traits_are_z_scores(people: np.ndarray, name: str) -> None:
    """Mean 0; spread 1, but for what sex or adversity is declared to add."""
    assert people[name].mean() == pytest.approx(0.0, abs=0.025)
    wider = {"dissociation_proneness", "help_seeking", "opioid_tone"}
    if name not in wider:
        assert people[name].std() == pytest.approx(1.0, abs=0.012)
    else:
        assert 1.0 < people[name].std() < 1.5


@pytest.mark.parametrize(
    ("trait", "loading"),
    [
        ("vagal_tone", "vagal_tone_adversity"),
        ("sympathetic_gain", "sympathetic_gain_adversity"),
        ("recovery", "recovery_adversity"),
        ("regulation", "regulation_adversity"),
        ("rumination", "rumination_adversity"),
        ("rejection_sensitivity", "rejection_adversity"),
    ],
)
def test_traits_correlate_with_adversity_as_declared(
    people: np.ndarray, world: World, trait: str, loading: str
) -> None:
    assert r(people[trait], people["adversity"]) == pytest.approx(
        world.parameters[loading][0], abs=0.012
    )


def test_dissociation_follows_adversity_and_sex(people: np.ndarray, world: World) -> None:
    """The declared correlation within each sex, and the declared difference between them."""
    p = world.parameters[0]
    adversity = standardised(people, world)
    design = np.column_stack((np.ones(len(people)), adversity, people["sex"] == FEMALE))
    found = np.linalg.lstsq(design, people["dissociation_proneness"], rcond=None)[0]
    assert found[1] == pytest.approx(p["dissociation_adversity"], abs=0.012)
    assert found[2] == pytest.approx(p["dissociation_female"], abs=0.02)


def test_adversity_widens_opioid_tone_both_ways(people: np.ndarray) -> None:
    """The mean stays, both tails grow: the two-sided dysregulation of section 5.2."""
    hurt, unhurt = people["adversity"] > 0.6, people["adversity"] == 0
    tone = people["opioid_tone"]
    assert abs(tone[hurt].mean() - tone[unhurt].mean()) < 0.05
    for tail in (1.0, -1.0):
        assert (tail * tone[hurt] > 2).mean() > 1.8 * (tail * tone[unhurt] > 2).mean()


def test_self_criticism_follows_emotional_abuse_most(people: np.ndarray, world: World) -> None:
    """Its correlation with the weighted hurt is the declared one."""
    by_type = {name: r(people["self_criticism"], people[name] > 0) for name in MALTREATMENT_TYPES}
    assert max(by_type, key=by_type.__getitem__) == "emotional_abuse"
    others = [value for name, value in by_type.items() if name != "emotional_abuse"]
    assert by_type["emotional_abuse"] > max(others) + 0.05 > 0.1
    share = world.parameters["self_criticism_emotional_share"][0]
    emotional = (people["emotional_abuse"] > 0).astype(float)
    emotional = (emotional - emotional.mean()) / emotional.std()
    hurt = (1 - share) * standardised(people, world) + share * emotional
    declared = world.parameters["self_criticism_adversity"][0]
    assert r(people["self_criticism"], hurt) == pytest.approx(declared, abs=0.012)


def test_temperament_hangs_together(people: np.ndarray, world: World) -> None:
    """Reactivity and rumination go together, regulation and tolerance against them."""
    bond = world.parameters["temperament_bond"][0] ** 2
    assert r(people["reactivity"], people["distress_tolerance"]) == pytest.approx(-bond, abs=0.015)
    assert r(people["reactivity"], people["rumination"]) > 0.2
    assert r(people["reactivity"], people["regulation"]) < -0.2
    assert abs(r(people["aversion"], people["pain_sensitivity"])) < 0.015
    assert abs(r(people["aversion"], people["adversity"])) < 0.015


def test_support_and_connectedness_are_shares_that_fall_with_adversity(people: np.ndarray) -> None:
    for name in ("family_support", "connectedness"):
        assert people[name].min() >= 0
        assert people[name].max() <= 1
        assert r(people[name], people["adversity"]) < -0.3


def test_a_consequence_only_has_no_altered_stress_response_at_entry(entering: Entering) -> None:
    """Switch `stress_response`: the autonomic profile, but not self-criticism, is freed."""
    people = entering(30_000, stress_response="consequence").people
    for name in ("vagal_tone", "sympathetic_gain", "dissociation_proneness", "recovery"):
        within = people["sex"] == MALE
        assert abs(r(people[name][within], people["adversity"][within])) < 0.04
    assert r(people["self_criticism"], people["adversity"]) > 0.2


def test_everybody_enters_at_ten_at_rest_and_without_a_history(people: np.ndarray) -> None:
    assert (people["acts"] == 0).all()
    assert (people["aware"] == 0).all()
    for name in ("first_age", "last_age", "last_act", "phase_ended"):
        assert (people[name] == NEVER).all()
    for name in ("sympathetic", "distress", "emptiness", "calm", "shame", "dorsal_vagal"):
        assert (people[name] == people[f"{name}_rest"]).all()
    assert abs((people["sex"] == FEMALE).mean() - 0.5) < 0.01
