"""Options that several commands share: what they mean, and how wrong ones are refused."""

import copy
import functools
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

if TYPE_CHECKING:
    from abm.runs.options import RunOptions
    from abm.scenario.scenario import Scenario

LARGEST_SEED = 2**64 - 1
MOST_SEEDS = 1_000_000


# What a shell completes


def scenario_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the scenarios that begin like this, and what each is called."""
    from abm.scenario.files import available_scenarios

    return beginning(incomplete, ((listed.name, listed.title) for listed in available_scenarios()))


def declared_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the parameters and switches that begin like this; of a list A,B,... its last."""
    from abm.parameters import parameters, switches

    before, comma, last = incomplete.rpartition(",")
    numbers = ((number.name, number.sentence) for number in parameters().values())
    others = ((switch.name, switch.sentence) for switch in switches().values())
    names = beginning(last, (*numbers, *others))
    return [(before + comma + name, sentence) for name, sentence in names]


def setting_names(incomplete: str) -> list[tuple[str, str]]:
    """Return what can be set and begins like this, up to the value."""
    return [(f"{name}=", sentence) for name, sentence in declared_names(incomplete)]


def beginning(start: str, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of some names, and what is said of them, that begin like this."""
    return [(name, about) for name, about in named if name.startswith(start)]


ScenarioArgument = Annotated[
    str, typer.Argument(help="A scenario's name, or a path.", autocompletion=scenario_names)
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        metavar="FILE",
        help="Figures of your own beside those that ship, in a TOML file. With --only own: "
        "instead of them.",
    ),
]
OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only",
        metavar="NAMES",
        help="Some of the evidence, separated by commas: identifiers such as P01, quantities by "
        "name, or claims, figures, fitted, in-view, predicted, own, quantities (of several), "
        "baseline (what the baseline alone answers), signatures (what should hold at once).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@dataclass(frozen=True)
class SharedOptions:
    """What the shared options of a command say; `shares` hands it to the command."""

    seeds: Annotated[
        int | None,
        typer.Option(
            min=1, max=MOST_SEEDS, help="Runs of each scenario, from seed 1 or S. Default: 1."
        ),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, metavar="S", help="The (first) seed. Default: 1."),
    ] = None
    population: Annotated[int | None, typer.Option(help="Number of people.")] = None
    years: Annotated[int | None, typer.Option(help="Number of reported years.")] = None
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Change one value; may be repeated.",
            autocompletion=setting_names,
        ),
    ] = None
    uncertainty: Annotated[
        Literal["chance", "posterior"],
        typer.Option(help="posterior: every two seeds have another draw of the parameters."),
    ] = "chance"
    out: Annotated[Path, typer.Option(help="Folder for results.")] = Path("results")
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at once. Default: one a core.")
    ] = None
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on a Dask cluster, or 'local'.")
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Run again what is finished.")] = False
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run again what failed before.")
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False
    as_json: JsonOption = False

    def all_seeds(self, number: int = 1, first: int = 1, step: int = 1) -> Sequence[int]:
        """Return the seeds meant; `number` and `first` hold where the options say nothing."""
        start = first if self.seed is None else self.seed
        chosen = range(start, start + step * (self.seeds or number), step)
        if chosen[-1] > LARGEST_SEED:
            raise typer.BadParameter(f"the last seed would be {chosen[-1]}, above {LARGEST_SEED}")
        return chosen

    def scenario(self, name: str) -> "Scenario":
        """Check the folder of results, and load a scenario with what is set over it."""
        from abm.scenario.scenario import load_scenario

        check_folder(self.out)
        return load_scenario(
            name, population=self.population, years=self.years, overrides=self._overrides()
        )

    def _overrides(self) -> dict[str, str]:
        """Return ``--set NAME=VALUE`` options by name; of two with one name the last holds."""
        for setting in self.settings or []:
            if "=" not in setting:
                raise typer.BadParameter(f"--set: expected NAME=VALUE, not '{setting}'")
        pairs = (setting.split("=", 1) for setting in self.settings or [])
        return {name.strip(): value.strip() for name, value in pairs}

    def run_options(self) -> "RunOptions":
        """Return how runs are done."""
        from abm.runs.options import RunOptions
        from abm.scenario.draws import chosen_draws

        names = SHARED.keys() & {field.name for field in fields(RunOptions)}
        own = {name: getattr(self, name) for name in names}
        return RunOptions(**own, draws=chosen_draws(self.uncertainty))


SHARED = {field.name: field for field in fields(SharedOptions)}


def shares(names: str, **helps: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command some of the shared options, as its argument `shared`.

    `names` are in the order of the help; `helps` say what an option means for this command, where
    that differs.
    """
    chosen = names.split()

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def called(**values: Any) -> None:
            shared = SharedOptions(**{name: values.pop(name) for name in chosen})
            command(shared=shared, **values)

        own = dict(inspect.signature(command).parameters)
        del own["shared"]
        own |= {name: _parameter(name, helps.get(name)) for name in chosen}
        keywords = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in own.values()]
        called.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
        called.__annotations__ = {option.name: option.annotation for option in keywords}
        return called

    return decorated


def _parameter(name: str, help_: str | None) -> inspect.Parameter:
    """Return a shared option as a parameter of a function."""
    kind, option = get_args(SHARED[name].type)
    option = copy.copy(option)
    option.help = help_ or option.help
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=SHARED[name].default,
        annotation=Annotated[kind, option],
    )


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
