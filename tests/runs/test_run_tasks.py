"""Work is done wherever there are workers; what they lose is done again, and nothing twice."""

import contextlib
import gc
import os
import pickle
import signal
import subprocess
import sys
import tracemalloc
import weakref
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path

import made_up_tasks
import pytest
from made_up_tasks import key, tasks
from watched import SECONDS_TO_END, needs_proc, wait_for_end, wait_until

from abm.runs import run_tasks as runner
from abm.runs.executors import local_executor
from abm.runs.processes import LocalProcesses
from abm.runs.result_store import ResultStore, StoreError
from abm.runs.run_tasks import RunnerError, run_tasks
from abm.runs.task import Failure, OtherVersionError, Task, do_batch

DOUBLES = {number: 2 * number for number in range(60)}


@pytest.fixture(autouse=True)
def diary(tmp_path, monkeypatch):
    """Return the file that notes which chores were done."""
    path = tmp_path / "diary.txt"
    path.touch()
    monkeypatch.setenv("CHORES_DIARY", str(path))
    return path


def in_this_process():
    return contextlib.nullcontext()


def in_threads():
    return ThreadPoolExecutor(3)


def in_processes():
    return local_executor(2)


@pytest.fixture
def do():
    """Return a function that does numbered chores: what came of each, by number."""

    def run(wanted, executor=None, **how):
        results, shares = {}, []

        def keep(finished):
            for each in finished:
                assert each.task.argument not in results
                assert each.seconds >= 0.0
                results[each.task.argument] = each.result

        summary = run_tasks(wanted, keep, executor, progress=shares.append, **how)
        assert shares == sorted(shares)
        assert not shares or shares[-1] == 1.0
        failed = {n: each.error for n, each in results.items() if isinstance(each, Failure)}
        assert (summary.done, summary.failed) == (len(results) - len(failed), len(failed))
        return {n: each for n, each in results.items() if n not in failed}, failed

    return run


