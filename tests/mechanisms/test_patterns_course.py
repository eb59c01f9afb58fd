"""The course over years (sections 1, 2 and 6): growing up, phases, satiation, resolve, coping."""

from typing import Any

import numpy as np
import pytest

from abm.mechanisms.barrier import barrier
from abm.mechanisms.coping import practise_coping
from abm.mechanisms.day import decide
from abm.mechanisms.morning import sleep
from abm.mechanisms.phases import enter_phase, maybe_end_phase
from abm.people.codes import SPECIALIST, THERAPY
from abm.people.layout import FEMALE, MALE


def mean_acts(life: Any) -> float:
    """Return the mean number of acts of those who ever acted."""
    return float(life.ever["acts"].mean())


def days_in_phase(scene, people: int = 400, **given: Any) -> float:
    """Return the mean length of a phase, over people with luck of their own."""
    lengths = []
    for person in range(people):
        life = scene(in_phase=1, **given)
        life.me.person = person
        start = life.today.day
        while life.me.in_phase == 1:
            life.today.day += 1
            maybe_end_phase(life.me, life.p, life.today, life.stage)
        lengths.append(life.today.day - start)
    return float(np.mean(lengths))


# Phases


def test_phases_of_raised_risk_make_acts_come_in_bouts(lived) -> None:
    """Without them people act less often, and their acts are further apart."""
    on, off = lived(), lived(phase_drop=0.0)
    assert mean_acts(off) < 0.6 * mean_acts(on)
    assert gap(on) < 0.7 * gap(off)


def gap(life: Any) -> float:
    """Return the median over people of the days from the first act to the second."""
    nth, order = life.nth(), np.lexsort((life.nth(), life.acts["person"]))
    acts, nth = life.acts[order], nth[order]
    second = np.flatnonzero(nth == 1)
    assert len(second) > 50
    return float(np.median(acts["day"][second] - acts["day"][second - 1]))


def test_a_phase_lasts_as_long_as_declared_at_mean_regulation(scene) -> None:
    assert days_in_phase(scene, phase_length=30.0) == pytest.approx(30.0, rel=0.2)


@pytest.mark.parametrize(
    ("given", "weight"),
    [
        ({"regulation": 2.0}, "phase_regulation"),
        ({"connectedness": 1.0}, "phase_connectedness"),
        ({"care": SPECIALIST}, "phase_care"),
        ({"care": THERAPY, "phase_care": 0.0}, "phase_therapy"),
    ],
)
def test_skill_connectedness_and_help_hasten_the_end_of_a_phase(scene, given, weight: str) -> None:
    """By the days in it with the same luck; not at all without their weight."""
    more = {weight: 1.5, "phase_length": 40.0}
    assert days_in_phase(scene, 150, **given, **more) < 0.8 * days_in_phase(scene, 150, **more)
    off = {weight: 0.0, "phase_length": 40.0}
    assert days_in_phase(scene, 50, **given, **off) == days_in_phase(scene, 50, **off)


def test_phases_close_together_make_one_bout(scene) -> None:
    for days, bouts in ((10, 1), (29, 1), (30, 2), (300, 2)):
        life = scene()
        enter_phase(life.me, life.p, life.today)
        life.me.in_phase, life.me.phase_ended = 0, 1.0 * life.today.day
        life.today.day += days
        enter_phase(life.me, life.p, life.today)
        assert life.me.bouts == bouts, days


def test_a_resolve_ends_some_courses(lived, scene) -> None:
    """It comes with the end of a phase, fades over years, and a later act leaves part of it."""
    always = lived(resolution_chance=1.0, resolution_size=3.0, resolution_years=4.0)
    assert mean_acts(always) < 0.6 * mean_acts(lived(resolution_chance=0.0))
    assert lived(resolution_chance=0.0).people["resolution"].max() == 0
    life = scene(resolution=2.0)
    enter_phase(life.me, life.p, life.today)
    assert life.me.resolution == pytest.approx(2.0 * life.p.resolution_left)
    for _ in range(int(365.25 * life.p.resolution_years)):
        sleep(life.me, life.p, life.today)
    assert life.me.resolution == pytest.approx(2.0 * life.p.resolution_left / np.e, rel=0.01)


def test_satiation_keeps_the_few_from_acting_every_day(lived) -> None:
    assert mean_acts(lived(satiation_size=0.0)) > 1.5 * mean_acts(lived())


def test_habituation_makes_acting_easier(lived) -> None:
    assert mean_acts(lived(habituation_effect=0.0)) < mean_acts(lived(habituation_effect=2.0))


# Coping


def test_coping_grows_where_distress_is_met_without_an_act(scene) -> None:
    """More with connectedness and with maturity; not where there is no distress or no growth."""

    def gained(age: float = 14.5, **given: Any) -> float:
        life = scene(age=age, **given)
        practise_coping(life.me, life.p, life.stage)
        return life.me.coping - life.p.coping_at_entry

    assert gained() > 0
    assert gained(connectedness=1.0) > gained(connectedness=0.3)
    assert gained(age=22.0) > gained()
    assert gained(coping_growth=0.0) == 0
    for distress, grows in ((3.0, True), (0.1, False)):
        life = scene(distress=distress, barrier_mean=20.0, expectancy_at_entry=0.1)
        decide(life.me, life.p, life.today, life.stage, life.day_log, 0)
        assert life.me.acts == 0
        assert (life.me.coping > life.p.coping_at_entry) == grows


