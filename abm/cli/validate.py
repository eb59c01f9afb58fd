"""The command `validate`: run the worlds, do every study, write and show the evidence table."""

import contextlib
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out
from abm.cli.options import (
    EvidenceOption,
    OnlyOption,
    SharedOptions,
    check_folder,
    scenario_names,
    shares,
)
from abm.io.tables import TableError, json_bytes, read_json
from abm.io.terminal import EXIT_DONE, NOTHING_NEW, print_json
from abm.report.format import format_count
from abm.runs.folder import RunFolder, sound_tables
from abm.runs.options import RunOptions
from abm.runs.result_store import StoreError
from abm.scenario.scenario import load_scenario

if TYPE_CHECKING:
    from abm.evidence.quantity_table import EvidenceTables
    from abm.evidence.register import Register
    from abm.evidence.selection import Judged
    from abm.evidence.verdict_table import Row
    from abm.evidence.worlds import WorldRun
LINE_WIDTH = 100
TABLE_NAMES = ("evidence", "quantities", "signatures")
TABLES = {f"{name}.{form}" for name in TABLE_NAMES for form in ("csv", "json")}


@shares(
    "seeds seed population out jobs force quiet as_json",
    seeds="Runs of every world. Default: 4, from seed 101; of the posterior 16, of the prior 48.",
    seed="The first seed. Default: 101.",
    population="Number of people. Default: 10,000; of the posterior 2,500, of the prior 1,000.",
)
def validate(
    context: typer.Context,
    shared: SharedOptions,
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="The scenario that stands for the baseline, by name or path.",
            autocompletion=scenario_names,
        ),
    ] = "baseline",
    file: EvidenceOption = None,
    names: OnlyOption = None,
    uncertainty: Annotated[
        Literal["chance", "posterior", "prior"],
        typer.Option(
            help="posterior: every seed has another draw of the fitted parameters; prior: of what "
            "they could be before the fit."
        ),
    ] = "chance",
) -> None:
    """Do every simulated study, and set what it finds beside what was published."""
    from abm.evidence.selection import choose
    from abm.evidence.worlds import FIRST_SEED, STANDARDS, worlds_needed
    from abm.scenario.draws import KINDS, PRIOR, chosen_draws

    check_folder(shared.out)
    judged = choose(names, file)
    worlds = worlds_needed(judged.register, judged.register.asked)
    needed = [judged.register.worlds[world].scenario for world in worlds]
    scenarios = [load_scenario(name) for name in dict.fromkeys([scenario, *needed])]
    files = [] if file is None else [file]
    with answering(context, shared.out / "validate", scenarios, files) as answer:
        options = replace(shared.run_options(), draws=chosen_draws(uncertainty, (*KINDS, PRIOR)))
        number, step, people = STANDARDS[uncertainty]
        seeds = shared.all_seeds(number, FIRST_SEED, step)
        people = people if shared.population is None else shared.population
        code = validate_command(scenario, seeds, people, options, judged)
        answer.leave(code, validation_folder(scenario, seeds, people, options, judged).path)


def validate_command(
    baseline: str,
    seeds: Sequence[int],
    population: int,
    options: RunOptions,
    judged: "Judged | None" = None,
) -> int:
    """Do every study that is judged and show how it stands to what was published.

    The scenario named `baseline` stands for the baseline; each seed is one run of every world;
    `judged` is by default all that ships. Returns the exit code; nothing is written if a scenario
    cannot be read, or cannot have the parameters drawn.
    """
    from abm.evidence.selection import choose

    judged = judged or choose()
    runs = _runs(baseline, seeds, population, options, judged.register)
    folder = validation_folder(baseline, seeds, population, options, judged)
    code = carry_out(folder, lambda: _validated(folder, runs, options, judged.register))
    if code == EXIT_DONE:
        with contextlib.suppress(StoreError):  # they are large, and what they were for is done
            options.store.remove({run.key for run in runs})
        options.say(f"written to {folder.path}")
    return code


def _runs(
    baseline: str, seeds: Sequence[int], population: int, options: RunOptions, judged: "Register"
) -> "list[WorldRun]":
    """Return every world and seed that a study needs."""
    from abm.evidence.observed_tables import observe
    from abm.evidence.worlds import runs_of, worlds_needed

    worlds = worlds_needed(judged, judged.asked)
    simulate = options.simulate or observe
    return runs_of(judged, worlds, seeds, baseline, population, options.draws, simulate)


def validation_folder(
    baseline: str,
    seeds: Sequence[int],
    population: int,
    options: RunOptions,
    judged: "Judged | None" = None,
) -> RunFolder:
    """Return where `validate_command` writes; parameters as there."""
    from abm.evidence.selection import choose
    from abm.evidence.worlds import scenario_of, validation_id

    chosen = judged or choose()
    main = scenario_of(chosen.register.worlds["baseline"], baseline, population)
    design = {**chosen.chosen, **({} if options.draws is None else options.draws.design)}
    runs = _runs(baseline, seeds, population, options, chosen.register)
    id_ = validation_id(chosen.register, runs, options.draws)
    return RunFolder(options.out, main, "validate", design, "validate", id_)