@pytest.mark.parametrize(
    ("executor", "largest"),
    [(in_this_process, 7), (in_threads, 1), (in_threads, 200), (in_processes, 7)],
)
def test_everything_is_done_once_wherever(do, diary, executor, largest, monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", largest)
    with executor() as workers:
        assert do(tasks(made_up_tasks.double), workers) == (DOUBLES, {})
    assert sorted(map(int, diary.read_text().split())) == list(range(60))


@pytest.mark.parametrize(
    ("executor", "chore"),
    [
        (in_this_process, made_up_tasks.fail_at_three),
        (in_threads, made_up_tasks.exit_at_three),
        (in_processes, made_up_tasks.exit_at_three),
    ],
)
def test_what_fails_is_said_and_the_rest_is_done(do, executor, chore):
    with executor() as workers:
        results, failed = do(tasks(chore), workers)
    assert len(results) == 59
    assert list(failed) == [3]
    assert failed[3].startswith("Traceback")


def test_tasks_may_be_a_generator_and_repeat_themselves(do, diary):
    wanted = tasks(made_up_tasks.double)
    summary = run_tasks((t for t in [*wanted, *wanted[:10]]), lambda finished: None, total=70)
    assert list(summary.keys) == [task.key for task in wanted]
    assert (summary.known, summary.done) == (10, 60)
    assert len(diary.read_text().split()) == 60


def test_a_generator_is_read_only_a_little_ahead():
    read, kept = [], []

    def endless():
        for number in range(100_000):
            read.append(number)
            assert len(read) - len(kept) <= 3 * runner.LARGEST_BATCH
            yield Task(key(number), abs, number)

    def keep(finished):
        kept.extend(finished)
        if len(kept) > 5_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        run_tasks(endless(), keep)


def test_what_is_known_is_not_done(do, diary):
    known = {key(number) for number in range(0, 60, 2)}
    results, _ = do(tasks(made_up_tasks.double), is_known=known.intersection)
    assert sorted(results) == list(range(1, 60, 2))


def test_nothing_is_begun_once_time_is_over(diary, monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 5)
    summary = run_tasks(
        tasks(made_up_tasks.double),
        lambda finished: None,
        is_over=lambda: len(diary.read_text().split()) >= 20,
    )
    assert 20 <= summary.done <= 25


# Batches


def sizes_of_batches(seconds_a_task, count, workers=1, total=None):
    sizes = []

    class Measured(Executor):
        _max_workers = workers

        def submit(self, function, /, version, wanted, note):
            sizes.append(len(wanted))
            future = Future()
            future.set_result([(None, seconds_a_task)] * len(wanted))
            return future

    made = (Task(key(number), abs, number) for number in range(count))
    run_tasks(made, lambda finished: None, Measured(), total=total)
    return sizes


def test_quick_tasks_travel_together_and_slow_ones_alone():
    assert set(sizes_of_batches(10.0, 20)) == {1}
    quick = sizes_of_batches(0.1, 3_000)
    assert quick[0] == 1
    assert quick[10] == 15
    assert max(sizes_of_batches(1e-9, 3_000)) == runner.LARGEST_BATCH


def test_the_last_batches_are_small_so_that_all_workers_end_together():
    sizes = sizes_of_batches(0.01, 1_000, workers=4, total=1_000)
    assert sum(sizes) == 1_000
    assert sizes[-4:] == [1] * 4


# Progress


def test_progress_counts_weights(monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 1)
    wanted = [Task(key(number), abs, number, weight) for number, weight in enumerate([1, 7, 2])]
    shares = []
    run_tasks(wanted, lambda finished: None, progress=shares.append)
    assert {0.1, 0.8, 1.0} <= set(shares) <= {0.0, 0.1, 0.8, 1.0}


@pytest.mark.parametrize("executor", [in_this_process, in_processes])
def test_a_task_may_say_how_far_it_is(executor):
    shares = []

    def hear(share):
        shares.append(share)
        if share == 0.5:
            made_up_tasks.scar().touch()

    with executor() as workers:
        wanted = tasks(made_up_tasks.go_halfway, [0])
        run_tasks(wanted, lambda finished: None, workers, progress=hear)
    assert 0.5 in shares
    assert shares == sorted(shares)


# Workers that are killed


def test_what_a_killed_worker_lost_is_done_again(do):
    with in_processes() as workers:
        assert do(tasks(made_up_tasks.be_killed_once), workers) == (DOUBLES, {})
    assert made_up_tasks.scar().exists()


def test_what_kills_every_worker_is_given_up_alone(do):
    with in_processes() as workers:
        results, failed = do(tasks(made_up_tasks.be_killed_at_three), workers)
    assert len(results) == 59
    assert "ended abruptly, twice" in failed[3]


def test_workers_that_all_end_before_anything_comes_back_are_one_error(do):
    with pytest.raises(RunnerError, match="every worker ended"), in_processes() as workers:
        do(tasks(made_up_tasks.always_be_killed, [1]), workers)


class Broken(Executor):
    """An executor that cannot be mended."""

    workers = 1

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_exception(BrokenExecutor("gone"))
        return future


def test_an_executor_that_cannot_be_mended_is_one_line(do):
    with pytest.raises(RunnerError, match="executor broke"):
        do(tasks(made_up_tasks.double), Broken())


# What cannot reach a worker


class Answering(ThreadPoolExecutor):
    """An executor every call of which ends in one error, the first ones apart."""

    def __init__(self, error, good):
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
        (AttributeError("module 'x' has no attribute 'y'"), 3),
        (pickle.PicklingError("Can't pickle it\nfor many reasons"), 3),
        (RuntimeError("Error during deserialization of the task graph"), 3),
        (OSError("anything, before a worker has done a thing"), 0),
    ],
)
def test_what_cannot_reach_a_worker_is_one_error_and_not_failed_tasks(error, good, monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 2)
    kept = []
    with Answering(error, good) as executor, pytest.raises(RunnerError) as caught:
        run_tasks(tasks(made_up_tasks.double), kept.extend, executor)
    assert "\n" not in str(caught.value)
    assert type(error).__name__ in str(caught.value)
    assert len(kept) <= 2 * good


