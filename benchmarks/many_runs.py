"""Print what living many runs costs: workers, overhead, and memory of the main process.

``python benchmarks/many_runs.py`` takes about ten minutes on two cores; leave the machine alone
meanwhile. ``--runs 40 --people 100`` is a quick look.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from result_table import machine

from abm.runs.figures import figures_task, run_figures
from abm.runs.processes import LocalProcesses
from abm.runs.result_store import ResultStore
from abm.runs.task import Task
from abm.scenario.scenario import Scenario, load_scenario
from abm.simulation.run import run
from abm.studies.outcomes import LOGS, outcomes_of

SIZES_FOR_MEMORY = (100, 2000)
OVERHEAD_PEOPLE, OVERHEAD_YEARS, OVERHEAD_RUNS = 2000, 15, 8


def cohort(people: int, years: int = 15) -> Scenario:
    return load_scenario("birth-cohort", population=people, years=years)


def live(tasks: list[Task], workers: int) -> tuple[float, float]:
    """Return the seconds that runs took from the first to the last, and those spent in runs.

    The processes are started and have loaded their machine code before the clock starts.
    """
    small = cohort(10, 1)
    with tempfile.TemporaryDirectory() as folder, LocalProcesses(workers) as executor:
        store = ResultStore(Path(folder))
        run_figures(store, [figures_task(small, seed) for seed in range(4 * workers)], executor)
        started = time.perf_counter()
        summary = run_figures(store, tasks, executor)
        seconds = time.perf_counter() - started
        inside = float(store.frame(list(summary.keys), about=("seconds",))["seconds"].sum())
    return seconds, inside


def print_throughput(runs: int, people: int) -> None:
    """Compare two workers with one, in turns, so that a busy neighbour meets both."""
    scenario = cohort(people)
    totals, busy = {1: 0.0, 2: 0.0}, {1: 0.0, 2: 0.0}
    for part in range(2):
        seeds = range(part * runs // 2, (part + 1) * runs // 2)
        for workers in totals:
            seconds, inside = live([figures_task(scenario, seed) for seed in seeds], workers)
            totals[workers] += seconds
            busy[workers] += inside
    print(f"\n{runs} runs of {people:,} people x 15 years")
    for workers, seconds in totals.items():
        share = busy[workers] / (workers * seconds)
        pace = f"{runs / seconds:6.2f} runs a second"
        print(f"  {workers} worker(s)  {seconds:8.1f} s  {pace}; workers are busy {share:.1%}")
    print(f"  two workers give {totals[1] / totals[2]:.2f} times the throughput of one")


def print_overhead() -> None:
    """Show what is spent outside of runs, with one worker."""
    scenario = cohort(OVERHEAD_PEOPLE, OVERHEAD_YEARS)
    seconds, inside = live([figures_task(scenario, seed) for seed in range(OVERHEAD_RUNS)], 1)
    record = run(scenario, 1, LOGS)
    started = time.perf_counter()
    outcomes_of(record)
    figures = time.perf_counter() - started
    a_run, around = inside / OVERHEAD_RUNS, (seconds - inside) / OVERHEAD_RUNS
    share = (around + figures) / (seconds / OVERHEAD_RUNS)
    print(f"\nOne run of {OVERHEAD_PEOPLE:,} people x {OVERHEAD_YEARS} years, of {OVERHEAD_RUNS}")
    print(f"  living it and its figures  {a_run:8.3f} s, of which figures {1000 * figures:.0f} ms")
    print(f"  sending and storing it     {1000 * around:8.1f} ms")
    print(f"  overhead (figures, sending and storing): {share:.2%} of the time")


def print_memory() -> None:
    """Show the peak memory of the main process by number of runs, each in a fresh process."""
    print("\nPeak memory of the main process, 30 people x 1 year, two workers")
    peaks = []
    for runs in SIZES_FOR_MEMORY:
        command = [sys.executable, __file__, "--memory-of", str(runs)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        peak, seconds = json.loads(output)
        peaks.append(peak)
        print(f"  {runs:6,} runs  {peak:7.1f} MB  ({seconds:.1f} s)")
    print(f"  difference {peaks[-1] - peaks[0]:.1f} MB")


def memory_of(runs: int) -> None:
    """Live runs of different scenarios and print this process's peak memory and the time."""
    base = cohort(30, 1)
    rates = [0.5 + index / runs for index in range(runs)]
    tasks = [figures_task(base.with_parameters(stressor_rate=rate), 1) for rate in rates]
    seconds, _ = live(tasks, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([peak / (1e6 if sys.platform == "darwin" else 1e3), seconds]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory_of:
        memory_of(asked.memory_of)
        return
    print(machine())
    print_memory()
    print_overhead()
    print_throughput(asked.runs, asked.people)


if __name__ == "__main__":
    main()
