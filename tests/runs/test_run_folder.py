"""A run folder is completed, never spoilt: killed, damaged, extended or asked for more."""

import json
from pathlib import Path

import hand_made
import pandas as pd
import pytest

from abm.cli.run import run_command
from abm.runs.folder import RunFolder
from abm.runs.options import RunOptions
from abm.runs.result_store import store_below
from abm.scenario.scenario import Scenario
from abm.simulation.record import NO_LOGS, Logs

SCENARIO = hand_made.scenario(size=300, years=2)


@pytest.fixture
def diary(tmp_path, monkeypatch):
    """Return a function that says which seeds were lived since it was last called."""
    path = tmp_path / "diary.txt"
    monkeypatch.setenv("HAND_MADE_DIARY", str(path))

    def lived():
        seeds = [int(line) for line in path.read_text().split()] if path.exists() else []
        path.write_text("")
        return sorted(seeds)

    return lived


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def drawing():
    """Ask for figures to be drawn."""


@pytest.fixture(autouse=True)
def _without_figures(request, monkeypatch):
    """Draw figures only where a test is about them: they take seconds."""
    if "drawing" not in request.fixturenames:
        monkeypatch.setattr("abm.report.figures.runs.draw_figures", lambda *given: [])


def run(out, seeds=(1, 2), **options):
    logs, scenario = options.pop("logs", NO_LOGS), options.pop("scenario", SCENARIO)
    given = {"jobs": 1, "quiet": True, "simulate": hand_made.run} | options
    return run_command(scenario, list(seeds), RunOptions(out, **given), logs)


def folder_of(out):
    return RunFolder(out, SCENARIO).path


def content(folder):
    """Return every file of the folder but those that hold clocks."""
    files = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_bytes() for p in files if p.name != "run.json"}


def test_tables_of_different_seeds_are_told_on_the_terminal_and_in_the_description(out, capsys):
    run(out, seeds=(1, 2, 3))
    assert "hold" not in capsys.readouterr().out
    run(out, seeds=(1, 2), logs=Logs(people=True, acts=True))
    said = capsys.readouterr().out
    assert (
        "This table is of seeds 1 and 2; report, figures and curves.csv are of seeds 1 to 3" in said
    )
    apart = "curves.csv holds seeds 1 to 3; people.parquet and acts.parquet hold seeds 1 and 2."
    assert apart in said
    assert apart in json.loads((folder_of(out) / "run.json").read_text())["note"]


def test_a_run_leaves_tables_and_a_description(out, capsys):
    assert run(out, logs=Logs(True, True, True, True)) == 0
    folder = folder_of(out)
    for table in ("people", "acts", "panel", "moments"):
        assert (folder / f"{table}.parquet").exists()
    assert sorted(pd.read_csv(folder / "curves.csv")["seed"].unique()) == [1, 2]
    described = json.loads((folder / "run.json").read_text())
    assert described["seeds"] == [1, 2]
    assert described["scenario"]["population"]["size"] == 300
    assert described["versions"].keys() >= {"python", "numpy", "numba", "mesa", "pandas"}
    assert len(described["content_hash"]) == 64
    assert folder.name == described["run_id"] != ""
    assert not list(folder.rglob("*.partial"))
    shown = capsys.readouterr()
    assert str(folder) in shown.out
    assert "Ever self-injured, ages 12-18" in shown.out
    assert "findahelpline.com" in shown.err


def test_the_tables_show_nothing_of_jobs_or_order(out, tmp_path):
    run(out, [1, 2, 3], logs=Logs(people=True))
    run(tmp_path / "other", [3, 1, 2], logs=Logs(people=True), jobs=2)
    here, there = folder_of(out), folder_of(tmp_path / "other")
    assert content(here) == content(there)
    hashes = [json.loads((f / "run.json").read_text())["content_hash"] for f in (here, there)]
    assert hashes[0] == hashes[1]


