"""Options that several commands share: what they mean, and how wrong ones are refused."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from abm.scenario.scenario import Scenario


LARGEST_SEED = 2**64 - 1
MOST_SEEDS = 1_000_000

ScenarioArgument = Annotated[str, typer.Argument(help="A scenario's name, or a path.")]
SeedOption = Annotated[
    int | None,
    typer.Option(min=0, max=LARGEST_SEED, metavar="S", help="The (first) seed. Default: 1."),
]
PopulationOption = Annotated[int | None, typer.Option(help="Number of people.")]
YearsOption = Annotated[int | None, typer.Option(help="Number of reported years.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change one value; may be repeated."),
]
OutOption = Annotated[Path, typer.Option(help="Folder for results.")]
JobsOption = Annotated[
    int | None, typer.Option(min=1, help="Processes at once. Default: one a core.")
]
DaskOption = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Live the runs on a Dask cluster, or 'local'."),
]
RetryOption = Annotated[
    bool, typer.Option("--retry-failed", help="Live again the runs that failed before.")
]
UncertaintyOption = Annotated[
    Literal["chance", "posterior"],
    typer.Option(help="posterior: every two seeds live another draw of the fitted parameters."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Live again what is finished.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def seeds_of(number: int | None, first: int | None, step: int = 1) -> Sequence[int]:
    """Return the seeds meant: 1..N, or S..S+N-1, or S, or 1; with a step S, S+step and so on."""
    start = 1 if first is None else first
    chosen = range(start, start + step * (number or 1), step)
    if chosen[-1] > LARGEST_SEED:
        raise typer.BadParameter(f"the last seed would be {chosen[-1]}, above {LARGEST_SEED}")
    return chosen


def overrides_of(settings: Sequence[str]) -> dict[str, str]:
    """Return ``--set NAME=VALUE`` options by name; of two with one name the last holds."""
    for setting in settings:
        if "=" not in setting:
            raise typer.BadParameter(f"--set: expected NAME=VALUE, not '{setting}'")
    pairs = (setting.split("=", 1) for setting in settings)
    return {name.strip(): value.strip() for name, value in pairs}


def check_folder(out: Path, *, is_written: bool = True) -> None:
    """Refuse a folder that cannot be made or written to, or read, before anything runs."""
    try:
        nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    except (OSError, ValueError):
        raise typer.BadParameter(f"--out: {str(out)!r} is not a usable path") from None
    if not nearest.is_dir():
        raise typer.BadParameter(f"--out: {nearest} is not a folder")
    if is_written and not os.access(nearest, os.W_OK):
        raise typer.BadParameter(f"--out: {nearest} cannot be written to")


SeedsOption = Annotated[
    int | None,
    typer.Option(min=1, max=MOST_SEEDS, help="Runs at each point, from seed 1 or S. Default: 1."),
]


def loaded_scenario(
    scenario: str,
    population: int | None,
    years: int | None,
    settings: list[str] | None,
    out: Path,
) -> "Scenario":
    """Check the folder and load the scenario with what is set over it."""
    from abm.scenario.scenario import load_scenario

    check_folder(out)
    overrides = overrides_of(settings or [])
    return load_scenario(scenario, population=population, years=years, overrides=overrides)
