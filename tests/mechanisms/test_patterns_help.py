"""Help: who reaches it, what it does, and what goes when a part is switched off (1, 3, 6)."""

from typing import Any

import numpy as np
import pytest

from abm.mechanisms.care import a_week_of_care, distress_tolerance_now, regulation_now
from abm.mechanisms.help import (
    counsellor_chance,
    disclosure_chance,
    hospital_chance,
    reach_out,
)
from abm.mechanisms.neuroception import appraise
from abm.mechanisms.stressors import draw_stressor
from abm.people.codes import ACHIEVEMENT, COUNSELLOR, FAILED_HELP, INFORMAL, SPECIALIST, THERAPY
from abm.people.layout import NEVER, PlainRecord, person_dtype
from abm.people.waiting_list import allocate_places


def reached(scene: Any, bouts: int = 400, severity: float = 1.0, **given: Any) -> Any:
    """Return how often one person's bouts reach a service, a hospital, somebody close."""
    life = scene(**given)
    me, act = life.me, life.day_log.acts[0]
    told = 0
    for bout in range(bouts):
        me.bouts, me.contacted, me.disclosed, me.acts_today = bout, 0, 0, 0
        me.bout_hospital = 0.0
        act.visible = act.hospital = 0
        reach_out(me, life.p, life.today, life.day_log, severity, 0.3)
        told += me.disclosed
    return me, me.service_contacts / bouts, me.hospital_contacts / bouts, told / bouts


# Reaching help


def test_a_counsellor_is_for_the_reachable_and_a_hospital_for_the_severe(scene) -> None:
    """Severity plays no part in the one, nothing of the person in the other."""

    def shares(severity: float, reachability: float) -> tuple[float, float]:
        given = {"reachability": reachability}
        given |= {"contact_intercept": -2.0, "hospital_intercept": -5.0}
        me, service, hospital, _ = reached(scene, severity=severity, **given)
        assert (me.care == COUNSELLOR) == (reachability > 0.0)
        return service, hospital

    mild, severe, reachable = shares(0.3, -3.0), shares(20.0, -3.0), shares(0.3, 2.0)
    assert mild[0] == mild[1] < 0.02  # nobody else is reached
    assert severe[0] == severe[1] > 0.5
    assert reachable[0] > 0.9
    assert reachable[1] == mild[1]


def test_who_learns_to_seek_help_is_seen_and_tells_more_but_not_treated_more(scene) -> None:
    """A programme that teaches it leads to counsellors and to friends, not into hospital."""

    def chances(**given: float) -> tuple[float, float, float]:
        life = scene(**given)
        seen, told = counsellor_chance(life.me, life.p), disclosure_chance(life.me, life.p, 0.3)
        return seen, told, hospital_chance(life.p, life.today, 3.0)

    usual, taught = chances(help_seeking_gained=0.0), chances(help_seeking_gained=1.0)
    assert taught[0] > usual[0]
    assert taught[1] > usual[1]
    assert taught[2] == usual[2]
    eager, reluctant = chances(help_seeking_odds=2.0), chances(help_seeking_odds=0.5)
    assert all(more > less for more, less in zip(eager, reluctant, strict=True))


def test_shame_keeps_silent(scene) -> None:
    life = scene()
    assert disclosure_chance(life.me, life.p, 0.9) < disclosure_chance(life.me, life.p, 0.1)


def test_a_bout_draws_its_luck_once(scene) -> None:
    """However many acts a bout has, one of the same severity adds no new chance."""
    life = scene()
    me = life.me
    for bout in range(200):
        me.bouts, me.contacted, me.disclosed = bout, 0, 0
        before = me.service_contacts
        reach_out(me, life.p, life.today, life.day_log, 1.0, 0.3)
        first = me.contacted
        for _ in range(4):
            reach_out(me, life.p, life.today, life.day_log, 1.0, 0.3)
        assert me.contacted == first == me.service_contacts - before


def test_most_bouts_stay_invisible_and_hardly_any_reach_a_hospital(scene) -> None:
    """Of a person of middling reachability, whose acts are of middling severity."""
    _, service, hospital, told = reached(scene, 4000)
    assert 0.005 < service < 0.06
    assert hospital < service / 4
    assert 0.3 < told < 0.5


