"""Print what living the warm-up once saves: six scenarios whole, and branched from one warm-up.

``python benchmarks/branching.py`` takes a few minutes; ``--people 1000 --years 3`` is a quick look.
Both ways must give the same bits, or it fails.
"""

import argparse
import time

from result_table import machine

from abm.runs.warm_ups import WarmUpRun, make_warm_up, state_in
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.record import Logs, Record
from abm.simulation.run import run
from abm.simulation.world_state import resume

FACTORS = (1.0, 0.8, 0.9, 1.1, 1.2, 1.3)
LOGS = Logs(people=True)
CHANGES_FROM = 2016


def scenarios(people: int, years: int) -> list[Scenario]:
    """Return the baseline, and five in which stressors change after the first reported day."""
    listed = []
    for factor in FACTORS:
        trend = {CHANGES_FROM: 1.0, CHANGES_FROM + 1: factor}
        settings = {f"trends.stressor_rate.{year}": value for year, value in trend.items()}
        chosen = {} if factor == 1.0 else settings
        listed.append(load_scenario("baseline", population=people, years=years, overrides=chosen))
    return listed


def bits(record: Record) -> bytes:
    return b"".join(rows.tobytes() for rows in record.logged["people"])


def compare(people: int, years: int, seed: int) -> tuple[float, float, float, float]:
    """Return seconds of six whole lives, of the warm-up, of six branches, and megabytes kept."""
    whole = warm_up = branches = 0.0
    kept = b""
    for index, scenario in enumerate(scenarios(people, years)):
        started = time.perf_counter()
        lived = bits(run(scenario, seed, LOGS))
        whole += time.perf_counter() - started
        started = time.perf_counter()
        if index == 0:
            kept = make_warm_up(WarmUpRun(scenario, seed))
            warm_up += time.perf_counter() - started
            started = time.perf_counter()
        world = resume(scenario, seed, LOGS, state=state_in(kept))
        branched = bits(run(scenario, seed, LOGS, world=world))
        branches += time.perf_counter() - started
        if branched != lived:
            raise SystemExit(f"scenario {index + 1}: the branch gave other bits")
    size = len(kept) / 1e6
    return whole, warm_up, branches, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    run(load_scenario("baseline", population=30, years=1), 1)  # loads the machine code
    whole, warm_up, branches, size = compare(asked.people, asked.years, asked.seed)
    print(machine())
    print(f"Six scenarios of {asked.people:,} people x {asked.years} years, seed {asked.seed}")
    print(f"  lived whole            {whole:8.1f} s")
    print(f"  warm-up once           {warm_up:8.1f} s, {size:.1f} MB kept")
    print(f"  six branches from it   {branches:8.1f} s")
    print(f"  whole / branched       {whole / (warm_up + branches):8.2f}, the same bits")


if __name__ == "__main__":
    main()
