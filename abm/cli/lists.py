"""The commands that list what there is to name, or explain one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from abm.cli.options import EvidenceOption, JsonOption, OnlyOption, beginning, declared_names
from abm.io.messages import InputError, did_you_mean, find, shown
from abm.io.terminal import print_json, print_table

if TYPE_CHECKING:
    from abm.parameters import Parameter, Switch
    from abm.scenario.intervention_library import Effect, Kind


@dataclass(frozen=True)
class _Listing:
    """What can be listed and explained, and how."""

    columns: tuple[str, ...]
    entries: Iterable[Any]
    find: Callable[[str], Any]
    row: Callable[[Any], tuple[str, ...]]
    lines: Callable[[Any], list[tuple[str, str]]]  # all about one: a field and its words
    plain: Callable[[Any], dict[str, Any]]  # for JSON

    def show(self, name: str | None, heading: str, as_json: bool) -> None:
        """Print all entries, or all about the one that is named."""
        if name is None and as_json:
            print_json([self.plain(entry) for entry in self.entries])
        elif name is None:
            print_table(self.columns, map(self.row, self.entries))
        elif as_json:
            print_json(self.plain(self.find(name)))
        else:
            print_table((heading, name), self.lines(self.find(name)))


def scenarios(as_json: JsonOption = False) -> None:
    """List the scenarios that can be named here."""
    from abm.scenario.files import available_scenarios

    listed = available_scenarios()
    if as_json:
        print_json([asdict(scenario) | {"path": str(scenario.path)} for scenario in listed])
    else:
        rows = [(scenario.name, scenario.title, " ".join(scenario.about)) for scenario in listed]
        print_table(("name", "title", "what it asks"), rows)


# Parameters and switches

TRENDS = {
    "number": "may change over calendar years; multipliers multiply the number",
    "odds": "may change over calendar years; multipliers multiply the odds of this chance",
    "nothing": "only interventions change it: it may be negative and has no multiple",
}


def parameters(
    sought: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|WORD...]",
            help="A parameter or switch to explain, or words to search for.",
            autocompletion=declared_names,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List every parameter and switch, explain one, or search names and sentences for words."""
    from abm.parameters import find_declared, parameters, switches

    declared: dict[str, Parameter | Switch] = {**parameters(), **switches()}
    asked = sought or []
    is_search = len(asked) > 1 or (bool(asked) and asked[0] not in declared)
    entries = searched(asked, declared.values()) if is_search else [*declared.values()]
    columns = ("name", "default", "range", "unit", "what it means", "source")
    width = len(columns) if is_search else -1
    listing = _Listing(
        columns[:width],
        entries,
        find_declared,
        lambda entry: _declared_row(entry)[:width],
        declared_lines,
        _declared_object,
    )
    listing.show(asked[0] if asked and not is_search else None, "name", as_json)


def searched(
    sought: Sequence[str], declared: "Iterable[Parameter | Switch]"
) -> "list[Parameter | Switch]":
    """Return what has all words, or parts of words, in its name or sentence.

    InputError with the nearest word of any name or sentence if there is none.
    """
    texts = [
        (entry, f"{entry.name} {entry.name.replace('_', ' ')} {entry.sentence}".lower())
        for entry in declared
    ]
    hits = [entry for entry, text in texts if all(word.lower() in text for word in sought)]
    if hits:
        return hits
    known = dict.fromkeys(word.strip("().,:;") for _, text in texts for word in text.split())
    unknown = [word for word in sought if not any(word.lower() in text for _, text in texts)]
    meant = did_you_mean(unknown[0], known) if unknown else ""
    asked = shown(" ".join(sought))
    raise InputError(f"no parameter or switch has {asked} in its name or sentence{meant}")


def _declared_row(declared: "Parameter | Switch") -> tuple[str, ...]:
    from abm.parameters import Switch

    if isinstance(declared, Switch):
        default, bounds, unit = declared.default, " | ".join(declared.values), "switch"
    else:
        default, unit = f"{declared.default:g}", declared.unit
        bounds = f"{declared.low:g} to {declared.high:g}"
    return declared.name, default, bounds, unit, declared.sentence, declared.source


def declared_lines(declared: "Parameter | Switch") -> list[tuple[str, str]]:
    """Return everything that is declared about one name, a field and its sought a line."""
    from abm.parameters import Switch

    if isinstance(declared, Switch):
        about = [("values", " | ".join(declared.values)), ("default", declared.default)]
    else:
        prior = declared.prior
        about = [
            ("group", declared.group),
            ("unit", declared.unit),
            ("default", f"{declared.default:g}"),
            ("range", f"{declared.low:g} to {declared.high:g}"),
            ("prior", f"{prior[0]:g} to {prior[1]:g}" if prior else "none; stays fixed"),
            ("trend", TRENDS[declared.trend_on] if declared.trend else "constant"),
        ]
    return [*about, ("means", declared.sentence), ("source", declared.source)]