@pytest.mark.parametrize(
    "task", [Task(key(1), lambda n: n, 1), Task(key(1), made_up_tasks.give_what_cannot_be_sent, 1)]
)
def test_what_cannot_be_pickled_is_one_line(task):
    with pytest.raises(RunnerError) as caught, in_processes() as workers:
        run_tasks([task], lambda finished: None, workers)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [OSError("closed"), RuntimeError("closed"), TimeoutError()])
def test_a_connection_lost_when_submitting_is_one_error(error):
    class Lost(ThreadPoolExecutor):
        def submit(self, function, /, *args, **kwargs):
            raise error

    with Lost(1) as executor, pytest.raises(RunnerError, match=type(error).__name__):
        run_tasks(tasks(made_up_tasks.double), lambda finished: None, executor)


def test_workers_of_another_version_are_refused():
    with pytest.raises(OtherVersionError, match="another version of the code"):
        do_batch("0" * 16, [], 0)

    class Elsewhere(ThreadPoolExecutor):
        def submit(self, function, /, version, *args):
            return super().submit(function, "0" * 16, *args)

    with Elsewhere(1) as executor, pytest.raises(RunnerError, match="another version"):
        run_tasks(tasks(made_up_tasks.double), lambda finished: None, executor)


def test_a_scheduler_is_not_asked_for_its_workers_at_every_batch(monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 1)
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

    assert run_tasks(tasks(made_up_tasks.double), lambda finished: None, LikeDask()).done == 60
    assert 1 <= len(asked) <= 5


# Other processes on the same store


@pytest.fixture
def store(tmp_path):
    return ResultStore(tmp_path / "store")


def test_what_another_process_does_is_waited_for_and_not_done_twice(store, diary, monkeypatch):
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.01)
    other = ResultStore(store.folder)
    busy = [key(number) for number in range(5)]
    other.claim(busy)
    said, looks = [], []

    def tell(share):
        looks.append(share)
        if len(looks) == 60:  # the other finishes three of its tasks, and gives up two
            made_up_tasks.keep_in(other)([Finished(number) for number in range(3)])
            other.release(busy)

    summary = run_tasks(
        tasks(made_up_tasks.double),
        made_up_tasks.keep_in(store),
        is_known=store.has,
        claims=store,
        progress=tell,
        say=said.append,
    )
    assert (summary.known, summary.done) == (3, 57)
    assert len(diary.read_text().split()) == 57
    assert said == [runner.WAITING]


class Finished:
    """What `keep` is handed of a chore that was done elsewhere."""

    def __init__(self, number):
        self.task, self.result = Task(key(number), made_up_tasks.double, number), 2.0 * number


def start(store, jobs=2):
    """Start a main process of its own session, so that all it starts can be found."""
    command = [sys.executable, made_up_tasks.__file__, str(store.folder), str(jobs)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, start_new_session=True, **pipes)


def test_two_processes_on_one_store_lose_nothing_and_do_nothing_twice(store, diary):
    pair = [start(store), start(store, 1)]
    counts = []
    for process in pair:
        told, complaint = process.communicate(timeout=300)
        assert complaint == ""
        counts.append([int(word) for word in told.split()])
    assert [found + done for found, done, _ in counts] == [200, 200]
    assert sum(done for _, done, _ in counts) == 200
    assert sorted(map(int, diary.read_text().split())) == list(range(200))
    assert len(store.has(map(key, range(200)), whole=True)) == 200


# What ends a command


