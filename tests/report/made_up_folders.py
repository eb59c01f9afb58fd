"""Run folders of every command, written by hand: what reports are read from, without a life."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import hand_made
import pandas as pd

from abm.experiments.ablation.ablation import ablation_table, mechanisms
from abm.experiments.ablation.outcomes import ABLATION_OUTCOMES
from abm.experiments.comparison.estimates import differences_table
from abm.experiments.comparison.pairing import OUTCOMES, PairSums
from abm.io.tables import csv_bytes
from abm.scenario.scenario import load_scenario
from abm.studies.aggregates import aggregate

YEARS = 5
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><!-- text -->'
    '<path d="M 0 0 L 9 9" clip-path="url(#a)"/></svg>'
)


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """Write files by name: bytes, text, frames, or plain data as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pd.DataFrame):
            content = csv_bytes(content)
        elif not isinstance(content, bytes | str):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def description(command: str, **given: Any) -> dict[str, Any]:
    """Return a run.json."""
    scenario = load_scenario("baseline", population=300, years=YEARS)
    told = {
        "command": command,
        "run_id": "0123456789ab",
        "scenario": scenario.resolved(),
        "design": {},
        "seeds": [1, 2, 3],
        "failed": [],
        "content_hash": "f" * 64,
        "code_version": "c" * 16,
        "versions": {"python": "3.12.1", "numpy": "2.5.5"},
        "platform": {"system": "Linux", "machine": "x86_64"},
        "timings": {"started": "2026-11-23T14:44:09+00:00", "seconds": 79.988},
    }
    return told | given


def run(folder: Path, seeds: Sequence[int] = (1, 2, 3), curves: Any = None, **given: Any) -> Path:
    """Write the folder of a run; `curves` changes what stands in curves.csv."""
    records = [hand_made.record(hand_made.scenario(300, YEARS), seed) for seed in seeds]
    table = pd.concat([record.curves for record in records], ignore_index=True)
    files: dict[str, Any] = {
        "run.json": description("run", seeds=list(seeds), **given),
        "curves.csv": table if curves is None else curves(table),
        "figures/prevalence_by_age.svg": SVG,
    }
    sums = {str(record.seed): aggregate(record) for record in records}
    files["aggregates.json"] = {seed: each.to_plain() for seed, each in sums.items() if each}
    return write(folder, files)


def pair(scenario: str, seed: int, averted: float, outcome: str = "new_cases", **given: Any) -> Any:
    """Return what differs between two runs of a seed."""
    whole: dict[str, Any] = {"base": 50.0, "other": 50.0 - averted, "squares": abs(averted)}
    whole |= {"helped": max(averted, 0.0), "harmed": max(-averted, 0.0), "people": 400.0}
    whole |= {"person_years": 1500.0, "reached": 80.0, "cost": 900.0, "group": "all"}
    whole |= {"level": "all"} | given
    return PairSums(scenario=scenario, seed=seed, outcome=outcome, **whole)


def differences(averted: Mapping[str, Sequence[float]], **given: Any) -> pd.DataFrame:
    """Return differences.csv: by scenario, what each seed averts of every outcome."""
    groups = (("all", "all"), ("sex", "female"), ("sex", "male"), ("age", "10-12"))
    sums = [
        pair(name, seed, value, each.name, **({"group": group, "level": level} | given))
        for name, values in averted.items()
        for each in OUTCOMES
        for group, level in groups
        for seed, value in enumerate(values, 1)
    ]
    return differences_table(sums, float(YEARS))


def comparison(
    folder: Path, averted: Mapping[str, Sequence[float]] | None = None, **given: Any
) -> Path:
    """Write the folder of a comparison with these scenarios."""
    chosen = {"school-skills": (6.0, 9.0, 7.0)} if averted is None else averted
    others = [load_scenario(name, population=300, years=YEARS).resolved() for name in chosen]
    seeds = list(range(1, 1 + max((len(values) for values in chosen.values()), default=0)))
    told = description("compare", design={"others": others}, seeds=seeds) | given
    return write(
        folder,
        {
            "run.json": told,
            "differences.csv": differences(chosen),
            "figures/averted.svg": SVG,
        },
    )