def finished(
    folder: Path, judged: "Register", *, is_drawn: bool = False
) -> "EvidenceTables | None":
    """Return the tables of a finished folder, or None where there is none that is whole.

    They are when they have the checksums of run.json, and say of every entry, quantity and
    signature what a row says.
    """
    from abm.evidence import quantity_table, verdict_table
    from abm.evidence.quantity_members import quantities_judged
    from abm.evidence.quantity_table import EvidenceTables
    from abm.evidence.signatures import signature_parts
    from abm.report.html.validation import ROWS
    from abm.report.quantities import QUANTITIES
    from abm.report.signatures import SIGNATURES

    if sound_tables(folder) != TABLES:
        return None
    try:
        tables = EvidenceTables(*(read_json(folder / f"{name}.json") for name in TABLE_NAMES))
        ROWS.validate_python(tables.entries)
        QUANTITIES.validate_python(tables.quantities)
        SIGNATURES.validate_python(tables.signatures)
    except (TableError, ValueError):
        return None
    whole = _are_rows_of(tables.entries, judged.entries, verdict_table, is_drawn) and _are_rows_of(
        tables.quantities, quantities_judged(judged), quantity_table, is_drawn
    )
    asked = [(one.id, part) for one, part, _ in signature_parts(judged)]
    is_asked = [(row["id"], row["part"]) for row in tables.signatures] == asked
    return tables if whole and is_asked else None


def _are_rows_of(rows: "Sequence[Row]", known: Iterable[str], table: Any, is_drawn: bool) -> bool:
    """Return whether there is a row of all that is known, with the fields of a table's module."""
    names = {*table.FIELDS, *(table.DRAW_FIELDS if is_drawn else ())}
    return [row["id"] for row in rows] == list(known) and all(row.keys() == names for row in rows)


def _validated(
    folder: RunFolder, runs: "Sequence[WorldRun]", options: RunOptions, register: "Register"
) -> Results | int:
    """Run the worlds, do the studies and write the tables, unless that is done."""
    import pandas as pd

    from abm.evidence.evaluation import Worlds
    from abm.evidence.quantity_table import judge_register
    from abm.evidence.signatures import FIELDS
    from abm.evidence.verdict_table import csv_rows
    from abm.evidence.worlds import run_worlds
    from abm.report.figures.quantities import draw_quantities
    from abm.report.quantities import QUANTITIES

    is_drawn = options.draws is not None
    tables = None if options.force else finished(folder.path, register, is_drawn=is_drawn)
    if tables is not None:
        options.say(NOTHING_NEW)
        _show(tables, options)
        return EXIT_DONE
    worlds = Worlds(run_worlds(runs, options.jobs, options.say, options.store), is_drawn)
    tables = judge_register(register, worlds)
    seeds = sorted({run.seed for run in runs})
    content: dict[str, Any] = {"worlds": sorted({run.world for run in runs}), "seeds": seeds}
    if options.draws is not None:
        content |= options.draws.describe(seeds)
    return Results(
        folder.write({
            "evidence.csv": pd.DataFrame(csv_rows(tables.entries)),
            "evidence.json": json_bytes(tables.entries),
            "quantities.csv": pd.DataFrame(tables.quantities),
            "quantities.json": json_bytes(tables.quantities),
            "signatures.csv": pd.DataFrame(tables.signatures, columns=list(FIELDS)),
            "signatures.json": json_bytes(tables.signatures),
        }),
        content,
        lambda _: _show(tables, options),
        lambda path: draw_quantities(
            QUANTITIES.validate_python(tables.quantities), path, _title(folder, len(seeds), options)
        ),
    )  # fmt: skip


def _title(folder: RunFolder, number: int, options: RunOptions) -> str:
    """Return what stands above the figure."""
    name, people = folder.scenario.name, folder.scenario.population.size
    if options.draws is None:
        return f"The evidence: {name}, {people:,} people, {format_count(number, 'seed')}"
    draws = format_count(number, "draw")
    kind = options.draws.kind
    return f"The evidence under the {kind}, {draws}: {name}, {people:,} people each"


def _show(tables: "EvidenceTables", options: RunOptions) -> None:
    """Print what quantities and signatures say, or every row as JSON, named as its file is."""
    from abm.report.quantities import QUANTITIES, quantity_section
    from abm.report.signatures import SIGNATURES, signature_section
    from abm.report.terminal.printing import print_section

    if options.as_json:
        print_json(dict(zip(TABLE_NAMES, tables, strict=True)))
        return
    sections = [quantity_section(QUANTITIES.validate_python(tables.quantities))]
    if tables.signatures:
        sections.append(signature_section(SIGNATURES.validate_python(tables.signatures)))
    for section in sections:
        parts = [
            f"{textwrap.fill(part, LINE_WIDTH, break_on_hyphens=False)}\n"
            if isinstance(part, str)
            else part
            for part in section.parts
        ]
        print_section(replace(section, parts=tuple(parts)))
