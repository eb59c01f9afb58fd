"""Friends (model: between people): alike by choice, by hearing of each other's acts, or neither."""

import math
from typing import Any

import numpy as np
import pytest

from abm.mechanisms.barrier import barrier
from abm.mechanisms.exposure import become_aware, hear_of_friends

# Both sexes alike, so that friendships within a sex cluster nothing; strong effects of friends,
# and of the proneness to distress by which they are chosen.
ALIKE = {
    "barrier_female": 0.0, "dissociation_female": 0.0, "maltreatment_female_shift": 0.0,
    "puberty_age_male": 12.2, "puberty_age_female": 12.2, "interpersonal_male": 0.55,
    "interpersonal_female": 0.55, "barrier_mean": 10.4,
}  # fmt: skip
STRONG = {
    "exposure_initiation": 4.0, "friends_learn": 0.9, "friends_alike": 0.95,
    "distress_reactivity": 0.8, "barrier_spread": 0.8,
}  # fmt: skip
# All that friends do to each other is to hear of acts: no stress and no support comes by ties.
HEARING = {
    "stressors_from_ties": 0.0, "quarrel_rate": 0.0, "loss_rate": 0.0,
    "isolation_connectedness": 0.0, "bullying_begins": 0.0, "tie_end_after_telling": 0.0,
}  # fmt: skip
OF_TIES = ("friend_count", "close_friend_count", "lost_friends", "isolation")


def clustering(life: Any, values: np.ndarray) -> float:
    """Return the correlation of a value between friends."""
    edges = life.world.network.edges
    assert len(edges) > 1000
    mine = np.concatenate((edges[:, 0], edges[:, 1]))
    theirs = np.concatenate((edges[:, 1], edges[:, 0]))
    return float(np.corrcoef(values[mine], values[theirs])[0, 1])


@pytest.fixture(scope="module")
def positions(lived) -> dict[str, Any]:
    """Return one cohort under each answer to why friends are alike, with the same luck."""
    chosen = {**ALIKE, **STRONG, **HEARING}
    return {
        answer: lived(population=3000, years=6, friends_alike_by=answer, **chosen)
        for answer in ("selection", "socialisation", "both", "neither")
    }


def test_friends_are_alike_by_each_position_and_by_neither_not(positions) -> None:
    """In having ever self-injured; in proneness to distress where friends are chosen for it."""
    for answer, life in positions.items():
        prone = clustering(life, life.people["reactivity"] - life.people["regulation"])
        chosen = answer in ("selection", "both")
        assert prone > 0.3 if chosen else abs(prone) < 0.05, answer
    found = {
        answer: clustering(life, life.people["acts"] > 0) for answer, life in positions.items()
    }
    assert abs(found["neither"]) < 0.03
    assert found["selection"] > found["neither"] + 0.02
    assert found["socialisation"] > found["neither"] + 0.03
    assert found["both"] > max(found["selection"], found["socialisation"]) + 0.03


def test_exposure_is_felt_only_where_friends_socialise(positions) -> None:
    """Under the other two nobody hears of friends; the network of selection is another one."""
    for answer, hears in (
        ("selection", False), ("neither", False), ("socialisation", True), ("both", True),
    ):  # fmt: skip
        assert (positions[answer].people["exposure_load"].max() > 0) == hears
    edges = {answer: life.world.network.edges.tobytes() for answer, life in positions.items()}
    assert edges["both"] == edges["selection"] != edges["neither"] == edges["socialisation"]
    begun = {answer: (life.people["acts"] > 0).mean() for answer, life in positions.items()}
    assert begun["socialisation"] > begun["neither"] + 0.01
    assert begun["selection"] == pytest.approx(begun["neither"], abs=0.002)


def test_without_learning_of_acts_friends_do_not_matter(lived) -> None:
    """By whichever of two numbers: bit for bit the same people."""
    small = {
        "population": 400,
        "years": 3,
        "barrier_mean": 8.0,
        "friends_alike_by": "socialisation",
        **HEARING,
    }
    unheard = lived(**small, friends_learn=0.0)
    alone = lived(**small, friends_mean=0.0)
    for name in unheard.people.dtype.names:
        same = unheard.people[name].tobytes() == alone.people[name].tobytes()
        assert same or name in OF_TIES, name
    assert lived(**small).people.tobytes() != alone.people.tobytes()


