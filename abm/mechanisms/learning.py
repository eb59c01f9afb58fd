"""Learning from relief (sections 2 and 6): a route that relieved is expected to relieve again.

Source: automatic reinforcement (Nock and Prinstein 2004) and expected relief (Hasking et al. 2017),
as Martin (2022) cites them in sections 2 and 6. Rejected: phases of raised risk in its place. They
meet nearly the same published figures, and where these do not choose, the paper does.
"""

from abm.compilation import rule
from abm.people.codes import CALM, FEEL, NO_REINFORCEMENT
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def learn(me: Person, p: Parameters, route: int, share: float, relief: float) -> None:
    """Move the expectancy of the act's own route toward the relief it brought."""
    if p.reinforcement == NO_REINFORCEMENT:
        return
    gained = min(1.0, relief)
    rate = p.learning_rate * share
    if route == CALM:
        me.expectancy_calm += rate * (gained - me.expectancy_calm)
    elif route == FEEL:
        me.expectancy_feel += rate * (gained - me.expectancy_feel)
    else:
        me.expectancy_punish += rate * (gained - me.expectancy_punish)


@rule
def forget(me: Person, p: Parameters) -> None:
    """Without acts every expectancy drifts back to where it began."""
    me.expectancy_calm += p.expectancy_fading * (p.expectancy_at_entry - me.expectancy_calm)
    me.expectancy_feel += p.expectancy_fading * (p.expectancy_at_entry - me.expectancy_feel)
    me.expectancy_punish += p.expectancy_fading * (p.expectancy_at_entry - me.expectancy_punish)
