"""What one scenario has fewer or more of than another, and what its interval allows to say."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

from abm.experiments.comparison.pairing import OUTCOMES
from abm.scenario.intervention_library import are_events

LESS, MORE, UNCLEAR, NOTHING, NONE_THERE, NO_INTERVAL, NOT_KNOWN = (
    *("fewer, beyond chance", "more, beyond chance", "cannot be told from chance"),
    *("nobody's outcome changed", "none in either", "no interval, so no telling", "not known"),
)
LABELS = {outcome.name: outcome.label for outcome in OUTCOMES}


class Among(NamedTuple):
    """Among how many people outcomes are counted, and the columns that do so."""

    people: float  # NaN: those of a run
    columns: tuple[str, str, str]


OF_A_RUN = Among(math.nan, ("averted", "low", "high"))
PER_100K = Among(100_000.0, ("per_100k", "per_100k_low", "per_100k_high"))


@dataclass(frozen=True)
class AvertedOutcome:
    """What one scenario averts of one outcome, among some people."""

    scenario: str
    outcome: str
    label: str  # for readers, of several
    in_base: float  # how often it comes about in the scenario compared with
    value: float  # averted: that minus how often with this scenario
    low: float  # of the 95 % interval
    high: float
    helped: float  # people a run with less of it
    harmed: float  # and with more
    reached: float  # people a run reached by what is new in this scenario; NaN if not counted
    seeds: int  # how many the row rests on
    is_event: bool = False  # of events that happen, such as a pandemic, not of what is offered

    @classmethod
    def from_row(
        cls, row: Mapping[Any, Any], years: int, is_event: bool = False, among: Among = PER_100K
    ) -> Self:
        """Return what a row of differences.csv says."""
        in_base, person_years = row["base"], row["person_years"]
        if among is not OF_A_RUN:
            is_known = person_years > 0
            in_base = in_base / person_years * years * among.people if is_known else math.nan
        value, low, high = (row[name] for name in among.columns)
        people = row["helped"], row["harmed"], row["reached"]
        seeds = 0 if math.isnan(row["seeds"]) else int(row["seeds"])
        names = row["scenario"], row["outcome"], LABELS[row["outcome"]]
        return cls(*names, in_base, value, low, high, *people, seeds, is_event)

    @property
    def reading(self) -> str:
        """What the interval allows to say."""
        if math.isnan(self.value):
            return NOT_KNOWN
        if self.value == 0 and self.helped == 0 and self.harmed == 0:
            return NONE_THERE if self.in_base == 0 else NOTHING
        if math.isnan(self.low) or math.isnan(self.high):
            return NO_INTERVAL
        if self.low > 0:
            return LESS
        return MORE if self.high < 0 else UNCLEAR

    @property
    def is_told(self) -> bool:
        """Whether there are fewer or more beyond chance."""
        return self.reading in (LESS, MORE)


class Named(Protocol):
    """A scenario as far as its interventions tell what it is."""

    @property
    def name(self) -> str: ...
    @property
    def interventions(self) -> Iterable[Any]: ...


def events_among(base: Named, others: Iterable[Named]) -> frozenset[str]:
    """Return the scenarios whose own interventions are all events, which nobody offers."""
    known = list(base.interventions)
    own = {
        other.name: [added.kind for added in other.interventions if added not in known]
        for other in others
    }
    return frozenset(name for name, kinds in own.items() if are_events(kinds))
