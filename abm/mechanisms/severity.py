"""Severity of an act, on a scale whose middle is 1: it rises as relief falls (section 6)."""

import math

from abm.compilation import rule
from abm.mechanisms.barrier import habituation
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def severity_of_act(me: Person, p: Parameters) -> float:
    """Return the severity of an act now; more is needed when tolerance blunts relief."""
    return math.exp(
        p.severity_person * me.severity_level
        + p.severity_bout * me.bout_severity
        + p.severity_tolerance * me.opioid_tolerance
        + p.severity_habituation * habituation(me, p)
    )
