"""Adaptive coping (section 2): it grows when distress is met without an act, and withers by acts.

Escape that brings immediate relief comes at the expense of longer-term regulatory strategies: what
is not learnt neither calms later (`derived`) nor keeps from acting as another means at hand
(`barrier`).

Source: You et al. (2018), as Martin (2022) cites them in section 2. Rejected: coping that only
shortens distress, which hardly changes how often people act; and an urge to cope beside the urge to
act, the same difference in logits with one more state.
"""

from abm.compilation import rule
from abm.mechanisms.derived import connectedness_now
from abm.people.layout import Person
from abm.people.records import Parameters, Stage


@rule
def practise_coping(me: Person, p: Parameters, stage: Stage) -> None:
    """Grow a little when distress above the window is met without an act."""
    me.coping += stage.coping_growth * connectedness_now(me, p, stage) * (1.0 - me.coping)


@rule
def neglect_coping(me: Person, p: Parameters) -> None:
    """Lose a little when an act takes the place of coping."""
    me.coping -= p.coping_loss * me.coping
