"""Runs of one seed are one task, as far as all workers have something to do."""

from itertools import product
from typing import Any

import pytest

from abm.experiments.comparison import runs as module
from abm.experiments.comparison.runs import Run, run_people, tasks_of
from abm.runs.task import Failure
from abm.scenario.scenario import Scenario, load_scenario

FEW: Any = {"population": 60, "years": 1}
BASE, SKILLS = load_scenario("baseline", **FEW), load_scenario("school-skills", **FEW)
DBT_A = load_scenario("dbt-a", **FEW)
LONGER = load_scenario("dbt-a", population=60, years=2)
ELSEWHERE = load_scenario("baseline", overrides={"stressor_rate": 1.0}, **FEW)


def parts(*scenarios: Scenario, seeds: int = 1, jobs: int = 1) -> list[list[tuple[str, int]]]:
    """Return the scenarios and seeds that are done together."""
    runs = [Run(scenario, seed) for seed, scenario in product(range(seeds), scenarios)]
    _, tasks = tasks_of({run.key: run for run in runs}, jobs, None)
    assert len({task.key for task in tasks}) == len(tasks)
    return [[(r.scenario.name, r.seed) for r in task.argument.values()] for task in tasks]


def test_runs_of_one_seed_are_done_together() -> None:
    names = [scenario.name for scenario in (BASE, SKILLS, DBT_A)]
    together = [[(name, seed) for name in names] for seed in range(4)]
    assert parts(BASE, SKILLS, DBT_A, seeds=4, jobs=4) == together


def test_they_are_shared_out_where_workers_would_be_idle() -> None:
    assert [len(part) for part in parts(BASE, SKILLS, DBT_A, jobs=2)] == [2, 1]
    assert [len(part) for part in parts(BASE, SKILLS, DBT_A, jobs=8)] == [1, 1, 1]


def test_what_differs_before_its_first_day_or_lasts_longer_is_done_apart() -> None:
    assert [len(part) for part in parts(BASE, ELSEWHERE, DBT_A, LONGER)] == [2, 1, 1]


def test_very_many_people_are_not_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PEOPLE_TOGETHER", 120)
    assert [len(part) for part in parts(BASE, SKILLS, DBT_A)] == [2, 1]


def test_one_that_fails_takes_no_other_with_it() -> None:
    runs = {
        "a" * 64: Run(BASE, 1),
        "b" * 64: Run(SKILLS.model_copy(update={"trends": {"no": {}}}), 1),
    }
    done = run_people(runs)
    assert isinstance(done["b" * 64], Failure)
    assert done["a" * 64] == run_people({"a" * 64: Run(BASE, 1)})["a" * 64]
