"""Stress (sections 3 and 4): each mechanism has a pattern, and without it the pattern is gone."""

import copy
from collections import Counter
from typing import Any

import numpy as np
import pytest

from abm.mechanisms.arousal import arouse, shut_down_if_overwhelmed
from abm.mechanisms.day import live_a_day, live_through
from abm.mechanisms.derived import connectedness_now
from abm.mechanisms.neuroception import appraise
from abm.mechanisms.relaxing import live_until
from abm.mechanisms.sensitisation import states_become_traits
from abm.mechanisms.stressors import count_stressors, draw_stressor, stressor_rate
from abm.people.codes import ACHIEVEMENT, BULLIED, FEEL, INTERPERSONAL, TRAUMA_REMINDER

ESCAPE, NO_ESCAPE = 1.0, 0.0
EVEN = (np.arange(1000) + 0.5) / 1000


def live_days(life: Any, days: int) -> list[int]:
    """Live some days; return how many stressors came on each."""
    stressors = []
    for _ in range(days):
        life.today.day += 1
        life.today.is_monday = 1 if life.today.day % 7 == 0 else 0
        live_a_day(life.me, life.p, life.today, life.stage, life.day_log)
        stressors.append(life.me.stressors_today)
    return stressors


def response(life: Any, size: float = 1.0) -> float:
    """Return how far arousal would rise, and felt threat with it, under an everyday stressor."""
    me = copy.copy(life.me)
    me.sympathetic = 0.0
    arouse(me, life.p, appraise(me, life.p, life.today, ACHIEVEMENT, size))
    return me.sympathetic


def distress_after(hours: float, **given: Any) -> float:
    """Return the distress left of 3 after some hours without any event."""
    life = given.pop("scene")(distress=3.0, **given)
    live_until(life.me, life.p, life.today, life.day_log, 7.0 + hours)
    return life.me.distress


# Sensitisation: states become traits


def test_stress_responses_grow_with_repetition_through_sensitisation(scene) -> None:
    """A year of many stressors; without sensitisation the same stressor does the same."""
    grown = {}
    for growth in (0.001, 0.0):
        life = scene(stressor_rate=4.0, sensitisation_growth=growth, barrier_mean=20.0)
        before, threshold = response(life), life.me.shutdown_threshold
        live_days(life, 365)
        grown[growth] = response(life) / before
        assert (life.me.shutdown_threshold < threshold) == (growth > 0)
    assert grown[0.001] > 1.2
    assert grown[0.0] == 1.0


def test_without_sensitisation_everybody_keeps_the_level_they_entered_with(lived, cohort) -> None:
    off = lived(years=4, sensitisation_growth=0.0, sensitisation_act=0.0)
    base = off.world.parameters["sensitisation_adversity"][0]
    for name in ("sns_sensitisation", "pns_sensitisation"):
        np.testing.assert_allclose(off.people[name], base * off.people["adversity"], atol=1e-9)
        acquired = cohort.people[name] - base * cohort.people["adversity"]
        assert (acquired > 0.05).mean() > 0.3


def test_sensitisation_fades_over_years_without_use(scene) -> None:
    life = scene(sns_sensitisation=1.0, adversity=0.4)
    for _ in range(3000):
        states_become_traits(life.me, life.p)
    assert life.me.sns_sensitisation == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("name", ["appraisal_bias", "arousal_sensitisation"])
def test_a_sensitised_person_reads_more_threat_and_responds_more(scene, name: str) -> None:
    """Each of the two ways alone raises the response, neither leaves it alone."""
    none = {"appraisal_bias": 0.0, "arousal_sensitisation": 0.0}
    calm, sensitised = (scene(sns_sensitisation=s, **none | {name: 1.0}) for s in (0.0, 1.0))
    assert response(sensitised) == pytest.approx(2.0 * response(calm))
    assert response(scene(sns_sensitisation=1.0, **none)) == response(scene(**none))


# Neuroception and support


