"""The command `person`: follow one life day by day."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli.options import ScenarioArgument, SharedOptions, shares
from abm.io.messages import shown
from abm.io.terminal import (
    EXIT_FAILED,
    complain,
    print_json,
    print_support,
    print_table,
    print_text,
)

if TYPE_CHECKING:
    from abm.simulation.record import Record
    from abm.studies.one_life import Life, LifeDay

WHO = {
    "person": "person",
    "sex": "sex",
    "age": "age at the end",
    "first_age": "first act at",
    "acts": "acts",
    "hospital_contacts": "times in hospital",
    "admissions": "courses of care",
}
LONGEST_NUMBER = 18  # digits, as many as fit into 64 bits
COLUMNS = ("date", "age", "stressors", "urges", "acts", "distress", "what happened")


@shares(
    "population years settings uncertainty quiet as_json",
    uncertainty="posterior: the life in the run that draws its parameters by this seed.",
)
def person(
    shared: SharedOptions,
    seed: Annotated[int, typer.Argument(help="Seed of the run.", min=0)],
    who: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            help="Number, as in people.parquet of `nssi run --people`; or 'list', to choose one.",
        ),
    ],
    scenario: ScenarioArgument = "baseline",
    first: Annotated[
        int, typer.Option("--from", metavar="AGE", min=10, max=24, help="First age to show.")
    ] = 10,
    last: Annotated[
        int, typer.Option("--to", metavar="AGE", min=10, max=24, help="Last age to show.")
    ] = 24,
    every_day: Annotated[
        bool, typer.Option("--stressors", help="Show days with nothing but stressors, too.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all days to a file.")
    ] = None,
) -> None:
    """Follow one simulated young person day by day: the days on which something happened, and every
    year in sum. It is the life that the same run has, with the same people around.
    """
    if last < first:
        raise typer.BadParameter(f"--to: expected {first} or more, as --from says")
    if who != "list" and not (who.isdecimal() and len(who) <= LONGEST_NUMBER):
        raise typer.BadParameter(f"PERSON: expected a number, or 'list', not {shown(who)}")
    if csv is not None and (csv.is_dir() or not csv.parent.is_dir()):
        raise typer.BadParameter(f"--csv: {csv}: expected a file, in a folder that is there")
    loaded, options = shared.scenario(scenario), shared.run_options()
    if options.draws is not None:
        loaded = options.draws.drawn(loaded, seed)
    from abm.io.progress import Progress
    from abm.simulation.compiled import announce_compiling
    from abm.simulation.run import run
    from abm.studies.one_life import follow_life

    announce_compiling(options.say)
    with Progress(f"running {loaded.name}, seed {seed}", options.quiet) as progress:
        if who == "list":
            _list(run(loaded, seed, progress=lambda day, days: progress.update(day / days)))
            return
        life = follow_life(loaded, seed, int(who), (first, last + 1), progress.update)
    if csv is not None:
        _write(life, csv)
    if shared.as_json:
        print_json(asdict(life) | {"days": [_plain(day) for day in life.days]})
    elif csv is None:
        _show(life, every_day)


def _list(record: "Record") -> None:
    """Print those who ever self-injured, and how many others there are."""
    people = record.people
    assert people is not None  # logged unless told otherwise
    chosen = people[people["ever"]].sort_values("person")
    rows = chosen[[*WHO]].astype({"age": int}).round({"first_age": 1}).itertuples(index=False)
    print_table(list(WHO.values()), rows, numbers=range(2, len(WHO)))
    print_text(
        f"{len(people) - len(chosen):,} others never self-injured; they can be followed, too"
    )
    print_support()


def _show(life: "Life", every_day: bool) -> None:
    """Print who it is, the days, what every year came to, and where to find support."""
    childhood = ", ".join(life.childhood) or "no maltreatment"
    print_text(f"Person {life.person}, a simulated {life.sex}. Childhood: {childhood}.")
    rows: list[tuple[object, ...]] = []
    for age, days, summary in life.years():
        rows += [_row(day) for day in days if every_day or day.is_of_note]
        rows.append(("", age, "", "", "", "", summary))
    print_table(COLUMNS, rows, numbers=range(1, 6))
    print_support()


def _row(day: "LifeDay") -> tuple[object, ...]:
    counts = (day.stressors, day.urges, day.acts)
    age = int(day.age * 10) / 10  # not older than they are
    return (day.date, age, *counts, f"{day.distress:.1f}", day.text)


def _plain(day: "LifeDay") -> dict[str, Any]:
    """Return a day for JSON."""
    return asdict(day) | {"date": day.date.isoformat()}


def _write(life: "Life", path: Path) -> None:
    """Write a line a day."""
    import pandas as pd

    from abm.io.tables import TableError, csv_bytes, write_bytes

    try:
        write_bytes(path, csv_bytes(pd.DataFrame(map(_row, life.days), columns=list(COLUMNS))))
    except TableError as error:
        raise typer.Exit(complain(f"--csv: {error}", EXIT_FAILED)) from None
    print(f"Wrote {path}", file=sys.stderr)
