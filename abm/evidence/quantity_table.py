"""The tables of quantities, and what rows of the evidence table say of theirs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from abm.evidence.causes import cause_of
from abm.evidence.evaluation import Result, Worlds, judge
from abm.evidence.listing import finite
from abm.evidence.null_model import null_results
from abm.evidence.quantity_members import alone, entries_to_judge, quantities_judged
from abm.evidence.quantity_verdicts import (
    GROUPS,
    QuantityResult,
    judge_quantity,
    others_factor,
    prior_passes,
)
from abm.evidence.register import Register
from abm.evidence.signatures import signature_rows
from abm.evidence.verdict_table import BESIDE, row_of

Row = dict[str, Any]
Results = Mapping[str, Result]
FIELDS = (
    *("id", "group", "verdict", "statement", "instrument", "entries", "published", "low", "high"),
    *(
        "accepts",
        "estimates",
        "spread",
        "scale",
        "size",
        "simulated",
        "simulated_low",
        "simulated_high",
    ),
    *("p_inside", "part", "factor", "prior_pass", "benchmark", "benchmark_verdict"),
    *("benchmark_factor", "others_factor", "cause", "note"),
)
"""Names of what is said of a quantity, in quantities.csv and quantities.json."""
DRAW_FIELDS = ("draws_inside", "draws")
"""What follows where parameters were drawn."""
BETWEEN = "; "  # entries of a quantity


class EvidenceTables(NamedTuple):
    """What a validation finds: a row an entry, a row a quantity, a row a study of a signature."""

    entries: list[Row]
    quantities: list[Row]
    signatures: list[Row]


def judge_register(judged: Register, worlds: Worlds) -> EvidenceTables:
    """Do every study of a register in worlds; judge its entries, quantities and signatures."""
    single = worlds.of_single_seeds() if worlds.is_drawn else ()
    asked = entries_to_judge(judged)
    results = {name: judge(entry, worlds, single) for name, entry in asked.items()}
    null = null_results(asked.values(), judged.worlds)
    quantities = quantity_rows(judged, results, null, worlds.is_drawn)
    rows = [row_of(results[name], worlds.is_drawn) for name in judged.entries]
    beside = beside_rows(rows, quantities, judged, results, null)
    return EvidenceTables(beside, quantities, signature_rows(judged, worlds))


def quantity_rows(
    judged: Register, results: Results, null: Results, is_drawn: bool = False
) -> list[Row]:
    """Return a row for everything that is judged of a register.

    `results` are those of `entries_to_judge`, `null` the same of the null model.
    """
    rows = []
    for quantity in quantities_judged(judged).values():
        result = judge_quantity(quantity, results, judged.entries, prior_passes())
        beside = judge_quantity(quantity, null, judged.entries, {}, unknown=0.0)
        rows.append(_row(result, beside, is_drawn))
    return rows


def _row(result: QuantityResult, null: QuantityResult, is_drawn: bool) -> Row:
    quantity, index = result.quantity, result.deciding
    part = quantity.parts[index]
    row: Row = dict.fromkeys(FIELDS) | {
        **{"id": quantity.id, "group": result.group, "verdict": result.verdict},
        **{"statement": quantity.statement, "instrument": quantity.instrument},
        **{"entries": BETWEEN.join(quantity.entries), "published": finite(part.centre)},
        **{"low": finite(part.low), "high": finite(part.high), "accepts": quantity.accepts},
        **{"estimates": len(quantity.estimates), "spread": finite(quantity.spread)},
        **{"scale": part.scale, "size": part.size, "part": part.name, "note": quantity.note},
        **{"prior_pass": finite(result.prior_pass), "cause": cause_of(quantity.entries)},
        **{"others_factor": finite(others_factor(quantity))},
    }
    if result.parts:
        own = result.parts[index]
        row |= {"simulated": finite(own.value), "factor": finite(own.factor)}
        row |= {"simulated_low": finite(own.low), "simulated_high": finite(own.high)}
        row |= {"p_inside": finite(own.p_inside)}
    if null.parts and math.isfinite(null.parts[index].value):
        other = null.parts[index]
        row |= {"benchmark": other.value, "benchmark_factor": finite(other.factor)}
        row |= {"benchmark_verdict": null.verdict}
    if is_drawn:
        row |= {"draws_inside": result.draws_inside, "draws": result.draws}
    return row


def beside_rows(
    rows: Sequence[Row],
    quantities: Iterable[Row],
    judged: Register,
    results: Results,
    null: Results,
) -> list[Row]:
    """Return rows of the evidence table with what `BESIDE` names.

    `rows` and `quantities` are of one register, `results` and `null` as of `quantity_rows`.
    """
    of_entry: dict[str, Row] = {}  # of several quantities the one that says most
    for quantity in sorted(quantities, key=lambda row: GROUPS.index(row["group"])):
        for name in quantity["entries"].split(BETWEEN):
            of_entry.setdefault(name, quantity)
    return [
        row | _beside(row["id"], of_entry.get(row["id"]), judged, results, null) for row in rows
    ]


def _beside(
    name: str, quantity: Row | None, judged: Register, results: Results, null: Results
) -> Row:
    beside: Row = dict.fromkeys(BESIDE) | {"group": "not answerable"}
    beside["prior_pass"] = prior_passes().get(name)
    if quantity is not None:
        beside |= {"quantity": quantity["id"], "quantity_verdict": quantity["verdict"]}
    if not judged.entries[name].is_answerable:
        return beside
    assert quantity is not None
    own = judge_quantity(alone(judged.entries[name]), results, judged.entries, {})
    index = results[name].deciding
    beside |= {"group": quantity["group"], "p_inside": finite(own.parts[index].p_inside)}
    if name in null and null[name].simulated:
        beside["benchmark"] = finite(null[name].simulated[index].value)
    return beside
