"""The command `report`: which folder is meant, where the page goes, and what is refused."""

import sys

import hand_made
import made_up_folders as made_up
import pytest

from abm.cli import main as cli
from abm.report.html.writing import write_beside


@pytest.fixture
def nssi(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["nssi", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(leaving.value.code or 0), printed.out.strip(), printed.err

    return call


@pytest.fixture
def results(tmp_path):
    """Return a folder of results with three runs."""
    made_up.run(tmp_path / "results" / "baseline" / "aa11bb22cc33")
    made_up.comparison(tmp_path / "results" / "compare-baseline-school-skills" / "aa99bb22cc33")
    made_up.sensitivity(tmp_path / "results" / "birth-cohort" / "dd11bb22cc33")
    (tmp_path / "results" / "store" / "runs").mkdir(parents=True)
    return tmp_path / "results"


@pytest.mark.parametrize(
    "run", ["results/baseline/aa11bb22cc33", "aa11bb22cc33", "aa1", "baseline/aa"]
)
def test_a_run_is_meant_by_folder_id_or_start(nssi, results, run):
    code, out, _ = nssi("report", run)
    assert (code, out) == (0, "results/baseline/aa11bb22cc33/report.html")
    assert (results / "baseline" / "aa11bb22cc33" / "report.html").stat().st_size > 10_000


def test_a_start_of_several_runs_is_refused_with_their_names(nssi, results):
    code, _, err = nssi("report", "aa")
    assert code == 2
    assert "is the start of 2 runs: results/baseline/aa11bb22cc33, results/compare-" in err
    assert not list(results.rglob("report.html"))


@pytest.mark.parametrize("run", ["aa11bb22cc34", "", "nothing/here", "results", "a\x00b", "*"])
def test_what_is_no_run_is_one_error(nssi, results, run):
    code, out, err = nssi("report", run)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert len(err.splitlines()) == 1
    assert not list(results.rglob("report.html"))


def test_the_nearest_run_is_named(nssi, results):
    assert "did you mean 'aa11bb22cc33'" in nssi("report", "aa11bb22cc34")[2]


def test_the_page_goes_where_it_is_asked_for(nssi, results, tmp_path):
    code, out, _ = nssi("report", "aa1", "--output", "page.html", "--out", results)
    assert (code, out) == (0, "page.html")
    assert (tmp_path / "page.html").exists()
    assert not list(results.rglob("report.html"))


@pytest.mark.parametrize("output", ["results", "no/such/folder/page.html"])
def test_a_place_that_cannot_be_written_is_an_error(nssi, results, output):
    code, _, err = nssi("report", "aa1", "--output", output)
    assert code == 2
    assert output in err


def test_a_sensitivity_analysis_is_named_in_the_same_way(nssi, results):
    assert nssi("report", "aa9", "--sensitivity", "dd1")[0] == 0
    page = next(results.glob("compare-*/*/report.html")).read_text()
    assert "An analysis of" in page
    code, _, err = nssi("report", "aa9", "--sensitivity", "aa1")
    assert code == 2
    assert "is the folder of `nssi run`; expected one of `nssi sensitivity`" in err


def test_a_report_beside_a_run_is_written_when_it_is_new_and_never_in_its_way(tmp_path, capsys):
    folder = made_up.run(tmp_path / "folder")
    write_beside(folder)
    page = folder / "report.html"
    before = page.stat().st_mtime_ns
    write_beside(folder)
    assert page.stat().st_mtime_ns == before
    assert capsys.readouterr().err == ""
    (folder / "run.json").write_text("{")
    write_beside(folder)
    assert "no report was written" in capsys.readouterr().err
    write_beside(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_run_leaves_its_report_in_its_folder(nssi, tmp_path, monkeypatch):
    monkeypatch.setattr("abm.runs.run_seeds.run", hand_made.run)
    code, _, err = nssi("run", "baseline", "--population", 300, "--years", 2, "--quiet")
    assert code == 0
    assert "no report" not in err
    page = next((tmp_path / "results" / "baseline").glob("*/report.html")).read_text()
    assert page.count("data:image/svg+xml;base64,") >= 3
    assert "nssi run baseline --population 300 --years 2 --seeds 1" in page
