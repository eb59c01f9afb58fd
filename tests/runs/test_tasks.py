"""Batches fit how long runs take, as far as that is known."""

import made_up_runs
import pytest

from abm.runs import tasks
from abm.runs.keys import RunResult
from abm.runs.tasks import AGENT_DAYS_A_SECOND, Batcher, agent_days, expected_seconds
from abm.scenario.scenario import load_scenario

TASKS = made_up_runs.tasks(made_up_runs.figures)


def test_batches_take_about_a_second_and_a_half():
    batcher = Batcher(iter(TASKS), None)
    per_run = agent_days(TASKS[0].scenario) / AGENT_DAYS_A_SECOND
    assert len(batcher.pull(lambda key: True, 1)) == pytest.approx(1.5 / per_run, abs=1)
    whole = tasks.Batch([(TASKS[0].key, TASKS[0])])
    batcher.learn(whole, [RunResult(TASKS[0].key, 1, "done", "{}", {}, seconds=0.5)])
    assert len(batcher.pull(lambda key: True, 1)) == 3


def test_the_last_batches_are_shared_among_the_workers():
    batcher = Batcher(iter(TASKS), len(TASKS))
    assert len(batcher.pull(lambda key: True, 4)) == 25


def test_agent_days_count_the_warm_up():
    cohort = load_scenario("birth-cohort", population=100, years=15)
    whole = load_scenario("baseline", population=100, years=10)
    assert agent_days(cohort) == round(100 * 15 * 365.25)
    assert agent_days(whole) == round(100 * 25 * 365.25)
    assert expected_seconds(4e6, workers=2) == pytest.approx(1.0)


def test_a_quick_failure_teaches_nothing_about_speed():
    batcher = Batcher(iter(TASKS), None)
    one = tasks.Batch([(TASKS[0].key, TASKS[0])])
    batcher.learn(one, [RunResult(TASKS[0].key, 1, "done", "{}", {}, seconds=0.5)])
    batcher.learn(one, [RunResult(TASKS[0].key, 1, "failed", "{}", {}, "why", seconds=1e-6)])
    assert len(batcher.pull(lambda key: True, 1)) == 3


def test_a_measured_speed_is_believed_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(tasks, "AGENT_DAYS_A_SECOND", agent_days(TASKS[0].scenario) * 2.0)
    batcher = Batcher(iter(TASKS), None)
    one = tasks.Batch([(TASKS[0].key, TASKS[0])])
    assert len(batcher.pull(lambda key: True, 1)) == 3
    batcher.learn(one, [RunResult(TASKS[0].key, 1, "done", "{}", {}, seconds=1e-9)])
    assert len(batcher.pull(lambda key: True, 1)) == 3 * tasks.MOST_TIMES_FASTER