def test_the_bullied_begin_more_often_because_they_are_bullied(lived) -> None:
    """Not where it hurts nobody, and who is bullied stands out by nothing; nobody without it."""
    chosen = {
        **{"population": 2500, "years": 5, "barrier_mean": 9.5, "bullying_begins": 0.03},
        **{"bullying_ends": 0.02, "bullying_proneness": 0.0, "bullying_isolated": 0.0},
        "bullying_fading": 0.0,
    }

    def odds_ratio(rate: float) -> float:
        people = lived(**chosen, bullied_rate=rate).people
        begun = [(people["acts"] > 0)[people["bullied"] == value].mean() for value in (0, 1)]
        return float(begun[1] / (1 - begun[1]) / (begun[0] / (1 - begun[0])))

    assert odds_ratio(1.0) > 1.4 * odds_ratio(0.0)
    assert odds_ratio(0.0) == pytest.approx(1.0, abs=0.3)


# Rules


def test_a_friends_act_raises_exposure_for_weeks(scene) -> None:
    """Half after one act, more after two, fading; nothing where friends do not socialise."""
    life = scene(learnt=1, exposure_load=0.0)
    hear_of_friends(life.me, life.p, life.today)
    assert life.me.exposure == pytest.approx(0.5)
    life.me.learnt = 0
    course = []
    for _ in range(60):
        hear_of_friends(life.me, life.p, life.today)
        course.append(life.me.exposure)
    assert (np.diff(course) < 0).all()
    assert course[20] > 0.2
    assert course[-1] < 0.15
    two = scene(learnt=2)
    hear_of_friends(two.me, two.p, two.today)
    assert two.me.exposure == pytest.approx(0.75)
    for answer in ("selection", "neither"):
        off = scene(learnt=5, friends_alike_by=answer)
        hear_of_friends(off.me, off.p, off.today)
        assert (off.me.exposure, off.me.learnt) == (0.0, 0)


def test_what_is_met_online_acts_by_itself(scene) -> None:
    """It lowers the barrier by its own strengths, before and after a first act; friends' do not."""
    for acts, strength in ((0, "online_initiation"), (3, "online_continuation")):
        heights = []
        for online in (0.0, 0.5):
            life = scene(acts=acts, online_exposure=online, **{strength: 1.6})
            heights.append(barrier(life.me, life.p, life.today, life.stage))
        assert heights[0] - heights[1] == pytest.approx(0.8)
        assert life.me.exposure == 0.0
    usual = became_aware(scene)
    assert became_aware(scene, online_exposure=1.0, awareness_online=5.0) > 2.0 * usual
    assert became_aware(scene, online_exposure=1.0, awareness_online=0.0) == usual


def became_aware(scene, days: int = 1500, **given: Any) -> float:
    """Return the share of days on which somebody unaware becomes aware."""
    life = scene(**given)
    count = 0
    for _ in range(days):
        life.today.day += 1
        life.me.aware = 0
        become_aware(life.me, life.p, life.today, life.stage)
        count += life.me.aware
    return count / days


def test_a_friends_act_makes_aware_by_the_declared_chance(scene) -> None:
    """One act by half, two by three quarters, and only where the chance is not 0."""
    young = {"age": 10.0, "awareness_rate": 0.0}
    for learnt, expected in ((0, 0.0), (1, 0.5), (2, 0.75)):
        assert became_aware(scene, learnt=learnt, **young) == pytest.approx(expected, abs=0.05)
    assert became_aware(scene, learnt=2, awareness_friend=0.0, **young) == 0


def test_exposure_hastens_awareness(scene) -> None:
    """The yearly hazard at full exposure against none."""
    rate = {"awareness_rate": 10.0, "age": 18.0}
    unexposed = became_aware(scene, 8000, exposure=0.0, **rate)
    exposed = became_aware(scene, 8000, exposure=1.0, **rate)
    assert unexposed == pytest.approx(1 - math.exp(-10 / 365.25), rel=0.25)
    assert exposed > 1.3 * unexposed
    off = became_aware(scene, 8000, exposure=1.0, awareness_exposure=0.0, **rate)
    assert off == unexposed