def test_expected_presentations_are_those_that_luck_brings_about(scene) -> None:
    """Summed over acts, the chance that is noted is the share of bouts that reach a hospital."""
    life = scene(hospital_intercept=-3.0)
    me, act, noted = life.me, life.day_log.acts[0], 0.0
    for bout in range(4000):
        me.bouts, me.contacted, me.bout_hospital = bout, 0, 0.0
        for severity in (0.5, 3.0, 1.0, 3.0):
            reach_out(me, life.p, life.today, life.day_log, severity, 0.3)
            noted += act.hospital_chance
    assert noted == pytest.approx(me.hospital_contacts, rel=0.1)


def test_who_was_not_reached_in_one_bout_is_rarely_reached_in_the_next(scene) -> None:
    """Over people of all kinds, more so the more reachability weighs; not at all without it."""

    def again(weight: float) -> tuple[float, float]:
        trait = np.random.default_rng(1).standard_normal(600)
        seen = np.zeros((2, 600))
        for person, reachability in enumerate(trait):
            life = scene(contact_reachability=weight, person=person)
            life.place(reachability=reachability)
            for bout in (0, 1):
                life.me.bouts, life.me.contacted, life.me.bout_hospital = bout, 0, 1.0
                reach_out(life.me, life.p, life.today, life.day_log, 1.0, 0.3)
                seen[bout, person] = life.me.contacted
        return seen[1, seen[0] == 0].mean(), seen[1, seen[0] == 1].mean()

    never, once = again(3.0)
    assert 5 * never < once
    never, once = again(0.0)
    assert abs(never - once) < 0.1


def test_switched_off_nobody_helps(scene) -> None:
    me, service, hospital, told = reached(scene, services="off")
    assert (service, hospital, told) == (0, 0, 0)
    assert (me.care, me.known, me.help_failed) == (0, 0, 0)


def test_help_that_fails_is_a_stressor_of_the_next_day(scene) -> None:
    life = scene(supportive_chance=0.0, disclosure_chance=1.0, disclosure_shame=0.0)
    reach_out(life.me, life.p, life.today, life.day_log, 1.0, 0.3)
    assert life.me.help_failed == life.me.turned_away == 1
    kind, size, *_ = draw_stressor(life.me, life.p, life.today, life.stage, 0)
    life.me.help_failed = 0
    _, other, *_ = draw_stressor(life.me, life.p, life.today, life.stage, 0)
    assert kind == FAILED_HELP
    assert size == pytest.approx(life.p.failed_help_size * other)


def test_support_makes_a_confidant_for_a_while(scene) -> None:
    life = scene(supportive_chance=1.0, disclosure_chance=1.0, disclosure_shame=0.0)
    reach_out(life.me, life.p, life.today, life.day_log, 1.0, 0.3)
    assert life.me.confidant_until == life.today.day + life.p.confidant_days
    assert life.me.care >= INFORMAL
    assert life.me.turned_away == 0


def test_a_confidant_buffers_threat_as_long_as_the_talk_lasts(scene) -> None:
    life = scene(confidant_buffer=0.25)
    alone = appraise(life.me, life.p, life.today, ACHIEVEMENT, 1.0)
    life.me.confidant_until = life.today.day + 1.0
    assert appraise(life.me, life.p, life.today, ACHIEVEMENT, 1.0) == pytest.approx(0.75 * alone)
    life.today.day += 1
    assert appraise(life.me, life.p, life.today, ACHIEVEMENT, 1.0) == alone


# Care


def weeks_in(scene: Any, stage: int, weeks: int, **given: Any) -> Any:
    life = scene(**{"care_dropout": 0.0, "therapy_dropout": 0.0} | given)
    life.me.care, life.me.care_since = stage, 1.0 * life.today.day
    for _ in range(weeks):
        life.today.day += 7
        a_week_of_care(life.me, life.p, life.today)
    return life


def test_care_builds_skills_over_its_weeks_and_they_fade_after_it(scene) -> None:
    whole = weeks_in(scene, SPECIALIST, 16)
    assert whole.me.care_gain == pytest.approx(1.0)
    assert regulation_now(whole.me, whole.p) - whole.me.regulation == pytest.approx(
        whole.p.care_regulation
    )
    later = weeks_in(scene, SPECIALIST, 26 + 52)
    assert later.me.care == 0
    assert later.me.care_gain == pytest.approx(0.5, abs=0.02)  # the half-life is a year


