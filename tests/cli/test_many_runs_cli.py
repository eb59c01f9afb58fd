"""The commands `sweep` and `sensitivity`: what they pass on; wrong input writes nothing."""

import sys

import pytest

from abm.cli import main as cli
from abm.cli import sensitivity, sweep


@pytest.fixture
def nssi(tmp_path, monkeypatch, capsys):
    """Return a function that calls the command in an empty folder: code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["nssi", *arguments])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(leaving.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def calls(monkeypatch):
    """Put recorders in the place of what runs; return what they are called with."""
    found = []

    def record(*arguments):
        found.append(arguments)
        return 0

    monkeypatch.setattr(sweep, "sweep_command", record)
    monkeypatch.setattr(sensitivity, "sensitivity_command", record)
    return found


def test_sweep_passes_on_what_was_asked(nssi, calls):
    code, _, _ = nssi(
        *("sweep", "birth-cohort", "--vary", "stressor_rate=0.5,1", "--vary", "dissociation=both"),
        *("--seeds", "2", "--seed", "5", "--population", "40", "--years", "2", "--jobs", "2"),
        *("--out", "here", "--dask", "local", "--retry-failed", "--quiet", "--json"),
    )
    assert code == 0
    ((scenario, design, seeds, how),) = calls
    assert (scenario.name, scenario.population.size, scenario.calendar.years) == (
        "birth-cohort", 40, 2
    )  # fmt: skip
    assert design.names == ["stressor_rate", "dissociation"]
    assert list(seeds) == [5, 6]
    assert (str(how.out), how.jobs, how.dask) == ("here", 2, "local")
    assert (how.retry_failed, how.quiet, how.as_json) == (True, True, True)


def test_sensitivity_has_the_defaults_it_promises(nssi, calls):
    from abm.experiments.sweeps.design import priors

    assert nssi("sensitivity")[0] == 0
    assert (
        nssi("sensitivity", "--method", "sobol", "--parameters", "barrier_mean,urge_weight")[0] == 0
    )
    (_, morris, how), (_, sobol, _) = calls
    assert (morris.method, morris.blocks, morris.seeds, morris.repetitions) == ("morris", 20, 1, 1)
    assert list(morris.ranges) == priors()
    assert (sobol.method, sobol.blocks, sobol.second_order) == ("sobol", 128, False)
    assert [each.name for each in sobol.ranges] == ["barrier_mean", "urge_weight"]
    assert (how.jobs, how.dask, how.quiet, how.as_json) == (None, None, False, False)


def test_sensitivity_passes_on_what_was_asked(nssi, calls):
    code, _, _ = nssi(
        *("sensitivity", "--method", "sobol", "--parameters", "barrier_mean=7:9, urge_weight"),
        *("--samples", "16", "--second-order", "--seeds", "3", "--repeat", "2", "--seed", "9"),
    )
    assert code == 0
    ((_, plan, _),) = calls
    assert (plan.blocks, plan.second_order, plan.seeds, plan.repetitions) == (16, True, 3, 2)
    assert plan.all_seeds == [9, 10, 11, 12, 13, 14]
    assert (plan.ranges[0].low, plan.ranges[0].high) == (7.0, 9.0)


WRONG = [
    (["sweep"], "nothing varies"),
    (["sweep", "baselin", "--vary", "stressor_rate=1"], "did you mean 'baseline'"),
    (["sweep", "--vary", "stressor_rat=1"], "did you mean 'stressor_rate'"),
    (["sweep", "--vary", "stressor_rate=1e9"], "expected a number from"),
    (["sweep", "--vary", "stressor_rate=1:2"], "needs --samples"),
    (["sweep", "--vary", "stressor_rate=1,2", "--samples", "4"], "expected low:high"),
    (["sweep", "--vary", "dissociation=bot"], "did you mean 'both'"),
    (["sweep", "--samples", "0"], "--samples"),
    (["sweep", "--design", "nowhere.csv"], "cannot read nowhere.csv"),
    (["sweep", "--design", "taken"], "taken: line 1, column 1"),
    (["sweep", "--design", "taken", "--samples", "4"], "whole design"),
    (["sweep", "--vary", "stressor_rate=1", "--out", "taken"], "not a folder"),
    (["sweep", "--vary", "stressor_rate=1", "--seeds", "0"], "--seeds"),
    (["sweep", "--vary", "stressor_rate=1", "--set", "nothing"], "name=value"),
    (
        ["sweep", "--samples", "11", "--vary", "stressor_rate=1:2", "--seeds", "1000000"],
        "11,000,000 runs, more than 10,000,000",
    ),
    (["sensitivity", "--seeds", "1000000", "--repeat", "1000"], "more than 10,000,000"),
    (["sensitivity", "--method", "fast"], "--method"),
    (["sensitivity", "--parameters", "barrier_men,urge_weight"], "did you mean 'barrier_mean'"),
    (["sensitivity", "--parameters", "barrier_mean"], "two parameters"),
    (["sensitivity", "--parameters", "barrier_mean,barrier_mean"], "stands twice"),
    (["sensitivity", "--parameters", "dissociation,barrier_mean"], "is a switch"),
    (["sensitivity", "--samples", "64"], "belongs to --method sobol"),
    (["sensitivity", "--second-order"], "belongs to --method sobol"),
    (["sensitivity", "--method", "sobol", "--trajectories", "4"], "belongs to --method morris"),
    (["sensitivity", "--method", "sobol", "--samples", "100"], "power of two"),
    (["sensitivity", "--trajectories", "1"], "--trajectories"),
    (["sensitivity", "--top", "4"], "expected --of"),
    (["sensitivity", "--of", "nowhere"], "no finished sensitivity analysis"),
    (["sensitivity", "--of", "nowhere", "--parameters", "barrier_mean"], "leave one"),
    (["sensitivity", "--seed", str(2**64 - 1)], "last seed"),
    (["sensitivity", "--out", "taken"], "not a folder"),
]


@pytest.mark.parametrize(("arguments", "expected"), WRONG)
def test_wrong_input_is_one_message_and_nothing_is_written(nssi, tmp_path, arguments, expected):
    (tmp_path / "taken").write_text("a file")
    code, out, err = nssi(*arguments)
    assert code == 2
    assert out == ""
    assert expected.lower() in err.lower()
    assert len(err.strip().splitlines()) <= 4
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("command", ["sweep", "sensitivity"])
def test_help_names_where_support_is_found(nssi, command):
    code, out, _ = nssi(command, "--help")
    assert code == 0
    assert f"  {cli.HELPLINES}\n" in out
