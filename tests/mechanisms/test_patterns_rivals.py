"""Rival positions (sections 5 and 6): every switch moves what the rivals disagree about."""

from typing import Any

import numpy as np
import pytest

from abm.mechanisms.act import self_injure
from abm.mechanisms.barrier import barrier
from abm.mechanisms.opioids import opioid_pulse
from abm.parameters import switches
from abm.people.codes import CALM, DESERVED, FEEL, PUNISH, TOLERANCE
from abm.simulation.people_table import pain_test


def r(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])


@pytest.mark.parametrize("name", [name for name in switches() if name != "pain_endurance"])
def test_every_position_of_a_switch_is_another_world(lived, name: str) -> None:
    """With the same luck the same people end differently under each answer."""
    small = {"population": 300, "years": 5, "barrier_mean": 8.0, "friends_learn": 0.5}
    cohorts = [lived(**small, **{name: answer}) for answer in switches()[name].values]
    states = {life.people.tobytes() + life.world.network.edges.tobytes() for life in cohorts}
    assert len(states) == len(cohorts)


# Is the altered stress response prior or a consequence?


def acquired(life: Any) -> np.ndarray:
    """Return the sensitisation gained since entry."""
    base = life.world.parameters["sensitisation_adversity"][0]
    return life.people["sns_sensitisation"] - base * life.people["adversity"]


def test_where_it_is_only_prior_acts_do_not_sensitise(lived, scene) -> None:
    """Those who act often gain less than where it is both; in one person nothing by an act."""
    cohorts = {answer: lived(stress_response=answer) for answer in ("prior", "consequence", "both")}
    often = cohorts["both"].people["acts"] >= 20
    assert often.sum() > 30
    gained = {answer: acquired(life)[often].mean() for answer, life in cohorts.items()}
    assert gained["both"] > gained["prior"] + 0.04
    for answer in cohorts:
        life = scene(stress_response=answer)
        before = life.me.sns_sensitisation
        self_injure(life.me, life.p, life.today, life.stage, life.day_log, CALM, (1.0, 0.0, 0.0))
        assert (life.me.sns_sensitisation > before) == (answer != "prior")


def test_where_it_is_only_a_consequence_adversity_does_not_load_on_the_profile(lived) -> None:
    """Else as strongly as declared."""
    loading = -0.4
    for answer, expected in (("prior", loading), ("both", loading), ("consequence", 0.0)):
        people = lived(years=1, stress_response=answer, vagal_tone_adversity=loading).people
        found = r(people["vagal_tone"], people["adversity"])
        assert found == pytest.approx(expected, abs=0.06), answer


def test_acquired_sensitisation_takes_vagal_tone_only_as_a_consequence(scene) -> None:
    """By the speed of recovery, which the lowered tone slows."""
    for answer in ("prior", "consequence", "both"):
        usual = scene(stress_response=answer).me.sympathetic_speed
        sensitised = scene(stress_response=answer, sns_sensitisation=1.0).me.sympathetic_speed
        assert (sensitised < 0.9 * usual) == (answer != "prior")


# Does an act induce or end dissociation?


def test_acts_induce_or_end_dissociation_by_position(lived) -> None:
    """Under induce every route numbs, under end none does, under both only feel ends it."""
    rises = {"induce": (True, True), "end": (False, False), "both": (True, False)}
    for answer, (calm, feel) in rises.items():
        acts = lived(dissociation=answer, act_hours=0.05).acts
        change = acts["dorsal_vagal_after"] - acts["dorsal_vagal_before"]
        assert (change[acts["route"] == CALM].mean() > 0.05) == calm, answer
        assert (change[acts["route"] == PUNISH].mean() > 0.05) == calm, answer
        assert (change[acts["route"] == FEEL].mean() > 0.05) == feel, answer
        assert feel or change[acts["route"] == FEEL].mean() < -0.3
        if answer == "end":
            assert (change < 0.03).all()  # but for what comes back to rest in three minutes


