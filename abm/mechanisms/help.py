"""Reaching out (section 1: most acts stay invisible; section 3: help-seeking can fail).

Chances belong to a bout of self-injury, not to an act: each bout draws its numbers once, and help
is reached at the first act at which the chance exceeds them. So many acts in a few people and few
acts in many agree with the published shares of both. What an act adds to its bout's highest chance
so far is noted with it: summed over acts this tells how many are expected in hospital.

A counsellor or GP is reached by those who can be reached, whatever the severity, and a hospital by
severity alone.

Source: half of those who self-harmed in a year had no help and a fifth that of health services
(Ystgaard et al. 2009), 3 % of self-injurers were ever treated (Lloyd-Richardson et al. 2007).
Rejected: a fixed threshold of each person, under which nobody would be reached late; and hospital
as a share of contacts by severity, under which a counsellor hears of acts as severe as those that
are treated, and a quarter of self-injurers were treated at some time.
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
    if me.contacted == 0 and u[0] < counsellor_chance(me, p):
        reach_counsellor(me, today, day_log)
    before = me.bout_hospital
    me.bout_hospital = max(before, hospital_chance(p, today, severity))
    day_log.acts[me.acts_today].hospital_chance = me.bout_hospital - before
    if before <= u[1] < me.bout_hospital:
        reach_hospital(me, today, day_log)
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
def counsellor_chance(me: Person, p: Parameters) -> float:
    """Return the chance that a bout brings a counsellor or GP in: it is the person's own."""
    reach = me.reachability + p.reachability_help_seeking * me.help_seeking_gained
    drive = p.contact_intercept + p.contact_reachability * reach
    return with_odds(logistic(drive), p.help_seeking_odds)


@rule
def hospital_chance(p: Parameters, today: Today, severity: float) -> float:
    """Return the chance that an act of this severity is treated in hospital.

    Severity counts in units of its spread between bouts in the reference population; half of that
    spread lies between people.
    """
    size = math.log(severity) / today.severity_spread
    drive = p.hospital_intercept + p.hospital_severity * size
    return with_odds(logistic(drive), p.help_seeking_odds)


@rule
def disclosure_chance(me: Person, p: Parameters, shame: float) -> float:
    """Return the chance that somebody close is told; shame keeps people silent."""
    open_to_it = p.disclosure_help_seeking * help_seeking_now(me) - p.disclosure_shame * shame
    chance = min(1.0, p.disclosure_chance * math.exp(open_to_it))
    return with_odds(chance, p.help_seeking_odds)


@rule
def service_knows(me: Person, day_log: DayLog) -> None:
    """A service comes to know of this bout, if none does yet."""
    if me.contacted == 1:
        return
    me.contacted = 1
    me.known = 1
    me.service_contacts += 1
    day_log.acts[me.acts_today].visible = 1


@rule
def reach_hospital(me: Person, today: Today, day_log: DayLog) -> None:
    """An act is treated in hospital."""
    service_knows(me, day_log)
    day_log.acts[me.acts_today].hospital = 1
    me.hospital_contacts += 1
    me.last_hospital = today.day + me.hour / 24.0
    me.reported_hospital += today.is_reported


@rule
def reach_counsellor(me: Person, today: Today, day_log: DayLog) -> None:
    """A school counsellor or GP helps from today on, unless there is more help already."""
    service_knows(me, day_log)
    if me.care <= COUNSELLOR:
        me.care = COUNSELLOR
        me.care_since = 1.0 * today.day


@rule
def tell_somebody(me: Person, p: Parameters, today: Today, supportive: bool) -> None:
    """Somebody close is told: it helps, or it fails and hurts on the next day.

    Whoever turned away may stop being a friend when the month ends (`abm.people.ties`).
    """
    me.disclosed = 1
    if not supportive:
        me.help_failed = me.turned_away = 1
        return
    me.confidant_until = today.day + p.confidant_days
    if me.care <= INFORMAL:
        me.care = INFORMAL
        me.care_since = 1.0 * today.day