@needs_proc
@pytest.mark.usefixtures("signals_count")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_stopped_keeps_what_is_done_and_leaves_nobody(store, diary, sent):
    process = start(store)
    wait_until(lambda: len(store.has(map(key, range(200)))) >= 10, process)
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)  # to all of them, as a terminal does
    else:
        os.kill(process.pid, sent)
    _, error = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == (-9 if sent == signal.SIGKILL else 130), error
    wait_for_end(process.pid)
    known = store.has(map(key, range(200)), whole=True)
    assert 10 <= len(known) < 200
    assert store.claim(known | {key(199)}) == known | {key(199)}
    done_twice = {key(int(line)) for line in diary.read_text().split()} - known
    assert sent == signal.SIGKILL or len(done_twice) <= 4 * 60


def test_ctrl_c_in_this_process_keeps_what_is_done(store, monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 4)
    with pytest.raises(KeyboardInterrupt):
        run_tasks(
            tasks(made_up_tasks.interrupt_at_thirty),
            made_up_tasks.keep_in(store),
            is_known=store.has,
            claims=store,
        )
    assert 20 <= len(store.has(map(key, range(60)))) <= 30
    assert ResultStore(store.folder).claim([key(50)]) == {key(50)}


def test_a_store_that_cannot_be_written_ends_it_and_nothing_more_is_begun(diary, monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 5)
    kept = []

    def keep(finished):
        if len(kept) >= 10:
            raise StoreError("the disk is full")
        kept.extend(finished)

    with pytest.raises(StoreError, match="the disk is full"):
        run_tasks(tasks(made_up_tasks.double), keep)
    assert len(kept) <= 14
    assert len(diary.read_text().split()) <= 20


# Memory


def test_memory_stays_flat_over_many_tasks():
    many = (Task(key(number), abs, -number) for number in range(20_000))
    peaks = []

    def keep(finished):
        if not peaks:
            tracemalloc.start()
        peaks.append(tracemalloc.get_traced_memory()[0])

    run_tasks(many, keep)
    tracemalloc.stop()
    grown = (peaks[-1] - peaks[len(peaks) // 2]) / 10_000
    assert grown < 400  # bytes a task: its key, to know it when it comes again


def test_large_results_go_once_they_are_kept(monkeypatch):
    monkeypatch.setattr(runner, "LARGEST_BATCH", 1)

    class Large(bytearray):
        pass

    there = []

    def make(number):
        gc.collect()
        assert sum(each() is not None for each in there) <= 1
        large = Large(10)
        there.append(weakref.ref(large))
        return large

    summary = run_tasks(tasks(make), lambda finished: None)
    assert (summary.done, summary.failed) == (60, 0)


def test_processes_hold_no_more_than_a_few_large_results():
    with in_processes() as workers:
        sizes = []
        run_tasks(
            tasks(made_up_tasks.give_much, range(30)),
            lambda finished: sizes.extend(len(each.result) for each in finished),
            workers,
        )
    assert sizes == [10_000_000] * 30


# Dask


def test_a_killed_dask_worker_costs_nothing(do, diary, monkeypatch):
    pytest.importorskip("distributed")
    from abm.runs.executors import executor_for

    path = os.pathsep.join([str(Path(made_up_tasks.__file__).parent), *(p for p in sys.path if p)])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setattr(runner, "LARGEST_BATCH", 4)
    killed = []

    def kill_one(finished):
        pids = {line for line in diary.read_text().splitlines() if line.startswith("pid")}
        if len(pids) == 2 and not killed:
            killed.append(int(min(pids).removeprefix("pid ")))
            os.kill(killed[0], signal.SIGKILL)

    kept = []
    with executor_for(2, "local") as executor:
        summary = run_tasks(
            tasks(made_up_tasks.double_saying_who, range(100)),
            lambda finished: (kept.extend(finished), kill_one(finished)),
            executor,
        )
    assert killed
    assert (summary.done, summary.failed) == (100, 0)
    assert {each.task.argument: each.result for each in kept} == {n: 2 * n for n in range(100)}


def test_local_processes_hold_a_place_for_what_is_in_flight():
    with LocalProcesses(3) as workers:
        assert len(workers.shares) == runner.BATCHES_A_WORKER * workers.workers
