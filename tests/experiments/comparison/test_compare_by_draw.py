"""A comparison under the posterior: pairs stay pairs, and parameters are told from chance."""

import json
import sys

import made_up_outcomes
import made_up_posterior
import numpy as np
import pandas as pd
import pytest
from made_up_outcomes import BASE, BOTH, KIND, SKILLED, programme

import abm
from abm.cli import main as cli
from abm.cli.compare import compare_command
from abm.experiments.comparison.compare import find
from abm.experiments.comparison.packages import package_sums, packages_among, packages_table
from abm.experiments.comparison.person_outcomes import PersonOutcomes
from abm.experiments.comparison.runs import comparison_folder
from abm.report.columns import tables
from abm.report.terminal.comparison import notes
from abm.runs.options import RunOptions
from abm.scenario import draws as uncertainty

COMPARISON_FILES = ("differences.csv", "curve_differences.csv", "reached.csv", "packages.csv")
pytestmark = pytest.mark.usefixtures("without_figures")
FOUR = (BASE, SKILLED, KIND, BOTH)


def live(lived, seed, warm_ups):
    """Live a made-up run in which lessons reach more where stressors are more."""
    made_up_outcomes.note(lived, seed)
    coverage = 2 * (lived.parameters["stressor_rate"] - 0.5)
    kinds = [programme(each.kind, coverage) for each in lived.interventions]
    size = lived.population.size
    return made_up_outcomes.record(made_up_outcomes.scenario(lived.name, tuple(kinds), size), seed)


@pytest.fixture
def draws(tmp_path, monkeypatch):
    monkeypatch.setattr(uncertainty, "FOLDER", tmp_path / "fitted")
    return made_up_posterior.written(tmp_path / "fitted")


