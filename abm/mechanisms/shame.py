"""Shame and guilt (section 2): bounded in [0, 1] and scaled by self-criticism.

Source: McKenzie and Gross (2014) and Hooley and Fox (2019), as Martin (2022) cites them. Rejected:
shame without an upper end, under which guilt, shame and punishment would drive one another on.
"""

from abm.compilation import rule
from abm.people.codes import BULLIED
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def feel_ashamed(me: Person, p: Parameters, kind: int, threat: float) -> None:
    """A strong stressor shames, the more so the more self-critical the person is.

    To be bullied shames more.
    """
    if threat > p.shame_threat:
        share = p.shame_stressor * me.self_critical
        if kind == BULLIED:
            share = min(1.0, share * p.bullied_shame)
        me.shame += share * (1.0 - me.shame)


@rule
def feel_guilty(me: Person, p: Parameters) -> None:
    """After an act shame and guilt rise, whatever the route."""
    me.shame += p.shame_act * (1.0 - me.shame)
