"""Urges and the barrier (sections 2 and 5): what raises either, and what is left without it."""

import math
from typing import Any

import numpy as np
import pytest

from abm.mechanisms.barrier import barrier, satiation
from abm.mechanisms.day import decide, report_urge, strongest
from abm.mechanisms.morning import turn_week
from abm.mechanisms.urge import three_urges
from abm.people.codes import CALM, FEEL, PUNISH

DISTRESSED = {"distress": 3.0}
NUMB = {"dorsal_vagal": 3.0, "emptiness": 1.0}
ASHAMED = {"shame": 0.8, "self_criticism": 1.5}


def urges(life: Any) -> tuple[float, float, float]:
    me = life.me
    return three_urges(me, life.p, me.distress, me.dorsal_vagal, me.emptiness, me.shame)


def height(life: Any) -> float:
    return barrier(life.me, life.p, life.today, life.stage)


# Three routes


def test_each_need_makes_its_own_urge(scene) -> None:
    """High distress to calm, numbness to feel, shame of the self-critical to punish."""
    for route, given in ((CALM, DISTRESSED), (FEEL, NUMB), (PUNISH, ASHAMED)):
        found, usual = urges(scene(**given)), urges(scene())
        assert found[route] > usual[route] + 0.3
        assert strongest(*found) == route