def test_a_finished_run_is_shown_again_without_living_it(out, diary, capsys):
    run(out)
    first = capsys.readouterr().out
    stamp = (folder_of(out) / "run.json").stat().st_mtime_ns
    assert diary() == [1, 2]
    assert run(out) == 0
    assert diary() == []
    assert capsys.readouterr().out == first
    assert (folder_of(out) / "run.json").stat().st_mtime_ns == stamp


def test_more_seeds_extend_it(out, diary):
    run(out, [1])
    diary()
    assert run(out, [1, 2, 3]) == 0
    assert diary() == [2, 3]
    assert pd.read_csv(folder_of(out) / "curves.csv")["seed"].unique().tolist() == [1, 2, 3]


def test_fewer_seeds_take_nothing_away(out, diary, capsys):
    run(out, [1, 2, 3])
    before = content(folder_of(out))
    capsys.readouterr()
    diary()
    run(out, [2])
    assert diary() == []
    assert content(folder_of(out)) == before
    assert "seed 2" in capsys.readouterr().out


def test_force_lives_all_again(out, diary):
    run(out)
    before = content(folder_of(out))
    diary()
    assert run(out, force=True) == 0
    assert diary() == [1, 2]
    assert content(folder_of(out)) == before


def test_a_log_asked_for_later_adds_a_table_and_changes_no_other_byte(out, diary):
    run(out)
    before = content(folder_of(out))
    diary()
    assert run(out, logs=Logs(acts=True)) == 0
    assert diary() == [1, 2]
    after = content(folder_of(out))
    assert set(after) - set(before) == {"acts.parquet"}
    assert {name: after[name] for name in before} == before
    assert run(out) == 0
    assert diary() == []


def test_a_log_asked_for_later_may_not_change_the_curves(out, capsys):
    run(out, [1])
    curves = (folder_of(out) / "curves.csv").read_bytes()

    @hand_made.as_run
    def other(scenario, seed, logs, progress):
        return hand_made.record(hand_made.scenario(years=3), seed, logs)

    assert run(out, [1], logs=Logs(acts=True), simulate=other) == 1
    assert "other curves" in (folder_of(out) / "failed" / "1.txt").read_text()
    assert (folder_of(out) / "curves.csv").read_bytes() == curves


def test_a_seed_kept_with_more_tables_serves_and_takes_the_place_of_fewer(out, diary):
    run(out, [1], logs=Logs(people=True))
    run(out, [1], logs=Logs(acts=True))
    assert diary() == [1, 1]
    assert run(out, [1], logs=Logs(people=True)) == run(out, [1]) == 0
    assert diary() == []
    (kept,) = store_below(out).list("seed")
    assert {"people.parquet", "acts.parquet"} <= store_below(out).get(kept.key).files.keys()


def test_another_title_is_another_folder_and_nothing_is_run_anew(out, diary):
    run(out)
    other = hand_made.scenario(size=300, years=2, name="other")
    assert run(out, scenario=other) == 0
    assert diary() == [1, 2]
    assert content(RunFolder(out, other).path) == content(folder_of(out))


def test_what_is_observed_is_told_apart(out, diary):
    run(out, [1], logs=Logs(panel=True))
    table = {"population": {"size": 300}, "calendar": {"years": 2}}
    closer = Scenario.from_table(table | {"observation": {"panel_share": 0.5}}, "closer")
    assert run(out, [1], scenario=closer) == 0
    assert diary() == [1, 1]


@pytest.mark.parametrize("file", ["curves.csv", "aggregates.json"])
def test_what_is_kept_damaged_is_run_again(out, diary, capsys, file):
    run(out)
    before = content(folder_of(out))
    store = store_below(out)
    for result in store.list("seed"):
        if result.about["seed"] == 2:
            path = store.files_on_disk([result.key])[result.key].files[file]
    path.write_bytes(path.read_bytes()[:100])
    diary()
    assert run(out, quiet=False) == 0
    assert diary() == [2]
    assert "what was kept of seed 2 was damaged" in capsys.readouterr().err
    assert content(folder_of(out)) == before