def entry(id_: str = "P01", verdict: str = "inside", **given: Any) -> dict[str, Any]:
    """Return a row of evidence.json."""
    told: dict[str, Any] = {"id": id_, "use": "predicted", "verdict": verdict, "note": ""}
    told |= {"statement": "Some do.", "part": "", "source": "Martin", "year": 2022}
    told |= {"published": 17.0, "low": 15.0, "high": 20.0}
    told |= {"simulated": 16.0, "simulated_low": 14.0, "simulated_high": 18.0}
    return told | given


def validation(folder: Path, rows: Sequence[dict[str, Any]] | None = None, **given: Any) -> Path:
    """Write the folder of a validation."""
    some = [
        entry(),
        entry("P02", "outside"),
        entry("P03", "near", use="fitted"),
        entry("P04", "direction wrong", low=0.0, high=None, published=None),
        entry("P05", "no answer", simulated=None, simulated_low=None, simulated_high=None),
        entry("P06", "not answerable", use="not answerable", simulated=None, note="Nobody dies."),
    ]
    files = {
        "run.json": description("validate", worlds=["baseline"], seeds=[101], **given),
        "evidence.json": some if rows is None else rows,
        "figures/verdicts_at_a_glance.svg": SVG,
    }
    return write(folder, files)


RANGES = {"barrier_mean": [6.0, 14.0], "urge_weight": [3.0, 12.0], "weight_feel": [0.1, 3.0]}


def ranking(values: Sequence[float], name: str = "lifetime_prevalence_12_18") -> pd.DataFrame:
    """Return ranking.csv of three parameters."""
    rows = [
        {"method": "morris", "outcome": outcome, "rank": place, "parameter": parameter,
         "index": "mu_star", "value": value, "low": value * 0.5 if outcome != "all" else None,
         "high": value * 1.5 if outcome != "all" else None}
        for outcome in (name, "all")
        for place, (parameter, value) in enumerate(zip(RANGES, values, strict=True), 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def sensitivity(
    folder: Path, values: Sequence[float] = (0.5, 0.2, 0.01), kind: str = "morris", **given: Any
) -> Path:
    """Write the folder of a sensitivity analysis."""
    noise = pd.DataFrame(
        [{"outcome": "lifetime_prevalence_12_18", "age": "", "index_by_chance": 0.05}]
    )
    design = {"kind": kind, "trajectories": 6}
    files = {
        "run.json": description("sensitivity", design=design, ranges=RANGES, seeds=[1], **given),
        "ranking.csv": ranking(values),
        "noise.csv": noise,
        "figures/sensitivity_ranked.svg": SVG,
    }
    return write(folder, files)


def ablate(folder: Path, past_year: float = -1.0, **given: Any) -> Path:
    """Write the folder of an ablation: how the past year moves without reinforcement."""
    runs = pd.DataFrame(
        [
            {"point": point, "seed": seed, "status": "done"}
            | dict.fromkeys(ABLATION_OUTCOMES, 0.1 + (point - 1) * (past_year + seed / 10) / 100)
            for point in (1, 2)
            for seed in (1, 2, 3)
        ]
    )
    table = ablation_table(runs, [mechanisms()["reinforcement"]])
    files = {"run.json": description("ablate", design={"kind": "ablation"}, **given)}
    files |= {"ablation.csv": table, "figures/what_each_mechanism_does.svg": SVG}
    return write(folder, files)


def sweep(folder: Path, shares: Sequence[Sequence[float]] | None = None, **given: Any) -> Path:
    """Write the folder of a sweep: by point, the share of each seed."""
    points = ((0.1, 0.14), (0.2, 0.24)) if shares is None else shares
    rows = [
        {"point": at, "stressor_rate": 0.5 * at, "seed": seed, "outcome": name, "value": share}
        for at, of_seeds in enumerate(points, 1)
        for seed, share in enumerate(of_seeds, 1)
        for name in ("lifetime_prevalence_12_18", "past_year_prevalence_12_18")
    ]
    columns = ["point", "stressor_rate", "seed", "outcome", "value"]
    files = {
        "run.json": description("sweep", design={"kind": "factorial"}, **given),
        "sweep.csv": pd.DataFrame(rows, columns=columns),
    }
    return write(folder, files)


KINDS: dict[str, Callable[..., Path]] = {
    "run": run,
    "compare": comparison,
    "validate": validation,
    "sensitivity": sensitivity,
    "sweep": sweep,
    "ablate": ablate,
}


def changed(folder: Path, **keys: Any) -> Path:
    """Change keys of a folder's run.json."""
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))
    return folder