@pytest.mark.parametrize(
    ("weight", "given", "route"),
    [("weight_feel", NUMB, FEEL), ("weight_punish", ASHAMED, PUNISH)],
)
def test_a_route_without_weight_is_closed(scene, weight: str, given: dict, route: int) -> None:
    assert urges(scene(**given))[route] > 0
    assert urges(scene(**given, **{weight: 0.0}))[route] == 0
    assert urges(scene(**given, urge_weight=0.0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("expectancy", "given", "route"),
    [
        ("expectancy_calm", DISTRESSED, CALM),
        ("expectancy_feel", NUMB, FEEL),
        ("expectancy_punish", ASHAMED, PUNISH),
    ],
)
def test_an_urge_is_as_strong_as_the_relief_expected(
    scene, expectancy: str, given: dict, route: int
) -> None:
    """Of its own route only."""
    half, full = (urges(scene(**given, **{expectancy: share})) for share in (0.4, 0.8))
    assert full[route] == pytest.approx(2 * half[route])
    assert [full[other] for other in range(3) if other != route] == [
        half[other] for other in range(3) if other != route
    ]
    assert urges(scene(**given, **{expectancy: 0.0}))[route] == 0


def test_needs_are_bounded_however_bad_a_day_is(scene) -> None:
    """Which is what stops runaway."""
    worst = scene(
        distress=20.0, shame=1.0, self_criticism=9.0, expectancy_calm=1.0, expectancy_punish=1.0
    )
    found = urges(worst)
    weight = worst.p.urge_weight
    assert weight * 0.9 < found[CALM] < weight
    assert found[PUNISH] <= weight * worst.p.weight_punish
    numb = scene(dorsal_vagal=20.0, emptiness=20.0, expectancy_feel=1.0)
    assert urges(numb)[FEEL] < weight * numb.p.weight_feel


def test_distress_tolerance_widens_the_window(scene) -> None:
    for given, route in (({"distress": 1.0}, CALM), ({"dorsal_vagal": 1.0}, FEEL)):
        narrow, wide = (urges(scene(**given, distress_tolerance=z)) for z in (-1.5, 1.5))
        assert narrow[route] > 1.2 * wide[route]
        off = {
            urges(scene(**given, distress_tolerance=z, window_tolerance=0.0)) for z in (-1.5, 1.5)
        }
        assert len(off) == 1
    inside = urges(scene(distress=0.3, dorsal_vagal=0.1))
    assert (inside[CALM], inside[FEEL]) == (0.0, 0.0)


def test_the_same_distress_presses_harder_on_those_who_dwell_on_it(scene) -> None:
    """Rumination amplifies what is negative (section 2); numbness is not dwelt on."""

    def found(z: float, **numbers: float):
        return urges(scene(distress=1.0, dorsal_vagal=0.2, rumination=z, **numbers))

    brooding, not_so = found(1.5), found(-1.5)
    assert brooding[CALM] > 1.2 * not_so[CALM]
    assert brooding[FEEL] == not_so[FEEL]
    assert found(1.5, urge_rumination=0.0) == found(-1.5, urge_rumination=0.0)


def test_numbness_masks_felt_distress(scene) -> None:
    assert urges(scene(distress=3.0, dorsal_vagal=2.0))[CALM] < urges(scene(distress=3.0))[CALM]


def test_only_strong_urges_of_those_who_know_are_reported(scene) -> None:
    for urge, aware, expected in ((5.0, 1, 1), (5.0, 0, 0), (0.5, 1, 0)):
        life = scene(aware=aware, urge_reported=2.0)
        report_urge(life.me, life.p, life.day_log, urge)
        assert (life.me.urges, life.me.urges_today) == (expected, expected)


# Awareness


def test_nobody_acts_before_knowing_of_self_injury(scene, lived) -> None:
    """However strong the urge and low the barrier; a whole cohort never does unaware."""
    desperate = {**DISTRESSED, "expectancy_calm": 1.0, "barrier_mean": 0.0}
    for aware in (0, 1):
        life = scene(aware=aware, **desperate)
        decide(life.me, life.p, life.today, life.stage, life.day_log, 0)
        assert life.me.acts == aware
    unaware = lived(
        population=800, years=4, awareness_rate=0.0, barrier_mean=5.0, friends_learn=0.0
    )
    assert unaware.people["aware"].sum() == 0
    assert len(unaware.acts) == 0


# The barrier


SINCE_YESTERDAY = {"acts": 3, "last_act": 734_999.0}


@pytest.mark.parametrize(
    ("given", "change", "weight"),
    [
        ({"self_criticism": 1.0}, -1, "barrier_self_criticism"),
        ({"sex": 1}, 1, "barrier_female"),
        ({"aversion": 1.0}, 1, "barrier_spread"),
        ({"pain_sensitivity": 1.0}, 1, "barrier_spread"),
        ({"exposure": 0.8}, -1, "exposure_initiation"),
        ({"opioid_tone": 2.0}, -1, "opioid_analgesia"),
        ({"age": 22.0}, 1, "barrier_maturity"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_raises_and_lowers_the_barrier(scene, given: dict, change: int, weight: str) -> None:
    """Each by its own weight and not at all without it."""
    usual: dict[str, Any] = {"age": 17.0, "barrier_early": 0.0}
    assert change * (height(scene(**usual | given)) - height(scene(**usual))) > 0.1
    off = usual | {weight: 0.0}
    assert height(scene(**off | given)) == pytest.approx(height(scene(**off)))


@pytest.mark.parametrize(
    ("given", "change", "weight"),
    [
        ({"in_phase": 1}, -1, "phase_drop"),
        ({"pain_habituation": 10.0}, -1, "habituation_effect"),
        ({"exposure": 1.0}, -1, "exposure_continuation"),
        ({"last_act": 735_000.2}, 1, "satiation_size"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_changes_the_barrier_after_the_first_act(
    scene, given: dict, change: int, weight: str
) -> None:
    before = {"acts": 3, "last_act": 734_000.0}
    assert change * (height(scene(**before | given)) - height(scene(**before))) > 0.05
    off = before | {weight: 0.0}
    assert height(scene(**off | given)) == height(scene(**off))


def test_the_first_act_is_the_hardest(scene) -> None:
    never, once = scene(), scene(acts=1, last_act=700_000.0)
    assert height(never) == pytest.approx(height(once) + never.p.barrier_initiation)
    off = [scene(barrier_initiation=0.0), scene(barrier_initiation=0.0, acts=1, last_act=7e5)]
    assert height(off[0]) == height(off[1])


def test_the_young_face_an_extra_barrier_before_puberty(scene) -> None:
    ages = [height(scene(age=age, barrier_maturity=0.0, barrier_early=1.0)) for age in (10.5, 15.0)]
    assert ages[0] > ages[1] + 0.5
    off = {"barrier_early": 0.0, "barrier_maturity": 0.0}
    assert height(scene(age=10.5, **off)) == height(scene(age=15.0, **off))


def test_satiation_fades_over_days(scene) -> None:
    life = scene(**SINCE_YESTERDAY)
    after = []
    for _ in range(12):
        after.append(satiation(life.me, life.p, life.today))
        life.today.day += 1
    ratio = math.exp(-1 / life.p.satiation_days)
    np.testing.assert_allclose(np.diff(np.log(after)), math.log(ratio), atol=1e-9)


def test_the_week_shifts_the_barrier_and_is_remembered(scene, cohort) -> None:
    """As wide as declared in everybody at once, and correlated from week to week."""
    p = cohort.world.parameters[0]
    assert cohort.people["week_mood"].std() == pytest.approx(p["week_spread"], rel=0.06)
    assert abs(cohort.people["week_mood"].mean()) < 0.07
    life = scene(week_mood=0.0)
    moods = []
    for _ in range(3000):
        life.today.day += 7
        turn_week(life.me, life.today)
        moods.append(life.me.week_mood)
    expected = math.exp(-7 / life.p.week_days)
    assert np.corrcoef(moods[:-1], moods[1:])[0, 1] == pytest.approx(expected, abs=0.03)
    off = scene(week_spread=0.0)
    turn_week(off.me, off.today)
    assert off.me.week_mood == 0.0
    assert height(scene(week_mood=1.0)) == pytest.approx(height(scene()) + 1.0)


def test_without_weekly_shifts_fewer_ever_act(lived) -> None:
    """Whoever has a good and a bad time crosses the barrier in the bad one."""
    assert acted(lived(week_spread=0.0)) < 0.95 * acted(lived())


def acted(life: Any) -> float:
    """Return the share who ever acted."""
    return float((life.people["acts"] > 0).mean())


def test_the_initiation_barrier_keeps_people_from_beginning(lived) -> None:
    """By how much at its size of before the calibration; at the default it is small."""
    without = acted(lived(barrier_initiation=0.0))
    assert without > 1.2 * acted(lived(barrier_initiation=1.1))
    assert without > acted(lived())


def test_self_criticism_goes_with_acting_only_by_its_mechanisms(lived) -> None:
    """It lowers the barrier and follows adversity; shame and punishment alone leave little.

    Little where punishing oneself weighs little; the more, the more it weighs.
    """

    def r(life: Any) -> float:
        return float(np.corrcoef(life.people["self_criticism"], life.people["acts"] > 0)[0, 1])

    only_shame = {"barrier_self_criticism": 0.0, "self_criticism_adversity": 0.0}
    assert r(lived()) > 0.25
    assert abs(r(lived(**only_shame, weight_punish=0.25))) < 0.08
    strong = {"weight_punish": 2.0, "barrier_mean": 9.0}
    assert r(lived(**only_shame, **strong)) > 0.08
    assert abs(r(lived(**only_shame, **strong, self_criticism_slope=0.0))) < 0.08


def test_decisions_follow_the_logistic_of_urge_less_barrier(scene) -> None:
    """By counting acts over many days on which the same person stands before the same urge."""
    given = {**DISTRESSED, "expectancy_calm": 0.9, "barrier_mean": 5.0}
    life = scene(**given)
    expected = 1 / (1 + math.exp(height(life) - sum(urges(life))))
    acts = 0
    for day in range(2000):
        life = scene(**given)
        life.today.day += day
        decide(life.me, life.p, life.today, life.stage, life.day_log, 0)
        acts += life.me.acts
    assert 0.1 < expected < 0.9
    assert acts / 2000 == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000))
