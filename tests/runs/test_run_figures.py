"""Runs give the same figures wherever they are lived, and what failed says why."""

import made_up_runs
import pytest

from abm.runs.executors import executor_for, local_executor
from abm.runs.figures import figures_task, run_figures, run_outcomes
from abm.runs.result_store import FAILED, ResultStore
from abm.scenario.scenario import load_scenario
from abm.studies.outcomes import NOT_EFFECTS

TASKS = made_up_runs.tasks(made_up_runs.figures)


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "store")


def table(store, wanted):
    return store.frame([task.key for task in wanted]).to_csv(index=False)


def test_what_has_a_result_is_not_lived_again(store, diary):
    run_figures(store, TASKS[:40])
    again = run_figures(ResultStore(store.folder), TASKS)
    assert (again.known, again.done) == (40, 60)
    assert run_figures(ResultStore(store.folder), TASKS).known == 100
    assert len(diary.read_text().split()) == 100


def test_a_run_that_raises_is_recorded_and_harms_no_other(store):
    wanted = made_up_runs.tasks(made_up_runs.figures_but_fail_at_three)
    lived = run_figures(store, wanted)
    assert (lived.done, lived.failed) == (80, 20)
    failed = [result.about for result in store.list("run") if result.status == FAILED]
    assert len(failed) == 20
    for about in failed:
        assert about["seed"] == 3
        assert about["error"].startswith("Traceback")
        assert "the third seed is never lived" in about["error"]
        assert about["differences"]["population.size"] == 50
    done = store.frame([task.key for task in wanted])
    assert done[done["status"] == "done"]["wave"].notna().all()


def test_a_figure_that_is_not_defined_is_no_failure(store):
    assert run_figures(store, TASKS).failed == 0
    found = store.frame([task.key for task in TASKS])
    assert found["seldom"].isna().all()
    assert found["wave"].notna().all()


def test_a_figure_may_not_be_called_like_a_column_or_by_no_word(store):
    wanted = made_up_runs.tasks(made_up_runs.figures_with_odd_names, rates=[0.5])
    assert run_figures(store, wanted).failed == 5
    for result in store.list():
        assert "ValueError: a figure may not be called " in result.about["error"]


def test_failed_runs_are_lived_again_only_on_request(store, diary):
    wanted = made_up_runs.tasks(made_up_runs.figures_unless_mended, rates=[0.5, 0.6])
    assert run_figures(store, wanted).failed == 2
    again = run_figures(store, wanted)
    assert (again.known, again.failed) == (10, 0)
    still = run_figures(store, wanted, retry_failed=True)
    assert (still.known, still.done, still.failed) == (8, 0, 2)
    diary.with_name(f"{diary.name}.mended").touch()
    mended = run_figures(ResultStore(store.folder), wanted, retry_failed=True)
    assert (mended.known, mended.done, mended.failed) == (8, 2, 0)
    assert (store.frame(list(mended.keys))["status"] == "done").all()


def test_a_run_that_always_kills_its_worker_is_recorded(store):
    wanted = made_up_runs.tasks(made_up_runs.figures_or_be_killed, rates=[0.5, 0.6, 0.7])
    with local_executor(2) as executor:
        lived = run_figures(store, wanted, executor)
    assert (lived.done, lived.failed) == (14, 1)
    (about,) = (result.about for result in store.list() if result.status == FAILED)
    assert about["seed"] == 3
    assert "ended abruptly, twice" in about["error"]


def test_real_runs_are_the_same_here_and_in_processes_and_on_dask(tmp_path):
    pytest.importorskip("distributed")
    base = load_scenario("birth-cohort", population=30, years=2)
    wanted = [figures_task(base, seed) for seed in range(1, 7)]
    tables = []
    for jobs, dask in ((1, None), (2, None), (2, "local")):
        store = ResultStore(tmp_path / f"{jobs} {dask}")
        with executor_for(jobs, dask) as executor:
            assert run_figures(store, wanted, executor).done == 6
        tables.append(table(store, wanted))
    assert tables == tables[:1] * 3
    row = store.frame([wanted[2].key])
    assert list(row.columns[2:]) == list(NOT_EFFECTS)
    figures = run_outcomes(base, 3)
    assert row[list(figures)].iloc[0].tolist() == pytest.approx(
        list(figures.values()), nan_ok=True, rel=0, abs=0
    )
