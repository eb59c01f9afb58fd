"""Alternatives against each other, as tables and sentences that page and terminal show alike."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from abm.experiments.comparison.alternatives import QUALYS
from abm.experiments.comparison.cost_effectiveness import DOMINATED, EXTENDEDLY, ON_FRONTIER
from abm.experiments.comparison.pairing import NEW_CASES, OUTCOMES
from abm.report.format import (
    capitalised,
    format_fewer_or_more,
    format_list,
    format_money,
    format_number,
    format_range,
)
from abm.report.rendering import prose
from abm.report.sections import Part, TextTable
from abm.scenario.economics import Economics

MOST_PAIRS = 10
STEPS_SHOWN = 4  # every so many amounts of the acceptability table
ONE = {outcome.name: f"one {outcome.one} fewer" for outcome in OUTCOMES} | {QUALYS: "one QALY"}
SEVERAL = {outcome.name: outcome.label for outcome in OUTCOMES} | {QUALYS: "QALYs gained"}
CHOSEN_BY = {NEW_CASES: ("how many begin", "one fewer who begins")}
STANDINGS = {
    ON_FRONTIER: "efficient",
    DOMINATED: "dominated: another does no less and costs no more",
    EXTENDEDLY: "extendedly dominated: two others, each for a part, do more for as much",
}
KEYS = {
    "discount_costs": "discounting of costs, a year",
    "discount_effects": "discounting of effects, a year",
    "price_presentation": "saved by a presentation fewer",
    "price_year_in_care": "saved by a year in specialist care fewer",
    "price_therapy": "saved by a course of therapy fewer",
    "weight_year": "QALYs lost in a year with self-injury",
    "weight_presentation": "QALYs lost by a presentation",
    "weight_year_in_care": "QALYs lost in a year in specialist care",
}


@dataclass(frozen=True)
class Choice:
    """What a comparison says of its scenarios as alternatives; tables as of `ComparisonFindings`.

    Names in tables are those of scenarios; `titles` say what readers call them.
    """

    base: str
    titles: Mapping[str, str]
    economics: Economics
    pairs: pd.DataFrame
    frontier: pd.DataFrame
    acceptability: pd.DataFrame

    @property
    def money(self) -> str:
        """Return what amounts are in."""
        return self.economics.money() or "the currency of the scenarios"

    @property
    def judged_by(self) -> list[str]:
        """Return the outcomes that tables show: new cases, and QALYs where they are counted.

        None where there is nothing to choose, as of events that happen.
        """
        counts = self.frontier["outcome"].value_counts()
        return [name for name in (NEW_CASES, QUALYS) if counts.get(name, 0) > 1]

    def parts(self) -> tuple[Part, ...]:
        """Return everything, in the order it is read."""
        tables = [table for outcome in self.judged_by for table in self._tables(outcome)]
        pairs = *self.pair_tables(), *self._other_outcomes()
        return (*self.sentences(), *pairs, *tables, *self._counted_with())

    # Pairs

    def pair_tables(self) -> tuple[TextTable, ...]:
        """Return how alternatives differ from each other; none where there is only one."""
        rows = self.pairs[self.pairs["against"] != self.base]
        chosen = rows[rows["outcome"] == NEW_CASES].to_dict("records")
        if not chosen:
            return ()
        cells = tuple(self._pair_cells(row) for row in chosen[:MOST_PAIRS])
        rest = len(chosen) - MOST_PAIRS
        more = [f"{rest} more pairs are in pairs.csv."] if rest > 0 else []
        headings = ("new cases", "chance that it has fewer", "it costs more by", ONE[NEW_CASES])
        return (
            TextTable(
                "Alternatives against each other: new cases per 100,000 people, 95 % intervals",
                ("", *headings[:3], f"{headings[3]} costs"),
                cells,
                frozenset({1, 2, 3, 4}),
                " ".join((*prose("comparison_pairs", money=self.money), *more)),
            ),
        )

    def _other_outcomes(self) -> Iterator[TextTable]:
        """Yield how alternatives differ in outcomes other than new cases."""
        rows = self.pairs[self.pairs["against"] != self.base]
        others = rows[rows["outcome"].isin(list(SEVERAL)[1:])].to_dict("records")
        cells = tuple(
            (f"{self._pair(row)}: {SEVERAL[row['outcome']]}", *self._pair_cells(row)[1:3])
            for row in others[: MOST_PAIRS * (len(SEVERAL) - 1)]
        )
        if cells:
            headings = ("", "per 100,000 people", "chance that it is better")
            caption = "The same in other outcomes, 95 % intervals"
            numbers = frozenset({1, 2})
            yield TextTable(caption, headings, cells, numbers, is_folded=True)

    def _pair(self, row: Mapping[Any, Any]) -> str:
        return f"{self._called(row['scenario'])} against {self._called(row['against'])}"

    def _pair_cells(self, row: Mapping[Any, Any]) -> tuple[str, ...]:
        fewer = format_fewer_or_more(row["per_100k"])
        limits = format_fewer_or_more(row["per_100k_low"], row["per_100k_high"])
        if row["outcome"] == QUALYS:  # which are gained, so that more are better
            ends = row["per_100k_low"], row["per_100k_high"]
            fewer, limits = f"{format_number(row['per_100k'])} gained", format_range(*ends)
        return (
            self._pair(row),
            fewer if limits == "-" else f"{fewer} ({limits})",
            format_surety(row["p_better"]),
            _amount(row["added_cost"], row["added_cost_low"], row["added_cost_high"]),
            _shown(row["cost_per_averted"]),
        )

    def _called(self, name: str) -> str:
        return self.titles.get(name, name)

    # The frontier

    def _tables(self, outcome: str) -> tuple[TextTable, ...]:
        return self.frontier_table(outcome), self._acceptability_table(outcome)

    def frontier_table(self, outcome: str) -> TextTable:
        """Return which scenarios are efficient, and what a step from one to the next costs."""
        rows = self.frontier[self.frontier["outcome"] == outcome]
        ordered = rows.sort_values(["cost", "averted"]).to_dict("records")
        cells = tuple(
            (
                self._called(row["scenario"]),
                format_number(row["averted"]),
                _amount(row["cost"], row["cost_low"], row["cost_high"]),
                STANDINGS[row["standing"]],
                _shown(row["cost_per_averted"]),
            )
            for row in ordered
        )
        is_unsure = bool((rows["cost_low"].isna() & (rows["cost"] != 0)).any())
        fewer = SEVERAL[outcome] + ("" if outcome == QUALYS else " fewer")
        return TextTable(
            f"Which is worth its cost, judged by {SEVERAL[outcome]}: means of a run",
            (
                "",
                fewer,
                f"cost, {self.economics.money()}".removesuffix(", "),
                "which means",
                f"a further {ONE[outcome][4:]} costs",
            ),
            cells,
            frozenset({1, 2, 4}),
            " ".join(prose("comparison_frontier", economics=self.economics, is_unsure=is_unsure)),
        )

    def _acceptability_table(self, outcome: str) -> TextTable:
        rows = self.acceptability[self.acceptability["outcome"] == outcome]
        names = list(dict.fromkeys(rows["scenario"]))
        cells = []
        for threshold, own in list(rows.groupby("willingness_to_pay"))[::STEPS_SHOWN]:
            chances = own.set_index("scenario")["p_best"]
            best = own[own["is_best"]].iloc[0]
            cells.append(
                (
                    format_number(float(str(threshold))),
                    *(format_surety(chances[name]) for name in names),
                    self._called(best["scenario"]),
                    format_number(best["expected_loss"]),
                )
            )
        titles = [self._called(name) for name in names]
        return TextTable(
            f"How sure the choice is, by what one would pay for {ONE[outcome]}",
            ("would pay", *titles, "best on average", "expected loss"),
            tuple(cells),
            frozenset({0, *range(1, len(names) + 1), len(names) + 2}),
            " ".join(prose("comparison_acceptability")),
            is_folded=True,
        )

    def sentences(self) -> tuple[str, ...]:
        """Say which alternative is the best, by what one would pay."""
        return tuple(self._choice(outcome) for outcome in self.judged_by)

    def _choice(self, outcome: str) -> str:
        rows = self.frontier[self.frontier["outcome"] == outcome]
        steps = rows[rows["standing"] == ON_FRONTIER].sort_values("averted").to_dict("records")
        names = [f"“{self._called(row['scenario'])}”" for row in steps]
        by, one = CHOSEN_BY.get(outcome, (SEVERAL[outcome], ONE[outcome]))
        judged = f"Judged only by {by}"
        if len(steps) == 1:
            return f"{judged}, {names[0]} is the best whatever one would pay: no other does more."
        amounts = [format_money(row["cost_per_averted"]) for row in steps[1:]]
        ranges = [f"up to about {amounts[0]}, {names[0]}"]
        for name, low, high in zip(names[1:], amounts, [*amounts[1:], "on"], strict=True):
            ranges.append(f"from {low} {high if high == 'on' else f'to {high}'}, {name}")
        text = f"{judged}, which is the best on average depends on what one would pay for {one}"
        off = [f"“{self._called(row['scenario'])}”" for row in _dominated(rows)]
        never = f" Never the best on average: {format_list(off)}." if off else ""
        likely = self._likely(outcome, str(steps[-1]["scenario"]))
        return f"{text} (in {self.money}): {'; '.join(ranges)}{likely}.{never}"

    def _likely(self, outcome: str, name: str) -> str:
        """Say from what amount on the last one of the frontier is likelier than not the best."""
        rows = self.acceptability[self.acceptability["outcome"] == outcome]
        own = rows[rows["scenario"] == name].sort_values("willingness_to_pay")
        below = own[own["p_best"] <= 0.5]["willingness_to_pay"]
        above = own[own["willingness_to_pay"] > below.max()] if len(below) else own
        if above.empty:
            return ", though nowhere here likelier than not"
        amount = format_money(float(above["willingness_to_pay"].iloc[0]))
        return f", likelier than not from {amount} on"

    def _counted_with(self) -> Iterator[TextTable]:
        """Yield what the scenarios declare, with its sources."""
        declared = {name: getattr(self.economics, name) for name in KEYS}
        rows = tuple(
            (capitalised(KEYS[name]), f"{value:,.10g}", self.economics.source(name))
            for name, value in declared.items()
            if value
        )
        if rows:
            headings = ("", f"in {self.money}, where it is money", "source")
            yield TextTable("What is counted with", headings, rows, frozenset({1}))


def _dominated(rows: pd.DataFrame) -> Sequence[Mapping[Any, Any]]:
    return rows[rows["standing"] != ON_FRONTIER].to_dict("records")


def format_surety(chance: float) -> str:
    """Return a probability without false certainty: ``more than 99 %``."""
    if math.isnan(chance):
        return "-"
    if chance > 0.99 or chance < 0.01:
        return "more than 99 %" if chance > 0.5 else "less than 1 %"
    return f"{100 * chance:.0f} %"


def _amount(value: float, low: float, high: float) -> str:
    limits = format_range(low, high)
    return format_number(value) if limits == "-" else f"{format_number(value)} ({limits})"


def _shown(value: float) -> str:
    return "-" if math.isnan(value) else format_number(value)