# Is opioid tone elevated, reduced, or mixed?


def test_opioid_tone_is_shifted_by_position(lived) -> None:
    for answer, shift in (("elevated", 0.5), ("reduced", -0.5), ("mixed", 0.0)):
        tone = lived(opioids=answer).people["opioid_tone"]
        assert tone.mean() == pytest.approx(shift, abs=0.1)


def test_both_ends_of_opioid_tone_matter_only_where_it_is_mixed(scene) -> None:
    """High tone lowers the barrier, low tone slows recovery, each raises the release."""
    for answer, high_counts, low_counts in (
        ("elevated", True, False), ("reduced", False, True), ("mixed", True, True),
    ):  # fmt: skip
        low, middle, high = (scene(opioids=answer, opioid_tone=tone) for tone in (-2.0, 0.0, 2.0))
        pulse = {each: opioid_pulse(each.me, each.p, 1.0) for each in (low, middle, high)}
        height = {
            each: barrier(each.me, each.p, each.today, each.stage) for each in (low, middle, high)
        }
        assert (pulse[high] > pulse[middle]) == high_counts, answer
        assert (height[high] < height[middle]) == high_counts, answer
        assert (pulse[low] > pulse[middle]) == low_counts, answer
        assert height[low] == height[middle]
        slower = low.me.sympathetic_speed < middle.me.sympathetic_speed
        assert slower == low_counts, answer
        assert high.me.sympathetic_speed == middle.me.sympathetic_speed


def test_where_it_is_mixed_the_spread_differs_and_the_mean_hardly(lived) -> None:
    """Of those who ever self-injured against those who never did; shifted, the mean follows."""
    differences = {}
    for answer in ("elevated", "reduced", "mixed"):
        people = lived(opioids=answer).people
        ever, tone = people["acts"] > 0, people["opioid_tone"]
        differences[answer] = tone[ever].mean() - tone[~ever].mean()
        assert tone[ever].std() > 1.08 * tone[~ever].std()
    assert abs(differences["mixed"]) < 0.3  # a quarter of the spread
    assert differences["elevated"] > differences["reduced"] + 0.1


# Why is pain endured?


def test_pain_is_endured_by_tolerance_as_deserved_or_both(cohort) -> None:
    """Acts raise the threshold, self-criticism lengthens endurance, each by its position."""
    people, values = (
        cohort.people,
        {name: float(cohort.world.base[name][0]) for name in cohort.world.base.dtype.names},
    )
    often, never = people["acts"] >= 20, people["acts"] == 0
    for answer, by_acts, by_criticism in (
        (TOLERANCE, True, False), (DESERVED, False, True), (2, True, True),
    ):  # fmt: skip
        found = pain_test(people, 1, values, answer)
        logs = np.log(found["pain_threshold"]) - values["pain_tone"] * people["opioid_tone"]
        assert (logs[often].mean() - logs[never].mean() > 0.15) == by_acts
        endurance = r(np.log(found["pain_endurance"]), people["self_criticism"])
        assert (endurance > 0.4) == by_criticism
        assert by_criticism or abs(endurance) < 0.1
        total = found["pain_threshold"] + found["pain_endurance"]
        np.testing.assert_allclose(found["pain_tolerance"], total)


def test_the_pain_test_never_feeds_back(lived) -> None:
    """People are the same, bit for bit, under all its positions and numbers."""
    small = {"population": 300, "years": 3, "barrier_mean": 8.0}
    cohorts = [lived(**small, pain_endurance=each) for each in ("tolerance", "deserved", "both")]
    cohorts.append(lived(**small, pain_acts=2.0, pain_self_criticism=2.0))
    assert len({life.people.tobytes() for life in cohorts}) == 1
    assert len({life.acts.tobytes() for life in cohorts}) == 1
    assert len(cohorts[0].acts) > 50
