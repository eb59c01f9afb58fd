"""`abm.compare`: scenarios compared from Python."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from abm.calibration.uncertainty import chosen_draws
from abm.comparison.command import HowToCompare, kept_lives, live_missing
from abm.comparison.findings import Findings, check_comparable, find
from abm.comparison.living import Live, live_one
from abm.experiments.running.executors import RunnerError
from abm.scenario import Scenario, load_scenario


def compare(
    scenarios: Sequence[str | Path | Scenario],
    seeds: Iterable[int] = (1,),
    *,
    population: int | None = None,
    years: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int = 1,
    live: Live | None = None,
    uncertainty: str = "chance",
) -> Findings:
    """Live scenarios with the same seeds and say what each averts against the first.

    Parameters
    ----------
    scenarios : sequence
        The base, then the others: names, paths or scenarios.
    seeds : iterable of int
        One run a scenario and seed.
    population, years, overrides
        As of `abm.load_scenario`, for every scenario given by name or path.
    out : str or Path, optional
        Folder of results in which runs are kept, and found again; by default nothing is kept.
    jobs : int
        Processes. With more than one, a script needs ``if __name__ == "__main__":``.
    live : callable, optional
        What lives a run, by default the model.
    uncertainty : str
        "posterior" lives every two seeds, 1 and 2, 3 and 4 and so on, with another draw of the
        fitted parameters, and tables then tell parameters and chance apart; "chance" leaves
        parameters as scenarios say.

    Returns
    -------
    Findings
        `differences`, `curve_differences`, `reached` and `packages` are pandas frames;
        ``averted("sex")`` gives the estimates over all seeds by sex.

    Raises
    ------
    ScenarioError
        If a scenario cannot be loaded, scenarios cannot be compared, or there is no posterior.
    RunnerError
        If a run failed; with `out` the rest is kept.

    Examples
    --------
    >>> import abm
    >>> pair = abm.compare(["baseline", "school-skills"], seeds=range(20))  # doctest: +SKIP
    >>> pair.averted()[["outcome", "averted", "low", "high"]]  # doctest: +SKIP
    """
    loaded = _loaded(scenarios, population, years, overrides)
    chosen = list(dict.fromkeys(seeds))
    draws = chosen_draws(uncertainty)
    with tempfile.TemporaryDirectory() if out is None else nullcontext(out) as folder:
        how = HowToCompare(Path(folder), jobs, quiet=True, live=live or live_one, draws=draws)
        return _compare(loaded, chosen, how)


def _loaded(
    scenarios: Sequence[str | Path | Scenario],
    population: int | None,
    years: int | None,
    overrides: Mapping[str, object] | None,
) -> list[Scenario]:
    """Return the scenarios, those that are named loaded; refuse what cannot be compared."""
    loaded = [
        each
        if isinstance(each, Scenario)
        else load_scenario(each, population=population, years=years, overrides=overrides)
        for each in scenarios
    ]
    check_comparable(loaded)
    return loaded


def _compare(scenarios: Sequence[Scenario], seeds: Sequence[int], how: HowToCompare) -> Findings:
    if how.draws is not None:
        how.draws.check(scenarios, seeds)
    failures = live_missing(scenarios, seeds, seeds, how)
    for (name, seed), trace in failures.items():
        raise RunnerError(f"{name}, seed {seed} failed:\n{trace}")
    return find(scenarios, seeds, partial(kept_lives, how), how.draws is not None)
