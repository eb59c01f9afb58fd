"""Where a report comes from, and the command that gives the same again."""

import json
import math
import shlex
from typing import Any

from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.report.format import format_count, format_seeds, format_text
from abm.report.html.folder import DescribedScenario, Description, Files
from abm.report.rendering import prose
from abm.report.sections import Code, Part, Section, TextTable
from abm.scenario import toml_text
from abm.scenario.draws import POSTERIOR, PRIOR, chosen_draws
from abm.scenario.scenario import Observation, load_scenario


def provenance(files: Files, description: Description) -> Section:
    """Return what was run with what, and how to run it again."""
    command = command_of(description)
    if command is not None:
        again: tuple[Part, ...] = (*prose("same_again"), Code(command))
    else:
        tomls = [f"# {own.name}.toml\n{as_toml(own)}" for own in description.scenarios]
        again = (*prose("other_files"), Code("\n".join(tomls)))
    return Section(
        "provenance",
        "Where this comes from, and how to repeat it",
        (*again, *_checksums(files, description), *prose("alike"), _what_was_run(description)),
    )


def facts(description: Description) -> tuple[tuple[str, str], ...]:
    """Return the few facts that stand at the top of the page."""
    scenario = description.scenario
    years = format_count(scenario.calendar.years, "reported year")
    kind = "one birth cohort" if scenario.population.kind == "cohort" else "ages 10 to 24"
    chosen = _chosen(description)
    names = chosen.get("only", "").replace(",", ", ")
    evidence = f"only {names}" if names else "all that ships"
    evidence += f"; with {chosen['evidence']}" if "evidence" in chosen else ""
    return (
        ("people", f"{scenario.population.size:,}, {kind}"),
        ("time", f"{years} from {scenario.calendar.start}"),
        ("seeds", format_seeds(description.seeds)),
        *((("evidence", evidence),) if chosen else ()),
        ("run", description.run_id or "not said"),
    )


def _chosen(description: Description) -> dict[str, str]:
    """Return which evidence a validation was asked for, where that was not all that ships."""
    if description.command != "validate":
        return {}
    named = {name: description.design.get(name) for name in ("evidence", "only")}
    return {name: format_text(value) for name, value in named.items() if value}


def _what_was_run(description: Description) -> TextTable:
    scenario, seconds = description.scenario, description.seconds
    names = ", ".join(f"{own.name} ({own.quoted})" for own in description.scenarios)
    versions = ", ".join(f"{name} {version}" for name, version in description.versions.items())
    machine = " ".join(str(description.platform.get(name, "")) for name in ("system", "machine"))
    rows = [
        ("command", f"nssi {description.command}"),
        ("scenario", names),
        ("people", f"{scenario.population.size:,}, {scenario.population.kind}"),
        ("first reported day", scenario.calendar.start),
        ("reported years", str(scenario.calendar.years)),
        ("seeds", format_seeds(description.seeds)),
        (
            f"parameters drawn from the {description.drawn_from} with the hash",
            description.posterior,
        ),
        ("evidence of one's own", _chosen(description).get("evidence", "")),
        ("its SHA-256", str(description.design.get("evidence_sha256", ""))),
        ("only", _chosen(description).get("only", "")),
        ("worlds", ", ".join(description.worlds)),
        ("failed runs", str(len(description.failed))),
        ("run id", description.run_id),
        ("hash over the tables", description.content_hash),
        ("version of the code", description.code_version),
        ("versions", versions),
        ("machine", machine),
        ("begun", str(description.timings.get("started", ""))),
        ("took", f"{seconds:,.0f} seconds" if math.isfinite(seconds) else ""),
    ]
    known = tuple((name, format_text(value)) for name, value in rows if value.strip())
    return TextTable("What was run, and with what", ("", "value"), known)


def _checksums(files: Files, description: Description) -> tuple[str, ...]:
    """Say whether the tables are still those that the run wrote."""
    if not isinstance(description.tables, dict) or not description.tables:
        return ()
    changed, gone, apart = [], [], []
    for table, about in description.tables.items():
        if "/" in table or table.endswith(".parquet"):
            continue
        name = format_text(table, 80)
        is_sound = files.has_checksum(name, str(about.get("sha256", "")))
        twin = f"{name.removesuffix('.json')}.csv"
        if is_sound is None and name.endswith(".json") and twin in description.tables:
            apart.append(name)
        elif is_sound is None:
            gone.append(name)
        elif not is_sound:
            changed.append(name)
    return prose("checksums", changed=changed, gone=gone, apart=apart)


# The command that runs the same again


def command_of(description: Description) -> str | None:
    """Return the command that runs the same again, or None if none does from here.

    Every scenario is loaded by its name, with what was set over it, and must be the same; so must
    be what parameters were drawn from.
    """
    if description.posterior and not _is_shipped(description):
        return None
    overrides, seeds = _overrides(description), _seeds(description)
    if overrides is None or seeds is None:
        return None
    names = ["nssi", description.command, *(own.name for own in description.scenarios)]
    return " ".join([*map(shlex.quote, names), *overrides, *_design(description), *seeds])