def test_family_support_buffers_threat(scene, lived) -> None:
    """In one person, and as less strain among the supported of those never maltreated."""
    supported, alone = scene(family_support=1.0), scene(family_support=0.0)
    assert response(supported) < 0.8 * response(alone)
    off = [scene(support_buffer=0.0, family_support=share) for share in (1.0, 0.0)]
    assert response(off[0]) == response(off[1])
    found = {}
    for buffer in (0.35, 0.0):
        people = lived(support_buffer=buffer).people
        unhurt = people[people["adversity"] == 0]
        found[buffer] = np.corrcoef(unhurt["family_support"], unhurt["strain"])[0, 1]
    assert found[0.35] < -0.1
    assert found[0.35] < found[0.0] - 0.05


def test_rejection_weighs_on_the_sensitive_and_only_between_people(scene) -> None:
    as_others = {"interpersonal_weight": 1.0}
    thick, thin = (scene(rejection_sensitivity=z, **as_others) for z in (-1.0, 1.0))
    for kind in (ACHIEVEMENT, TRAUMA_REMINDER):
        assert appraise(thin.me, thin.p, thin.today, kind, 1.0) == appraise(
            thick.me, thick.p, thick.today, kind, 1.0
        )
    felt = [appraise(each.me, each.p, each.today, INTERPERSONAL, 1.0) for each in (thick, thin)]
    assert felt[1] > 1.3 * felt[0]
    off = [scene(rejection_sensitivity=z, rejection_weight=0.0) for z in (-1.0, 1.0)]
    assert len({appraise(each.me, each.p, each.today, INTERPERSONAL, 1.0) for each in off}) == 1
    heavy = scene(rejection_sensitivity=1.0, interpersonal_weight=2.0)
    assert appraise(heavy.me, heavy.p, heavy.today, INTERPERSONAL, 1.0) == 2.0 * felt[1]
    assert appraise(heavy.me, heavy.p, heavy.today, ACHIEVEMENT, 1.0) == appraise(
        thin.me, thin.p, thin.today, ACHIEVEMENT, 1.0
    )


def test_the_hurt_misread_safety_on_quiet_days(scene) -> None:
    """Nobody does without the mechanism, nor those neither hurt nor sensitised."""
    quiet = {"stressor_rate": 0.0, "reminder_rate": 0.0, "misreading_chance": 0.3}
    hurt = {"adversity": 0.8, "sns_sensitisation": 0.4}
    days = live_days(scene(**quiet, **hurt), 200)
    assert 30 < sum(days) < 110
    assert max(days) == 1
    assert not any(live_days(scene(**quiet | {"misreading_chance": 0.0}, **hurt), 200))
    assert not any(live_days(scene(**quiet), 200))


def test_reminders_of_trauma_come_to_those_who_were_maltreated(scene) -> None:
    """In proportion to the summed severity; none where they are switched off."""

    def mean(reminder_rate: float = 0.05, **given: Any) -> float:
        life = scene(stressor_adversity=0.0, reminder_rate=reminder_rate, **given)
        counts = [count_stressors(life.me, life.p, life.today, life.stage, u) for u in EVEN]
        return float(np.mean(counts))

    unhurt = mean(maltreatment_severity=0.0)
    assert mean(maltreatment_severity=5.0) == pytest.approx(unhurt + 5 * 0.05, abs=0.02)
    assert mean(maltreatment_severity=5.0, reminder_rate=0.0) == unhurt
    for rate in (0.3, 0.0):
        life = scene(maltreatment_severity=8.0, reminder_rate=rate)
        kinds = {draw_stressor(life.me, life.p, life.today, life.stage, n)[0] for n in range(200)}
        assert (TRAUMA_REMINDER in kinds) == (rate > 0)


def test_adversity_brings_more_stressors(scene) -> None:
    def mean(adversity: float, **given: Any) -> float:
        life = scene(adversity=adversity, **given)
        return float(np.mean([
            count_stressors(life.me, life.p, life.today, life.stage, u) for u in EVEN
        ]))  # fmt: skip

    assert mean(0.9, stressor_adversity=0.3) > mean(0.0, stressor_adversity=0.3) + 0.1
    assert mean(0.9) > mean(0.0)
    assert mean(0.9, stressor_adversity=0.0) == mean(0.0, stressor_adversity=0.0)


