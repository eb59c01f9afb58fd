"""The bank: parts do not depend on who did them, and nothing finished is lost."""

import time

import numpy as np
import pyarrow.parquet as pq
import pytest
from made_up_bank import (
    DEFINITIONS,
    FIRST_SEED,
    NAMES,
    RUNS,
    contents,
    definition,
    design,
    figures,
    figures_but_fail_at_three,
    folder,
    run_wave,
)

from abm.experiments.calibration.bank import METADATA, BankError
from abm.experiments.calibration.recipe import Space
from abm.experiments.calibration.sampling import Normal, standard_normals, unit_of
from abm.runs.executors import local_executor


@pytest.fixture
def finished(tmp_path):
    """A whole wave, run in this process."""
    path = tmp_path / "undisturbed"
    wave = folder(path)
    wave.write_design(design())
    assert run_wave(wave, path)["whole"]
    return wave


def test_parts_hold_every_run_with_its_point_seed_and_statistics(finished):
    runs = finished.read()
    assert runs.names == NAMES
    assert runs.runs["index"].tolist() == list(range(RUNS))
    assert runs.runs["seed"].tolist() == [FIRST_SEED + index for index in range(RUNS)]
    assert list(runs.runs.columns) == ["index", "seed", *NAMES, *DEFINITIONS]
    assert np.array_equal(runs.runs[NAMES].to_numpy(), design().points)
    baseline = definition().baseline
    again = [figures(baseline.with_parameters(**design().values(i)), FIRST_SEED + i)["A"]
             for i in range(RUNS)]  # fmt: skip
    assert runs.runs["A"].tolist() == again
    assert runs.defined_as(DEFINITIONS) == ["A", "B"]
    assert runs.defined_as({"A": "1", "B": "other", "C": "3"}) == ["A"]


def test_parts_are_the_same_with_other_workers_and_order(finished, tmp_path):
    wave = folder(tmp_path / "two")
    wave.write_design(design())
    with local_executor(2) as executor:
        run_wave(wave, tmp_path / "two", executor=executor)
    assert contents(wave) == contents(finished)


def test_parts_outlive_the_store(finished, tmp_path):
    before = contents(finished)
    finished.path_of(range(10, 20)).unlink()
    assert run_wave(finished, tmp_path / "another machine")["lived_now"] == 10
    assert contents(finished) == before


def test_time_that_is_over_ends_the_piece(tmp_path):
    progress = run_wave(folder(tmp_path), tmp_path, deadline=time.monotonic())
    assert (progress["lived_now"], progress["parts"], progress["of_parts"]) == (0, 0, 3)


def test_failed_runs_are_left_out_and_listed(tmp_path):
    wave = folder(tmp_path)
    wave.write_design(design())
    progress = run_wave(wave, tmp_path, figures_but_fail_at_three)
    assert progress["whole"]
    assert progress["failed_now"] == 1
    assert wave.read().failed == [3]
    assert len(wave.read().runs) == RUNS - 1
    assert "10003,ValueError: the third run" in (wave.path / "failed.csv").read_text()


def test_a_wave_can_grow(finished, tmp_path):
    before = contents(finished)
    longer = design(30)
    finished.write_design(longer)
    assert run_wave(finished, tmp_path, points=longer)["whole"]
    assert len(finished.read().runs) == 30
    assert contents(finished)["part-001.parquet"] == before["part-001.parquet"]


def test_another_engine_goes_on_only_if_it_finds_the_same(finished, tmp_path):
    finished.path_of(range(20, 23)).unlink()
    with pytest.raises(BankError, match="other numbers"):
        run_wave(finished, tmp_path, _others, "e2")
    assert run_wave(finished, tmp_path, figures, "e2")["whole"]
    assert [made.engine for made in finished.read().made_with] == ["e1", "e1", "e2"]


def _others(scenario, seed):
    return {"A": 1.0, "B": 2.0}


def test_damaged_and_foreign_parts_are_refused(finished):
    part = finished.path_of(range(10, 20))
    whole = part.read_bytes()
    middle = len(whole) // 3
    part.write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
    with pytest.raises(BankError, match="damaged"):
        finished.read()
    part.write_bytes(whole)
    finished.write_design(design().__class__(NAMES, design().points, 5, {}))
    with pytest.raises(BankError, match="another design"):
        finished.read()


def test_prior_points_fill_the_priors_and_grow():
    space, prior = Space(["learning_rate", "barrier_mean"], 5.0), Normal.prior(2)

    def prior_points(count):
        return space.values(unit_of(prior.at(standard_normals(count, 2, 1))))

    points = prior_points(200)
    assert np.array_equal(points[:50], prior_points(50))
    assert (points >= space.low).all()
    assert (points <= space.high).all()
    unit = space.unit(points)
    assert np.allclose(np.quantile(unit, 0.5, axis=0), 0.5, atol=0.02)
    assert np.allclose(space.values(unit), points, rtol=1e-11)
    assert list(space.is_log) == [True, False]


@pytest.mark.parametrize("name", ["design.parquet", "part-001.parquet"])
@pytest.mark.parametrize(
    "text", ["[]", "{}", "5", "null", "[" * 100_000, '{"first_seed": "x", "indices": [1]}', "{"]
)
def test_metadata_of_another_shape_are_one_line(finished, name, text):
    path = finished.path / name
    table = pq.read_table(path).replace_schema_metadata({METADATA: text.encode()})
    pq.write_table(table, path, write_page_checksum=True)
    with pytest.raises(BankError, match="no part of a bank"):
        finished.design() if name.startswith("design") else finished.read()
    if name.startswith("part"):
        with pytest.raises(BankError, match="no part of a bank"):
            finished.has(range(0, 2))


def test_a_part_without_a_column_that_it_names_is_one_line(finished):
    path = finished.path / "part-001.parquet"
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([NAMES[0]]), path, write_page_checksum=True)
    with pytest.raises(BankError, match="lacks columns"):
        finished.read()
