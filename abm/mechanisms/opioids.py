"""Endogenous opioids (section 5.2): released by an act, blunted by tolerance, two-sided by tone.

High tone acts through release and analgesia; low tone through receptors that grow sensitive and
through arousal that lasts. The switch `opioids` keeps the first, the second, or both.

Source: Valentino and Van Bockstaele (2015) and Kaess et al. (2021), as Martin (2022) cites them in
section 5.2. Rejected: one side alone, as both raised and lowered levels are reported.
"""

import math

from abm.compilation import rule
from abm.people.codes import ELEVATED, REDUCED
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def tone_release(me: Person, p: Parameters) -> float:
    """Return the release of an act of severity 1 before any tolerance."""
    release = p.opioid_release
    if p.opioids != REDUCED:
        release *= math.exp(p.opioid_release_high * max(me.opioid_tone, 0.0))
    if p.opioids != ELEVATED:
        release *= math.exp(-p.opioid_release_low * min(me.opioid_tone, 0.0))
    return release


@rule
def tone_analgesia(me: Person, p: Parameters) -> float:
    """Return how much high tone lowers the barrier, in logits."""
    if p.opioids == REDUCED:
        return 0.0
    return p.opioid_analgesia * max(me.opioid_tone, 0.0)


@rule
def opioid_pulse(me: Person, p: Parameters, severity: float) -> float:
    """Return the release by an act of this severity, from 0 to `opioid_limit`."""
    pulse = me.opioid_factor * (1.0 - me.opioid_tolerance)
    pulse *= max(0.0, 1.0 + p.opioid_severity * (severity - 1.0))
    return min(p.opioid_limit, pulse) * (1.0 - me.opioid_blockade)


@rule
def grow_tolerant(me: Person, p: Parameters) -> None:
    """Repetition tips the balance: every act blunts the next release."""
    me.opioid_tolerance += p.tolerance_growth * (p.tolerance_limit - me.opioid_tolerance)