# Ties


def met(scene: Any, days: int = 3000, **given: Any) -> tuple[float, dict[int, int]]:
    """Return how many stressors come a day on average, and how often each kind is the first."""
    life = scene(maltreatment_severity=0.0, **given)
    mean = np.mean([count_stressors(life.me, life.p, life.today, life.stage, u) for u in EVEN])
    drawn = (draw_stressor(life.me, life.p, life.today, life.stage, n)[0] for n in range(days))
    return float(mean), Counter(drawn)


def test_ties_bring_part_of_the_stressors_between_people(scene) -> None:
    """Those with the usual ties meet as many as without; the lonely fewer, the hurt more."""
    hurt = {"adversity": scene().today.adversity_mean}
    life = scene(**hurt)
    everyday = stressor_rate(life.me, life.p, life.today, life.stage)
    quarrels = 0.4 * everyday * life.stage.interpersonal / 4
    on = hurt | {"stressors_from_ties": 0.4, "quarrel_rate": quarrels, "loss_rate": 0.5}
    plain, kinds = met(scene, **hurt, stressors_from_ties=0.0, quarrel_rate=0.0, loss_rate=0.0)
    usual, same = met(scene, close_friend_count=4, **on)
    assert usual == pytest.approx(plain, abs=0.01)
    assert same[INTERPERSONAL] == pytest.approx(kinds[INTERPERSONAL], rel=0.02)
    assert met(scene, **on)[0] < plain - 0.1
    lost, more = met(scene, close_friend_count=4, lost_friends=1, **on)
    assert lost > usual + 0.3
    assert more[INTERPERSONAL] > same[INTERPERSONAL]


def test_the_bullied_meet_it_on_top(scene) -> None:
    off, kinds = met(scene, bullied=1, bullied_rate=0.0)
    on, more = met(scene, bullied=1, bullied_rate=0.5)
    assert on > off + 0.3
    assert kinds[BULLIED] == 0 < more[BULLIED]
    felt = [
        appraise(life.me, life.p, life.today, BULLIED, 1.0)
        for life in (scene(rejection_sensitivity=z) for z in (0.0, 1.5))
    ]
    assert felt[1] > felt[0]


def test_the_isolated_are_less_connected(scene) -> None:
    alone, amid = (scene(isolation=share, isolation_connectedness=0.4) for share in (1.0, 0.0))
    lost = connectedness_now(amid.me, amid.p, amid.stage) - connectedness_now(
        alone.me, alone.p, alone.stage
    )
    assert lost == pytest.approx(0.4)
    assert alone.me.emptiness_rest > amid.me.emptiness_rest
    off = {scene(isolation=i, isolation_connectedness=0.0).me.emptiness_rest for i in (1.0, 0.0)}
    assert len(off) == 1


# Arousal and shutdown


def test_vagal_tone_and_hormonal_feedback_speed_recovery(scene) -> None:
    """By the speed at which arousal falls; each not at all without its weight."""
    for trait, weight in (("vagal_tone", "recovery_vagal"), ("recovery", "recovery_feedback")):
        low, high = (scene(**{trait: z}).me.sympathetic_speed for z in (-1.0, 1.0))
        assert high > 1.3 * low
        off = {scene(**{trait: z, weight: 0.0}).me.sympathetic_speed for z in (-1.0, 1.0)}
        assert len(off) == 1


def test_overwhelming_arousal_turns_into_shutdown_and_arousal_gives_way(scene) -> None:
    life = scene(sympathetic=6.0)
    shut_down_if_overwhelmed(life.me, life.p, ESCAPE)
    assert life.me.dorsal_vagal > 1.0
    assert life.me.sympathetic < 6.0
    below = scene(sympathetic=3.5)
    shut_down_if_overwhelmed(below.me, below.p, ESCAPE)
    assert (below.me.dorsal_vagal, below.me.sympathetic) == (below.me.dorsal_vagal_rest, 3.5)
    off = scene(sympathetic=6.0, shutdown_share=0.0)
    shut_down_if_overwhelmed(off.me, off.p, ESCAPE)
    assert (off.me.dorsal_vagal, off.me.sympathetic) == (off.me.dorsal_vagal_rest, 6.0)


