"""Shame and guilt (section 2): bounded in [0, 1] and scaled by self-criticism."""

from abm.compilation import rule
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def feel_ashamed(me: Person, p: Parameters, threat: float) -> None:
    """A strong stressor shames, the more so the more self-critical the person is."""
    if threat > p.shame_threat:
        me.shame += p.shame_stressor * me.self_critical * (1.0 - me.shame)


@rule
def feel_guilty(me: Person, p: Parameters) -> None:
    """After an act shame and guilt rise, whatever the route."""
    me.shame += p.shame_act * (1.0 - me.shame)
