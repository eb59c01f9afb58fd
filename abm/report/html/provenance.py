"""Where a report comes from, and the command that gives the same again."""

import json
import math
import shlex
from collections.abc import Sequence
from typing import Any

from abm.io.messages import InputError
from abm.parameters import parameters, switches
from abm.report.format import format_count, format_seeds, format_text
from abm.report.html.description import Description, ScenarioSaid
from abm.report.html.files import Files
from abm.report.sections import Code, Section, TextTable

NAME, TITLE = "provenance", "Where this comes from, and how to repeat it"


def provenance_of(files: Files, said: Description) -> Section:
    """Return the section: what was lived with what, and how to live it again."""
    again = command(said)
    if again is not None:
        paragraphs = ("This lives the same again and gives the same tables, with the same code:",)
        return Section(
            NAME,
            TITLE,
            (*paragraphs, Code(again), *_checksums(files, said), ALIKE, _facts(said)),
        )
    tomls = "\n".join(f"# {each.name}.toml\n{as_toml(each)}" for each in said.scenarios)
    return Section(
        NAME,
        TITLE,
        (
            (
                "The scenario files found here by these names are not those that were lived. What "
                "was "
                "lived, where it differs from the defaults (save each as a file of that name):"
            ),
            Code(tomls),
            *_checksums(files, said),
            ALIKE,
            _facts(said),
        ),
    )


ALIKE = (
    "Bit for bit the same is promised on one type of machine, with the versions listed here; "
    "run.json in the run folder holds every number."
)


def facts(said: Description) -> tuple[tuple[str, str], ...]:
    """Return the few facts that stand at the top of the page."""
    scenario = said.scenario
    years = format_count(scenario.calendar.years, "reported year")
    kind = "one birth cohort" if scenario.population.kind == "cohort" else "ages 10 to 24"
    return (
        ("people", f"{scenario.population.size:,}, {kind}"),
        ("time", f"{years} from {scenario.calendar.start}"),
        ("seeds", format_seeds(said.seeds)),
        ("run", said.run_id or "not said"),
    )


def _facts(said: Description) -> TextTable:
    versions = ", ".join(f"{name} {version}" for name, version in said.versions.items())
    machine = " ".join(str(said.platform.get(name, "")) for name in ("system", "machine"))
    rows = [
        ("command", f"nssi {said.command}"),
        ("scenario", ", ".join(f"{each.name} (“{each.called}”)" for each in said.scenarios)),
        ("people", f"{said.scenario.population.size:,}, {said.scenario.population.kind}"),
        ("first reported day", said.scenario.calendar.start),
        ("reported years", str(said.scenario.calendar.years)),
        ("seeds", format_seeds(said.seeds)),
        ("parameters drawn from the posterior with the hash", said.posterior),
        ("worlds", ", ".join(said.worlds)),
        ("failed runs", str(len(said.failed))),
        ("run id", said.run_id),
        ("hash over the tables", said.content_hash),
        ("version of the code", said.code_version),
        ("versions", versions),
        ("machine", machine),
        ("begun", str(said.timings.get("started", ""))),
        ("took", f"{said.seconds:,.0f} seconds" if math.isfinite(said.seconds) else ""),
    ]
    known = tuple((name, format_text(value)) for name, value in rows if value.strip())
    return TextTable("What was lived, and with what", ("", "value"), known)


def _checksums(files: Files, said: Description) -> tuple[str, ...]:
    """Say whether the tables are still those that the run wrote."""
    if not isinstance(said.tables, dict) or not said.tables:
        return ()
    changed, gone = [], []
    for name, about in said.tables.items():
        if "/" in name or name.endswith(".parquet"):
            continue
        sound = files.has_checksum(format_text(name, 80), str(about.get("sha256", "")))
        if sound is None:
            gone.append(format_text(name, 80))
        elif not sound:
            changed.append(format_text(name, 80))
    told = []
    if changed:
        told.append(f"Changed since the run wrote them: {', '.join(changed)}. Do not rely on this.")
    if gone:
        told.append(f"No longer in the folder: {', '.join(gone)}.")
    return tuple(told) or ("Every CSV table is as the run wrote it: the checksums agree.",)


def command(said: Description) -> str | None:
    """Return the command that lives the same again, or None if none does from here.

    Every scenario is loaded by its name, with what was set over it, and must be the same; so must
    be the posterior, where parameters were drawn.
    """
    if said.posterior and not _is_shipped(said.posterior):
        return None
    overrides = _overrides(said)
    if overrides is None:
        return None
    options = _seeds(said)
    if options is None:
        return None
    words = ["nssi", said.command, *(each.name for each in said.scenarios)]
    return " ".join([*(shlex.quote(word) for word in words), *overrides, *_design(said), *options])


