"""The register as rows to print and as objects for JSON."""

import math
from typing import Any

from abm.evidence.instruments import Instrument
from abm.evidence.register import Entry, Register, Study, bounds_of
from abm.io.messages import find

QUESTIONS = {"single item": "asked by a single item", "either": "asked by a list or a single item"}
WHOLE, LARGEST = 1e4, 1e9  # between them a number is told without decimals and powers of ten
COLUMNS = ("id", "use", "published", "accepted", "what", "source")


def find_entry(register: Register, name: str) -> Entry:
    """Return the entry of that identifier; if there is none, an InputError names the nearest."""
    entries, upper = register.entries, name.upper()
    return entries[upper] if upper in entries else find(name, entries, "claim or figure")


def number(value: float | None) -> str:
    """Return a number as text, with four digits or as a whole one: "-" where there is none."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.0f}" if WHOLE <= abs(value) < LARGEST else f"{value:.4g}"


def accepted(low: float, high: float) -> str:
    """Return what is accepted, in words."""
    if math.isfinite(low) and math.isfinite(high):
        return f"{number(low)} to {number(high)}"
    if math.isfinite(low):
        return f"above {number(low)}"
    return f"below {number(high)}" if math.isfinite(high) else "-"


def accepted_by(entry: Entry) -> str:
    """Return what is accepted of an entry; of several studies, of each."""
    if not entry.study:
        return accepted(entry.low, entry.high)
    every = [accepted(*bounds_of(entry, study)) for study in entry.study]
    return every[0] if len(set(every)) == 1 else "; ".join(every)


def as_row(entry: Entry) -> tuple[str, ...]:
    """Return the cells of one line of the list, in the order of ``COLUMNS``."""
    cited = f"{entry.source} {entry.year}" + (f", {entry.section}" if entry.section else "")
    return (
        *(entry.id, entry.use, number(entry.published), accepted_by(entry)),
        *(entry.statement, cited),
    )


def as_lines(register: Register, entry: Entry) -> list[tuple[str, str]]:
    """Return everything that is said of an entry of a register, a field and its text a line."""
    lines = [
        ("says", entry.statement),
        ("source", f"{entry.source} {entry.year}"),
        ("doi", entry.doi),
        ("section", entry.section),
        ("instrument", format_instrument(register.instruments[entry.instrument])),
        ("kind", entry.kind),
        ("use", entry.use),
        ("counts with", entry.counts_with or ""),
        ("close to", entry.close_to or ""),
        ("published", number(entry.published)),
        ("accepted", accepted_by(entry)),
        ("interval", entry.interval if entry.is_answerable else ""),
        ("judged with", _quantity_of(register, entry)),
        ("why not", entry.why_not),
        ("note", entry.note),
    ]
    for index, study in enumerate(entry.study, 1):
        name = "study" if len(entry.study) == 1 else f"study {index}"
        lines.append((name, format_study(study)))
    return [(field, text) for field, text in lines if text]


def _quantity_of(register: Register, entry: Entry) -> str:
    """Return the quantity in which an entry stands with others, and what is accepted of that."""
    from abm.evidence.quantity_members import quantities_judged

    for quantity in quantities_judged(register).values():
        if entry.id in quantity.entries and quantity.members:
            part = quantity.parts[0]
            ends = f"{number(part.low)} to {number(part.high)}"
            others = ", ".join(name for name in quantity.entries if name != entry.id)
            beside = f" ({others})" if others else ""
            return f"{quantity.id}{beside}: {quantity.statement}; {ends} ({quantity.accepts})"
    return ""


def format_instrument(instrument: Instrument) -> str:
    """Return what was asked, of whom and how in plain words; and how sure that is."""
    asks = f"{instrument.kind}: {instrument.asks}"
    if instrument.kind == "none":
        return asks
    ages = " to ".join(dict.fromkeys(map(str, instrument.ages or ())))  # once where they are one
    age = [f"aged {ages}"] if ages else []
    whom = "; ".join([*age, instrument.frame, instrument.country, instrument.years])
    poisoning = {"yes": "counted", "no": "not counted"}.get(instrument.poisoning or "", "unclear")
    unread = f"; not read: {instrument.unread}" if instrument.unread else ""
    return (
        f"{asks} Of whom: {whom}. How: {instrument.mode}; period: {instrument.period}. "
        f"Counts: {instrument.counts}; intent: {instrument.intent}; poisoning {poisoning}. "
        f"How sure: {instrument.sure}, in {instrument.seen}{unread}."
    )


def format_study(study: Study) -> str:
    """Return a study as one sentence of its settings."""
    parts = [f"{study.part}: {study.statistic}" if study.part else study.statistic]
    parts.append(f"of {study.of}")
    parts += [f"by {study.by}"] if study.by else []
    parts += [f"given {study.given}"] if study.given else []
    parts += [f"minus the highest of {', '.join(study.than)}"] if study.than else []
    parts += [f"times {study.per:g}"] if study.per != 1 else []
    parts.append(f"among {_who(study)}")
    parts += [f"where {study.where}"] if study.where else []
    if study.size is not None:
        parts.append(f"in {study.studies} studies of {study.size[0]} to {study.size[1]} people")
    if not study.asked.loses_nothing:
        parts.append(_how_asked(study))
    world = f"{study.world} and {study.against} (other)" if study.against else study.world
    return f"{', '.join(parts)}; table {study.table} of {world}"


def _who(study: Study) -> str:
    sex = {"all": "everybody", "female": "females", "male": "males"}[study.sex]
    ages = "" if study.ages == (10, 25) else f" of {study.ages[0]} to {study.ages[1]}"
    return sex + ages + ("" if study.setting == "community" else f" ({study.setting})")


def _how_asked(study: Study) -> str:
    asked = study.asked
    parts = [f"asked by {asked.mode}" if asked.mode == "self completion" else "asked face to face"]
    parts += [f"recall {asked.recall:g}"] if asked.recall < 1 else []
    parts += [f"concealment {asked.concealment:g}"] if asked.concealment > 0 else []
    parts += [QUESTIONS[asked.question]] if asked.question != "list" else []
    return ", ".join(parts)


def finite(value: float | None) -> float | None:
    """Return a number that JSON can hold: None where it is infinite or not a number."""
    return None if value is None or not math.isfinite(value) else float(value)


def as_object(register: Register, entry: Entry) -> dict[str, Any]:
    """Return what is said of an entry of a register as an object for JSON; open ends are null."""
    fields = entry.model_dump(mode="json", exclude={"low", "high", "study", "published"})
    fields |= {name: finite(getattr(entry, name)) for name in ("published", "low", "high")}
    asked = register.instruments[entry.instrument]
    fields["instrument"] = asked.model_dump(mode="json", exclude_none=True)
    fields["study"] = [
        study.model_dump(mode="json", exclude={"low", "high"}, exclude_defaults=True)
        | dict(zip(("low", "high"), map(finite, bounds_of(entry, study)), strict=True))
        for study in entry.study
    ]
    return fields