# Growing up


def yearly(life: Any, column: str) -> np.ndarray:
    """Return a count by sex and completed age over all years of a cohort."""
    names = ("person_days", "never_days", "first_acts", "acts", "urges")
    return sum(census.flows[..., names.index(column)] for census in life.world.censuses)


def test_self_injury_begins_in_early_adolescence(cohort) -> None:
    """Incidence is low at 10, highest between 12 and 16, and lower again after 18."""
    first, never = (
        yearly(cohort, "first_acts").sum(axis=0),
        yearly(cohort, "never_days").sum(axis=0),
    )
    rate = first / never
    assert rate[0] < 0.2 * rate.max()
    assert 12 <= 10 + rate.argmax() <= 16
    assert rate[8:].mean() < 0.5 * rate.max()


def test_awareness_at_some_age_lets_it_begin(lived) -> None:
    """Made known later, it begins later; onset is never before awareness."""
    late, early = lived(awareness_age=15.0), lived(awareness_age=11.0)
    assert late.ever["first_age"].mean() > early.ever["first_age"].mean() + 1.0


def test_maturity_brings_acts_down_after_eighteen(lived, cohort) -> None:
    """With barrier, regulation and stressors as before many more act in their twenties."""
    still = {"barrier_maturity": 0.0, "regulation_maturity": 0.0, "stressor_maturity": 0.0}
    unripe = lived(population=2000, years=15, **still)
    active = {}
    for name, life in (("ripe", cohort), ("unripe", unripe)):
        by_age = np.array([census.stocks[..., 2].sum() for census in life.world.censuses])
        active[name] = by_age[10:].mean() / by_age[5:8].mean()
    assert active["ripe"] < 0.8
    assert active["unripe"] > active["ripe"] + 0.3


def test_puberty_comes_earlier_to_girls_and_brings_stressors(scene) -> None:
    """More stressors and more distress per arousal; alike where its ages and weights are."""
    girl, boy = (scene(age=12.5, sex=sex).stage for sex in (FEMALE, MALE))
    assert girl.puberty > boy.puberty
    assert girl.stressors > boy.stressors
    assert girl.distress_gain > boy.distress_gain
    assert girl.barrier < boy.barrier
    alike = {"puberty_age_female": 13.0, "puberty_age_male": 13.0}
    same = [scene(age=12.5, sex=sex, **alike).stage for sex in (FEMALE, MALE)]
    assert same[0].stressors == same[1].stressors
    off = {"stressor_puberty": 0.0, "stressor_maturity": 0.0, "transition_stressors": 0.0}
    flat = {scene(age=age, **off).stage.stressors for age in (10.0, 13.0, 20.0)}
    assert len(flat) == 1


def test_girls_begin_earlier_and_more_often(cohort, lived) -> None:
    """When is asked where the barrier is low, so that many begin and luck tells little."""
    ever = lived(barrier_mean=9.0).ever
    onset = [ever["first_age"][ever["sex"] == sex].mean() for sex in (FEMALE, MALE)]
    assert onset[0] < onset[1]
    share = [
        (cohort.people["acts"][cohort.people["sex"] == sex] > 0).mean() for sex in (FEMALE, MALE)
    ]
    assert share[0] > 1.15 * share[1]


# How it is distributed


def test_most_have_few_acts_and_a_few_have_very_many(cohort) -> None:
    """The heavy tail: the mean is a multiple of the median."""
    acts = cohort.ever["acts"]
    assert np.median(acts) <= 8
    assert acts.mean() > 2.5 * np.median(acts)


def test_maltreatment_and_self_criticism_go_with_self_injury(cohort) -> None:
    hurt, ever = cohort.people["maltreatment_types"] >= 2, cohort.people["acts"] > 0
    odds = [ever[group].mean() / (1 - ever[group].mean()) for group in (hurt, ~hurt)]
    assert odds[0] > 1.8 * odds[1]
    assert np.corrcoef(cohort.people["self_criticism"], ever)[0, 1] > 0.25


def test_other_means_at_hand_keep_from_acting(scene) -> None:
    """The barrier rises with coping above its reference, before the first act and after it."""

    def height(coping: float, weight: float, acts: int) -> float:
        life = scene(coping=coping, coping_barrier=weight, acts=acts)
        return barrier(life.me, life.p, life.today, life.stage)

    for acts in (0, 3):
        assert height(0.6, 0.0, acts) == height(0.2, 0.0, acts)
        assert height(0.6, 5.0, acts) > height(0.3, 5.0, acts) > height(0.2, 5.0, acts)
        assert height(0.3, 5.0, acts) == height(0.3, 0.0, acts)
