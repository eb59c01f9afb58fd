"""Scenarios as the text of TOML files: a resolved one, and a commented one to start from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from abm.io.messages import ScenarioError, shown
from abm.parameters import Parameter, parameters, switches
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
# The first reported day; 15 years are lived before it so that all ages have histories.
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
"""


def as_toml(resolved: Mapping[str, Any]) -> str:
    """Return the file text of a resolved scenario.

    Parameters
    ----------
    resolved : mapping
        What ``Scenario.resolved`` returns.

    Returns
    -------
    str
        TOML that says everything that is in it; of a whole scenario it extends nothing.
    """
    lines = [f"title = {_literal(resolved['title'])}"]
    for table in ("population", "calendar", "parameters", "switches", "observation"):
        if resolved.get(table):
            lines += ["", f"[{table}]", *_entries(resolved[table])]
    for name, factors in resolved["trends"].items():
        lines += ["", f"[trends.{name}]", *_entries(factors)]
    for intervention in resolved["interventions"]:
        lines += ["", "[[interventions]]", *_entries(intervention)]
    return "\n".join(lines) + "\n"


def starter(name: str) -> str:
    """Return a commented scenario file in which every parameter and switch is explained.

    Parameters
    ----------
    name : str
        A scenario name; it also serves as the first title.
    """
    lines = [_STARTER_HEAD.format(name=name), "[parameters]"]
    for group, members in groupby(parameters().values(), key=lambda parameter: parameter.group):
        lines += ["", f"# -- {group} --"]
        for parameter in members:
            lines += _explained(parameter)
    lines += ["", "[switches]"]
    for switch in switches().values():
        lines.append(f"# {switch.sentence} One of: {', '.join(switch.values)}.")
        lines.append(f"# {switch.name} = {_literal(switch.default)}")
    return "\n".join([*lines, *_trend_lines(), *_intervention_lines()]) + "\n"


def write_starter(name: str, folder: Path) -> Path:
    """Write a starter file, which must not exist yet, and return its path.

    Parameters
    ----------
    name : str
        A scenario name that nothing is called here.
    folder : Path
        Where to write ``NAME.toml``; made when missing.

    Raises
    ------
    ScenarioError
        For an unsafe or a taken name, or a folder that cannot be written to.
    """
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


def _explained(parameter: Parameter) -> Iterator[str]:
    yield f"# {parameter.sentence} [{parameter.unit}; {parameter.low:g} to {parameter.high:g}]"
    yield f"# {parameter.name} = {parameter.default!r}"


def _trend_lines() -> Iterator[str]:
    able = [parameter.name for parameter in parameters().values() if parameter.takes_trend]
    if able:
        yield ""
        yield "# Multipliers by calendar year, linear in between; of a logit, of its odds."
        yield "# For any of:"
        yield f"# {', '.join(able)}."
        yield f"# [trends.{able[0]}]"
        yield "# 2015 = 1.0"
        yield "# 2025 = 1.0"


def _intervention_lines() -> Iterator[str]:
    yield ""
    yield "# What is done or happens from a date on; `nssi interventions` lists the kinds."
    yield "# All but the kind may be left out; of several each has its own [[interventions]]."
    yield "# [[interventions]]"
    yield '# kind = "school_skills_programme"'
    yield "# start = 2017-09-01"
    yield "# coverage = 0.7"
    yield "# ages = [12, 13]"
    yield '# sex = "female"'
    yield "# effects = { regulation = 0.2 }"


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        # A date is the one text that TOML writes without quotes.
        yield f"{key} = {value if key in ('start', 'end') else _literal(value)}"


def _literal(value: str | float | list[int] | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_entries(value)) + " }"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else repr(value)