def test_a_damaged_table_is_put_together_again_without_living(out, diary):
    run(out, logs=Logs(people=True))
    before = content(folder_of(out))
    (folder_of(out) / "people.parquet").write_bytes(b"PAR1")
    (folder_of(out) / "curves.csv").unlink()
    diary()
    assert run(out) == 0
    assert diary() == []
    assert content(folder_of(out)) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failed_seed_is_listed_and_the_rest_is_kept(out, diary, capsys, jobs):
    code = run(out, [1, 2, 3], simulate=hand_made.run_but_fail_at_two, jobs=jobs)
    assert code == 1
    folder = folder_of(out)
    assert "seed two is never lived" in (folder / "failed" / "2.txt").read_text()
    assert pd.read_csv(folder / "curves.csv")["seed"].unique().tolist() == [1, 3]
    assert json.loads((folder / "run.json").read_text())["failed"] == [2]
    assert "seed 2 failed" in capsys.readouterr().err
    diary()
    assert run(out, [1, 2, 3]) == 0
    assert diary() == [2]
    assert not (folder / "failed").exists()


def test_when_every_seed_fails_nothing_is_shown(out, capsys):
    assert run(out, [2], simulate=hand_made.run_but_fail_at_two) == 1
    assert "Ever self-injured" not in capsys.readouterr().out


def test_json_is_one_object_with_intervals(out, capsys):
    assert run(out, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["seeds"] == [1, 2]
    assert found["folder"] == str(folder_of(out))
    row = found["summary"][0]
    assert row["measure"] == "lifetime_prevalence"
    assert row["low"] <= row["estimate"] <= row["high"]


def test_one_seed_of_json_has_null_where_it_cannot_tell(out, capsys):
    run(out, [1], as_json=True)
    rows = {row["measure"]: row for row in json.loads(capsys.readouterr().out)["summary"]}
    assert rows["urges_per_person_year"]["low"] is None


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_file_in_the_place_of_a_folder_is_one_clear_error(out, capsys, depth):
    folder = folder_of(out)
    place = [folder / "figures", folder, folder.parent, out][depth]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file")
    assert run(out) == 2
    error = capsys.readouterr().err
    assert error.startswith("nssi: cannot write results")
    assert error.count("\n") == 1
    assert place.read_text() == "a file"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder nobody can write")
def test_an_unwritable_folder_is_one_clear_error(capsys):
    assert run(Path("/proc/results")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_two_runs_do_not_write_the_same_folder(out, capsys):
    folder = RunFolder(out, SCENARIO)
    with folder.opened():
        assert run(out) == 2
    assert "another run is writing" in capsys.readouterr().err
    assert run(out) == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_table_that_cannot_be_written_ends_the_run(out, monkeypatch, capsys, jobs):
    folder = folder_of(out)
    folder.mkdir(parents=True)
    (folder / ".arriving").write_text("a file in the place of the folder")
    monkeypatch.setattr("shutil.rmtree", lambda *given, **more: None)
    assert run(out, logs=Logs(people=True), jobs=jobs) == 1
    error = capsys.readouterr().err
    assert error.startswith("nssi: cannot write")
    assert error.count("\n") == 1


def test_the_run_id_is_about_what_is_lived_only(out):
    base = RunFolder(out, SCENARIO)
    assert base.run_id == RunFolder(out / "elsewhere", SCENARIO).run_id
    assert base.run_id != RunFolder(out, hand_made.scenario(size=301, years=2)).run_id
    assert base.run_id != RunFolder(out, SCENARIO, command="sweep").run_id
    assert base.run_id != RunFolder(out, SCENARIO, design={"vary": [1, 2]}).run_id


@pytest.mark.usefixtures("drawing")
def test_figures_are_drawn_once_and_again_when_missing(out):
    run(out, [1])
    figures = folder_of(out) / "figures"
    before = content(figures)
    assert {Path(name).suffix for name in before} == {".png", ".svg"}
    run(out, [1])
    missing = figures / "motives.png"
    missing.unlink()
    run(out, [1])
    assert content(figures) == before