def test_therapy_builds_more_than_other_care_and_unlearns_relief(scene) -> None:
    therapy, other = weeks_in(scene, THERAPY, 16), weeks_in(scene, SPECIALIST, 16)
    for now in (regulation_now, distress_tolerance_now):
        assert now(therapy.me, therapy.p) > now(other.me, other.p)
    assert therapy.me.coping > other.me.coping
    learnt = weeks_in(scene, THERAPY, 10, expectancy_calm=0.9)
    assert learnt.me.expectancy_calm < 0.9
    assert weeks_in(scene, SPECIALIST, 10, expectancy_calm=0.9).me.expectancy_calm == 0.9


def test_a_counsellor_builds_a_share_and_care_ends(scene) -> None:
    life = weeks_in(scene, COUNSELLOR, 7)
    assert 0 < life.me.care_gain <= life.p.counsellor_effect
    assert weeks_in(scene, COUNSELLOR, 9).me.care == 0


def test_without_care_nothing_changes(scene) -> None:
    life = scene()
    before = life.me.values()
    assert a_week_of_care(life.me, life.p, life.today) == 0
    assert life.me.values() == before


# Places


def queue(waits: list[float], in_care: int, people: int = 100) -> np.ndarray:
    """Return people of whom some wait since the given days and others are in care."""
    rows = np.zeros(people, person_dtype())
    rows["present"] = 1
    rows["person"] = np.arange(people)[::-1]
    rows["waiting_since"] = NEVER
    rows["waiting_since"][: len(waits)] = waits
    rows["care"][len(waits) : len(waits) + in_care] = SPECIALIST
    return rows


def places(number: float, **given: Any) -> PlainRecord:
    values = {"specialist_places": number, "therapy_share": 0.0, "therapy_acts": 2.0} | given
    return PlainRecord(values, values.values())


def test_places_go_to_those_who_have_waited_longest() -> None:
    rows = queue([50.0, 40.0, 60.0, 40.0], in_care=2)
    assert len(allocate_places(rows, places(500.0), 100, 1)) == 3  # 5 places, 2 taken
    assert rows["care"][:4].tolist() == [SPECIALIST, SPECIALIST, 0, SPECIALIST]
    assert rows["waiting_since"][:4].tolist() == [NEVER, NEVER, 60.0, NEVER]
    assert rows["days_waited"][:4].tolist() == [50.0, 60.0, 0.0, 60.0]
    assert rows["admissions"][:4].tolist() == [1, 1, 0, 1]


def test_those_who_joined_on_one_day_are_ordered_by_luck_not_by_number() -> None:
    first = 0
    for seed in range(200):
        rows = queue([40.0, 40.0], in_care=0)
        assert len(allocate_places(rows, places(100.0), 100, seed)) == 1
        first += int(rows["care"][0] == SPECIALIST)
    assert 70 < first < 130


def test_part_of_a_place_is_a_place_in_that_share_of_seeds() -> None:
    given = [
        len(allocate_places(queue([1.0] * 9, 0), places(250.0), 100, seed)) for seed in range(400)
    ]
    assert set(given) == {2, 3}
    assert np.mean(given) == pytest.approx(2.5, abs=0.1)


def test_nobody_leaves_care_on_the_day_it_begins(scene) -> None:
    life = scene(care_dropout=1.0)
    life.me.care, life.me.care_since = SPECIALIST, 1.0 * life.today.day
    a_week_of_care(life.me, life.p, life.today)
    assert life.me.care == SPECIALIST
    life.today.day += 7
    life.me.confidant_until = life.today.day + 30.0
    a_week_of_care(life.me, life.p, life.today)
    assert life.me.care == INFORMAL  # somebody still knows


def test_without_places_nobody_is_treated() -> None:
    rows = queue([1.0, 2.0], in_care=0)
    assert len(allocate_places(rows, places(0.0), 100, 1)) == 0
    assert (rows["care"] == 0).all()
    more_than_there_are = queue([1.0], in_care=9)
    assert len(allocate_places(more_than_there_are, places(500.0), 100, 1)) == 0


def test_therapy_is_for_those_who_have_repeatedly_self_injured() -> None:
    rows = queue([1.0, 2.0], in_care=0)
    rows["past_year_acts"][0] = 5
    allocate_places(rows, places(10_000.0, therapy_share=1.0), 100, 1)
    assert rows["care"][:2].tolist() == [THERAPY, SPECIALIST]
    assert rows["therapies"][:2].tolist() == [1, 0]
