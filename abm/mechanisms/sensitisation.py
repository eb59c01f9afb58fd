"""States become traits (section 4): responses that are used often become easier to evoke.

Source: Perry et al. (1995), as Martin (2022) cites them in section 4. Rejected: acts that sensitise
by the peak of their day alone, which left resting vagal tone as it was: that an altered response
may follow from acts (section 6) would have meant nothing.
"""

from abm.compilation import rule
from abm.people.codes import PRIOR
from abm.people.layout import Person
from abm.people.records import Parameters


@rule
def sensitised(level: float, peak: float, base: float, p: Parameters) -> float:
    """Return a sensitisation after one day: it grows with the day's peak and fades over years."""
    use = max(0.0, peak - p.sensitisation_peak)
    grown = p.sensitisation_growth * use * (p.sensitisation_limit - level)
    change = grown - (level - base) / p.sensitisation_days
    return min(p.sensitisation_limit, max(0.0, level + change))


@rule
def states_become_traits(me: Person, p: Parameters) -> None:
    """Update both sensitisations from the day's peaks."""
    base = p.sensitisation_adversity * me.adversity
    me.sns_sensitisation = sensitised(me.sns_sensitisation, me.peak_sympathetic, base, p)
    me.pns_sensitisation = sensitised(me.pns_sensitisation, me.peak_dorsal_vagal, base, p)


@rule
def note_peaks_of_act(me: Person, p: Parameters) -> None:
    """Let what an act does to the body count as use, unless an altered response is only prior."""
    if p.stress_response != PRIOR:
        me.peak_sympathetic = max(me.peak_sympathetic, me.sympathetic)
        me.peak_dorsal_vagal = max(me.peak_dorsal_vagal, me.dorsal_vagal)


@rule
def sensitise_by_act(me: Person, p: Parameters) -> None:
    """An act is itself a stress on the system, unless an altered response is only prior."""
    if p.stress_response != PRIOR:
        me.sns_sensitisation += p.sensitisation_act * (p.sensitisation_limit - me.sns_sensitisation)
