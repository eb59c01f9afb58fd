"""Work is done wherever there are workers; what they lose is done again, and nothing twice."""

from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import chores
import pytest

from abm.runs.crew import Piece, do_all
from abm.runs.errors import RunnerError
from abm.runs.executors import local_executor


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return a function that says which chores were done since it was last called."""
    path = tmp_path / "lives.txt"
    monkeypatch.setenv("LIVES_DIARY", str(path))

    def done():
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return sorted(lines)

    return done


@pytest.fixture
def do(diary):
    """Return a function that does numbered chores: what came of each, by number."""

    def run(chore, executor=None, count=8):
        results, errors, shares = {}, {}, []

        def keep(piece, result, error):
            assert piece.argument not in {**results, **errors}
            (results if error is None else errors)[piece.argument] = error or result

        do_all([Piece(chore, each) for each in range(count)], executor, keep, shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == count
        return results, errors

    return run


def test_every_chore_is_done_here(do):
    assert do(chores.double) == ({each: 2 * each for each in range(8)}, {})


def test_every_chore_is_done_by_threads(do):
    with ThreadPoolExecutor(3) as executor:
        assert do(chores.double, executor)[0] == {each: 2 * each for each in range(8)}


def test_what_fails_is_said_and_the_rest_is_done(do):
    results, errors = do(chores.double_but_fail_at_three)
    assert len(results) == 7
    assert errors == {3: "ValueError: three is never doubled\n"}


def test_what_a_killed_worker_lost_is_done_again(do):
    with local_executor(2) as executor:
        results, errors = do(chores.double_or_be_killed_once, executor)
    assert (len(results), errors) == (8, {})


def test_what_kills_every_worker_is_given_up_alone(do):
    with local_executor(2) as executor:
        results, errors = do(chores.double_or_be_killed, executor)
    assert sorted(results) == [0, 1, 2, 4, 5, 6, 7]
    assert "ended abruptly" in errors[3]


def test_ctrl_c_keeps_what_is_done(diary):
    kept = []
    pieces = [Piece(chores.double_but_interrupt, each) for each in range(6)]
    with pytest.raises(KeyboardInterrupt):
        do_all(pieces, None, lambda piece, result, error: kept.append(result))
    assert kept == [0, 2, 4]


class Broken(Executor):
    """An executor that cannot be mended."""

    workers = 1

    def submit(self, function, /, *args, **kwargs):
        future = Future()
        future.set_exception(BrokenExecutor("gone"))
        return future


def test_an_executor_that_cannot_be_mended_is_one_line(do):
    with pytest.raises(RunnerError, match="executor broke"):
        do(chores.double, Broken())


def test_what_cannot_be_sent_is_one_line(do):
    with (
        pytest.raises(RunnerError, match="cannot load what is to be lived"),
        local_executor(2) as executor,  # left by the error, as the commands leave it
    ):
        do(lambda number: number, executor)
