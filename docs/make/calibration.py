"""The page of the calibration, written from the recipe, the register and the diagnostics.

``python -m docs.make.calibration docs/calibration.md`` writes it; a test compares them.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.experiments.calibration.bank_statistics import statistics
from abm.experiments.calibration.recipe import Recipe, Wave, recipe
from abm.experiments.calibration.targets import targets_of
from abm.io.tables import TableError, read_json, write_bytes
from abm.parameters import parameters
from abm.scenario.posterior import ABOUT, FOLDER
from docs.make.templates import Row, render

if TYPE_CHECKING:
    import pandas as pd

DIAGNOSTICS = Path("calibration/diagnostics")
POSTERIOR = FOLDER / ABOUT
STRONGEST = 12


def page(chosen: Recipe | None = None, folder: Path = DIAGNOSTICS, about: Path = POSTERIOR) -> str:
    """Return the text of docs/calibration.md.

    Without tables in the folder of diagnostics the page says that nothing is fitted yet; `about`
    is posterior.json.
    """
    followed = chosen or recipe()
    return render(
        "calibration.md",
        runs=followed.runs,
        settings=followed.fit,
        share=f"{followed.fit.share:.0%}",
        waves=[
            (wave.name, f"{wave.points:,}", str(wave.runs_each), drawn, f"{wave.first_seed:,}")
            for wave, drawn in zip(followed.waves, _drawn(followed.waves), strict=True)
        ],
        free=_free(followed),
        figures=_figures(followed),
        diagnosed=_diagnosed(folder, about, followed),
    )


def _drawn(waves: Sequence[Wave]) -> list[str]:
    later = [
        "the posterior" + (f", with 1/{wave.widened:g} of the information" * (wave.widened > 1))
        for wave in waves[1:]
    ]
    return ["the priors (scrambled Sobol points)", *later]


def _free(chosen: Recipe) -> list[Row]:
    priors = chosen.space.plain()
    return [
        (f"`{name}`", f"{low:g} to {high:g}", str(kind), parameters()[name].sentence, why)
        for (name, why), (low, high, kind) in zip(chosen.free.items(), priors.values(), strict=True)
    ]


def _figure(name: str) -> str:
    """Return what a statistic of the bank is about, with its entry as a link behind."""
    return f"{statistics()[name].entry.statement} ([{name}](evidence.md))"


def _figures(chosen: Recipe) -> list[Row]:
    targets = targets_of(statistics(chosen.runs.world), chosen.quantities, chosen.checked)
    fitted = [
        (_figure(target.name), f"{target.low:.4g} to {target.high:.4g}", target.scale.kind
         + (f"; quantity {chosen.quantities[target.name]}" if target.name in chosen.quantities
            else ""))
        for target in targets.fitted
    ]  # fmt: skip
    checked = [(_figure(name), "checked only", why) for name, why in targets.checked.items()]
    return [*fitted, *checked]


def _diagnosed(folder: Path, about: Path, chosen: Recipe) -> dict[str, Any] | None:
    """Return what the diagnostics say, or None before there are any of what is free now."""
    import pandas as pd

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / f"{name}.csv")

    def rows(frame: pd.DataFrame) -> Iterable[Any]:
        return frame.itertuples()

    try:
        posterior = read_json(about)
        known, opinions = table("identifiability"), table("opinions")
        regressions, pairs = table("regressions"), table("correlations")
    except (TableError, OSError):
        return None
    if [*known["parameter"]] != [*chosen.free]:
        return None
    predicted = table("predictive") if (folder / "predictive.csv").exists() else pd.DataFrame()
    return {
        "draws": posterior["draws"],
        "learnt": [
            (f"`{row.parameter}`", f"{row.median:.3g}", f"{row.low:.3g} to {row.high:.3g}",
             f"{row.contraction:.2f}", f"{row.coverage:.0%}", f"{row.p:.2g}")
            for row in rows(known)
        ],
        "unknown": _names(known[~known["identified"]]),
        "uneven": _names(known[known["identified"] & ~known["flat"]]),
        "opinions": [
            (f"`{row.parameter}`", f"{row.difference:.2f}", f"{row.other_sd / row.sd:.2f}",
             f"{row.overlap:.0%}")
            for row in rows(opinions)
        ],
        "worth": opinions["worth"].iloc[0],
        "edges": _edges(posterior["central"], chosen),
        "from": posterior["central_from"],
        "correlations": [
            (f"`{row.parameter}`", f"`{row.parameter_2}`", f"{row.correlation:.2f}")
            for row in rows(pairs.head(STRONGEST))
        ],
        "regressions": [
            (_figure(row.target), f"{row.explained:.2f}", *(f"{spread:.3f}" for spread in (
                row.observation_sd, row.discrepancy_sd, row.error_sd, row.unexplained_sd)))
            for row in rows(regressions)
        ],
        "runs": regressions["runs"].iloc[0],
        "predicted": [
            (_figure(row.statistic), _ends(row.accepted_low, row.accepted_high),
             _ends(row.before_low, row.before_high), f"{row.median:.3g}",
             _ends(row.low, row.high), f"{row.inside:.0%}", row.part_in_fit)
            for row in rows(predicted)
        ],
    }  # fmt: skip


def _names(known: "pd.DataFrame") -> str:
    """Return the parameters of some rows, for a sentence."""
    return ", ".join(f"`{name}`" for name in known["parameter"]) or "none"


def _edges(point: Mapping[str, float], chosen: Recipe) -> str:
    """Return which values of the point lie at an end of their prior, and at which."""
    space = chosen.space
    ends = []
    for name, low, high in zip(space.names, space.low, space.high, strict=True):
        value, near = point[name], chosen.fit.inside * (high - low)
        if not low + near < value < high - near:
            ends.append(f"`{name}` ({low if value - low < high - value else high:g})")
    return ", ".join(ends)


def _ends(low: Any, high: Any) -> str:
    if low != low:
        return "-" if high != high else f"up to {high:.3g}"
    return f"from {low:.3g}" if high != high else f"{low:.3g} to {high:.3g}"


if __name__ == "__main__":
    write_bytes(Path(sys.argv[1]), page().encode())