@pytest.mark.parametrize(
    ("given", "uniform"),
    [
        ({"dissociation_proneness": 2.0}, ESCAPE),
        ({"pns_sensitisation": 1.2}, ESCAPE),
        ({}, NO_ESCAPE),
    ],
    ids=["prone", "sensitised", "no escape"],
)
def test_shutdown_begins_earlier_in_some(scene, given: dict[str, float], uniform: float) -> None:
    """In those prone to dissociate, after repetition, and where there is no escape."""
    for arousal in (3.0, 6.0):
        usual, early = scene(sympathetic=arousal), scene(sympathetic=arousal, **given)
        shut_down_if_overwhelmed(usual.me, usual.p, ESCAPE)
        shut_down_if_overwhelmed(early.me, early.p, uniform)
        gained = [each.me.dorsal_vagal - each.me.dorsal_vagal_rest for each in (usual, early)]
        assert gained[1] > gained[0]


def test_overwhelming_threat_releases_opioids_weakly(scene) -> None:
    """Distress falls and calm rises a little when a person shuts down."""
    felt = {}
    for share in (0.2, 0.0):
        life = scene(sympathetic=6.0, distress=2.0, opioid_overwhelm=share)
        calm = life.me.calm
        shut_down_if_overwhelmed(life.me, life.p, ESCAPE)
        felt[share] = (life.me.distress, life.me.calm - calm)
    assert felt[0.2][0] < 2.0
    assert felt[0.2][1] > 0.0
    assert felt[0.0] == (2.0, 0.0)


def test_without_shutdown_nobody_acts_to_feel(lived) -> None:
    """Numbness is what the feel route answers: by overwhelming arousal, or of the chronically numb.

    These, who are maltreated and prone to dissociate, are all who act to feel without the first.
    """
    fewer = {"population": 750, "shutdown_share": 0.0}
    on, chronic, off = lived(), lived(**fewer), lived(**fewer, rest_hypoarousal=0.0)
    feel = {life: life.acts["route"] == FEEL for life in (on, chronic, off)}
    assert feel[on].mean() > 0.08
    assert feel[chronic].mean() < 0.6 * feel[on].mean()
    numb = (chronic.actor("adversity") > 0) & (chronic.actor("dissociation_proneness") > 1)
    assert numb[feel[chronic]].mean() > 0.99
    assert feel[off].mean() < 0.01


def test_chronic_numbness_is_of_the_maltreated_who_are_prone_to_dissociate(scene) -> None:
    """What sensitisation adds to it aside."""
    hurt, prone = {"adversity": 0.7}, {"dissociation_proneness": 2.5}

    def at_rest(**given: float) -> float:
        return scene(rest_dorsal_vagal=0.0, **given).me.dorsal_vagal_rest

    assert at_rest(**hurt, **prone) > 0.3
    assert at_rest(**hurt) == at_rest(**prone) == 0.0
    assert at_rest(**hurt, **prone, rest_hypoarousal=0.0) == 0.0


# Feelings


def test_rumination_keeps_distress_alive(scene) -> None:
    ruminating, letting_go = (distress_after(3, scene=scene, rumination=z) for z in (2.0, -2.0))
    assert ruminating > 1.5 * letting_go
    off = {
        distress_after(3, scene=scene, rumination=z, distress_rumination=0.0) for z in (2.0, -2.0)
    }
    assert len(off) == 1