def _overrides(said: Description) -> list[str] | None:
    """Return the options that make the named scenarios those that were lived, or None."""
    from abm.scenario.scenario import load_scenario

    try:
        plain = load_scenario(said.scenario.name)
        options, people, years = [], None, None
        is_own = plain.population.size == said.scenario.population.size
        if said.command == "validate" or not is_own:  # validate has a standard of its own
            people = said.scenario.population.size
            options.append(f"--population {people}")
        if plain.calendar.years != said.scenario.calendar.years:
            years = said.scenario.calendar.years
            options.append(f"--years {years}")
        known = {**plain.parameters, **plain.switches}
        lived = {**said.scenario.parameters, **said.scenario.switches}
        given = {name: str(value) for name, value in lived.items() if known.get(name) != value}
        for each in said.scenarios:
            loaded = load_scenario(each.name, population=people, years=years, overrides=given)
            if not _same(loaded.resolved(), said.raw.get(each.name)):
                return None
    except (ValueError, TypeError):
        return None
    sets = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    if said.command == "validate" and (years is not None or sets):
        return None
    return [*options, *sets]


def _same(first: object, second: object) -> bool:
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def _seeds(said: Description) -> list[str] | None:
    """Return the options for the seeds; None where no one command means them."""
    chosen = sorted(set(said.seeds))
    step = 2 if said.command == "validate" and said.posterior else 1  # a seed a draw
    if not chosen or chosen != list(range(chosen[0], chosen[0] + step * len(chosen), step)):
        return None
    number = len(chosen) // said.repetitions if said.command == "sensitivity" else len(chosen)
    options = [f"--seeds {number}"]
    standard = 101 if said.command == "validate" else 1
    if chosen[0] != standard:
        options.insert(0, f"--seed {chosen[0]}")
    if said.command == "sensitivity" and said.repetitions > 1:
        options.append(f"--repeat {said.repetitions}")
    return options


def _is_shipped(posterior: str) -> bool:
    """Return whether this package's posterior has this hash."""
    from abm.scenario.draws import posterior_draws

    try:
        return posterior_draws().hash == posterior
    except InputError:
        return False


def _design(said: Description) -> list[str]:
    """Return the options that give the points of a design."""
    if said.posterior:
        return ["--uncertainty posterior"]
    if said.command == "sweep":
        return ["--design design.csv"]
    if said.command != "sensitivity":
        return []
    kind = said.design.get("kind")
    options = [f"--method {'sobol' if kind == 'sobol' else 'morris'}"]
    priors = {each.name: list(each.prior) for each in parameters().values() if each.prior}
    if said.ranges != priors:
        ranges = [f"{name}={ends[0]!r}:{ends[1]!r}" for name, ends in said.ranges.items()]
        options.append(f"--parameters {shlex.quote(','.join(ranges))}")
    for key, option in (("trajectories", "trajectories"), ("samples", "samples")):
        if isinstance(said.design.get(key), int):
            options.append(f"--{option} {said.design[key]}")
    if said.design.get("second_order") is True:
        options.append("--second-order")
    return options


def as_toml(said: ScenarioSaid) -> str:
    """Return a scenario file of what was lived, without what is the default anyway."""
    lines = [f"title = {json.dumps(said.title, ensure_ascii=False)}", "", "[population]"]
    lines += [f'kind = "{said.population.kind}"', f"size = {said.population.size}", ""]
    lines += ["[calendar]", f"start = {said.calendar.start}", f"years = {said.calendar.years}"]
    own = {
        name: value
        for name, value in said.parameters.items()
        if name not in parameters() or parameters()[name].default != value
    }
    taken = {
        name: value
        for name, value in said.switches.items()
        if name not in switches() or switches()[name].default != value
    }
    for name, table in (("parameters", own), ("switches", taken)):
        if table:
            lines += ["", f"[{name}]", *_entries(table)]
    for name, factors in said.trends.items():
        lines += ["", f"[trends.{name}]", *_entries(factors)]
    for each in said.interventions:
        told = each.model_dump(exclude_none=True, exclude={"effects"})
        lines += ["", "[[interventions]]", *_entries(told)]
        if each.effects:
            lines.append(f"effects = {{ {', '.join(_entries(each.effects))} }}")
    return "\n".join(format_text(line) if line else line for line in lines) + "\n"


def _entries(table: dict[str, Any]) -> Sequence[str]:
    dates = ("start", "end")
    return [
        f"{name} = {value if name in dates else json.dumps(value, ensure_ascii=False)}"
        for name, value in table.items()
        if value != ""
    ]
