"""The command `sweep`: live every point of a design over seeds, and one tidy table of it all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from abm.experiments.sweeps.design import Design, factorial, latin_hypercube, read_ranges
from abm.experiments.sweeps.design_file import read_design
from abm.experiments.sweeps.study import (
    outcome_names,
)
from abm.io.messages import InputError

if TYPE_CHECKING:
    import pandas as pd


def sweep_design(vary: Sequence[str], samples: int | None, file: Path | None, seed: int) -> Design:
    """Return the design that the options of the command mean.

    Parameters
    ----------
    vary
        ``NAME=a,b,c`` for every combination; with `samples` ``NAME=low:high`` or ``NAME``.
    samples
        Points of a Latin hypercube, by default over all priors.
    file
        A CSV file with one point a line.
    seed
        Of the Latin hypercube.

    Raises
    ------
    InputError
        If the options contradict each other or name what there is not.
    """
    if file is not None:
        if vary or samples is not None:
            raise InputError("--design: the file is the whole design; leave --vary and --samples")
        return read_design(file)
    if samples is not None:
        return latin_hypercube(read_ranges(vary, "--vary"), samples, seed)
    if not vary:
        raise InputError("nothing varies; expected --vary NAME=a,b,c or --samples N or --design")
    return factorial(vary)


def sweep_table(runs: "pd.DataFrame", design: Design) -> "pd.DataFrame":
    """Return one row a run and outcome: point, what varies, seed, outcome, value.

    Parameters
    ----------
    runs
        Runs that are done, one row each, one column an outcome.
    design
        The points.
    """
    names = outcome_names(runs)
    table = runs[["point", "seed", *names]].reset_index(drop=True)
    long = table.melt(["point", "seed"], var_name="outcome", value_name="value", ignore_index=False)
    long["place"] = long["outcome"].map({name: place for place, name in enumerate(names)})
    long = long.sort_values(["point", "seed", "place"], kind="stable").reset_index(drop=True)
    values = design.points.loc[long["point"]].reset_index(drop=True)
    values.insert(0, "point", long["point"])
    return values.join(long[["seed", "outcome", "value"]])