@pytest.fixture
def compare(tmp_path, diary, draws):
    """Return a function that compares under the posterior and returns the folder."""

    def run(scenarios=(BASE, SKILLED), seeds=(1, 2, 3, 4), **options):
        given = {"jobs": 1, "quiet": True, "simulate": live, "draws": draws} | options
        how = RunOptions(tmp_path / "results", **given)
        assert compare_command(scenarios, seeds, how) == 0
        return comparison_folder(how.out, scenarios, how.draws)

    return run


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return a function that compares without keeping anything."""
    draws = made_up_posterior.written(tmp_path_factory.mktemp("fitted"))

    def find_with(seeds, scenarios=(BASE, SKILLED)):
        def read(scenario, seed):
            return PersonOutcomes.from_record(live(draws.drawn(scenario, seed), seed, None))

        return find(scenarios, seeds, read, is_by_draw=True)

    return find_with


@pytest.fixture(scope="module")
def six_draws(found):
    return found(range(1, 13))


def over_all(table, outcome="new_cases"):
    chosen = (table["seed"] == "all") & (table["group"] == "all") & (table["outcome"] == outcome)
    return table[chosen].iloc[0]


def test_tables_have_the_documented_columns(compare):
    folder = compare(FOUR)
    for name in COMPARISON_FILES:
        columns = (*tables()[name].columns, *tables()[name].by_draw)
        assert list(pd.read_csv(folder.path / name).columns) == [one.name for one in columns]


def test_the_folder_is_named_by_the_posterior_and_says_the_draws(compare, draws, tmp_path):
    folder = compare()
    plain = comparison_folder(tmp_path / "results", (BASE, SKILLED))
    assert folder.path.parent == plain.path.parent
    assert folder.path != plain.path
    known = json.loads((folder.path / "run.json").read_text())
    assert known["design"]["posterior"] == draws.hash
    assert known["draws"] == {str(seed): draws.number(seed) for seed in (1, 2, 3, 4)}
    assert known["draws"]["1"] == known["draws"]["2"] != known["draws"]["3"]


def test_without_it_nothing_changes(compare):
    folder = compare(draws=None)
    for name in ("differences.csv", "curve_differences.csv"):
        columns = [column.name for column in tables()[name].columns]
        assert list(pd.read_csv(folder.path / name).columns) == columns
    assert (
        not {"draws", "values_of_draws"} & json.loads((folder.path / "run.json").read_text()).keys()
    )


def test_chance_is_that_within_draws(six_draws):
    table = six_draws.differences
    row = over_all(table)
    own = table[(table["group"] == "all") & (table["outcome"] == "new_cases")].iloc[1:]
    values = own["averted"].to_numpy().reshape(6, 2)
    assert own["seed"].tolist() == [str(seed) for seed in range(1, 13)]
    assert (row["interval"], row["uncertainty"]) == ("within draws", "chance")
    assert (row["seeds"], row["draws"]) == (12, 6)
    assert row["averted"] == pytest.approx(values.mean())
    within = values.var(axis=1, ddof=1).mean()
    assert row["high"] - row["low"] == pytest.approx(2 * 2.446912 * np.sqrt(within / 12))
    parameter = values.mean(axis=1).var(ddof=1) - within / 2
    width = row["averted_parameter_high"] - row["averted_parameter_low"]
    assert width == pytest.approx(2 * 1.959964 * np.sqrt(max(0.0, parameter)))
    assert row["averted_one_run_low"] < row["low"] < row["averted"]
    factor = row["per_100k"] / row["averted"]
    assert row["per_100k_parameter_high"] == pytest.approx(factor * row["averted_parameter_high"])


def test_the_part_of_the_parameters_is_found(found):
    """All differ by parameters in a large population, where chance has little part."""
    base = made_up_outcomes.scenario(size=3000)
    skilled = made_up_outcomes.scenario("skilled", (programme(),), size=3000)
    row = over_all(found(range(1, 17), (base, skilled)).differences)
    parameter = row["averted_parameter_high"] - row["averted_parameter_low"]
    assert parameter > 3 * (row["high"] - row["low"])


def test_more_seeds_extend_it_with_the_same_draws(compare, diary):
    first = compare()
    before = json.loads((first.path / "run.json").read_text())["draws"]
    diary()
    again = compare(seeds=range(1, 7))
    assert again.path == first.path
    assert diary() == ["base 5", "base 6", "skilled 5", "skilled 6"]
    known = json.loads((again.path / "run.json").read_text())["draws"]
    assert before.items() <= known.items()


def test_curves_tell_parameters_from_chance(six_draws):
    table = six_draws.curve_differences
    assert (table["draws"] == 6).all()
    assert (table["seeds"] == 12).all()
    for name in ("", "parameter_", "one_run_"):
        known = table[table[f"{name}low"].notna()]
        assert len(known) > len(table) / 3
        assert (known[f"{name}low"] <= known["difference"] + 1e-12).all()
        assert (known["difference"] <= known[f"{name}high"] + 1e-12).all()
    shift = table["difference"] - (table["other"] - table["base"])
    assert shift.abs().max() < 1e-9


@pytest.mark.parametrize("seeds", [[1], [2, 3], [1, 2], [1, 2, 3]])
def test_too_few_seeds_say_what_is_needed(found, seeds):
    findings = found(seeds)
    assert "an even --seeds of at least 4" in "\n".join(notes(findings))
    row = over_all(findings.differences)
    assert np.isnan(row["averted_parameter_low"])
    assert row["seeds"] == 2 * row["draws"] or (row["draws"], row["seeds"]) == (0, 1)


def test_a_seed_without_its_partner_is_left_out_and_named(found):
    whole, more = found(range(1, 5)), found(range(1, 6))
    assert "1 seed is left out" in "\n".join(notes(more))
    assert "left out" not in "\n".join(notes(whole))
    ours, theirs = over_all(whole.differences), over_all(more.differences)
    assert ours.drop("note").equals(theirs.drop("note"))


def test_tables_for_people_show_both(compare, capsys):
    compare(FOUR)
    out = capsys.readouterr().out
    for words in ("parameters", "chance", "chance, one run"):
        assert f"skilled, {words}" in out
    assert "With 2 draws this is a first look" in out


def test_a_number_needed_is_shown_only_where_parameters_leave_no_doubt(six_draws):
    table = six_draws.differences
    rows = table[table["seed"] == "all"]
    unsure = rows["per_1000_reached_parameter_low"] <= 0
    assert rows[unsure]["needed_to_reach"].isna().all()
    shown = rows[~unsure & (rows["per_1000_reached_low"] > 0)]
    assert len(shown)
    assert shown["needed_to_reach"].notna().all()


def test_a_package_on_which_draws_disagree_is_not_judged():
    (package,) = packages_among(FOUR)

    def verdict(*over_best):
        """Return the verdict where the package averts so many more than the best part, by draw."""
        sums = []
        for seed in range(1, 2 * len(over_best) + 1):
            averted = 20 + over_best[(seed - 1) // 2] + seed % 2
            changes = dict.fromkeys(package.parts, (np.arange(40) < 20).astype(int))
            changes[package.name] = (np.arange(40) < averted).astype(int)
            sums.append(package_sums(package, seed, changes))
        rows = packages_table(sums, is_by_draw=True).set_index("quantity")
        return rows.loc["package minus best part", "verdict"]

    assert verdict(-9, -8, -9, -8) == "does not hold"
    assert verdict(-9, 10, -9, -9) == "draws differ"
    assert verdict(9, -8, 9, 9) == "holds"


def test_from_python(draws):
    given = {"seeds": range(1, 5), "live": live}
    found = abm.compare(FOUR[:2], uncertainty="posterior", **given)
    assert (found.is_by_draw, found.draws) == (True, 2)
    assert {"per_100k_parameter_low", "averted_one_run_high"} <= set(found.averted().columns)
    assert not abm.compare(FOUR[:2], **given).is_by_draw


def test_without_a_posterior_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(uncertainty, "FOLDER", tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    for command in (["compare", "baseline", "school-skills"], ["run", "baseline"]):
        monkeypatch.setattr(sys, "argv", ["nssi", *command, "--uncertainty", "posterior"])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        printed = capsys.readouterr()
        assert (leaving.value.code, printed.out) == (2, "")
        assert "no posterior has been fitted yet" in printed.err
        assert printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
