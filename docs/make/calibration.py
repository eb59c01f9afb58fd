"""The page of the calibration, written from the recipe, the register and the diagnostics.

``python -m docs.make.calibration docs/calibration.md`` writes it; a test compares them.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.recipe import CENTRAL, Recipe, Space, recipe
from abm.experiments.calibration.targets import targets_of
from abm.io.tables import TableError, read_json
from abm.parameters import parameters
from abm.scenario.posterior import ABOUT, FOLDER

if TYPE_CHECKING:
    import pandas as pd

DIAGNOSTICS = Path("calibration/diagnostics")
POSTERIOR = FOLDER / ABOUT
STRONGEST = 12
AT_AN_END = 0.01  # of the width of a prior

HEAD = """\
# Calibration

Made by `python -m docs.make.calibration docs/calibration.md` from the recipe
(`abm/experiments/calibration/recipe.toml`), the register of the evidence and the tables in
`calibration/diagnostics`.

```sh
nssi calibrate --screen         # which priors move which fitted figures
nssi calibrate --minutes 60     # the next piece: runs, then the fit; again until it is done
nssi calibrate --wave 1         # only runs of one wave
nssi calibrate --fit-only       # fit anew what the bank holds; lives nothing
nssi calibrate --runs 150 --population 150 --bank /tmp/small/bank     # a small one, elsewhere
```

It needs the extra `calibration`: `pip install "nssi-abm[calibration]"`. Killed at any moment it
loses at most the runs in flight; `--jobs` and `--dask` work as in [many runs](many-runs.md).

## The bank

A run is the world `{world}` of the register with {population:,} people and {years} reported
years, at one point of the free parameters with a seed of its own. Every study of the register that
lies in that world alone gives one number, predicted entries too, so a refit to other figures needs
no run; statistics over many small studies are left out. Entries of other worlds (the trends of
England and Victoria) were set by their scenarios and are no part of this fit.

Finished runs lie in `calibration/bank/<wave>/part-NNN.parquet`: `index`, `seed`, one column a
parameter, one a statistic; the metadata name the code and the definition of every statistic. A
part is written when its {part} runs have a result, and is the same whoever lived them. A wave goes
on under another version of the code only if runs of its first part, lived again, give the same
numbers.

{waves}

Seeds 1 to 200 are never used: they belong to examples and to `nssi validate`.

## The fit

1. **Scales.** Percentages are fitted as log-odds, positive figures as logarithms, correlations as
   Fisher's z. The accepted interval of the register is read as one of 95 %.
2. **Emulators.** For each figure a plane, a quadratic, and a quadratic with a Gaussian process are
   learnt by ridge regression; the one with the smallest error in left-out runs is taken.
3. **History matching.** A point is ruled out if its second largest implausibility over the figures
   is above {cut_off:g}. Each further wave is drawn evenly from what is left, and emulators are
   learnt anew from runs near it.
4. **Likelihood.** Normal on those scales; its covariance is that of observation and of emulator
   errors. Chance of single runs is told from errors of emulators by points that were lived twice.
5. **Draws** of the posterior by emcee (differential evolution moves) within the priors and what is
   not ruled out, wave after wave. Each is lived once; the next wave's emulators are learnt from all
   such runs and from the nearest others only, so that they are best where the posterior lies.
   The draws of the last of these waves ship, weighted by what living them changed; no draw may
   weigh more than one over the root of their number.
6. **The central point.** The likeliest draws are lived several times more, for the best of many
   draws is partly the luckiest error of the emulators. From what its own runs found, each may move
   a little to where the emulators expect all figures to be met better; it pays for the move, and
   for lying far from the middle of the draws, so that what the figures tell little of does not
   lie at an edge. The one that costs least is lived in large runs and moved once more, twice. The
   defaults in `abm/parameters.toml` are its values, rounded to four digits.

`abm.scenario.posterior.draws(count, seed)` returns draws as often as their weights say;
`central()` returns the central point. It is one set of parameters that holds jointly, which the
medians of all parameters would not be.
"""

LIMITS = """\
## Limits

