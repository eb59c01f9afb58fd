"""The command `compare`: run what is missing, pair the people, write and show what differs."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from abm.cli.answers import answering
from abm.cli.frame import Results, carry_out, list_failures
from abm.cli.options import SharedOptions, scenario_names, shares
from abm.experiments.comparison import folder_name
from abm.io.tables import checksum, write_parquet
from abm.io.terminal import EXIT_FAILED, complain
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.scenario.scenario import Scenario

PEOPLE = "compared_people.parquet"


@shares("seeds seed population years settings uncertainty out jobs dask force quiet as_json")
def compare(
    context: typer.Context,
    shared: SharedOptions,
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="What to compare with: a name, or a path.",
            autocompletion=scenario_names,
        ),
    ],
    others: Annotated[
        list[str],
        typer.Argument(
            metavar="OTHER...", help="One or more other scenarios.", autocompletion=scenario_names
        ),
    ],
    people: Annotated[
        bool, typer.Option("--people", help="Write compared_people.parquet.")
    ] = False,
) -> None:
    """Simulate scenarios with the same seeds, pair their people, and say what each prevents, for
    whom, and how sure that is.
    """
    seeds = shared.all_seeds()
    scenarios = [shared.scenario(name) for name in (base, *others)]
    with answering(context, shared.out / folder_name(scenarios), scenarios) as answer:
        from abm.experiments.comparison.runs import comparison_folder

        options = shared.run_options()
        code = compare_command(scenarios, seeds, options, keeps_people=people)
        answer.leave(code, comparison_folder(options.out, scenarios, options.draws).path)


def compare_command(
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    options: RunOptions,
    keeps_people: bool = False,
) -> int:
    """Run scenarios over the same seeds and write what each prevents against the first.

    Runs that are kept are not run again; more seeds extend the tables, and fewer take nothing away:
    tables span every seed that the folder held before, and people stay once they are written.
    Returns the exit code; nothing is written if the scenarios cannot be compared, or cannot have
    the parameters drawn.
    """
    from abm.experiments.comparison.compare import check_comparable
    from abm.experiments.comparison.runs import comparison_folder

    check_comparable(scenarios)
    wanted = list(dict.fromkeys(seeds))
    if options.draws is not None:
        options.draws.check(scenarios, wanted)
    folder = comparison_folder(options.out, scenarios, options.draws)
    return carry_out(
        folder, lambda: _compared(folder, tuple(scenarios), wanted, options, keeps_people)
    )


def _compared(
    folder: RunFolder,
    scenarios: tuple[Scenario, ...],
    seeds: Sequence[int],
    options: RunOptions,
    keeps_people: bool,
) -> Results | int:
    """Run what is missing; the tables are of all seeds asked for so far, what is shown of now."""
    from abm.experiments.comparison.compare import find
    from abm.experiments.comparison.runs import kept_outcomes, people_of_all, run_missing
    from abm.report.figures.comparison import draw_comparison_figures
    from abm.report.terminal.comparison import as_plain, comparison_section
    from abm.report.terminal.printing import print_result

    earlier = [int(seed) for seed in folder.description().get("seeds", [])]
    spanned = sorted({*seeds, *earlier})
    failures = run_missing(scenarios, seeds, spanned, options)
    by_file = {f"{name}-{seed}": trace for (name, seed), trace in failures.items()}
    folder.note_failures(by_file, is_all=True)
    outcomes, is_drawn = partial(kept_outcomes, options), options.draws is not None
    findings = find(scenarios, spanned, outcomes, is_drawn)
    reasons = {f"{name}, seed {seed}": trace for (name, seed), trace in failures.items()}
    if not findings.seeds:
        list_failures(reasons, folder.failed_path)
        return complain("nothing was compared: no seed has a pair of runs", EXIT_FAILED)
    of_now = findings
    if not set(seeds) >= set(findings.seeds):
        of_now = find(scenarios, seeds, outcomes, is_drawn)

    def show_all(hash_: str) -> None:
        list_failures(reasons, folder.failed_path)
        asked_for = of_now if of_now.seeds else findings
        is_plain = options.as_json
        print_result(
            folder,
            as_plain(asked_for, hash_, failures) if is_plain else comparison_section(asked_for),
        )

    tables = {
        "differences.csv": findings.differences,
        "curve_differences.csv": findings.curve_differences,
        "reached.csv": findings.reached,
        "packages.csv": findings.packages,
        "pairs.csv": findings.pairs,
        "frontier.csv": findings.frontier,
        "acceptability.csv": findings.acceptability,
    }
    written = folder.write(tables, optional=tables)
    if keeps_people or (folder.path / PEOPLE).exists():
        write_parquet(folder.path / PEOPLE, people_of_all(scenarios, spanned, options))
        written[PEOPLE] = {"sha256": checksum(folder.path / PEOPLE)}
    content = {"seeds": spanned, "failed": [list(run) for run in failures]}
    return Results(
        tables=written,
        content=content | ({} if options.draws is None else options.draws.describe(spanned)),
        show=show_all,
        draw=lambda path: draw_comparison_figures(path, findings),
        failed=bool(failures),
    )
