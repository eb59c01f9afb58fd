"""The page of interventions, written from the same declarations that runs use.

``python -m docs.make.interventions docs/interventions.md`` writes it; a test compares them.
"""

import sys
from pathlib import Path

from abm.cli.lists import describe_effect, meaning
from abm.scenario.intervention_library import COST_PER, FIELDS_OF_PERSONS, WHO, Kind, kinds
from abm.scenario.interventions import MOST_INTERVENTIONS

HEAD = f"""\
# Interventions

Made by `python -m docs.make.interventions docs/interventions.md` from
`abm/scenario/intervention_library.toml`. `nssi interventions` lists the kinds,
`nssi interventions KIND` explains one.

A scenario says what is done, or happens, from a date on:

```toml
extends = "baseline"
title = "Skills lessons and more places"

[[interventions]]
kind = "school_skills_programme"   # required; all else has a default in the library
name = "girls"                     # default: none; of your own, see below
start = 2017-09-01                 # default: the first reported day
end = 2022-09-01                   # default: runs to the end
ramp_years = 1                     # coverage rises evenly from 0 over this time
coverage = 0.7
ages = [12, 13]                    # completed years, first and last
sex = "female"
who = "everyone"
effects = {{ regulation = 0.3 }}     # instead of the library's size, within its range
months_to_full = 6
half_life_years = 3
uptake_risk = 0.2
cost = 90
cost_per = "start"

[[interventions]]
kind = "more_specialist_places"
coverage = 1.0
```

At most {MOST_INTERVENTIONS} interventions. One kind may stand more than once: interventions of one
kind and name, or of one kind and no name, are windows of one programme. Two that say the same in
everything are refused. Their order changes nobody's life, only the order of rows and of the bits of
`reached_by`.

A scenario that extends another and has interventions of its own has only these: the list replaces
the parent's. On the command line `--set interventions.school_skills_programme.coverage=0.5`
changes one value, and `--set interventions.school_skills_programme.effects.regulation=0.3` one
effect, of every intervention of that kind. An error counts from 1: `interventions[2].coverage` is
in the second table.

## Dates

An intervention runs from the morning of `start`, a reported day, until the day before `end`. Until
the first start nothing is drawn or changed: the run equals the same scenario without interventions,
byte for byte. `coverage x (days since start) / (365.25 x ramp_years)` is reached while it rises.

## Reaching persons

On the start date, and then on the first day of every month of the reported year, everybody who is
present, of the right ages and sex, one of those it is for, and not reached yet, is looked at. The
luck of a person is drawn once for all, under the person's number and what the programme is, its
kind and its name: a person is reached when it lies below their chance. So who is reached at some
coverage is also reached at any higher one; who was passed over is reached later only if the chance
rises; two windows of one programme reach the same people first; and nothing else in the list
changes anybody's luck. An intervention with a `name` has luck of its own: other people than without
it, and others than under another name.

The chance is coverage, as far as it has risen. `uptake_risk` shifts its log-odds by so much per
standard deviation of childhood adversity; coverages of 0 and 1 stay. The mean over people then
differs a little from coverage.

| `who` | meaning |
| --- | --- |
"""

PERSONS = """
`who = "after_hospital"` is looked at on Mondays. A person is reached once by one intervention; a
second presentation does not renew it.

From the day of being reached the effect grows evenly over `months_to_full` and then halves every
`half_life_years`; **0 means that it does not fade**. After `end` nobody new is reached, and what
was gained goes on growing and fading. On Mondays the sums over all interventions are written to the
persons reached, and count from that day on; shares of blocked opioid release combine as
1 - (1 - a)(1 - b).

Programmes for persons can change: {quantities}.

## Changing numbers for everybody

While such an intervention runs, parameters change, every morning anew: first
`p x (1 + coverage x (factor - 1))`, then `p + coverage x number`, with coverage as far as it has
risen, never beyond the range that a scenario may say. After `end` they are as before. `ages`,
`sex`, `who`, `months_to_full`, `half_life_years` and `uptake_risk` belong to programmes for persons
only.

Prevention of maltreatment changes how common maltreatment is among those who enter while it runs;
nobody already present changes. A different world from the start, warm-up included, is a change
under `[parameters]` instead (scenario `reduced-adversity`).

## Reached, and cost

For programmes for persons those reached are distinct persons. For changes for everybody each person
present on any day while it runs counts as far as coverage had risen by then (0.4 of a person at a
coverage of 0.4); for prevention so does who enters while it runs; for `dbt_a` it is who begins a
course of therapy while it runs, also if they would have without it.

`cost` is that of one `cost_per`:

| `cost_per` | cost of |
| --- | --- |
{units}
A year is 365.25 days. Who was reached is in a programme for persons until its `end`, or until they
are older than its `ages` or leave; in a change for everybody while they are present; in `dbt_a`
while they are in therapy. Nothing costs anything where coverage is 0, nor does a change for
everybody that changes no number. All costs of the library are assumptions. They are not
discounted, and nothing saved is set against them.

## What the evidence carries

Published trials seldom measure these quantities, so most sizes are assumptions and say so: a run
shows what follows if they hold. What specialist care and therapy themselves do is among the
parameters.

## The kinds
"""


def page() -> str:
    """Return the text of docs/interventions.md."""
    who = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in WHO.items())
    units = "".join(f"| `{name}` | {of} |\n" for name, of in COST_PER.items())
    quantities = ", ".join(f"`{name}`" for name in FIELDS_OF_PERSONS)
    persons = PERSONS.format(quantities=quantities, units=units)
    return HEAD + who + persons + "\n" + "\n".join(map(_section, kinds().values()))


def _section(kind: Kind) -> str:
    lines = [f"### `{kind.name}`", "", f"**{kind.title}** ({kind.label}, {kind.delivery}, "]
    lines[-1] += f"{kind.setting}). {kind.sentence}"
    lines += ["", "| key | default | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{k}` | {value} | {meaning(k, value)} |" for k, value in kind.defaults.items()]
    for name, effect in kind.effects.items():
        lines.append(f"| `effects.{name}` | {effect.value:g} | {describe_effect(effect)} |")
    return "\n".join([*lines, "", f"Evidence: {kind.evidence}.", ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
