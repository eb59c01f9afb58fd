"""Sympathetic arousal and, when it overwhelms, dorsal vagal shutdown (section 4).

Fight or flight comes first. Past a threshold - lower in those prone to dissociate, after
repetition, and when there is no escape - the excess turns into collapse: numbness, withdrawal of
arousal, and a weak release of the body's own opioids.

Source: Perry (2001) and Porges (2011), as Martin (2022) cites them in section 4. Rejected: shutdown
that brings arousal down to half of its threshold, which takes most acts away: it would protect.
"""

from abm.compilation import rule
from abm.mechanisms.curves import clipped
from abm.mechanisms.opioids import opioid_pulse
from abm.mechanisms.relaxing import HIGHEST
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def arouse(me: Person, p: Parameters, threat: float) -> None:
    """Raise sympathetic activation; a sensitised system responds more."""
    rise = me.arousal_gain * (1.0 + p.arousal_sensitisation * me.sns_sensitisation) * threat
    me.sympathetic = clipped(me.sympathetic + rise, 0.0, HIGHEST)
    me.peak_sympathetic = max(me.peak_sympathetic, me.sympathetic)


@rule
def shut_down_if_overwhelmed(me: Person, p: Parameters, uniform: float) -> None:
    """Turn arousal beyond the threshold into shutdown."""
    threshold = me.shutdown_threshold
    if uniform < p.inescapable_base + p.inescapable_adversity * me.adversity:
        threshold *= p.inescapable_threshold
    excess = me.sympathetic - threshold
    if excess <= 0.0 or p.shutdown_share == 0.0:
        return
    me.dorsal_vagal = clipped(me.dorsal_vagal + p.shutdown_share * excess, 0.0, HIGHEST)
    me.peak_dorsal_vagal = max(me.peak_dorsal_vagal, me.dorsal_vagal)
    me.sympathetic = threshold * p.shutdown_withdrawal
    pulse = p.opioid_overwhelm * opioid_pulse(me, p, 1.0)
    me.distress -= me.distress * pulse
    me.calm += p.act_calm * pulse * (1.0 - me.calm)
