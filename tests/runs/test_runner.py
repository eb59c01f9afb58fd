"""Many runs give the same table wherever and in whatever order they are lived."""

import errno
import pickle
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

import made_up_runs
import pytest

from abm.io import locks
from abm.runs import keys, runner, tasks
from abm.runs.claims import Claims
from abm.runs.keys import RunResult
from abm.runs.runner import RunnerError, RunTask, live_outcomes, local_executor, run_missing
from abm.runs.store import Store
from abm.runs.tasks import OtherVersionError, live_batch
from abm.scenario.scenario import load_scenario
from abm.studies.outcomes import NOT_EFFECTS

TASKS = made_up_runs.tasks(made_up_runs.figures)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return a function that says which runs were lived since it was last called."""
    path = tmp_path / "diary.txt"
    monkeypatch.setenv("MADE_UP_DIARY", str(path))

    def lived():
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        path.write_text("")
        return sorted(lines)

    return lived


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return made_up_runs.undisturbed(tmp_path_factory.mktemp("undisturbed"), TASKS)


class LastFirst(ThreadPoolExecutor):
    """An executor that completes what was submitted last first, and lives it only when asked."""

    def __init__(self):
        super().__init__(1)
        self.waiting = []
        self.workers = 4

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        self.waiting.append((future, function, args))
        if len(self.waiting) >= 3:
            while self.waiting:
                late, call, given = self.waiting.pop()
                late.set_result(call(*given))
        else:
            super().submit(self._rest)
        return future

    def _rest(self):
        time.sleep(0.05)
        while self.waiting:
            late, call, given = self.waiting.pop()
            late.set_result(call(*given))


@pytest.mark.parametrize("size", [1, 7, 500])
def test_the_table_does_not_depend_on_the_executor(store, expected, size, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", size)
    with ThreadPoolExecutor(3) as executor:
        lived = run_missing(store, TASKS, executor)
    assert (lived.found, lived.done, lived.failed) == (0, 100, 0)
    assert made_up_runs.table(store, lived.keys) == expected


def test_the_table_does_not_depend_on_the_order_of_completion(store, expected, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 4)
    with LastFirst() as executor:
        lived = run_missing(store, TASKS, executor)
    assert made_up_runs.table(store, lived.keys) == expected


def test_the_table_does_not_depend_on_processes(store, expected):
    with local_executor(2) as executor:
        lived = run_missing(store, TASKS, executor)
    assert made_up_runs.table(store, lived.keys) == expected


def test_one_job_is_this_very_process():
    with local_executor(1) as executor:
        assert executor is None


def test_what_has_a_result_is_not_lived_again(store, diary):
    run_missing(store, TASKS[:40])
    assert len(diary()) == 40
    lived = run_missing(Store(store.folder), TASKS)
    assert (lived.found, lived.done) == (40, 60)
    assert len(diary()) == 60
    assert run_missing(Store(store.folder), TASKS).found == 100
    assert diary() == []


def test_tasks_may_be_a_generator_and_repeat_themselves(store, diary, expected):
    lived = run_missing(store, (task for task in [*TASKS, *TASKS[:10]]), total=110)
    assert len(lived.keys) == 110
    assert lived.settled == 110
    assert len(diary()) == 100
    assert made_up_runs.table(store, lived.keys[:100]) == expected


def test_progress_rises_to_the_whole(store, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 10)
    shares = []
    run_missing(store, TASKS, progress=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) >= 10
    assert shares[-1] == 1.0


def test_a_run_that_raises_is_recorded_and_harms_no_other(store):
    wanted = made_up_runs.tasks(made_up_runs.figures_but_fail_at_three)
    lived = run_missing(store, wanted)
    assert (lived.done, lived.failed) == (80, 20)
    table = store.results(lived.keys)
    failed = table[table["status"] == "failed"]
    assert (failed["seed"] == 3).all()
    assert failed["error"].str.contains("the third seed is never lived").all()
    assert failed["error"].str.startswith("Traceback").all()
    assert failed["differences"].str.contains("population.size").all()
    assert table[table["status"] == "done"]["wave"].notna().all()


def test_a_figure_that_is_not_defined_is_no_failure(store):
    lived = run_missing(store, TASKS)
    table = store.results(lived.keys)
    assert lived.failed == 0
    assert table["seldom"].isna().all()
    assert table["wave"].notna().all()


def test_failed_runs_are_lived_again_only_on_request(store, diary, tmp_path):
    wanted = made_up_runs.tasks(made_up_runs.figures_unless_mended, rates=[0.5, 0.6])
    assert run_missing(store, wanted).failed == 2
    diary()
    again = run_missing(store, wanted)
    assert (again.found, again.failed, diary()) == (10, 0, [])
    still = run_missing(store, wanted, retry_failed=True)
    assert (still.found, still.done, still.failed) == (8, 0, 2)
    (tmp_path / "diary.txt.mended").touch()
    mended = run_missing(Store(store.folder), wanted, retry_failed=True)
    assert (mended.found, mended.done, mended.failed) == (8, 2, 0)
    assert (store.results(mended.keys)["status"] == "done").all()


def test_ctrl_c_keeps_what_is_finished(store, diary, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 2)
    wanted = made_up_runs.tasks(made_up_runs.figures_but_interrupt_at_ten, range(1, 12), [0.5])
    with pytest.raises(KeyboardInterrupt):
        run_missing(store, wanted)
    assert len(store.known([task.key for task in wanted])) == 8
    assert list((store.folder / "busy").glob("*.keys")) == []
    assert run_missing(Store(store.folder), wanted[:9]).found == 8


def test_what_another_process_lives_is_waited_for_not_lived_twice(store, diary):
    busy = [task.key for task in TASKS[:5]]
    with Claims(store.folder) as other:
        with other.exclusive():
            other.add(busy)

        def tell(share):
            if share >= 0.95:  # the other finishes three of its runs, and gives up two
                Store(store.folder).append(
                    [RunResult(k, 1, "done", "{}", {"wave": 1.0}) for k in busy[:3]]
                )
                other.release(busy)

        lived = run_missing(store, TASKS, progress=tell)
    assert (lived.found, lived.done) == (3, 97)
    assert len(diary()) == 97


def test_claims_of_a_process_that_is_gone_are_void(tmp_path):
    code = (
        "import sys, os, pathlib\n"
        "from abm.runs.claims import Claims\n"
        "claims = Claims(pathlib.Path(sys.argv[1])).__enter__()\n"
        "claims.add(['k' * 64])\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with Claims(tmp_path) as claims, claims.exclusive():
        assert len(list(claims.folder.glob("*.keys"))) == 2
        assert claims.of_others() == set()
        assert len(list(claims.folder.glob("*.keys"))) == 1


def test_workers_of_another_version_are_refused(store, monkeypatch):
    with pytest.raises(OtherVersionError, match="another version of the code"):
        live_batch(("0" * 16, []))

    class Elsewhere(ThreadPoolExecutor):
        def submit(self, function, /, work):
            return super().submit(function, ("0" * 16, work[1]))

    with Elsewhere(1) as executor, pytest.raises(RunnerError, match="another version"):
        run_missing(store, TASKS, executor)
    assert store.known([task.key for task in TASKS]) == set()


def test_an_executor_that_breaks_and_cannot_be_renewed_is_an_error(store):
    from concurrent.futures import BrokenExecutor

    class Broken(ThreadPoolExecutor):
        def submit(self, function, /, *args, **kwargs):
            raise BrokenExecutor("gone")

    with Broken(1) as executor, pytest.raises(RunnerError, match="executor broke"):
        run_missing(store, TASKS, executor)


def test_real_runs_are_the_same_here_and_in_processes(tmp_path):
    base = load_scenario("birth-cohort", population=30, years=2)
    wanted = [RunTask(base, seed) for seed in range(1, 9)]
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    run_missing(here, wanted)
    with local_executor(2) as executor:
        lived = run_missing(there, wanted, executor)
    assert made_up_runs.table(there, lived.keys) == made_up_runs.table(here, lived.keys)
    figures = live_outcomes(base, 3)
    row = here.results([wanted[2].key]).iloc[0]
    assert list(here.results(lived.keys).columns[5:]) == list(NOT_EFFECTS)
    assert [row[name] for name in figures] == pytest.approx(list(figures.values()), nan_ok=True)


def test_where_files_cannot_be_locked_nothing_counts_as_claimed(store, diary, monkeypatch):
    """A stale list of runs must not be waited for where it cannot be told whether it is one."""
    if locks.fcntl is None:
        pytest.skip("there are no locks here")

    def unsupported(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    (store.folder / "busy").mkdir(parents=True)
    (store.folder / "busy" / "1-0.keys").write_text(TASKS[0].key)
    monkeypatch.setattr(locks.fcntl, "flock", unsupported)
    said = []
    assert run_missing(store, TASKS[:3], say=said.append).done == 3
    assert said == []


def test_waiting_for_another_process_is_said_once(store, monkeypatch):
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.01)
    said, looks = [], []
    with Claims(store.folder) as other:
        with other.exclusive():
            other.add([TASKS[0].key])

        def tell(share):
            looks.append(share)
            if len(looks) == 10:
                other.release([TASKS[0].key])

        lived = run_missing(store, TASKS[:3], progress=tell, say=said.append)
    assert lived.done == 3
    assert len(said) == 1
    assert "another process" in said[0]


class Answering(ThreadPoolExecutor):
    """An executor every call of which ends in one error, the first ones apart."""

    def __init__(self, error, good=0):
        super().__init__(1)
        self.error, self.good = error, good

    def submit(self, function, /, *args, **kwargs):
        self.good -= 1
        if self.good >= 0:
            return super().submit(function, *args, **kwargs)
        future = Future()
        future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "good"),
    [
        (ModuleNotFoundError("No module named 'abm'"), 0),
        (ModuleNotFoundError("No module named 'abm'"), 3),
        (AttributeError("module 'x' has no attribute 'y'"), 3),
        (pickle.PicklingError("Can't pickle it\nfor many reasons"), 3),
        (RuntimeError("Error during deserialization of the task graph"), 3),
        (OSError("anything, before a worker has lived a run"), 0),
    ],
)
def test_what_cannot_reach_a_worker_is_one_error_and_not_failed_runs(
    store, monkeypatch, error, good
):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 2)
    with Answering(error, good) as executor, pytest.raises(RunnerError) as caught:
        run_missing(store, TASKS[:20], executor)
    assert "\n" not in str(caught.value)
    assert type(error).__name__ in str(caught.value)
    table = store.results([task.key for task in TASKS])
    assert (table["status"] == "done").all()
    assert len(table) <= 2 * good


def test_workers_that_all_end_before_any_run_comes_back_are_one_error(store, monkeypatch):
    """A function that another process cannot load ends the workers of a local pool."""
    from concurrent.futures import BrokenExecutor

    class EndsAtOnce(Answering):
        def renew(self):
            pass

    executor = EndsAtOnce(BrokenExecutor("ended"))
    with executor, pytest.raises(RunnerError, match="before any run came back"):
        run_missing(store, TASKS[:6], executor)
    assert store.known([task.key for task in TASKS]) == set()


@pytest.mark.parametrize("error", [OSError("closed"), RuntimeError("closed"), TimeoutError()])
def test_a_connection_lost_when_submitting_is_one_error(store, error):
    class Lost(ThreadPoolExecutor):
        def submit(self, function, /, *args, **kwargs):
            raise error

    with Lost(1) as executor, pytest.raises(RunnerError, match=type(error).__name__):
        run_missing(store, TASKS, executor)


def test_a_scheduler_is_not_asked_for_its_workers_at_every_batch(store, monkeypatch):
    monkeypatch.setattr(tasks, "LARGEST_BATCH", 1)
    asked = []

    class Client:
        def nthreads(self):
            asked.append(1)
            return {"one": 1, "two": 1}

    class LikeDask:
        _client = Client()

        def submit(self, function, /, *args):
            future = Future()
            future.set_result(function(*args))
            return future

    assert run_missing(store, TASKS, LikeDask()).done == 100
    assert 1 <= len(asked) <= 5


def test_other_versions_of_numpy_and_numba_have_other_keys(monkeypatch):
    before = TASKS[0].key
    assert {"studies", "numpy", "numba"} <= set(keys.made_with().replace(",", "").split())
    monkeypatch.setattr(keys, "made_with", lambda: "another numpy")
    assert TASKS[0].key != before
