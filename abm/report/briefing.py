"""A comparison for those who decide: sentences in whole numbers, each with one definition.

Page and terminal show the same ones. They hold whatever came out: fewer, more, nothing, no telling,
one seed; of what is offered and of what happens; with costs and without.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from abm.experiments.comparison.alternatives import BOTH
from abm.experiments.comparison.pairing import NEW_CASES
from abm.report.alternatives import Choice, format_surety
from abm.report.averted import (
    LABELS,
    LESS,
    MORE,
    NO_INTERVAL,
    NONE_THERE,
    NOT_KNOWN,
    NOTHING,
    OF_A_RUN,
    PER_100K,
    UNCLEAR,
    AvertedOutcome,
)
from abm.report.format import (
    format_chances,
    format_count,
    format_fewer_or_more,
    format_list,
    format_money,
    format_whole,
    format_whole_percent,
    format_whole_range,
)
from abm.report.rendering import prose
from abm.report.sections import Bar, Bars, TextTable
from abm.report.tables import group_label
from abm.scenario.economics import Economics

MOST_BESIDE = 3  # scenarios of which each has sentences of its own
MOST_BARS = 6  # scenarios that are drawn
FEW_SEEDS = 5
BAND = "12-18"
SEXES = {"female": "girls", "male": "boys"}
GROUPS = ("sex", "age", "adversity")
UNSTATED = " (the currency is not stated)"
SENTENCES = {
    LESS: "With {name}, {about} begin (95 % interval {limits}).",
    MORE: "With {name}, {about} begin (95 % interval {limits}).",
    UNCLEAR: "Whether fewer or more begin with {name} cannot be told from chance: the estimate is "
    "{about} (95 % interval {limits}).",
    NOTHING: "With {name}, the very same people begin as in {base}.",
    NONE_THERE: "Nobody begins, in {base} or with {name}.",
    NO_INTERVAL: "With {name}, {about} begin, but no interval says whether that is more "
    "than chance.",
    NOT_KNOWN: "What {name} changes in how many begin is not known.",
}
"""On new cases, by what the interval allows to say."""
COUNTED = {
    LESS: "with {} fewer begin, beyond chance",
    MORE: "with {} more begin, beyond chance",
    UNCLEAR: "with {} it cannot be told from chance whether fewer or more begin",
    NOTHING: "with {} the very same people begin",
    NONE_THERE: "with {} nobody begins, nor without",
    NO_INTERVAL: "with {} the difference has no interval",
    NOT_KNOWN: "of {} nothing is known",
}
"""The same of many scenarios."""


@dataclass(frozen=True)
class Briefing:
    """What a comparison says to those who decide.

    Tables are as of `ComparisonFindings`; those that a folder does not hold are None. `called` says
    by name what readers call a scenario, the one compared with among them.
    """

    base: str
    called: Mapping[str, str]
    people: int
    years: int
    is_cohort: bool
    events: frozenset[str]  # scenarios of what happens and nobody offers
    economics: Economics
    differences: pd.DataFrame
    curves: pd.DataFrame | None = None
    choice: Choice | None = None

    # What is compared

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows over all seeds, of outcomes that are known."""
        table = self.differences
        return table[(table["seed"] == "all") & table["outcome"].isin(list(LABELS))]

    @cached_property
    def outcomes(self) -> list[AvertedOutcome]:
        """Every outcome of every scenario, among the people that sentences speak of."""
        everybody = [
            row | self._with_parameters(row)
            for row in self.rows[self.rows["group"] == "all"].to_dict("records")
        ]
        sizes = [abs(row["averted"]) for row in everybody if row["outcome"] == NEW_CASES]
        among = PER_100K if 0 < max(sizes, default=0) < 1 else OF_A_RUN
        return [
            AvertedOutcome.from_row(row, self.years, row["scenario"] in self.events, among)
            for row in everybody
        ]

    def _with_parameters(self, row: Mapping[Any, Any]) -> dict[Any, Any]:
        """Return an estimate whose interval covers the parameters too, where they were drawn."""
        if self.choice is None:
            return {}
        table = self.choice.pairs
        is_own = (table["scenario"] == row["scenario"]) & (table["outcome"] == row["outcome"])
        own = table[is_own & (table["against"] == self.base) & (table["uncertainty"] == BOTH)]
        names = [name for among in (OF_A_RUN, PER_100K) for name in among.columns]
        return dict(own.iloc[0][names]) if len(own) else {}

    @property
    def is_drawn(self) -> bool:
        """Whether intervals cover what is not known of the parameters, too."""
        return self.choice is not None and bool((self.choice.pairs["uncertainty"] == BOTH).any())

    @cached_property
    def cases(self) -> list[AvertedOutcome]:
        """New cases, one a scenario."""
        return [own for own in self.outcomes if own.outcome == NEW_CASES]

    def case_of(self, scenario: str) -> AvertedOutcome:
        """Return the new cases of a scenario."""
        return next(own for own in self.cases if own.scenario == scenario)

    @property
    def scale(self) -> float:
        """How many times as many people sentences speak of as are in a run."""
        everybody = self.rows[(self.rows["group"] == "all") & (self.rows["outcome"] == NEW_CASES)]
        own, row = self.cases[0].in_base, everybody.iloc[0]
        return float(own / row["base"]) if row["base"] else 1.0

    @property
    def over(self) -> str:
        """How long, as in a sentence."""
        return "over " + ("a year" if self.years == 1 else format_count(self.years, "year"))

    def name(self, scenario: str) -> str:
        """Return what a scenario is called, quoted."""
        return f"“{self.called.get(scenario, scenario)}”"

    # The answer

    def answer(self) -> tuple[str, ...]:
        """Return the answer: what there is anyhow, then what each scenario changes."""
        if not self.cases:
            return ()
        which = () if self.choice is None else self.choice.sentences()
        if len(self.cases) <= MOST_BESIDE:
            own = tuple(map(self.scenario_text, self.cases))
        else:
            own = (self._counts(), self._furthest())
        return (self.opening(), *own, *which[:1])

    def opening(self) -> str:
        """Say how many begin in the scenario compared with, and how many ever did."""
        in_base = self.cases[0].in_base
        size = round(self.people * self.scale, -3) if self.scale != 1 else self.people
        kind = "of one birth cohort" if self.is_cohort else "aged 10 to 24"
        people = f"{size:,.0f} young people {kind}"
        begin = f"about {format_whole(in_base)} begin" if in_base else "nobody begins"
        ever = self._ever()
        return (
            f"In {self.name(self.base)}, {begin} to self-injure {self.over} among {people}{ever}."
        )

    def _ever(self) -> str:
        """Say how many girls and boys ever did at the end, where curves tell it."""
        if self.curves is None or self.is_cohort or self.curves.empty:
            return ""
        table = self.curves[self.curves["scenario"] == self.curves["scenario"].iloc[0]]
        table = table[(table["date"] == table["date"].max()) & (table["age"] == BAND)]
        table = table[table["measure"] == "lifetime_prevalence"].set_index("sex")["base"]
        known = {label: table[sex] for sex, label in SEXES.items() if table.get(sex, 0) > 0}
        parts = [
            f"{chance} {label}"
            for label, chance in zip(known, format_chances(known.values()), strict=True)
        ]
        return f"; at the end {format_list(parts)} of 12 to 18 have ever done so" if parts else ""

    def scenario_text(self, case: AvertedOutcome) -> str:
        """Return everything there is to say of one scenario; of several, costs are in a table."""
        money = self._money(case) if len(self.cases) == 1 else ""
        parts = (self.sentence(case), money, self._other_outcomes(case.scenario))
        return " ".join(part for part in parts if part)

    def sentence(self, case: AvertedOutcome) -> str:
        """Say how many fewer or more begin with a scenario, and what its interval allows."""
        difference = format_fewer_or_more(case.value, form=format_whole)
        return SENTENCES[case.reading].format(
            name=self.name(case.scenario),
            base=self.name(self.base),
            about=f"about {difference}" if case.value else "no difference",
            limits=format_whole_range(case.low, case.high),
        )

    def _other_outcomes(self, scenario: str) -> str:
        """Name every outcome beside new cases that differs beyond chance, or say that none does."""
        own = [case for case in self.outcomes if case.scenario == scenario]
        rest = [case for case in own if case.outcome != NEW_CASES]
        if all(case.reading in (NOTHING, NONE_THERE) for case in own) or not rest:
            return ""
        beyond = [case for case in rest if case.is_told]
        if not beyond:
            return "In no other outcome can a difference be told from chance."
        changes = [
            f"about {format_fewer_or_more(case.value, form=format_whole)} {case.label}"
            for case in beyond
        ]
        unclear = [case.label for case in rest if case.reading == UNCLEAR]
        also = f"; not told from chance: {format_list(unclear)}" if unclear else ""
        there = "there are also" if self.case_of(scenario).is_told else "there are"
        return f"Beyond chance {there} {format_list(changes)}{also}."

    # Money

    def costs(self, scenario: str) -> Mapping[str, float]:
        """Return what a scenario costs more, and for one case fewer, among those spoken of."""
        if self.choice is not None:
            table = self.choice.pairs
            names = ("added_cost", "cost_per_averted", "p_better")
            table = table[table["against"] == self.base]
        else:
            table, names = self.rows[self.rows["group"] == "all"], ("cost", "cost_per_averted", "")
        rows = table[(table["scenario"] == scenario) & (table["outcome"] == NEW_CASES)]
        values = [float(rows[name].iloc[0]) if name and len(rows) else math.nan for name in names]
        return {"cost": values[0] * self.scale, "of_one": values[1], "surety": values[2]}

    def money(self, amount: float) -> str:
        """Return an amount in the currency of the scenarios."""
        return format_money(amount, self.economics.currency)

    def _money(self, case: AvertedOutcome) -> str:
        """Say what a scenario costs, and for one case fewer where that can be told."""
        costs = self.costs(case.scenario)
        cost, of_one = costs["cost"], costs["of_one"]
        if case.is_event or not cost or math.isnan(cost):
            return ""
        if cost < 0:
            return f"It saves about {self.money(cost)} more than it costs."
        unstated = "" if self.economics.currency else UNSTATED
        text = f"It costs about {self.money(cost)}{unstated}"
        if case.reading == LESS and of_one > 0:
            return f"{text}, or {self.money(of_one)} for each one who does not begin."
        return f"{text}, and more begin with it." if case.reading == MORE else f"{text}."

    # Several

    def _counts(self) -> str:
        """Say with how many scenarios fewer or more begin, or it cannot be told."""
        parts = []
        for reading, sentence in COUNTED.items():
            names = [self.name(case.scenario) for case in self.cases if case.reading == reading]
            if names:
                parts.append(f"{sentence.format(len(names))} ({format_list(names)})")
        return f"Of {len(self.cases)} scenarios, {format_list(parts)}."

    def _furthest(self) -> str:
        """Say which estimate is the largest, or where none is of fewer, the worst."""
        known = [case for case in self.cases if math.isfinite(case.value)]
        if not known:
            return f"How many begin beside {self.name(self.base)} is not known."
        most, least = (pick(known, key=lambda case: case.value) for pick in (max, min))
        chosen = most if most.value > 0 else least
        text = self.scenario_text(chosen)
        if len(known) == 1 or chosen.value == 0:
            return text
        return f"{'The most' if most.value > 0 else 'The worst'}: {text}"

    def bars(self) -> Bars | None:
        """Return how many begin in each scenario, as a figure; None where nobody does, or of many.

        What is fewer is left empty and what is more is added at the end, so that the difference is
        seen beside all who begin anyhow.
        """
        known = [case for case in self.cases if math.isfinite(case.value)]
        in_base = self.cases[0].in_base if self.cases else math.nan
        if not known or not in_base > 0 or len(known) > MOST_BARS:
            return None
        ends = [case.low if math.isfinite(case.low) else case.value for case in known]
        full = max(in_base, *(in_base - end for end in ends))

        def share(value: float) -> float:
            return min(max(value / full, 0.0), 1.0)

        bars = [Bar(self.called.get(self.base, self.base), format_whole(in_base), share(in_base))]
        for case in known:
            left = max(in_base - case.value, 0.0)
            difference = format_fewer_or_more(case.value, form=format_whole)
            is_sure = case.low < case.high
            bars.append(
                Bar(
                    self.called.get(case.scenario, case.scenario),
                    f"{format_whole(left)} ({difference})",
                    share(min(left, in_base)),
                    share(left) - share(min(left, in_base)),
                    (share(in_base - case.high), share(in_base - case.low)) if is_sure else None,
                )
            )
        caption = f"How many begin to self-injure {self.over}"
        return Bars(caption, tuple(bars), " ".join(prose("comparison_bars", bars=bars)))

    def at_a_glance(self) -> TextTable | None:
        """Return several scenarios beside each other in whole numbers; None for one alone."""
        if len(self.cases) < 2:
            return None
        costs = {case.scenario: self.costs(case.scenario) for case in self.cases}
        has_costs = any(own["cost"] > 0 for own in costs.values())
        has_surety = any(not math.isnan(own["surety"]) for own in costs.values())
        headings = ["", f"begin, of about {format_whole(self.cases[0].in_base)}", "95 % interval"]
        headings += ["cost", "cost of one fewer"] * has_costs + ["chance of fewer"] * has_surety
        rows = []
        for case in self.cases:
            own = costs[case.scenario]
            row = [
                self.called.get(case.scenario, case.scenario),
                format_fewer_or_more(case.value, form=format_whole),
                format_whole_range(case.low, case.high),
            ]
            if has_costs:
                is_paid = own["cost"] > 0 and not case.is_event
                row.append(format_money(own["cost"]) if is_paid else "-")
                row.append(format_money(own["of_one"]) if own["of_one"] > 0 else "-")
            row += [format_surety(own["surety"])] * has_surety
            rows.append(tuple(row))
        numbers = frozenset(range(1, len(headings)))
        caption = (
            f"How many begin {self.over}, and at what cost"
            if has_costs
            else (f"How many begin {self.over}")
        )
        return TextTable(caption, tuple(headings), tuple(rows), numbers, self._cost_note(has_costs))

    def _cost_note(self, has_costs: bool) -> str:
        if not has_costs:
            return ""
        stated = self.economics.money()
        money = f"In {stated}" if stated else "The currency is not stated"
        rates = self.economics.discount_costs, self.economics.discount_effects
        counted = ", with what is saved set against it" if self.economics.has_prices else ""
        discounted = "; costs and effects of later years are discounted" if any(rates) else ""
        when = "The cost of one fewer stands only where fewer begin beyond chance."
        return f"{money}{counted}{discounted}. {when}"

    # For whom

    def for_whom(self) -> tuple[str, ...]:
        """Say whom each scenario reaches, and among whom there are fewer or more."""
        chosen = self.cases
        if len(chosen) > MOST_BESIDE:
            chosen = sorted(chosen, key=lambda case: -abs(case.value))[:MOST_BESIDE]
        return tuple(filter(None, map(self._for_whom, chosen)))

    def _for_whom(self, case: AvertedOutcome) -> str:
        name = self.name(case.scenario)
        reached = ""
        if case.reached > 0 and not case.is_event:
            reached = f"{name} reaches about {format_whole(case.reached * self.scale)} people"
            if case.reading == LESS:
                needed = case.reached * self.scale / case.value
                reached += f", one fewer beginning for about {format_whole(needed)} reached"
        if not case.is_told:
            return f"{reached}." if reached else ""
        parts = [self._split(case, group) for group in GROUPS]
        difference = format_fewer_or_more(case.value, form=format_whole)
        split = "; ".join(part for part in parts if part)
        if not split:
            return f"{reached}." if reached else ""
        begin = f"{reached}. Of" if reached else f"With {name}, of"
        return f"{begin} about {difference}: {split}."

    def _split(self, case: AvertedOutcome, group: str) -> str:
        """Say how fewer or more are spread over the levels of a group, with how large these are."""
        rows = self.rows[(self.rows["outcome"] == NEW_CASES) & (self.rows["group"] == group)]
        rows = rows[(rows["scenario"] == case.scenario) & (rows["people"] > 0)]
        people = rows["people"].sum()
        having = "with " if group == "adversity" else ""
        parts = [
            f"{self._share(row, case.value)} {having}{group_label(group, row['level'])} "
            f"({format_whole_percent(row['people'] / people)} of all)"
            for row in rows.to_dict("records")
            if row["helped"] or row["harmed"]
        ]
        return format_list(parts)

    def _share(self, row: Mapping[Any, Any], whole: float) -> str:
        averted = row["averted"] * self.scale
        if abs(averted) < 0.5 < abs(whole):
            return "hardly any"
        is_same = (averted > 0) == (whole > 0)
        text = format_whole(abs(averted))
        return text if is_same else format_fewer_or_more(averted, form=format_whole)

    # How sure

    def surety(self) -> tuple[str, ...]:
        """Say what numbers rest on, how sure directions are, and which alternative does more."""
        if not self.cases:
            return ()
        return (*self._runs(), *self._directions(), *self._against_each_other(), *self._largest())

    def _runs(self) -> Iterator[str]:
        seeds = min(case.seeds for case in self.cases)
        if seeds == 1:
            yield (
                "There is one run of each only: intervals come from its people alone and leave out "
                "what differs between populations. Take more seeds before building on this."
            )
        elif seeds < FEW_SEEDS:
            yield (
                f"Numbers are means of {seeds} runs of the same people. With so few, intervals "
                "rest mostly on how people differ, and can be too narrow in small groups."
            )
        else:
            yield f"Numbers are means of {seeds} runs of the same people."
        further = " and what is not known of the fitted numbers" if self.is_drawn else ""
        yield f"Intervals cover chance{further}, not whether the numbers of the model are right."

    def _directions(self) -> Iterator[str]:
        if len(self.cases) > 1 and self.choice is not None:
            return  # they stand in the table
        parts = []
        for case in self.cases:
            surety = self.costs(case.scenario)["surety"]
            if not math.isnan(surety):
                direction = "fewer" if surety >= 0.5 else "more"
                chance = format_surety(max(surety, 1 - surety))
                parts.append(f"{direction} with {self.name(case.scenario)}: {chance}")
        if parts:
            yield f"How likely it is that in the long run there are {'; '.join(parts)}."

    def _against_each_other(self) -> Iterator[str]:
        if self.choice is None and len(self.cases) > 1:
            yield (
                "How the scenarios differ from each other must not be judged from whether their "
                "intervals overlap, and this folder does not say it: compare them anew."
            )
        if self.choice is None or len(self.cases) > MOST_BESIDE:
            return
        table = self.choice.pairs
        best = max(self.cases, key=lambda case: case.value).scenario
        rows = table[(table["against"] != self.base) & (table["outcome"] == NEW_CASES)]
        rows = rows[(rows["scenario"] == best) | (rows["against"] == best)]
        parts = []
        for row in rows.to_dict("records"):
            if not math.isnan(row["p_better"]):
                is_better = row["p_better"] >= 0.5
                first, second = ("scenario", "against")[:: 1 if is_better else -1]
                surety = format_surety(max(row["p_better"], 1 - row["p_better"]))
                names = f"{self.name(row[first])} than with {self.name(row[second])}"
                difference = format_whole(abs(row["averted"]) * self.scale)
                parts.append(f"about {difference} fewer begin with {names} ({surety})")
        if parts:
            yield f"Against each other, person by person: {'; '.join(parts)}."

    def _largest(self) -> Iterator[str]:
        if len(self.cases) > MOST_BESIDE:
            yield "The largest of several estimates is the likeliest to be too large by chance."
