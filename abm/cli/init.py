"""The command `init`: write a scenario file to start from, short or with every number."""

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

_STARTER = """\
# What {name} asks: say it here, in a line or two.
# What this file does not say is as in the baseline. To change a value, remove the "# " before it.
extends = "baseline"
title = "{name}"
# economics = {{ currency = "EUR" }}     # prices, discounting and more: docs/comparing.md

[population]
# size = 10_000                        # people of 10 to 24 years at any time

[calendar]
# start = 2015-09-01                   # the first reported day
# years = 10                           # reported years

[parameters]                           # `nssi parameters WORD` searches all of them
{parameters}

# What is done, from a date on. `nssi interventions` lists the kinds, and explains the one named.
# [[interventions]]
# kind = "{kind}"
# start = 2017-09-01                   # left out: from the first reported day
{keys}
"""
_SHOWN = ("female_share", "prevalence_")  # what regions differ in, and have figures of
_KIND, _KEYS = "school_skills_programme", ("coverage", "ages", "sex", "half_life_years", "cost")


def init(
    name: Annotated[str, typer.Argument(help="Letters, digits, - and _ only.")],
    full: Annotated[bool, typer.Option("--full", help="Show every number of the model.")] = False,
) -> None:
    """Write scenarios/NAME.toml, commented, to start a scenario from."""
    path = write_starter(name, Path("scenarios"), full)
    print(f"Wrote {path}. Edit it, then: nssi run {name}", file=sys.stderr)


def starter(name: str) -> str:
    """Return a short commented file: people, years, maltreatment, one intervention."""
    from abm.cli.lists import meaning
    from abm.parameters import parameters
    from abm.scenario.intervention_library import kinds

    numbers = [p for p in parameters().values() if p.name.startswith(_SHOWN)]
    defaults = kinds()[_KIND].defaults
    return _STARTER.format(
        name=name,
        kind=_KIND,
        parameters="\n".join(_entry(p.name, p.default, p.sentence) for p in numbers),
        keys="\n".join(_entry(key, defaults[key], meaning(key, defaults[key])) for key in _KEYS),
    )


def _entry(key: str, value: object, about: str) -> str:
    """Return a line that says nothing yet: a key, the value it has anyway, what it means."""
    return f"# {key} = {json.dumps(value)}".ljust(39) + f"# {about}"


def write_starter(name: str, folder: Path, is_full: bool) -> Path:
    """Write a starter file, which must not exist yet, and return its path."""
    from abm.io.messages import ScenarioError, shown
    from abm.scenario.files import NAME_RULE, available_scenarios, is_scenario_name

    if not is_scenario_name(name):
        raise ScenarioError(f"{shown(name)} cannot name a scenario; expected {NAME_RULE}")
    for taken in available_scenarios():
        if taken.name.lower() == name.lower():
            raise ScenarioError(f"there is a scenario called '{taken.name}' already: {taken.path}")
    path = folder / f"{name}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(full_starter(name) if is_full else starter(name))
    except FileExistsError:
        raise ScenarioError(f"{path}: exists already, or {folder} is not a folder") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written: {error.strerror}") from None
    return path


# Every number

_FULL_HEAD = """\
# What {name} asks: say it here, in a line or two.
# Everything not said here is as in the scenario it extends. To change a value, remove the
# "# " before its line; every value shown is the baseline's.
extends = "baseline"
title = "{name}"
# What a comparison counts with: money, savings, discounting, weights; see docs/comparing.md.
# economics = {{ currency = "EUR", price_year = 2022, discount_costs = 0.03 }}

[population]
# "open": all ages 10-24, a year-group enters each September; "cohort": one birth cohort, 10 to 25.
# kind = "open"
# People present at any time, 1 to 5,000,000.
# size = 10_000

[calendar]
# The first reported day; 15 years are simulated before it so that all ages have histories.
# start = 2015-09-01
# Reported years, 1 to 100 (a cohort: at most 15).
# years = 10

[observation]
# Share of people in the yearly panel (written with --panel).
# panel_share = 0.1
# Share of people asked at prompts, over how many days, how often a day (--moments).
# moments_share = 0.2
# moments_days = 21
# prompts_per_day = 6
# Deaths to be expected after hospital, by published hazards: writes follow_up.csv, changes nothing.
# follow_up = false

[parameters]
"""

_FULL_TAIL = """
# Multipliers by calendar year, linear in between; of a logit, of its odds.
# For any of:
# {able}.
# [trends.{first}]
# 2015 = 1.0
# 2025 = 1.0

# What is done or happens from a date on; `nssi interventions` lists the kinds.
# All but the kind may be left out; of several each has its own [[interventions]].
# [[interventions]]
# kind = "school_skills_programme"
# start = 2017-09-01
# coverage = 0.7
# ages = [12, 13]
# sex = "female"
# effects = {{ regulation = 0.2 }}
"""


def full_starter(name: str) -> str:
    """Return a commented scenario file in which every parameter and switch is explained."""
    from abm.parameters import parameters, switches

    lines = []
    for group, members in groupby(parameters().values(), key=lambda parameter: parameter.group):
        lines += ["", f"# -- {group} --"]
        for parameter in members:
            unit, low, high = parameter.unit, parameter.low, parameter.high
            lines.append(f"# {parameter.sentence} [{unit}; {low:g} to {high:g}]")
            lines.append(f"# {parameter.name} = {parameter.default!r}")
    lines += ["", "[switches]"]
    for switch in switches().values():
        lines.append(f"# {switch.sentence} One of: {', '.join(switch.values)}.")
        lines.append(f"# {switch.name} = {json.dumps(switch.default)}")
    able = [parameter.name for parameter in parameters().values() if parameter.takes_trend]
    tail = _FULL_TAIL.format(able=", ".join(able), first=able[0])
    return _FULL_HEAD.format(name=name) + "\n".join([*lines, tail])
