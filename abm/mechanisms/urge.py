"""The urge to self-injure: three routes, each weighted by the relief it has taught to expect.

To *calm* high distress above the window of tolerance, to *feel* again when numb and empty below
it, to *punish* the self when ashamed and self-critical (sections 2 and 5.1). Rumination amplifies
what is negative (section 2): the same distress presses harder on those who dwell on it. Each need
is bounded in [0, 1), which is what stops runaway.

Source: You et al. (2018), Edmondson et al. (2016) and Hooley and Fox (2019), as Martin (2022) cites
them. Rejected: a fourth route, to feel nothing, which is to calm down under another name; and a
need to punish at any shame, by which a quiet evening's acts counted as punishment.
"""

from abm.compilation import rule
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def need_to_calm(me: Person, distress: float, dorsal_vagal: float) -> float:
    """Return how far felt distress stands above the window; numbness masks it, brooding adds."""
    beyond = me.dwelling * (distress / (1.0 + dorsal_vagal) - me.window)
    return beyond / (1.0 + beyond) if beyond > 0.0 else 0.0


@rule
def need_to_feel(me: Person, dorsal_vagal: float, emptiness: float) -> float:
    """Return how far numbness and emptiness stand below the window."""
    beyond = dorsal_vagal + emptiness - me.window
    return beyond / (1.0 + beyond) if beyond > 0.0 else 0.0


@rule
def need_to_punish(me: Person, p: Parameters, shame: float) -> float:
    """Return how far shame stands above what is borne, scaled by self-criticism."""
    beyond = shame - p.shame_edge
    return me.self_critical * beyond / (1.0 - p.shame_edge) if beyond > 0.0 else 0.0


@rule
def three_urges(
    me: Person,
    p: Parameters,
    distress: float,
    dorsal_vagal: float,
    emptiness: float,
    shame: float,
) -> tuple[float, float, float]:
    """Return the urges to calm, to feel and to punish, in logits; their sum is the urge."""
    calm = me.expectancy_calm * need_to_calm(me, distress, dorsal_vagal)
    feel = p.weight_feel * me.expectancy_feel * need_to_feel(me, dorsal_vagal, emptiness)
    punish = p.weight_punish * me.expectancy_punish * need_to_punish(me, p, shame)
    return p.urge_weight * calm, p.urge_weight * feel, p.urge_weight * punish
