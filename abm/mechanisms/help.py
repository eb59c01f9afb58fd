"""Reaching out (section 1: most acts stay invisible; section 3: help-seeking can fail).

Chances belong to a bout of self-injury, not to an act: each bout draws its numbers once, and help
is reached at the first act at which the chance exceeds them. So many acts in a few people and few
acts in many agree with the published shares of both. What an act adds to its bout's highest chance
so far is noted with it: summed over acts this tells how many are expected in hospital.
"""

import math

from abm.chance import Purpose, four_draws
from abm.compilation import rule
from abm.mechanisms.curves import logistic
from abm.people.codes import COUNSELLOR, INFORMAL, SERVICES_OFF
from abm.people.layout import Person
from abm.people.records import DayLog, Parameters, Today


@rule
def reach_out(
    me: Person, p: Parameters, today: Today, day_log: DayLog, severity: float, shame: float
) -> None:
    """After an act: a service may become involved, and somebody may be told."""
    if p.services == SERVICES_OFF:
        return
    u = four_draws(today.seed_low, today.seed_high, me.person, me.bouts, Purpose.HELP, 0)
    chance = contact_chance(me, p, today, severity)
    day_log.acts[me.acts_today].hospital_chance = p.hospital_share * max(
        0.0, chance - me.bout_contact
    )
    me.bout_contact = max(me.bout_contact, chance)
    if me.contacted == 0 and u[0] < chance:
        reach_service(me, p, today, day_log, u[1] < p.hospital_share)
    if me.disclosed == 0 and u[2] < disclosure_chance(me, p, shame):
        tell_somebody(me, p, today, u[3] < p.supportive_chance)


@rule
def help_seeking_now(me: Person) -> float:
    """Return the propensity to tell someone, with what programmes changed."""
    return me.help_seeking + me.help_seeking_gained


@rule
def with_odds(chance: float, odds: float) -> float:
    """Return a chance whose odds are multiplied."""
    return chance * odds / (1.0 - chance + chance * odds)


@rule
def contact_chance(me: Person, p: Parameters, today: Today, severity: float) -> float:
    """Return the chance that an act of this severity brings a health service in at once.

    Severity counts in units of its spread between bouts in the reference population, half of
    which lies between people.
    """
    size = math.log(severity) / today.severity_spread
    drive = p.contact_intercept + p.contact_severity * size
    drive += p.contact_visibility * me.visibility + p.contact_help_seeking * help_seeking_now(me)
    return with_odds(logistic(drive), p.help_seeking_odds)


@rule
def disclosure_chance(me: Person, p: Parameters, shame: float) -> float:
    """Return the chance that somebody close is told; shame keeps people silent."""
    open_to_it = p.disclosure_help_seeking * help_seeking_now(me) - p.disclosure_shame * shame
    chance = min(1.0, p.disclosure_chance * math.exp(open_to_it))
    return with_odds(chance, p.help_seeking_odds)


@rule
def reach_service(me: Person, p: Parameters, today: Today, day_log: DayLog, hospital: bool) -> None:
    """A hospital, or a school counsellor or GP, comes to know."""
    me.contacted = 1
    me.known = 1
    me.service_contacts += 1
    act = day_log.acts[me.acts_today]
    act.visible = 1
    if hospital:
        act.hospital = 1
        me.hospital_contacts += 1
        me.last_hospital = today.day + me.hour / 24.0
        me.reported_hospital += today.is_reported
    elif me.care <= COUNSELLOR:
        me.care = COUNSELLOR
        me.care_since = 1.0 * today.day


@rule
def tell_somebody(me: Person, p: Parameters, today: Today, supportive: bool) -> None:
    """Somebody close is told: it helps, or it fails and hurts on the next day."""
    me.disclosed = 1
    if not supportive:
        me.help_failed = 1
        return
    me.confidant_until = today.day + p.confidant_days
    if me.care <= INFORMAL:
        me.care = INFORMAL
        me.care_since = 1.0 * today.day