def _overrides(description: Description) -> list[str] | None:
    """Return the options that make the named scenarios those that were run, or None."""
    scenario, is_validation = description.scenario, description.command == "validate"
    has_own_size = description.command in ("validate", "ablate")
    try:
        plain = load_scenario(scenario.name)
        options, people, years = [], None, None
        is_own = plain.population.size == scenario.population.size
        if has_own_size or not is_own:  # these have a standard of their own
            people = scenario.population.size
            options.append(f"--population {people}")
        if plain.calendar.years != scenario.calendar.years:
            years = scenario.calendar.years
            options.append(f"--years {years}")
        known = {**plain.parameters, **plain.switches}
        values = {**scenario.parameters, **scenario.switches}
        given = {name: str(value) for name, value in values.items() if known.get(name) != value}
        for own in description.scenarios:
            loaded = load_scenario(own.name, population=people, years=years, overrides=given)
            if not _same(loaded.resolved(), description.raw.get(own.name)):
                return None
    except (ValueError, TypeError):
        return None
    sets = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    if is_validation and (years is not None or sets):
        return None
    return [*options, *sets]


def _same(first: object, second: object) -> bool:
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def _seeds(description: Description) -> list[str] | None:
    """Return the options for the seeds; None where no one command means them."""
    chosen = sorted(set(description.seeds))
    is_validation = description.command == "validate"
    is_by_draw = description.command in ("validate", "ablate") and description.posterior
    step = 2 if is_by_draw else 1  # a seed a draw
    if not chosen or chosen != list(range(chosen[0], chosen[0] + step * len(chosen), step)):
        return None
    repetitions = description.repetitions if description.command == "sensitivity" else 1
    options = [f"--seeds {len(chosen) // repetitions}"]
    if chosen[0] != (101 if is_validation else 1):
        options.insert(0, f"--seed {chosen[0]}")
    if repetitions > 1:
        options.append(f"--repeat {repetitions}")
    return options


def _is_shipped(description: Description) -> bool:
    """Return whether this package's posterior, or prior, is what was drawn from."""
    try:
        draws = chosen_draws(description.drawn_from, (POSTERIOR, PRIOR))
        return draws is not None and draws.hash == description.posterior
    except InputError:
        return False


def _design(description: Description) -> list[str]:
    """Return the options that give the points of a design, or what is judged."""
    drawn = [f"--uncertainty {description.drawn_from}"] if description.posterior else []
    if description.command == "validate":
        chosen = _chosen(description).items()
        return [*drawn, *(f"--{name} {shlex.quote(value)}" for name, value in chosen)]
    if description.command == "ablate":
        names = description.design.get("mechanisms", [])
        return [*drawn, f"--only {shlex.quote(','.join(map(str, names)))}"]
    if drawn:
        return drawn
    if description.command == "sweep":
        return ["--design design.csv"]
    if description.command != "sensitivity":
        return []
    design, ranges = description.design, description.ranges
    options = [f"--method {'sobol' if design.get('kind') == 'sobol' else 'morris'}"]
    if ranges != {name: list(own.prior) for name, own in parameters().items() if own.prior}:
        explored = ",".join(f"{name}={ends[0]!r}:{ends[1]!r}" for name, ends in ranges.items())
        options.append(f"--parameters {shlex.quote(explored)}")
    for name in ("trajectories", "samples"):
        if isinstance(design.get(name), int):
            options.append(f"--{name} {design[name]}")
    if design.get("second_order") is True:
        options.append("--second-order")
    if isinstance(bank := design.get("bank"), dict):
        options.append(f"--from-bank {shlex.quote(str(bank.get('folder')))}")
    return options


def as_toml(scenario: DescribedScenario) -> str:
    """Return a scenario file of what was run, without what is the default anyway."""
    interventions = [own.model_dump(exclude_none=True) for own in scenario.interventions]
    text = toml_text.as_toml(
        {
            "title": scenario.title,
            "population": scenario.population.model_dump(),
            "calendar": scenario.calendar.model_dump(),
            "parameters": _not_by_default(scenario.parameters, parameters()),
            "switches": _not_by_default(scenario.switches, switches()),
            "observation": {
                name: value
                for name, value in scenario.observation.items()
                if getattr(Observation(), name, None) != value
            },
            "economics": scenario.economics.model_dump(exclude_defaults=True),
            "trends": scenario.trends,
            "interventions": [
                {name: value for name, value in own.items() if value not in ("", {})}
                for own in interventions
            ],
        }
    )
    return "\n".join(map(format_text, text.splitlines())) + "\n"


def _not_by_default(values: dict[str, Any], declared: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name not in declared or declared[name].default != value
    }