def _declared_object(declared: "Parameter | Switch") -> dict[str, Any]:
    """Return what is declared for JSON; ``kind`` says which of the two it is."""
    return {"kind": type(declared).__name__.lower(), **declared.model_dump()}


# Kinds of interventions

UNITS = {
    "coverage": "share reached, once risen",
    "ramp_years": "years over which coverage rises",
    "ages": "completed years, first and last",
    "sex": "all, female or male",
    "who": "whom it is for",
    "months_to_full": "months over which the effect grows",
    "half_life_years": "years over which the full effect halves; 0: does not fade",
    "uptake_risk": "log-odds of being reached per SD of adversity",
    "cost": "an assumption, in any currency",
}


def _kind_names(incomplete: str) -> list[tuple[str, str]]:
    from abm.scenario.intervention_library import kinds

    return beginning(incomplete, ((kind.name, kind.title) for kind in kinds().values()))


def interventions(
    kind: Annotated[
        str | None, typer.Argument(help="One kind of intervention.", autocompletion=_kind_names)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the kinds of interventions a scenario can have, or explain one."""
    from abm.scenario.intervention_library import kinds

    columns = ("kind", "label", "delivery", "changes", "what it is")
    listing = _Listing(columns, kinds().values(), find_kind, kind_row, kind_lines, kind_object)
    listing.show(kind, "kind", as_json)


def find_kind(name: str) -> "Kind":
    """Return the kind of that name; InputError with the nearest if there is none."""
    from abm.scenario.intervention_library import kinds

    return find(name, kinds(), "kind of intervention")


def kind_row(kind: "Kind") -> tuple[str, ...]:
    """Return the cells of one line of the list."""
    return kind.name, kind.label, kind.delivery, ", ".join(kind.effects), kind.sentence


def kind_lines(kind: "Kind") -> list[tuple[str, str]]:
    """Return everything that is declared about one kind, a field and its words a line."""
    lines = [
        ("title", kind.title),
        ("means", kind.sentence),
        ("label", kind.label),
        ("delivery", kind.delivery),
        ("setting", kind.setting),
    ]
    lines += [(key, f"{value}  ({meaning(key, value)})") for key, value in kind.defaults.items()]
    lines += [(f"effects.{name}", describe_effect(e)) for name, e in kind.effects.items()]
    return [*lines, ("evidence", kind.evidence)]


def meaning(key: str, value: Any) -> str:
    """Return what a key means; of `cost_per`, what its value does."""
    from abm.scenario.intervention_library import COST_PER

    return f"cost of {COST_PER[value]}" if key == "cost_per" else UNITS[key]


def describe_effect(effect: "Effect") -> str:
    """Return what an effect does by default, its range and its source."""
    bounds = f"(may be {effect.low:g} to {effect.high:g}); {effect.source}"
    if effect.how == "factor":
        return f"times {effect.value:g} {bounds}"
    return f"changes by {effect.value:g} {effect.unit} {bounds}"


def kind_object(kind: "Kind") -> dict[str, Any]:
    """Return what is declared for JSON."""
    return kind.model_dump(mode="json")


# What the model is made of, and held against


def _evidence_names(incomplete: str) -> list[tuple[str, str]]:
    from abm.evidence.register import register

    entries = register().entries.values()
    return beginning(incomplete.upper(), ((entry.id, entry.statement) for entry in entries))


def evidence(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="One claim or figure, such as P61.", autocompletion=_evidence_names
        ),
    ] = None,
    file: EvidenceOption = None,
    names: OnlyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every claim and published figure the model is held against, or explain one."""
    from abm.evidence.listing import COLUMNS, as_lines, as_object, as_row, find_entry
    from abm.evidence.selection import choose

    chosen = choose(names, file).register
    known = name and find_entry(chosen, name).id
    listing = _Listing(
        COLUMNS,
        chosen.entries.values(),
        partial(find_entry, chosen),
        as_row,
        partial(as_lines, chosen),
        partial(as_object, chosen),
    )
    listing.show(known, "id", as_json)


def explain(
    topic: Annotated[Literal["day"], typer.Argument(help="What to explain: the day of a person.")],
) -> None:
    """List the phases of a day in the order in which they run."""
    from abm.mechanisms.day import DAY
    from abm.simulation.schedule import POPULATION_DAY

    rows: list[tuple[str, str, str, str]] = []
    for number, phase in enumerate(POPULATION_DAY, 1):
        rows.append((str(number), phase.name, "", phase.sentence))
        if phase.name == "live":
            own = [(step.name, step.section, step.sentence) for step in DAY]
            rows += [(f"{number}.{at}", *step) for at, step in enumerate(own, 1)]
    print_table(("", "phase", "section", "what happens"), rows)
