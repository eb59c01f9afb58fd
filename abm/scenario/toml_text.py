"""Scenarios as the text of TOML files: a resolved one, and a commented one to start from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from abm.io.messages import ScenarioError, shown
from abm.parameters import parameters, switches
from abm.scenario.files import NAME_RULE, available_scenarios, is_scenario_name

_STARTER_HEAD = """\
# What {name} asks: say it here,
# in a line or two.
# Everything not said here is as in the scenario it extends. To change a value, remove the
# "# " before its line; every value shown is the baseline's.
extends = "baseline"
title = "{name}"

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

_STARTER_TAIL = """
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


def as_toml(resolved: Mapping[str, Any]) -> str:
    """Return the file text of a resolved scenario, or of the part of one that is given."""
    lines = [f"title = {_literal(resolved['title'])}"]
    for table in ("population", "calendar", "parameters", "switches", "observation", "economics"):
        if resolved.get(table):
            lines += ["", f"[{table}]", *_entries(resolved[table])]
    for name, factors in resolved["trends"].items():
        lines += ["", f"[trends.{name}]", *_entries(factors)]
    for intervention in resolved["interventions"]:
        lines += ["", "[[interventions]]", *_entries(intervention)]
    return "\n".join(lines) + "\n"


def starter(name: str) -> str:
    """Return a commented scenario file in which every parameter and switch is explained."""
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
        lines.append(f"# {switch.name} = {_literal(switch.default)}")
    able = [parameter.name for parameter in parameters().values() if parameter.takes_trend]
    tail = _STARTER_TAIL.format(able=", ".join(able), first=able[0])
    return _STARTER_HEAD.format(name=name) + "\n".join([*lines, tail])


def write_starter(name: str, folder: Path) -> Path:
    """Write a starter file, which must not exist yet, and return its path."""
    if not is_scenario_name(name):
        raise ScenarioError(f"{shown(name)} cannot name a scenario; expected {NAME_RULE}")
    for taken in available_scenarios():
        if taken.name.lower() == name.lower():
            raise ScenarioError(f"there is a scenario called '{taken.name}' already: {taken.path}")
    path = folder / f"{name}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(name))
    except FileExistsError:
        raise ScenarioError(f"{path}: exists already, or {folder} is not a folder") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        # A date is the one text that TOML writes without quotes.
        yield f"{key} = {value if key in ('start', 'end') else _literal(value)}"


def _literal(value: str | float | list[int] | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_entries(value)) + " }"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)