- Figures that jump between whole ages, or with one bound only, are no part of the likelihood. They
  are checked afterwards.
- The median of past-year acts is a small whole number or half of one; its emulator treats the jumps
  as chance.
- Emulator errors and chance are taken as alike everywhere in what is not ruled out.
- Recovery draws its truths from the last wave of the bank, and its prior is even over what was not
  ruled out there, as the truths are. It tells whether the method is sound, not whether the model
  is.
- Published figures are taken as independent of one another.
"""


def page(chosen: Recipe | None = None, folder: Path = DIAGNOSTICS, about: Path = POSTERIOR) -> str:
    """Return the text of docs/calibration.md.

    Parameters
    ----------
    chosen
        A recipe; by default the package's.
    folder
        Of the diagnostics; without tables there the page says that nothing is fitted yet.
    about
        posterior.json.
    """
    told = chosen or recipe()
    waves = _table(
        ("wave", "runs", "drawn from", "seeds from"),
        [(w.name, f"{w.points:,}", _drawn(w), f"{w.first_seed:,}") for w in told.waves],
    )
    runs = told.runs
    head = HEAD.format(
        world=runs.world, population=runs.population, years=runs.years, part=runs.part,
        waves=waves, cut_off=told.fit.cut_off,
    )  # fmt: skip
    parts = [head, _free(told), _figures(told), _found(folder, about, told), LIMITS]
    return "\n".join(parts)


def _drawn(wave: Any) -> str:
    kinds = {"prior": "the priors (scrambled Sobol points)", "posterior": "the fitted posterior"}
    again = f", {wave.repeats} of them twice" if wave.repeats else ""
    if wave.drawn == CENTRAL[0]:
        return f"the {wave.unique} likeliest draws, each {wave.lives} times"
    if wave.drawn == CENTRAL[1]:
        people = f" with {wave.population:,} people" if wave.population else ""
        return f"the best of these, moved, {wave.lives} times{people}"
    return kinds.get(wave.drawn, "what is not ruled out") + again


def _free(told: Recipe) -> str:
    space = Space(list(told.free), told.runs.log_from)
    rows = [
        (f"`{name}`", f"{low:g} to {high:g}", kind, parameters()[name].sentence, why)
        for (name, why), (low, high, kind) in zip(
            told.free.items(), space.plain().values(), strict=True
        )
    ]
    columns = ("parameter", "prior", "spread", "what it is", "why it is free")
    return f"## Free parameters\n\n{_table(columns, rows)}\n"


def _figures(told: Recipe) -> str:
    known = statistics(told.runs.world)
    targets = targets_of(known)
    rows: list[tuple[str, ...]] = [
        (
            each.name,
            known[each.name].entry.statement,
            f"{each.low:g} to {each.high:g}",
            each.scale.kind,
        )
        for each in targets.fitted
    ]
    rows += [(name, known[name].entry.statement, "checked only", why)
             for name, why in targets.checked.items()]  # fmt: skip
    columns = ("entry", "what was found", "accepted", "scale, or why it is only checked")
    return f"## What is fitted\n\n{_table(columns, rows)}\n"


def _found(folder: Path, about: Path, told: Recipe) -> str:
    """Return the sections of the diagnostics, or one line before there are any."""
    import pandas as pd

    try:
        described = read_json(about)
        known = pd.read_csv(folder / "identifiability.csv")
        emulators = pd.read_csv(folder / "emulators.csv")
        pairs = pd.read_csv(folder / "correlations.csv")
        recovered = pd.read_csv(folder / "recovery.csv")
    except (TableError, OSError):
        return "## What was found\n\nNothing yet: the bank is not finished.\n"
    draws, worth = described["draws"], described["effective"]
    parts = [
        f"## What was found\n\n{draws} draws, worth {worth:g} of equal weight.\n",
        _learnt(known, recovered, told),
        _edges(described["central"], told),
        _pairs(pairs),
        _emulated(emulators),
    ]
    predictive = folder / "predictive.csv"
    if predictive.exists():
        parts.append(_predicted(pd.read_csv(predictive), told))
    return "\n".join(parts)


def _learnt(known: "pd.DataFrame", recovered: "pd.DataFrame", told: Recipe) -> str:
    share = f"{told.fit.share:.0%}"
    rows = [
        (f"`{r.parameter}`", f"{r.median:.3g}", f"{r.low:.3g} to {r.high:.3g}",
         f"{r.contraction:.2f}", f"{r.coverage:.0%}")
        for r in known.itertuples()
    ]  # fmt: skip
    unknown = [f"`{name}`" for name in known.loc[~known["identified"], "parameter"]]
    named = ", ".join(unknown) if unknown else "none"
    inside = (recovered["true"] >= recovered["low"]) & (recovered["true"] <= recovered["high"])
    columns = ("parameter", "median", f"{share} of the posterior", "contraction", "truths covered")
    truths, least = recovered["truth"].nunique(), told.fit.unidentified
    return (
        f"### What is learnt of each parameter\n\n{_table(columns, rows)}\n\n"
        "Contraction is 1 minus the variance of the posterior over that of the prior. Not "
        f"identified (below {least:g}): {named}. Of {truths} runs held out from the bank, {share} "
        f"intervals hold {inside.mean():.0%} of the true values.\n\n"
        "![What is learnt of each parameter](../calibration/diagnostics/learnt.png)\n"
    )


def _edges(central: Mapping[str, float], told: Recipe) -> str:
    """Say which values of the central point lie at an end of their prior."""
    ends = {}
    for name, prior in Space(list(told.free), told.runs.log_from).plain().items():
        low, high = (float(end) for end in prior[:2])
        near = AT_AN_END * (high - low)
        if not low + near < central[name] < high - near:
            ends[name] = low if central[name] - low < high - central[name] else high
    if not ends:
        return "No value of the central point lies at an end of its prior.\n"
    words = ", ".join(f"`{name}` ({end:g})" for name, end in ends.items())
    return (
        "In spite of what it costs, these values of the central point lie at an end of their "
        f"prior, where the figures pull further than the prior allows: {words}.\n"
    )


def _pairs(pairs: "pd.DataFrame") -> str:
    rows = [(f"`{r.parameter}`", f"`{r.parameter_2}`", f"{r.correlation:.2f}")
            for r in pairs.head(STRONGEST).itertuples()]  # fmt: skip
    table = _table(("parameter", "with", "correlation"), rows)
    return f"### Strongest correlations in the posterior\n\n{table}\n"


def _emulated(emulators: "pd.DataFrame") -> str:
    rows = [
        (r.target, r.emulator, f"{r.explained:.2f}", f"{r.observation_sd:.3f}",
         f"{r.emulator_sd:.3f}", f"{r.chance_sd:.3f}")
        for r in emulators.itertuples()
    ]  # fmt: skip
    columns = ("figure", "emulator", "R2, left out", "observation", "emulator error", "chance")
    words = "Standard deviations on the figure's scale; R2 is near what is not ruled out."
    return f"### Emulators\n\n{_table(columns, rows)}\n\n{words}\n"


def _predicted(predictive: "pd.DataFrame", told: Recipe) -> str:
    rows = [
        (r.statistic, _ends(r.accepted_low, r.accepted_high), f"{r.median:.3g}",
         _ends(r.low, r.high), f"{r.inside:.0%}", r.part_in_fit)
        for r in predictive.itertuples()
    ]  # fmt: skip
    share = f"{told.fit.share:.0%} of runs"
    columns = ("figure", "accepted", "median", share, "runs inside", "part in the fit")
    return (
        f"### Posterior predictive checks\n\n{_table(columns, rows)}\n\n"
        f"One run of {told.runs.population:,} people at each draw: its chance is in the spread.\n\n"
        "![What the posterior says of the fitted figures]"
        "(../calibration/diagnostics/predicted.png)\n"
    )


def _ends(low: Any, high: Any) -> str:
    if low != low:
        return "-" if high != high else f"up to {high:.3g}"
    return f"from {low:.3g}" if high != high else f"{low:.3g} to {high:.3g}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
