"""Counts of one run over all its reported years, from which figures are made."""

import numpy as np

from abm.simulation.census import AGES, DAYS_A_YEAR, FIRST_AGE, FLOWS, STOCKS, YEARLY_DTYPE
from abm.simulation.record import Record
from abm.studies.aggregates import GROWN_UP

NOT_DEFINED = float("nan")


class Pooled:
    """Counts of one run, with people logged, over all its reported years.

    Stocks and flows are sums over the censuses by sex and completed age (see
    `abm.simulation.census`); grown-up are rows of people who reached 18 by the end of the run, or
    left after it; yearly are acts in a reported year of everybody with any, by sex and completed
    age at its end. `without` is the same seed without the scenario's interventions, if it has any.
    """

    def __init__(self, record: Record, without: Record | None = None) -> None:
        self.without = None if without is None else Pooled(without)
        shape = (2, len(AGES))
        self.stocks = np.zeros((*shape, len(STOCKS)), np.int64)
        self.flows = np.zeros((*shape, len(FLOWS)), np.int64)
        for census in record.censuses:
            self.stocks += census.stocks
            self.flows += census.flows
        chunks = [rows[rows["age"] >= GROWN_UP] for rows in record.logged["people"]]
        self.grown_up = np.concatenate(chunks) if chunks else np.zeros(0, [("ever", np.int64)])
        yearly = [census.yearly for census in record.censuses]
        self.yearly = np.concatenate(yearly) if yearly else np.zeros(0, YEARLY_DTYPE)

    def share(self, above: str, below: str, first: int, last: int, sexes: slice) -> float:
        """Return persons counted over persons, NaN unless every age of the band was seen."""
        return _ratio(self.stocks, STOCKS.index(above), STOCKS.index(below), first, last, sexes)

    def rate(self, above: str, below: str, first: int, last: int) -> float:
        """Return events (or days) over events (or days), NaN unless every age was seen."""
        return _ratio(self.flows, FLOWS.index(above), FLOWS.index(below), first, last, BOTH_SEXES)

    def averted(self, flow: str) -> float:
        """Return how many events fewer there are than without interventions, a person-year."""
        if self.without is None:
            return NOT_DEFINED
        here, there = (
            int(pooled.flows[..., FLOWS.index(flow)].sum()) for pooled in (self, self.without)
        )
        days = int(self.without.flows[..., FLOWS.index("person_days")].sum())
        return DAYS_A_YEAR * (there - here) / days


BOTH_SEXES = slice(0, 2)
FEMALE, MALE = slice(0, 1), slice(1, 2)


def _ratio(
    counts: np.ndarray, above: int, below: int, first: int, last: int, sexes: slice
) -> float:
    """Return one column over another in an age band, NaN unless somebody of every age was seen."""
    cells = counts[sexes, first - FIRST_AGE : last - FIRST_AGE + 1]
    seen = cells[:, :, 0].sum(axis=0)  # people, or days lived
    total = cells[:, :, below].sum()
    if not seen.all() or total == 0:
        return NOT_DEFINED
    return float(cells[:, :, above].sum() / total)