def test_regulation_maturity_and_coping_bring_distress_down(scene) -> None:
    usual = distress_after(3, scene=scene)
    assert distress_after(3, scene=scene, regulation=2.0) < 0.8 * usual
    assert distress_after(3, scene=scene, age=22.0, distress_puberty=0.0) < 0.9 * usual
    assert distress_after(3, scene=scene, coping=0.9) < 0.9 * usual
    none = {"distress_regulation": 0.0, "distress_puberty": 0.0, "scene": scene}
    off = {distress_after(3, **none, **each) for each in ({}, {"regulation": 2.0}, {"coping": 0.9})}
    assert len(off | {distress_after(3, **none, age=22.0)}) == 1


def test_reactivity_adversity_and_puberty_raise_distress_by_arousal(scene) -> None:
    """Through the distress that flows from each unit of arousal and hour."""

    def drive(**given: float) -> float:
        return scene(**{"age": 12.0} | given).me.distress_drive

    ways = (
        ({"reactivity": 1.5}, {"distress_reactivity": 0.5}),
        ({"adversity": 0.6}, {"reactivity_adversity": 0.2}),
        ({"age": 16.0}, {"distress_puberty": 0.4}),
    )
    for given, weight in ways:
        assert drive(**given, **weight) > 1.1 * drive(**weight), given
        assert drive(**given) > drive(), given
        off = dict.fromkeys(weight, 0.0)
        assert drive(**given, **off) == drive(**off), given


def test_arousal_drives_distress_and_shutdown_drives_emptiness(scene) -> None:
    """Hours after the stressor, as the exact solution of two coupled equations."""
    aroused, numb, usual = scene(sympathetic=4.0), scene(dorsal_vagal=4.0), scene()
    for life in (aroused, numb, usual):
        live_until(life.me, life.p, life.today, life.day_log, 9.0)
    assert aroused.me.distress > usual.me.distress + 0.5
    assert numb.me.emptiness > usual.me.emptiness + 0.3
    assert aroused.me.emptiness == usual.me.emptiness
    steps = scene(sympathetic=4.0, distress=1.0)
    whole = scene(sympathetic=4.0, distress=1.0)
    for hour in np.linspace(7.0, 12.0, 40)[1:]:
        live_until(steps.me, steps.p, steps.today, steps.day_log, float(hour))
    live_until(whole.me, whole.p, whole.today, whole.day_log, 12.0)
    for name in ("sympathetic", "distress", "emptiness", "calm", "shame"):
        assert getattr(steps.me, name) == pytest.approx(getattr(whole.me, name), rel=1e-9)


def test_strain_carries_arousal_into_the_next_days(scene) -> None:
    """More distress and less calm at rest after a hard fortnight; none of it without weights."""
    rested, strained = scene(strain=0.2), scene(strain=3.0)
    assert strained.me.distress_rest > rested.me.distress_rest
    assert strained.me.calm_rest < rested.me.calm_rest
    off = [scene(strain=each, rest_distress=0.0, rest_calm_strain=0.0).me for each in (0.2, 3.0)]
    assert off[0].distress_rest == off[1].distress_rest
    assert off[0].calm_rest == off[1].calm_rest
    hard, easy = scene(stressor_rate=4.0), scene(stressor_rate=0.0)
    for life in (hard, easy):
        live_days(life, 30)
    assert hard.me.strain > 0.8 > easy.me.strain


def test_strong_stressors_shame_the_self_critical(scene) -> None:
    """In proportion to self-criticism; a small one nobody; nobody without the mechanism.

    To be bullied shames more.
    """

    def shamed(size: float, kind: int = ACHIEVEMENT, **given: Any) -> float:
        life = scene(**given)
        before = life.me.shame
        live_through(life.me, life.p, life.today, life.day_log, kind, size, ESCAPE)
        return life.me.shame - before

    assert shamed(2.0, self_criticism=2.0) > 2.0 * shamed(2.0, self_criticism=-1.0) > 0
    assert shamed(0.3, self_criticism=2.0) == 0
    assert shamed(2.0, self_criticism=2.0, shame_stressor=0.0) == 0
    assert shamed(3.0, BULLIED, bullied_shame=2.0) == pytest.approx(2.0 * shamed(3.0))
